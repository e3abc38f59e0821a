//! The embedded interpreter: how it starts, what time it sees, where its output goes and how it is
//! interrupted. It knows no event loop; `asyncio` does.

mod annotations;
mod await_text;
mod blocked;
mod clock;
pub(crate) mod describe;
mod dicts;
pub(crate) mod ending;
pub(crate) mod flags;
pub(crate) mod frames;
mod hooks;
mod lines;
mod locks;
mod lookups;
mod missing;
pub(crate) mod output;
mod outside;
pub(crate) mod parts;
mod processes;
pub(crate) mod program;
mod random;
mod readable;
pub(crate) mod start;
pub(crate) mod stepping;
mod streams;
mod tls;
pub(crate) mod value;
mod version;

pub(crate) use blocked::others_at_work;
pub(crate) use clock::{sleep_for, start_at, wait_millis};
pub(crate) use hooks::wrap_method;
pub(crate) use locks::may_have_threads;
pub(crate) use readable::{readable, readable_name};
