//! The terminal program: its command line, the screen, the line mode and the headless mode.
//!
//! The program under study never runs in this process; see [`loopscope_session::source`].
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "people, children and boards are waited for in real time"
)]

pub mod app;
pub mod cli;
mod editor;
mod exercise;
pub mod exit;
pub mod headless;
mod panics;
mod picture;
mod print;
mod progress;
pub mod repl;
pub mod signals;
pub mod terminal;
