//! The asyncio API: native classes where it is hot, and a Python package (`package/`) that puts
//! them under CPython's names and reuses the interpreter's own library above them.
//!
//! Only operations of [`crate::core`] change what a record can show; the methods here call them.
#![allow(
    clippy::needless_pass_by_value,
    reason = "the interpreter hands native functions their arguments by value"
)]

mod addresses;
mod context;
mod errors;
mod event_loop;
mod future;
mod future_cell;
mod future_iter;
mod handle;
mod job;
mod later;
mod lazy_names;
mod modules;
mod outside;
mod registry;
mod ring;
mod sleep;
mod socket_transport;
mod step;
mod sync;
mod task;
mod timer_handle;
mod waiters;
mod wakeup;

use crate::python::parts::Parts;

/// What it brings along to the interpreter.
pub(crate) const PARTS: Parts = Parts {
    native_modules: modules::native_modules,
    frozen: modules::FROZEN,
    current_loop: |vm| vm.asyncio_running_loop.borrow().clone(),
    unfinished: event_loop::unfinished,
    title: future_cell::title,
    language: None,
};
