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
    let noted = std::env::var_os("LOOPSCOPE_LEFT_OUT").is_some_and(|file| {
        let file = OpenOptions::new().create(true).append(true).open(file);
        file.is_ok_and(|mut file| writeln!(file, "{what}").is_ok())
    });
    if !noted {
        // Not by a macro: those are shown only where a test fails.
        let _ = writeln!(std::io::stderr(), "could not run here: {what}");
    }
}
