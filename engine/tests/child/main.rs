//! The child process as its parent sees it: the real thing, started as the terminal program starts
//! it, with real programs.
//!
//! It is run through the example `child`, which `cargo test` builds beside these tests.
#![allow(clippy::disallowed_methods, reason = "a real process takes real time")]

mod as_python;
mod clock;
mod ends;
mod interrupts;
mod limits;
mod micropython;
mod output;
mod process;
mod received;
mod statements;
mod stepping;
