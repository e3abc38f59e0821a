//! The engine: runs real asyncio programs on our own event loop and tells what happens.
//!
//! - [`core`] is the loop itself and knows no Python.
//! - `asyncio` is the API on top of it, with CPython's names; `micropython` is MicroPython's.
//! - `dialect` says what differs between the dialects.
//! - `process` is the process that a program runs in, as the operating system knows it.
//! - `python` is the embedded interpreter: starting it, its clock, output and interruption.
//! - `child` is the child process: requests in, records out.
//! - [`run`] is what all of them share.

mod asyncio;
pub mod child;
pub mod core;
mod dialect;
mod micropython;
mod options;
mod process;
mod python;
pub mod run;
