//! Who takes part: our binary, with and without a recording, CPython's asyncio, uvloop, MicroPython.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::{Outcome, cargo, micropython as real};

/// One way to run a program.
pub(super) struct Contender {
    /// Its column.
    pub(super) name: &'static str,
    program: OsString,
    before: Vec<OsString>,
    /// What it tells the program to run on.
    kind: &'static str,
}

/// Everyone who can take part on this machine, on the interpreter `python` where it is theirs. Who
/// cannot is said, and so is which interpreter it is.
pub(super) fn all(root: &Path, python: &str) -> Vec<Contender> {
    let recording = cargo::target(root).join("bench.loopscope");
    let ours = |name, more: &[OsString]| Contender {
        name,
        program: cargo::binary(root).into(),
        before: [&["run".into(), "--headless".into()], more].concat(),
        kind: "ours",
    };
    let mut all = vec![
        ours("ours", &[]),
        ours("ours, real clock", &["--clock".into(), "real".into()]),
        ours("ours, recording", &["--record".into(), recording.into()]),
    ];
    let theirs = |name, program: OsString| Contender { name, program, before: vec![], kind: name };
    match version(python) {
        Ok(version) => {
            println!("asyncio is that of CPython {version}");
            all.push(theirs("asyncio", python.into()));
            match uvloop(root, python) {
                Ok((python, version)) => {
                    println!("uvloop is {version}, on the same");
                    all.push(theirs("uvloop", python.into()));
                }
                Err(error) => println!("uvloop is not compared: {error}."),
            }
        }
        Err(error) => println!("asyncio and uvloop are not compared: {error}."),
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

/// What `python` prints.
fn says(python: impl AsRef<OsStr>, code: &str) -> Outcome<String> {
    let output = Command::new(python).args(["-c", code]).stderr(Stdio::null()).output()?;
    if !output.status.success() {
        return Err("it does not run".into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The version of an interpreter, and what is known of how it was built.
fn version(python: &str) -> Outcome<String> {
    let code = "import sys, sysconfig
assert sys.version_info >= (3, 11)
how = sysconfig.get_config_var('CONFIG_ARGS') or ''
print(sys.version.replace('\\n', ' '),
      'with --enable-optimizations' if 'enable-optimizations' in how else '')";
    says(python, code).map_err(|_| format!("{python} is no Python of 3.11 or later").into())
}

/// A Python that has uvloop, and uvloop's version: `python` itself, or an environment of it below
/// the build folder.
fn uvloop(root: &Path, python: &str) -> Outcome<(PathBuf, String)> {
    let has_it = |python: &Path| says(python, "import uvloop; print(uvloop.__version__)");
    if let Ok(version) = has_it(Path::new(python)) {
        return Ok((python.into(), version));
    }
    let number = says(python, "import sys; print('%d.%d.%d' % sys.version_info[:3])")?;
    let folder = cargo::target(root).join(format!("uvloop-{number}"));
    let inside = folder.join("bin").join("python");
    if let Ok(version) = has_it(&inside) {
        return Ok((inside, version));
    }
    let quiet = |command: &mut Command| {
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    };
    if !quiet(Command::new(python).args(["-m", "venv", "--without-pip"]).arg(&folder)) {
        return Err(format!("{python} cannot make an environment").into());
    }
    // By whichever Python has pip: the one that is measured may lack it.
    for pip in [python, "python3"] {
        let mut command = Command::new(pip);
        command.args(["-m", "pip", "--python"]).arg(&inside).args(["install", "uvloop"]);
        if quiet(&mut command) {
            break;
        }
    }
    let version = has_it(&inside).map_err(|_| "pip cannot install it")?;
    Ok((inside, version))
}

impl Contender {
    /// The CPU time of one run, with that of every process that it starts.
    pub(super) fn time(&self, file: &Path, argument: Option<&str>) -> Outcome<Duration> {
        let before = children()?;
        let output = Command::new(&self.program)
            .args(&self.before)
            .arg(file)
            .arg(argument.unwrap_or(self.kind))
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
