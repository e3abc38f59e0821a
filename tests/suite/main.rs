//! The suite: the real binary, run as users run it, and looked at from outside.
//!
//! The modules follow the design's "Exact behaviour", a module a subject; a test is named after the
//! statement that it checks. What drives the binary is in the crate's library.

mod at_a_glance;
mod attacks;
mod board;
mod classic;
mod clock;
mod command_line;
mod company;
mod conformance;
mod course;
mod deadlock;
mod dialects;
mod diff;
mod differences;
mod expectations;
mod forecasts;
mod growth;
mod habits;
mod handlers;
mod hostile;
mod in_order;
mod lessons;
mod line_mode;
mod line_steps;
mod linear;
mod lines;
mod long_walks;
mod looking;
mod memory;
mod micropython;
mod micropython_records;
mod odd_names;
mod odd_values;
mod output;
mod outputs;
mod outside;
mod packages;
mod peers;
mod pictures;
mod proactor;
mod process;
mod python_at_a_pause;
mod questions;
mod quiet;
mod real_micropython;
mod real_python;
mod recorded;
mod recordings;
mod records;
mod same_bytes;
mod sandbox;
mod scripts;
mod signals;
mod stepping;
mod strangers;
mod terminal;
mod values;

use std::path::{Path, PathBuf};

use loopscope_tests::events::{Record, events};
use loopscope_tests::run::{Ended, Run, loopscope};
use loopscope_tests::scratch::{Scratch, workspace};

/// A file of ours that the tests run.
fn program(name: &str) -> PathBuf {
    workspace().join("tests/programs").join(name)
}

/// A program without a screen.
fn headless(file: &Path) -> Run {
    loopscope(["run", "--headless"]).arg(file)
}

/// A program without a screen, with options of ours before it.
fn headless_with(options: &[&str], file: &Path) -> Run {
    loopscope(["run", "--headless"]).args(options).arg(file)
}

/// Line mode on a program that does these commands.
fn batch(file: &Path, commands: &[&str]) -> Run {
    loopscope(["repl"]).commands(commands).arg(file)
}

/// Runs a program text headless and gives back how it ended and its records.
fn recorded(code: &str) -> (Ended, Vec<Record>) {
    recorded_with(&[], code)
}

/// The same, with options of ours.
fn recorded_with(options: &[&str], code: &str) -> (Ended, Vec<Record>) {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", code);
    let to = scratch.path("events.jsonl");
    let run = loopscope(["run", "--headless"]).args(options).arg("--events").arg(&to).arg(file);
    let ended = run.end();
    let records = events(&to);
    (ended, records)
}
