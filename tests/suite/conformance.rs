//! Order of callbacks and output equal CPython's, on programs of our own.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use loopscope_tests::outside::{has_python, python};

use crate::{headless, program};

/// How many programs run at once.
const AT_ONCE: usize = 2;

fn programs() -> Vec<PathBuf> {
    let folder = fs::read_dir(program("cpython")).expect("the programs are there");
    let files = folder.filter_map(|entry| Some(entry.ok()?.path()));
    let mut all: Vec<_> = files.filter(|p| p.extension().is_some_and(|e| e == "py")).collect();
    all.sort();
    all
}

/// Does the same with every program and fails with all complaints at once.
fn each(check: impl Fn(&PathBuf) -> Result<(), String> + Sync) {
    let (programs, next) = (programs(), AtomicUsize::new(0));
    let complaints = Mutex::new(String::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(file) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(text) = check(file) {
                        let mut all = complaints.lock().unwrap_or_else(PoisonError::into_inner);
                        let name = file.file_name().unwrap_or_default().to_string_lossy();
                        writeln!(all, "\n== {name}\n{text}").expect("a string takes any text");
                    }
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap_or_else(PoisonError::into_inner);
    let count = complaints.matches("\n== ").count();
    assert!(count == 0, "{count} of {} programs differ:{complaints}", programs.len());
}

/// The first line in which two texts differ.
fn compare(ours: &str, theirs: &str, whose: &str) -> Result<(), String> {
    if ours == theirs {
        return Ok(());
    }
    let (mut a, mut b) = (ours.lines(), theirs.lines());
    for number in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                let say =
                    |line: Option<&str>| line.map_or("the end".to_owned(), |l| format!("{l:?}"));
                let (a, b) = (say(a), say(b));
                return Err(format!("line {number}: ours {a}, {whose} {b}\nours in full:\n{ours}"));
            }
        }
    }
    Err("only the newlines at the end differ".to_owned())
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
    each(|file| {
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
    each(|file| {
        let theirs = python().arg(file).limit(30).end();
        let ours = headless(file).limit(30).end();
        compare(&ours.out(), &theirs.out(), "CPython")?;
        match (ours.code(), theirs.code()) {
            (a, b) if a == b => Ok(()),
            (a, b) => Err(format!("exit code {a}, CPython's {b}\n{}", ours.err())),
        }
    });
}
