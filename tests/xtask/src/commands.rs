//! Commands as parts of a step: run, and counted in the report.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::report::{Counted, Report};
use crate::{cargo, machine};

/// Runs a command that either goes well or does not.
pub(crate) fn check(report: &mut Report, name: &str, mut command: Command) {
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => report.pass(),
        Ok(status) => report.fail(format!("{name}: {status}; see above")),
        Err(error) => report.fail(format!("{name}: it could not be started: {error}")),
    }
}

/// Runs a component of the toolchain, which may not be installed.
pub(crate) fn component(root: &Path, report: &mut Report, name: &str, command: Command) {
    let there = cargo::plain(root)
        .args([name, "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let missing = format!("cargo {name} is not installed: the check of it");
    match (there, machine::is_ci()) {
        (true, _) => check(report, name, command),
        (false, true) => report.fail(missing),
        (false, false) => report.leave_out(missing),
    }
}

/// Runs Rust tests: passes on what they print and counts in it.
pub(crate) fn tests(report: &mut Report, name: &str, mut command: Command) {
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return report.fail(format!("{name}: it could not be started: {error}")),
    };
    let mut counted = Counted::default();
    if let Some(printed) = child.stdout.take() {
        for line in BufReader::new(printed).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            counted.line(&line);
        }
    }
    let went_well = child.wait().is_ok_and(|status| status.success());
    report.tests(name, &counted, went_well);
}
