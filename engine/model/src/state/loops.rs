//! One event loop: what it is doing, its ready queue and its timers.

use loopscope_protocol::{By, Fd, HandleId, LoopId, NameId, Place, RunHow, TaskId, Which};

use crate::state::Handle;
use crate::state::ready::Ready;
use crate::state::timers::{DueKey, Timers};

/// One event loop.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// Its id.
    pub id: LoopId,
    /// Its place in its life.
    pub phase: Phase,
    /// Its place in the turn.
    pub at: At,
    /// The present or the last run. `None` before the first, or where it is not known.
    pub run: Option<Run>,
    /// `stop()` was called and the loop has not left yet. False where the phase is unknown.
    pub stop_requested: bool,
    /// Who called `stop()`.
    pub stop_by: By,
    /// The handle that runs.
    pub current: Option<HandleId>,
    /// When it started; later by as long as it was interrupted.
    pub current_since: Option<u64>,
    /// Which loop's step has interrupted that, and since when.
    pub(crate) interrupted: Option<(LoopId, u64)>,
    /// The present or last turn; 0 before the first.
    pub turn: u32,
    /// The present sleep while [`At::Polling`], otherwise the last one.
    pub sleep: Option<Sleep>,
    /// The exception handler in force.
    pub handler: Handler,
    /// The runs inside which the present one runs, outermost first: only MicroPython's firmware
    /// allows that.
    pub(crate) outer: Vec<Outer>,
    /// Whether the present run has had a turn: a loop that was stopped before still gets one.
    pub(crate) turned: bool,
    /// The handles that are ready, first to run first.
    pub(crate) ready: Ready,
    /// Whether there may be others before the listed ones, lost in a gap.
    pub(crate) ready_known: bool,
    /// The timers in the heap.
    pub(crate) timers: Timers,
    /// Whether there may be others.
    pub(crate) timers_known: bool,
}

/// A loop's place in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It exists and has not run yet.
    New,
    /// It runs.
    Running,
    /// It runs, and leaves after the present or next batch because `stop()` was called.
    Stopping,
    /// It ran, and may run again.
    Stopped,
    /// It is closed for good.
    Closed,
    /// Not known since a gap.
    Unknown,
}

impl Phase {
    /// As `info loop` prints it: running, stopping, stopped, closed (or unknown).
    pub const fn word(self) -> &'static str {
        match self {
            Self::New | Self::Stopped => "stopped",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it runs, stopping or not.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::Stopping)
    }
}

/// A loop's place in the turn: poll, timers, ready, running, and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// It does not run.
    Idle,
    /// Between two turns, or before the first turn of a run.
    Between,
    /// Asking the operating system, perhaps asleep: see [`Loop::sleep`].
    Polling,
    /// After the poll: due timers and ready descriptors move to the ready queue.
    Timers,
    /// In the batch, between two handles.
    Ready,
    /// A handle runs: see [`Loop::current`].
    Running,
    /// Not known since a gap.
    Unknown,
}

impl At {
    /// One word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Between => "between turns",
            Self::Polling => "poll",
            Self::Timers => "timers",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Unknown => "unknown",
        }
    }
}

/// One call of `run_forever` or `run_until_complete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which call.
    pub how: RunHow,
    /// The task it waits for.
    pub task: TaskId,
    /// Whether that task had ended before: MicroPython's loop then runs until nothing is queued.
    pub ended_before: bool,
}

/// A run that waits until the one inside it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outer {
    pub(crate) run: Option<Run>,
    pub(crate) current: Option<HandleId>,
    pub(crate) current_since: Option<u64>,
}

/// One poll.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sleep {
    /// When it began, in nanoseconds of loop time.
    pub since: Option<u64>,
    /// The longest sleep in seconds; `None`: no limit.
    pub timeout: Option<f64>,
    /// When it ended.
    pub until: Option<u64>,
    /// How many descriptors were ready.
    pub ready: u32,
    /// How many of them have told of themselves.
    pub taken: u32,
    /// The last of these.
    pub(crate) last_taken: Fd,
    /// Something outside has acted on the loop during the poll, so that it ends.
    pub disturbed: bool,
}

impl Sleep {
    /// When the loop wakes by itself, in seconds of loop time.
    pub fn wakes_at(&self) -> Option<f64> {
        Some(crate::record::seconds(self.since?) + self.timeout?)
    }

    /// How long it lasted, in seconds.
    pub fn slept(&self) -> Option<f64> {
        Some(crate::record::seconds(self.until?.saturating_sub(self.since?)))
    }
}

/// An exception handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Which; `None`: not known since a gap.
    pub which: Option<Which>,
    /// Its qualified name, if it is the program's.
    pub name: NameId,
    /// Where it is defined.
    pub place: Place,
}

impl Handler {
    /// The loop's own.
    pub const DEFAULT: Self =
        Self { which: Some(Which::Default), name: NameId::NONE, place: Place::NONE };
}

impl Loop {
    /// What is left of this turn's batch, first to run first. The running handle is not in it.
    pub fn batch(&self) -> impl DoubleEndedIterator<Item = HandleId> + ExactSizeIterator + '_ {
        self.ready.iter().take(self.ready.batch())
    }

    /// What is ready but waits for the next turn. Outside a batch that is all that is ready.
    pub fn next_batch(&self) -> impl DoubleEndedIterator<Item = HandleId> + ExactSizeIterator + '_ {
        self.ready.iter().skip(self.ready.batch())
    }

    /// All that is ready, first to run first.
    pub fn ready(&self) -> impl DoubleEndedIterator<Item = HandleId> + ExactSizeIterator + '_ {
        self.ready.iter()
    }

    /// Whether the ready queue is known to be complete. If not, others may stand before the listed
    /// ones.
    pub const fn ready_known(&self) -> bool {
        self.ready_known
    }

    /// The timers in the heap, cancelled ones too, by due time. Among equal times the older one
    /// comes first here; [`Loop::timers_in_order`] has them in the heap's order.
    pub fn timers(&self) -> impl DoubleEndedIterator<Item = HandleId> + ExactSizeIterator + '_ {
        self.timers.iter().map(|(_, handle)| handle)
    }

    /// Some timers from one on, in the order in which they become due if none comes or goes: among
    /// equal times, in that of the loop's heap.
    pub fn timers_in_order(&self, first: usize, count: usize) -> Vec<HandleId> {
        self.timers.in_order(first, count)
    }

    /// Whether it is known which of several timers that are due at the same time comes first.
    pub const fn ties_known(&self) -> bool {
        self.timers.is_exact()
    }

    /// Whether a handle is in the heap of timers.
    pub fn has_timer(&self, handle: &Handle) -> bool {
        handle.when.is_some_and(|when| self.timers.contains(DueKey::new(when), handle.id))
    }

    /// The first timer in the heap with its due time, cancelled or not.
    pub fn first_timer(&self) -> Option<(HandleId, f64)> {
        self.timers.first().map(|(due, handle)| (handle, due.seconds()))
    }

    /// Whether the timers are known to be complete.
    pub const fn timers_known(&self) -> bool {
        self.timers_known
    }
}
