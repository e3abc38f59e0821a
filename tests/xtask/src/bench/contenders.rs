//! Who takes part: our binary, with and without a recording, CPython's asyncio, uvloop, MicroPython.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::{Outcome, cargo, machine, micropython as real};

/// One way to run a program.
pub(super) struct Contender {
    /// Its column.
    pub(super) name: &'static str,
    program: OsString,
    before: Vec<OsString>,
    /// What it tells the program to run on.
    kind: &'static str,
}

/// Everyone who can take part on this machine. Who cannot is said.
pub(super) fn all(root: &Path) -> Vec<Contender> {
    let recording = cargo::target(root).join("bench.loopscope");
    let ours = |name, more: &[OsString]| Contender {
        name,
        program: cargo::binary(root).into(),
        before: [&["run".into(), "--headless".into()], more].concat(),
        kind: "ours",
    };
    let mut all =
        vec![ours("ours", &[]), ours("ours, recording", &["--record".into(), recording.into()])];
    let theirs = |name, program: OsString| Contender { name, program, before: vec![], kind: name };
    if machine::has_python() {
        all.push(theirs("asyncio", "python3".into()));
    } else {
        println!("There is no python3 of 3.11 or later: asyncio is not compared.");
    }
    match uvloop(root) {
        Ok(python) => all.push(theirs("uvloop", python.into())),
        Err(error) => println!("uvloop is not compared: {error}."),
    }
    all
}

/// Those who can run a program by MicroPython's rules, and our CPython beside them.
pub(super) fn micropython(root: &Path) -> Vec<Contender> {
    let ours = |name, dialect: &str| Contender {
        name,
        program: cargo::binary(root).into(),
        before: ["run", "--headless", "--dialect", dialect].map(OsString::from).to_vec(),
        kind: "ours",
    };
    let mut all = vec![ours("ours, micropython", "micropython"), ours("ours, cpython", "cpython")];
    match real::command(root) {
        Ok(mut words) => {
            let program = words.remove(0);
            let name = if words.is_empty() { "MicroPython" } else { "MicroPython (webassembly)" };
            all.push(Contender { name, program, before: words, kind: "micropython" });
        }
        Err(error) => println!("MicroPython is not compared: {error}."),
    }
    all
}

/// A Python that has uvloop, in an environment of its own below the build folder.
fn uvloop(root: &Path) -> Outcome<PathBuf> {
    let folder = cargo::target(root).join("uvloop");
    let python = folder.join("bin").join("python");
    let has_it = || {
        let quiet =
            Command::new(&python).args(["-c", "import uvloop"]).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success())
    };
    if !has_it() {
        let quiet = |command: &mut Command| {
            let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            done.is_ok_and(|status| status.success())
        };
        if !quiet(Command::new("python3").args(["-m", "venv"]).arg(&folder)) {
            return Err("python3 cannot make an environment".into());
        }
        quiet(Command::new(&python).args(["-m", "pip", "install", "--quiet", "uvloop"]));
        if !has_it() {
            return Err("pip cannot install it".into());
        }
    }
    Ok(python)
}

impl Contender {
    /// The CPU time of one run, with that of every process that it starts.
    pub(super) fn time(&self, file: &Path) -> Outcome<Duration> {
        let before = children()?;
        let output = Command::new(&self.program)
            .args(&self.before)
            .arg(file)
            .arg(self.kind)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(format!("{} on {}: {error}", self.name, file.display()).into());
        }
        Ok(children()?.saturating_sub(before))
    }
}

/// The CPU time of all processes that this one has started and waited for.
fn children() -> Outcome<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let sum = [usage.user_time(), usage.system_time()].map(|time| {
        let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    });
    Ok(sum[0] + sum[1])
}
