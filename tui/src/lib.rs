//! The terminal program: its command line, the screen, the line mode and the headless mode.
//!
//! The program under study never runs in this process; see [`source`].
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "people, children and boards are waited for in real time"
)]

pub mod app;
pub mod attach;
pub mod cli;
pub mod headless;
pub mod keys;
pub mod repl;
pub mod session;
pub mod source;
pub mod terminal;
pub mod theme;
pub mod views;
pub mod widgets;
