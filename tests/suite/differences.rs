//! The programs of which the lessons say that the two dialects run them differently do so, and print
//! what the lessons say.

use std::path::PathBuf;

use loopscope_lessons::{Difference, differences};
use loopscope_protocol::Word as _;
use loopscope_tests::left_out::mention;
use loopscope_tests::micropython::Micropython;
use loopscope_tests::outside::{has_python, python};
use loopscope_tests::programs::{compare, each, within_three_attempts};
use loopscope_tests::{Scratch, loopscope};

use crate::headless_with;

/// The programs, each in a file of its own.
fn files(scratch: &Scratch) -> Vec<(&'static Difference, PathBuf)> {
    let file = |difference: &'static Difference| {
        let path = format!("{}/{}", difference.folder(), Difference::FILE);
        (difference, scratch.file(&path, &difference.program))
    };
    differences().iter().map(file).collect()
}

type One = (&'static Difference, PathBuf);

fn name(one: &One) -> String {
    one.0.folder()
}

#[test]
fn both_dialects_print_what_is_recorded() {
    let scratch = Scratch::new();
    each(&files(&scratch), name, |(difference, file)| {
        let expected = [
            ("cpython", &difference.cpython),
            (difference.dialect.word(), &difference.micropython),
        ];
        for (dialect, expected) in expected {
            let ended = headless_with(&["--dialect", dialect], file).limit(30).end();
            compare(&ended.out(), expected, "the recorded output").map_err(|text| {
                format!("--dialect {dialect}: {text}\nstandard error:\n{}", ended.err())
            })?;
        }
        Ok(())
    });
}

#[test]
fn diff_finds_where_they_part() {
    let scratch = Scratch::new();
    each(&files(&scratch), name, |(difference, file)| {
        let dialects = ["--dialect", "cpython", "--dialect", difference.dialect.word()];
        let ended = loopscope(["diff"]).args(dialects).arg(file).limit(60).end();
        // What asyncio.run() does for itself at its end is no difference that a learner asks for.
        let marked = |line: &str| line.starts_with("> ") && !line.contains("shutdown_");
        match ended.code() {
            1 if ended.out().lines().any(marked) => Ok(()),
            _ => Err(ended.to_string()),
        }
    });
}

/// Tells the minor version of a CPython 3.
const MINOR: &str = "import sys; print(sys.version_info.minor)";

#[test]
fn cpython_prints_what_is_recorded() {
    if !has_python() {
        return;
    }
    let minor: u32 = python().args(["-c", MINOR]).end().out().trim().parse().expect("a number");
    let scratch = Scratch::new();
    let mut files = files(&scratch);
    let all = files.len();
    files.retain(|(difference, _)| difference.since.is_none_or(|since| since <= minor));
    if files.len() < all {
        let count = all - files.len();
        mention(&format!("python3 is 3.{minor}: CPython's side of {count} differences is newer"));
    }
    each(&files, name, |(difference, file)| {
        within_three_attempts(|| {
            let theirs = python().arg(file).limit(60).end();
            compare(&difference.cpython, &theirs.out(), "CPython")
        })
    });
}

#[test]
fn micropython_prints_what_is_recorded() {
    let oracles = Micropython::all();
    if oracles.is_empty() {
        mention(
            "no real MicroPython is named (LOOPSCOPE_MICROPYTHON): MicroPython's side of the \
             differences",
        );
    }
    let scratch = Scratch::new();
    for oracle in oracles {
        each(&files(&scratch), name, |(difference, file)| {
            oracle.prints(file, &difference.micropython)
        });
    }
}
