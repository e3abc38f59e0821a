//! Boards: the link to a running microcontroller, over a debug probe, a raw stream or a serial line, in
//! a thread of its own.
//!
//! ```text
//! probe, TCP, line, file ─▶ link (thread) ─▶ splice ─▶ LinkEvent ─▶ the session's source ─▶ records
//!                            ▲                                        │
//!                            └────────────── requests ────────────────┘
//! ```
//!
//! The link moves bytes. [`splice`] makes one stream of them whatever happens to the board: it
//! begins at record 1, goes on after a reset, and has the host's own remarks and the program's log
//! lines in between, as `output` records. A log line of `defmt` goes to standard error, plain text
//! on the program's own RTT channel to standard output, and so does any front end treat them.
//!
//! Nothing is written to the board but the read offset of a ring, a hello and the request for a
//! snapshot, unless the user has asked for control. The processor is halted only while probe-rs
//! attaches and leaves, and once for each fault, to see where it came from.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "boards are waited for in real time")]
#![cfg_attr(
    not(feature = "boards"),
    allow(dead_code, reason = "some of what follows is for probes alone")
)]

#[cfg(not(feature = "boards"))]
mod absent;
#[cfg(feature = "boards")]
pub mod chips;
mod ctf;
#[cfg(feature = "boards")]
mod defmt;
pub mod demo;
pub mod elf;
pub mod emulated;
mod event;
#[cfg(feature = "boards")]
mod futures;
mod host;
#[cfg(feature = "boards")]
mod lines;
mod link;
mod logs;
mod mixed;
pub mod pools;
#[cfg(feature = "boards")]
mod probe;
mod queue;
mod reconnecting;
mod serial;
pub mod splice;
mod stream;
#[cfg(feature = "boards")]
mod suggest;
#[cfg(feature = "boards")]
mod types;

#[cfg(not(feature = "boards"))]
pub use absent::chips;
#[cfg(not(feature = "boards"))]
use absent::{defmt, probe};

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use event::LinkEvent;
pub use link::Link;
use loopscope_virtual_probe::Console;
#[cfg(feature = "boards")]
use suggest::suggestions;

/// Where a board is.
#[derive(Clone, Debug)]
pub enum Where {
    /// Behind a debug probe.
    Probe(Wired),
    /// Behind a raw RTT stream over TCP, as the servers of `OpenOCD` and J-Link give it: `HOST:PORT`.
    Tcp(String),
    /// Behind a serial line over TCP, with the program's own text in it: `HOST:PORT`.
    Line(String),
    /// Behind a serial line of this machine, with the program's own text in it.
    Serial {
        /// Its device.
        path: PathBuf,
        /// In baud.
        speed: u32,
    },
    /// In a file that holds what came over such a stream or line, or a folder with a trace of Zephyr's.
    Capture(PathBuf),
}

/// A board behind a debug probe.
#[derive(Clone, Debug, Default)]
pub struct Wired {
    /// The chip's name, as probe-rs lists it.
    pub chip: String,
    /// Which probe: `VID:PID` or `VID:PID:SERIAL`; the only one if absent.
    pub probe: Option<String>,
    /// Write the firmware to the board first.
    pub flash: bool,
    /// The processor is held before its first instruction, and is to be let run once the link
    /// stands.
    pub start: bool,
}

/// What the link needs to know.
#[derive(Clone, Debug)]
pub struct AttachOptions {
    /// Where the board is.
    pub place: Where,
    /// The firmware's ELF file. A probe needs it; a raw stream shows names only with it.
    pub elf: Option<PathBuf>,
    /// How long a lost board may be away before it counts as gone.
    pub patience: Duration,
    /// Where its program says something by semihosting, if the board is emulated.
    pub console: Option<Console>,
}

impl AttachOptions {
    /// What to call the board: its firmware, its address or its file.
    pub fn name(&self) -> String {
        let file = |path: &Path| {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        };
        match (&self.elf, &self.place) {
            (Some(elf), _) => file(elf),
            (None, Where::Tcp(address) | Where::Line(address)) => address.clone(),
            (None, Where::Capture(path) | Where::Serial { path, .. }) => file(path),
            (None, Where::Probe(wired)) => wired.chip.clone(),
        }
    }

    /// The folder that the firmware's source files are named from: Cargo calls the compiler in the
    /// workspace's, and puts what it builds below that, unless it is told otherwise.
    pub fn folder(&self) -> Option<PathBuf> {
        let elf = self.elf.as_deref()?.canonicalize().ok()?;
        let is_workspace = |folder: &&Path| folder.join("Cargo.toml").is_file();
        elf.ancestors().skip(1).find(is_workspace).map(Path::to_path_buf)
    }
}

/// Why a board cannot be attached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// What kind of thing is wrong.
    pub kind: Fault,
    /// One sentence: what, why, what to do next.
    pub text: String,
}

/// What kind of thing is wrong; it decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What the user wrote: a chip, a file or an address that is none.
    Words,
    /// The board and the ELF do not fit together.
    Mismatch,
    /// The probe or the board cannot be reached.
    Unreachable,
}

impl Refusal {
    pub(crate) fn words(text: impl Into<String>) -> Self {
        Self { kind: Fault::Words, text: text.into() }
    }

    pub(crate) fn mismatch(text: impl Into<String>) -> Self {
        Self { kind: Fault::Mismatch, text: text.into() }
    }

    pub(crate) fn unreachable(text: impl Into<String>) -> Self {
        Self { kind: Fault::Unreachable, text: text.into() }
    }
}
