//! A command that may take its time: it says how far it is, and a signal ends it.

use loopscope_session::Progress;

use crate::print::Terminal;
use crate::progress::ProgressLine;
use crate::signals::{Interrupt, Plain, Signals};

/// While a command of the command line goes on.
#[derive(Debug)]
pub(super) struct Patience {
    /// None where they could not be received: then they end us without further ado.
    signals: Option<Signals>,
    line: ProgressLine,
}

impl Patience {
    pub(super) fn begin() -> Self {
        let signals = Signals::start(Plain, Interrupt::Leaves).ok();
        Self { signals, line: ProgressLine::begin(true, Terminal::Errors) }
    }

    /// Tells how far it is. False: it is to be left.
    pub(super) fn go_on(&mut self, progress: Progress) -> bool {
        self.line.show(progress);
        self.leaving().is_none()
    }

    /// The exit code with which it is to be left.
    pub(super) fn leaving(&self) -> Option<i32> {
        self.signals.as_ref().and_then(Signals::leaving)
    }

    /// The command has come to its output: the line is free for it.
    pub(super) fn clear(&mut self) {
        self.line = ProgressLine::begin(false, Terminal::Errors);
    }
}
