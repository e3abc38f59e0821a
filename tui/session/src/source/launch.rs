//! What a program is started with.

use std::ffi::OsString;
use std::sync::Arc;

use loopscope_engine::child::Options;
use loopscope_protocol::Dialect;

use super::kept::{Scratch, Stdin};

/// What is to be started, and how it is connected.
#[derive(Debug)]
pub struct Launch {
    /// What follows `__engine` on the child's command line.
    pub args: Vec<OsString>,
    /// What to call the program.
    pub name: String,
    /// What it reads.
    pub stdin: Stdin,
    /// Whether a screen or line mode is between it and the terminal.
    pub shown: bool,
    /// Whether its output goes only into records.
    pub capture: bool,
    /// Whether records are only kept: then they are handed on as they came, by `Local::poll_unread`.
    pub unread: bool,
    /// How it sends its records.
    pub speaks: Speaks,
    /// Whether it may go on for any time once it has closed its pipe: nobody looks at records.
    pub patient: bool,
    /// How many bytes it may use, to explain its end with.
    pub memory_limit: Option<u64>,
    /// The folder that it may write into, if it is in a sandbox.
    pub scratch: Option<Arc<Scratch>>,
}

/// How a program sends its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// In our own engine's sealed pieces.
    Sealed,
    /// In notes of the recorder in a real CPython.
    Notes,
    /// In frames of the recorder in a real MicroPython, between what it prints.
    Mixed,
}

impl Speaks {
    /// How a program does that is started with these options.
    pub const fn of(options: &Options) -> Self {
        match (&options.python, options.dialect) {
            (None, _) => Self::Sealed,
            (Some(_), Dialect::Micropython | Dialect::MicropythonFirmware) => Self::Mixed,
            (Some(_), _) => Self::Notes,
        }
    }
}
