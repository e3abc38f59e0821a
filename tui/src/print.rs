//! The one place that prints: what goes to standard output and standard error from here is safe for
//! a terminal, whoever wrote it (see [`loopscope_model::safe_text`]). `cargo xtask tidy` keeps everybody else from
//! those streams, but for the places that its rule `printing` names.
//!
//! Only the screen writes orders to the terminal, and only `run --headless` lets a program write
//! there itself.

use std::io::{self, IsTerminal, Stderr, Stdout};

use loopscope_model::safe_text::Writer;

/// Standard output, for text.
pub(crate) fn out() -> Writer<Stdout> {
    Writer::new(io::stdout())
}

/// Standard error, for text.
pub(crate) fn err() -> Writer<Stderr> {
    Writer::new(io::stderr())
}

/// Standard output as it is, for what the screen tells the terminal to do.
pub(crate) fn screen() -> Stdout {
    io::stdout()
}

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}
