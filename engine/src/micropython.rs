//! MicroPython's asyncio: native classes on [`crate::core::micro`], a Python package (`package/`)
//! for what is not hot, and the few modules and habits of the language that its programs touch.
//!
//! What a program can see here is MicroPython's, and so are the texts; how it is made is ours.
//! `README.md` in this folder lists what is different all the same.
#![allow(
    clippy::needless_pass_by_value,
    reason = "the interpreter hands native functions their arguments by value"
)]

mod by_stream;
mod cancel;
mod io_queue;
mod language;
mod modules;
mod pollable;
mod program;
mod queue;
mod run;
mod schedule;
mod select;
mod sleep;
mod step;
mod task;
mod time;

pub(crate) use language::{compile, set_up, set_up_streams, signal_channel};
pub(crate) use modules::{FROZEN, native_modules};
pub(crate) use program::current_loop;
pub(crate) use select::patch as patch_select;
pub(crate) use time::patch as patch_time;
