//! Real MicroPython, where the machine has one: an executable, or the webassembly build under node.
//!
//! It is optional everywhere, so whoever looks for it says in a line what was not compared.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs::{compare, within_three_attempts};
use crate::run::Run;
use crate::scratch::workspace;

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
            let theirs = self.run(program).limit(60).end();
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
