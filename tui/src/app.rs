//! The screen as a program.

mod bars;
pub mod layout;
pub mod prompt;
pub mod screen;
