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

use crate::python::parts::{Language, Parts};

/// What it brings along to the interpreter.
pub(crate) const PARTS: Parts = Parts {
    native_modules: modules::native_modules,
    frozen: modules::FROZEN,
    current_loop: program::current_loop,
    unfinished: |_| {
        let tasks = program::program().unfinished();
        tasks.into_iter().map(|task| (task.id().0, task.coro())).collect()
    },
    title: task::title,
    language: Some(Language {
        interrupt_by: language::interrupt_by,
        set_up: language::set_up,
        set_up_streams: language::set_up_streams,
        compile: language::compile,
        patch_select: select::patch,
        patch_time: time::patch,
    }),
};
