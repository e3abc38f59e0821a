//! The way into a Python process that runs already.
//!
//! Two ways lead there, and both end in a Unix socket that the recorder speaks over:
//!
//! - [`meeting`]: the program listens (`python3 -m loopscope`, `loopscope.listen()`), on a socket that
//!   only its user can open.
//! - [`caller`]: a CPython of 3.14 or later that nobody has prepared is asked to run a script, by the
//!   protocol for remote debugging (PEP 768). [`runtime`] reads what that needs out of the process's
//!   memory; [`target`](mod@target) says what the system tells of the process.
//!
//! [`checks`] says whether that can be, with cause and remedy; [`list`](mod@list) says it of all.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "processes are waited for in real time, and the environment says where they meet"
)]

pub mod caller;
pub mod checks;
pub mod list;
pub mod meeting;
mod memory;
pub mod nudge;
pub mod runtime;
pub mod target;

use thiserror::Error;

/// Why there is no way in, in a sentence that says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
