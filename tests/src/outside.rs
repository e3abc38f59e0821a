//! What else the tests look at: CPython, and the processes of this machine.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::left_out::leave_out;
use crate::run::Run;

/// Whether there is a CPython to compare with; says so where there is none.
#[must_use]
pub fn has_python() -> bool {
    let modern = "import sys; sys.exit(sys.version_info < (3, 11))";
    let there = Command::new("python3").args(["-c", modern]).output();
    if there.is_ok_and(|output| output.status.success()) {
        return true;
    }
    leave_out("there is no python3 of 3.11 or later: the live comparison with CPython");
    false
}

/// The version of that CPython, as (3, 13).
#[must_use]
pub fn python_version() -> (u32, u32) {
    let asked = Command::new("python3").arg("--version").output();
    let told = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let told = told.unwrap_or_default();
    let mut numbers = told.trim_start_matches("Python ").split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
        _ => (0, 0),
    }
}

/// A run of CPython.
#[must_use]
pub fn python() -> Run {
    Run::new("python3")
}

/// Whether a program is there; says what cannot be tested where it is not.
#[must_use]
pub fn has(program: &str, argument: &str, what: &str) -> bool {
    let there = Command::new(program).arg(argument).output();
    if there.is_ok_and(|output| output.status.success()) {
        return true;
    }
    leave_out(&format!("{program} is missing: {what}"));
    false
}

/// Whether a process is there and has not ended.
#[must_use]
pub fn is_alive(pid: Pid) -> bool {
    // A process that has ended but was not waited for still takes signals.
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let ended = state.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'));
    kill(pid, None).is_ok() && !ended
}

/// Waits until a process is gone.
///
/// # Panics
///
/// If it stays.
pub fn wait_for_end_of(pid: Pid) {
    let until = Instant::now() + Duration::from_secs(10);
    while is_alive(pid) {
        assert!(Instant::now() < until, "process {pid} is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
}
