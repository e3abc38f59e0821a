//! Order of callbacks and output equal CPython's, on programs of our own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use loopscope_protocol::{Kind, Sender};
use loopscope_tests::events::events;
use loopscope_tests::outside::{has_python, python, python_version};
use loopscope_tests::programs::{
    compare, each, each_of_sleepers, file_name, python_files, since, within_three_attempts,
};
use loopscope_tests::scratch::{Scratch, workspace};

use crate::{forecasts, headless, headless_with, program};

/// Programs whose order the machine's clock decides, with the reason.
const NOT_BY_THE_MACHINES_CLOCK: [(&str, &str); 0] = [];

/// Programs in which nobody can say what comes next: they put handles into the loop's own queue.
const NOT_FORESEEN: [&str; 1] = ["handle_runs_again.py"];

/// Kinds of records that no program here causes, with the reason.
const NOT_CAUSED: [(&str, &str); 1] =
    [("completion", "only `--loop proactor` has completions: the suite's `proactor`")];

fn programs() -> Vec<PathBuf> {
    python_files(&program("cpython"))
}

#[test]
fn there_are_programs_enough() {
    let programs = programs();
    assert!(programs.len() >= 30, "only {} programs", programs.len());
    for file in programs {
        assert!(file.with_extension("out").is_file(), "{} has no output", file.display());
    }
}

/// Whether a program prints what stands beside it.
fn as_committed(file: &Path, options: &[&str]) -> Result<(), String> {
    let ended = headless_with(options, file).limit(30).end();
    let expected = fs::read_to_string(file.with_extension("out")).unwrap_or_default();
    compare(&ended.out(), &expected, "the committed output")
        .map_err(|text| format!("{text}\nstandard error:\n{}", ended.err()))
}

#[test]
fn order_and_output_equal_the_committed_output() {
    each(&programs(), file_name, |file| as_committed(file, &[]));
}

#[test]
fn order_and_output_are_the_same_by_the_machines_clock() {
    let programs = programs();
    let (left_out, programs): (Vec<_>, Vec<_>) = programs.into_iter().partition(|file| {
        NOT_BY_THE_MACHINES_CLOCK.iter().any(|(name, _)| *name == file_name(file))
    });
    assert_eq!(left_out.len(), NOT_BY_THE_MACHINES_CLOCK.len(), "a program on the list is gone");
    // They mostly sleep.
    each_of_sleepers(&programs, file_name, |file| {
        within_three_attempts(|| as_committed(file, &["--clock", "real"]))
    });
}

#[test]
fn programs_do_the_same_when_recorded_and_cause_every_kind_of_record() {
    let seen = Mutex::new(BTreeSet::new());
    let mut all = programs();
    all.extend(python_files(&program("classic")));
    each(&all, file_name, |file| {
        let scratch = Scratch::new();
        let to = scratch.path("events.json");
        let told = to.display().to_string();
        // What prints the date has no output beside it.
        if file.with_extension("out").is_file() {
            let recording = scratch.path("run.loop");
            let record = recording.display().to_string();
            as_committed(file, &["--events", &told, "--record", &record])?;
            if recording.is_file() && !NOT_FORESEEN.contains(&&*file_name(file)) {
                forecasts::came_true(&recording)?;
            }
        }
        if to.is_file() {
            let kinds =
                events(&to).iter().map(|record| record.kind().to_owned()).collect::<Vec<_>>();
            seen.lock().unwrap_or_else(PoisonError::into_inner).extend(kinds);
        }
        Ok(())
    });
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let of_programs = Kind::ALL.iter().filter(|kind| kind.is_from(Sender::Program));
    let missing: Vec<_> =
        of_programs.map(|kind| kind.word()).filter(|name| !seen.contains(*name)).collect();
    let known: Vec<_> = NOT_CAUSED.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(missing, known, "kinds of records that no program of tests/programs causes");
}

#[test]
fn order_output_and_exit_code_equal_cpython_live() {
    if !has_python() {
        return;
    }
    // What came later than this machine's CPython is compared with the committed output alone.
    let version = python_version();
    let programs: Vec<_> = programs().into_iter().filter(|file| since(file) <= version).collect();
    each(&programs, file_name, |file| {
        let theirs = python().arg(file).limit(30).end();
        let ours = headless(file).limit(30).end();
        compare(&ours.out(), &theirs.out(), "CPython")?;
        match (ours.code(), theirs.code()) {
            (a, b) if a == b => Ok(()),
            (a, b) => Err(format!("exit code {a}, CPython's {b}\n{}", ours.err())),
        }
    });
}

#[test]
fn names_and_parameters_are_those_of_the_ledger() {
    let folder = workspace().join("tests/conformance");
    let ended = headless(&folder.join("api.py")).arg(folder.join("api.toml")).end();
    assert_eq!(ended.out(), "", "{ended}");
    assert_eq!(ended.code(), 0, "{ended}");
}
