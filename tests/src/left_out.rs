//! Tests that cannot run on this machine: said in one line, and a failure where `CI=true`.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Notes that something cannot be tested here, and why.
///
/// # Panics
///
/// With `CI=true`: there everything must run.
pub fn leave_out(what: &str) {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    assert!(!ci, "{what} cannot run, and with CI=true everything must");
    if !noted(what) {
        show(&format!("could not run here: {what}"));
    }
}

/// Notes what was compared, or was not, with something that nobody has to have: never a failure.
pub fn mention(what: &str) {
    // The report of `cargo xtask test` knows such a line by its first word.
    let line = format!("optional: {what}");
    if !noted(&line) {
        show(&line);
    }
}

/// Writes a line for the report of `cargo xtask test`, if it is that which runs the tests.
fn noted(line: &str) -> bool {
    std::env::var_os("LOOPSCOPE_LEFT_OUT").is_some_and(|file| {
        let file = OpenOptions::new().create(true).append(true).open(file);
        file.is_ok_and(|mut file| writeln!(file, "{line}").is_ok())
    })
}

/// Writes a line to standard error, not by a macro: those are shown only where a test fails.
fn show(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
