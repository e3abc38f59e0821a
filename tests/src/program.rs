//! A program that runs by itself beside the test, in some Python: it is attached to, and looked at
//! afterwards.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::scratch::Scratch;

/// How long it may take until something is there.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that runs; it is ended with the value.
#[derive(Debug)]
pub struct Program {
    child: Child,
    scratch: Scratch,
    /// Where it listens, if it does.
    pub socket: PathBuf,
}

impl Program {
    /// Starts a program as `python ARGUMENTS... program.py` does. It prints `ready` when it is.
    ///
    /// # Panics
    ///
    /// If it does not come up.
    #[must_use]
    pub fn start(
        python: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        code: &str,
    ) -> Self {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", code);
        let socket = short_path(&scratch);
        let out = File::create(scratch.path("out")).expect("the scratch folder can be written");
        let err = File::create(scratch.path("err")).expect("the scratch folder can be written");
        let mut command = Command::new(python);
        for argument in arguments {
            command.arg(if *argument == "SOCKET" { socket.as_os_str() } else { argument.as_ref() });
        }
        command.arg(&file).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", python.display()));
        let program = Self { child, scratch, socket };
        program.wait_for("ready");
        program
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed.
    #[must_use]
    pub fn out(&self) -> String {
        self.scratch.read("out")
    }

    /// What it has printed to standard error.
    #[must_use]
    pub fn err(&self) -> String {
        self.scratch.read("err")
    }

    /// Waits until it has printed something.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, || self.out().contains(text));
    }

    /// Waits until something holds.
    ///
    /// # Panics
    ///
    /// If it never does.
    pub fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !holds() {
            let (out, err) = (self.out(), self.err());
            assert!(Instant::now() < until, "waited for {what}: {out}\n{err}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many descriptors and threads it has.
    #[must_use]
    pub fn belongings(&self) -> (usize, usize) {
        let count = |what: &str| {
            std::fs::read_dir(format!("/proc/{}/{what}", self.pid())).map_or(0, Iterator::count)
        };
        (count("fd"), count("task"))
    }

    /// Its state, as the system calls it: `S` sleeps, `R` runs, `T` is stopped.
    #[must_use]
    pub fn state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()));
        let stat = stat.unwrap_or_default();
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('?')
    }
}

/// A socket's name may have about a hundred bytes, and a build folder's may have more.
fn short_path(scratch: &Scratch) -> PathBuf {
    let name = scratch.folder().file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::env::temp_dir().join(format!("lsp-{name}.sock"))
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.socket);
    }
}
