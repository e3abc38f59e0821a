//! What the tests need of the machine: looked for, and installed where that is ours to do.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::report::Report;

/// Whether a missing tool is a failure rather than a remark.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Whether `program` answers to `argument`.
pub(crate) fn answers(program: impl AsRef<Path>, argument: &str) -> bool {
    Command::new(program.as_ref())
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The commands that install packages, with the command that refreshes their lists.
const MANAGERS: [(&str, &[&str], &[&str]); 5] = [
    ("apt-get", &["update", "-q"], &["install", "-y", "-q", "--no-install-recommends"]),
    ("dnf", &[], &["install", "-y", "-q"]),
    ("apk", &[], &["add", "--quiet"]),
    ("pacman", &[], &["-Sy", "--noconfirm"]),
    ("zypper", &[], &["--non-interactive", "install"]),
];

/// Looks for what the tests need; installs tmux if it may. What is missing after that is a failure
/// under CI and a remark otherwise.
pub(crate) fn set_up(report: &mut Report) {
    if !answers("tmux", "-V") && is_root() {
        install("tmux");
    }
    need(report, answers("tmux", "-V"), "tmux is missing: the tests that look at the screen");
    need(
        report,
        has_python(),
        "there is no python3 of 3.11 or later: the live comparison with CPython",
    );
}

/// Whether there is a `python3` that is new enough to compare with.
pub(crate) fn has_python() -> bool {
    Command::new("python3")
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn need(report: &mut Report, there: bool, otherwise: &str) {
    match (there, is_ci()) {
        (true, _) => report.pass(),
        (false, true) => report.fail(format!("set-up: {otherwise} cannot run")),
        (false, false) => report.leave_out(otherwise),
    }
}

/// Installs `package` by the first package manager there is.
fn install(package: &str) {
    let Some((manager, refresh, install)) =
        MANAGERS.iter().find(|(manager, ..)| answers(manager, "--version"))
    else {
        return;
    };
    println!("installing {package} by {manager}");
    let run = |words: &[&str]| {
        let done = Command::new(manager)
            .args(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        done.is_ok_and(|status| status.success())
    };
    let wanted = [install, &[package][..]].concat();
    // The lists are refreshed only where the package is not found without: it takes long.
    if !run(&wanted) && !refresh.is_empty() && run(refresh) {
        run(&wanted);
    }
}
