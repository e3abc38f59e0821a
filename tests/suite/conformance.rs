//! Order of callbacks and output equal CPython's, on programs of our own.

use std::fs;
use std::path::PathBuf;

use loopscope_tests::outside::{has_python, python, python_version};
use loopscope_tests::programs::{compare, each, file_name, python_files, since};
use loopscope_tests::scratch::workspace;

use crate::{headless, program};

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

#[test]
fn order_and_output_equal_the_committed_output() {
    each(&programs(), file_name, |file| {
        let ended = headless(file).limit(30).end();
        let expected = fs::read_to_string(file.with_extension("out")).unwrap_or_default();
        compare(&ended.out(), &expected, "the committed output")
            .map_err(|text| format!("{text}\nstandard error:\n{}", ended.err()))
    });
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
