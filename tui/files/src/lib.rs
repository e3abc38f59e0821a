//! Files on the user's machine: what is written, what is there for a while, and what we keep.
//!
//! What is in them is no concern of this crate, but for how a file of ours begins.
#![forbid(unsafe_code)]

pub mod outputs;
pub mod own;
pub mod store;
#[cfg(unix)]
pub mod temporary;
