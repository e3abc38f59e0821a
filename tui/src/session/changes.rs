//! What changed from one stop to the next, so that every panel can mark it.

use std::collections::BTreeMap;

use loopscope_model::State;
use loopscope_protocol::{Fd, HandleId, LoopId, Signal, TaskId, WatchHow};

/// What happened to a thing since the last stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was not there before: `+`.
    New,
    /// It is there no more: `-`. Look it up in [`Changes::before`].
    Gone,
    /// It is there as before, but not the same: `~`.
    Changed,
}

impl Mark {
    /// The character that shows it.
    pub const fn sign(self) -> char {
        match self {
            Self::New => '+',
            Self::Gone => '-',
            Self::Changed => '~',
        }
    }
}

/// Everything that changed since the last stop. What is not listed did not change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// The state at the last stop.
    pub before: State,
    /// In the ready queue.
    pub ready: BTreeMap<HandleId, Mark>,
    /// In the heap of timers.
    pub timers: BTreeMap<HandleId, Mark>,
    /// Tasks; a task that has ended since is `Changed`.
    pub tasks: BTreeMap<TaskId, Mark>,
    /// Watched descriptors.
    pub watchers: BTreeMap<(LoopId, Fd, WatchHow), Mark>,
    /// Signals with a handler.
    pub signals: BTreeMap<Signal, Mark>,
    /// Loops.
    pub loops: BTreeMap<LoopId, Mark>,
    /// How many lines of output are new. Negative after going back: so many are gone.
    pub outputs: i64,
    /// How many calls of the exception handler are new. Negative after going back.
    pub handler_calls: i64,
}
