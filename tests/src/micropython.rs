//! Real MicroPython, where the machine has one: an executable, or the webassembly build under node.
//!
//! It is optional everywhere, so whoever looks for it says in a line what was not compared.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::left_out::mention;
use crate::programs::{compare, within_three_attempts};
use crate::run::Run;
use crate::scratch::{target_folder, workspace};

/// One real MicroPython.
#[derive(Clone, Debug)]
pub enum Micropython {
    /// What `LOOPSCOPE_MICROPYTHON` names: an executable that takes a program's path.
    Executable(PathBuf),
    /// The npm package in `LOOPSCOPE_MICROPYTHON_NPM` with the asyncio of the checkout in
    /// `LOOPSCOPE_MICROPYTHON_CHECKOUT`, under `node`.
    Webassembly {
        /// A checkout of MicroPython's sources.
        checkout: PathBuf,
        /// The folder of the npm package.
        module: PathBuf,
    },
}

impl Micropython {
    /// Those that are there.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let executable = named("LOOPSCOPE_MICROPYTHON").map(Self::Executable);
        let webassembly = checkout().zip(named("LOOPSCOPE_MICROPYTHON_NPM"));
        let webassembly = webassembly.filter(|_| answers("node", "--version"));
        let webassembly =
            webassembly.map(|(checkout, module)| Self::Webassembly { checkout, module });
        executable.into_iter().chain(webassembly).collect()
    }

    /// What to call it in a note.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Executable(_) => "MicroPython's executable",
            Self::Webassembly { .. } => "MicroPython's webassembly build",
        }
    }

    /// Whether it has no sockets.
    #[must_use]
    pub fn is_webassembly(&self) -> bool {
        matches!(self, Self::Webassembly { .. })
    }

    /// Insists that it prints this.
    ///
    /// It has several attempts, since it runs by the machine's clock.
    ///
    /// # Errors
    ///
    /// How the last attempt differs.
    pub fn prints(&self, program: &Path, ours: &str) -> Result<(), String> {
        within_three_attempts(|| {
            let run = self.run(program).limit(60);
            let theirs = match std::fs::read_to_string(program.with_extension("in")) {
                Ok(input) => run.input(&input).end(),
                Err(_) => run.end(),
            };
            compare(ours, &theirs.out(), self.name())
                .map_err(|text| format!("{text}\nits standard error:\n{}", theirs.err()))
        })
    }

    /// A run of a program on it.
    #[must_use]
    pub fn run(&self, program: &Path) -> Run {
        match self {
            Self::Executable(path) => Run::new(path).arg(program),
            Self::Webassembly { checkout, module } => {
                let script = workspace().join("tests/programs/micropython/oracle.mjs");
                Run::new("node").arg(script).arg(checkout).arg(module).arg(program)
            }
        }
    }
}

/// The executable of the unix port that programs are run with: the one that `LOOPSCOPE_MICROPYTHON`
/// names, the one in the path, or the one that the set-up has unpacked. `None`: that is mentioned.
#[must_use]
pub fn executable() -> Option<PathBuf> {
    let unpacked = target_folder().join("tools/pythons/usr/bin/micropython");
    let in_path = PathBuf::from("micropython");
    let has_asyncio = |file: &PathBuf| {
        let output = Command::new(file).args(["-c", "import asyncio.core"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = named("LOOPSCOPE_MICROPYTHON").into_iter().chain([in_path, unpacked]);
    let found = found.into_iter().find(has_asyncio);
    if found.is_none() {
        mention("no MicroPython with asyncio to run programs with (LOOPSCOPE_MICROPYTHON)");
    }
    found
}

/// The checkout of MicroPython's sources that `LOOPSCOPE_MICROPYTHON_CHECKOUT` names.
#[must_use]
pub fn checkout() -> Option<PathBuf> {
    named("LOOPSCOPE_MICROPYTHON_CHECKOUT")
}

/// What a variable names.
///
/// # Panics
///
/// If it is not there: whoever names it wants it to be used.
fn named(variable: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env::var_os(variable).filter(|value| !value.is_empty())?);
    assert!(path.exists(), "{variable} names {}, which is not there", path.display());
    Some(path)
}

fn answers(program: &str, argument: &str) -> bool {
    let output = Command::new(program).arg(argument).output();
    output.is_ok_and(|output| output.status.success())
}
