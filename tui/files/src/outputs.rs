//! The one place where a file is opened to be written: recordings, lines of JSON, exports.
//!
//! - It is opened after everything that is read was opened and checked. It is never one of those
//!   files, nor another one that is being written, whatever the two are called: links are followed.
//! - What is there already stays until there is something to put in its place. A file is written
//!   beside and renamed: an export when it is complete, and what grows with a run as soon as the run
//!   has begun. So it lies under its name up to its last record even if we are killed.
//! - A file that does not look like an earlier output of the same kind is written over only with
//!   `--force`. One that does is written over, and a sentence says so.
//! - Pipes, terminals and devices are streams, and written to as they are.

#[cfg(unix)]
mod file;
#[cfg(unix)]
mod files;
mod kind;
#[cfg(not(unix))]
mod nowhere;
#[cfg(unix)]
mod place;
#[cfg(all(test, unix))]
mod tests;

#[cfg(unix)]
pub use file::{Output, OutputGuard};
#[cfg(unix)]
pub use files::Files;
pub use kind::Kind;
#[cfg(not(unix))]
pub use nowhere::{Files, Output, OutputGuard};

/// Why a file is not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);
