//! The one place that prints: what goes to standard output and standard error from here is safe for
//! a terminal, whoever wrote it (see [`loopscope_model::safe_text`]). `cargo xtask tidy` keeps everybody else from
//! those streams, but for the places that its rule `printing` names.
//!
//! Only the screen writes orders to the terminal, and only `run --headless` lets a program write
//! there itself.

use std::io::{self, IsTerminal, Stderr, Stdout, Write};
use std::os::fd::AsFd;

use loopscope_model::safe_text::Writer;
use nix::poll::{PollFd, PollFlags, poll};

/// How long a terminal may take to take an order, in milliseconds. One that was told to take nothing,
/// as by Ctrl-S, would take for ever.
const AN_ORDER: u16 = 200;

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

/// Passes on what a program writes, as it is: for `run --headless` alone.
pub(crate) fn pass_on(to_stderr: bool, bytes: &[u8]) -> io::Result<()> {
    if to_stderr {
        return io::stderr().write_all(bytes);
    }
    let mut out = io::stdout();
    out.write_all(bytes)?;
    out.flush()
}

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Tells the terminal what to do, at once and past whoever else writes to it.
pub(crate) fn orders(bytes: &[u8]) {
    Terminal::Output.order(bytes);
}

/// A terminal that takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Terminal {
    /// That of standard output.
    Output,
    /// That of standard error.
    Errors,
}

impl Terminal {
    /// Whether there is one.
    pub(crate) fn is_there(self) -> bool {
        match self {
            Self::Output => is_terminal(),
            Self::Errors => io::stderr().is_terminal(),
        }
    }

    /// Tells it what to do, at once and past whoever else writes to it.
    pub(crate) fn order(self, bytes: &[u8]) {
        match self {
            Self::Output => write_at_once(io::stdout(), bytes),
            Self::Errors => write_at_once(io::stderr(), bytes),
        }
    }
}

fn write_at_once(out: impl AsFd, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let mut writable = [PollFd::new(out.as_fd(), PollFlags::POLLOUT)];
        if !matches!(poll(&mut writable, AN_ORDER), Ok(1)) {
            return;
        }
        match nix::unistd::write(&out, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(nix::errno::Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}
