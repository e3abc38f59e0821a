//! What is to run in a browser some day compiles for it: the records, what they mean, a session on
//! a recording, and the screen. Nothing below may ask for a process, a terminal or a thread.

use std::path::Path;

use crate::commands::check;
use crate::report::Report;
use crate::{cargo, machine};

/// The target of browsers.
const TARGET: &str = "wasm32-unknown-unknown";

/// The crates that compile for it, without their optional features.
const CRATES: [&str; 5] = [
    "loopscope-protocol",
    "loopscope-columns",
    "loopscope-model",
    "loopscope-session",
    "loopscope-screen",
];

pub(crate) fn run(root: &Path, report: &mut Report) {
    let there = machine::get_target(root, TARGET);
    machine::need(report, there, "the Rust target wasm32-unknown-unknown is missing: its check");
    if !there {
        return;
    }
    let mut command = cargo::plain(root);
    command.args(["check", "--locked", "--ignore-rust-version", "--target", TARGET]);
    for name in CRATES {
        command.args(["--package", name]);
    }
    check(report, "wasm", command);
}
