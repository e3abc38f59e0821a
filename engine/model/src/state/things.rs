//! What lives in a loop: handles, tasks and futures; and what is known of the run as a whole.

use std::ops::Deref;

use loopscope_protocol::{
    By, ChainId, ClockHow, ClockMode, Dialect, ExitHow, FutureHow, FutureId, HandleHow, HandleId,
    LoopId, NameId, NeedHow, ObjectId, On, Place, TaskHow, TaskId, Ties, Word,
};

use crate::record::Texts;
use crate::state::Completer;
use crate::table::SortedSet;

/// A callback that waits to run, or runs. Timers are handles too.
#[derive(Clone, Debug, PartialEq)]
pub struct Handle {
    /// Its id.
    pub id: HandleId,
    /// Its loop.
    pub loop_id: LoopId,
    /// How it came to be; `None`: by `call_later` or `call_at`, or not known (see `when`).
    pub how: Option<HandleHow>,
    /// The callback's qualified name; for a step, the coroutine's. None: not known.
    pub name: NameId,
    /// Where the callback is defined.
    pub place: Place,
    /// Who made it.
    pub by: By,
    /// The name of the handle that made it.
    pub by_name: NameId,
    /// The task that it steps.
    pub task: TaskId,
    /// The future that it will complete, or whose completion made it.
    pub future: FutureId,
    /// When it is or was due, for a timer.
    pub when: Option<f64>,
    /// Where it is in its life.
    pub state: HandleState,
    /// Whether it was cancelled; it is then left out when it is reached.
    pub cancelled: bool,
    /// How many times it stands in the ready queue. More than 1 only for watchers and signals.
    pub queued: u32,
    /// How often it has run. More than 1 only for watchers and signals.
    pub runs: u32,
    /// The number of the record that introduced it; 0 if that was lost.
    pub made: u64,
    /// When it was made, in nanoseconds of loop time.
    pub made_at: Option<u64>,
    /// Whether a watcher or a signal holds it, so that it does not end when it has run.
    pub(crate) owned: bool,
}

/// Where a handle is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandleState {
    /// It belongs to a watcher or a signal and waits for that.
    Idle,
    /// It is a timer in the heap.
    Timer,
    /// It is in the ready queue.
    Ready,
    /// It runs.
    Running,
    /// It has run, or was left out. Kept for a while so that sentences can name it.
    Gone,
    /// Not known since a gap.
    Unknown,
}

impl Handle {
    /// How it came to be, in a word: `timer` or one of [`HandleHow`]'s; `unknown` if that was lost.
    pub fn how_word(&self) -> &'static str {
        match self.how {
            Some(how) => how.word(),
            None if self.when.is_some() => "timer",
            None => "unknown",
        }
    }

    /// Where it stands in MicroPython's queue: by milliseconds, then by the order of pushing.
    pub(crate) fn place_in_queue(&self) -> (u64, u64) {
        (self.key_ms().unwrap_or(u64::MAX), self.made)
    }

    /// Its key in MicroPython's queue, in milliseconds: when it is due, or when it was pushed.
    pub fn key_ms(&self) -> Option<u64> {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a due time is a whole, positive number of milliseconds"
        )]
        match (self.when, self.made_at) {
            (Some(when), _) => Some((when * 1e3).round() as u64),
            (None, at) => at.map(|at| at / 1_000_000),
        }
    }

    /// Whether it belongs to a watcher or a signal, so that it may run many times.
    pub const fn is_lasting(&self) -> bool {
        matches!(self.how, Some(HandleHow::Reader | HandleHow::Writer | HandleHow::Signal))
    }
}

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its loop.
    pub loop_id: LoopId,
    /// The coroutine's qualified name.
    pub name: NameId,
    /// The task's own name, as `get_name()` gives it.
    pub label: NameId,
    /// Where the coroutine is defined.
    pub defined: Place,
    /// Where it stands: the line it was last seen suspended at, the definition before that.
    pub place: Place,
    /// Its await chain, innermost first; see [`Names::chain`](crate::Names::chain).
    pub chain: ChainId,
    /// Where it is in its life.
    pub state: TaskState,
    /// What it waits for, or waited for last.
    pub on: On,
    /// The handle that will step it, once it is queued.
    pub handle: Option<HandleId>,
    /// Where it stands in line: at what, and since which record.
    pub(super) line: (ObjectId, u64),
    /// Whether it was ever asked to be cancelled.
    pub cancel_requested: bool,
    /// Whether it is still to be told so: its next step begins with that. It may go on afterwards.
    pub cancel_pending: bool,
    /// By whom.
    pub cancelled_by: By,
    /// Who made it.
    pub by: By,
    /// The name of the handle that made it.
    pub by_name: NameId,
    /// How many times it was resumed.
    pub steps: u32,
    /// The number of the record with which it was resumed last; 0 if it was not, or that was lost.
    pub stepped: u64,
    /// How long its steps took together, in nanoseconds.
    pub busy: u64,
    /// When the present step, wait or queueing began.
    pub since: Option<u64>,
    /// The number of the record that introduced it; 0 if that was lost.
    pub made: u64,
    /// What it has ended by, and the traceback; see [`Texts::value`].
    pub ending: Texts,
}

/// Where a task is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Its next step is in the ready queue (see [`Task::handle`]) or about to be.
    Queued,
    /// It runs.
    Running,
    /// It waits for something; [`On::Nothing`] where its source did not say for what.
    Waiting(On),
    /// It has ended. Kept for a while.
    Done(TaskHow),
    /// Not known since a gap.
    Unknown,
}

impl TaskState {
    /// One word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting(_) => "waiting",
            Self::Done(_) => "done",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it has ended.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// A future that is not a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Future {
    /// Its id.
    pub id: FutureId,
    /// Its loop.
    pub loop_id: LoopId,
    /// Its class's qualified name.
    pub name: NameId,
    /// Where it is in its life.
    pub state: FutureState,
    /// Who made it.
    pub by: By,
    /// The name of the handle that made it.
    pub by_name: NameId,
    /// Who completed it.
    pub done_by: By,
    /// The name of the handle that completed it.
    pub done_by_name: NameId,
    /// How much of what it needs is enough.
    pub enough: NeedHow,
    /// What it needs before it can be complete, as far as that was told (`gather`, `wait`).
    pub needs: Needs,
    /// What completes it from outside, as far as that was told.
    pub completer: Completer,
    /// The number of the record that introduced it; 0 if that was lost.
    pub made: u64,
    /// What it has, and the traceback if that is an exception; see [`Texts::value`].
    pub ending: Texts,
}

/// What a future needs, each once, in the order in which that was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    list: Vec<On>,
    /// The same, to be found again: `gather` may need a hundred thousand.
    sorted: SortedSet<On>,
}

impl Needs {
    pub(crate) fn add(&mut self, on: On) {
        if self.sorted.insert(on) {
            self.list.push(on);
        }
    }
}

impl Deref for Needs {
    type Target = [On];

    fn deref(&self) -> &[On] {
        &self.list
    }
}

/// Where a future is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FutureState {
    /// It has no result yet.
    Pending,
    /// It is complete. Kept for a while.
    Done(FutureHow),
    /// Not known since a gap.
    Unknown,
}

impl FutureState {
    /// One word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done(_) => "done",
            Self::Unknown => "unknown",
        }
    }
}

/// How the program was started, from `run-start`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunInfo {
    /// Whose rules; `None` where the source did not say.
    pub dialect: Option<Dialect>,
    /// Which clock was asked for.
    pub clock: Option<ClockMode>,
    /// What made the clock real, once it is.
    pub real_since: Option<ClockHow>,
    /// The calendar time at loop time 0, in nanoseconds since 1970.
    pub wall_start: i64,
    /// The seed.
    pub seed: u64,
    /// The order among tied timers.
    pub ties: Option<Ties>,
    /// The program.
    pub file: NameId,
}

impl RunInfo {
    /// The clock in force now: `virtual`, `real`, `board`; empty where the source did not say.
    pub fn clock_word(&self) -> &'static str {
        match self.clock {
            Some(_) if self.real_since.is_some() => ClockMode::Real.word(),
            Some(ClockMode::Auto) => ClockMode::Virtual.word(),
            Some(mode) => mode.word(),
            None => "",
        }
    }
}

/// How the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code.
    pub code: i32,
    /// How it ended.
    pub how: ExitHow,
    /// The sentence about why, in the first text.
    pub texts: Texts,
}

/// How many of what there were so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// `output` records.
    pub outputs: u64,
    /// `handler-call` records.
    pub handler_calls: u64,
    /// `lint` records.
    pub lints: u64,
    /// Impossible transitions found here, and `anomaly` records.
    pub anomalies: u64,
    /// `gap` records.
    pub gaps: u64,
    /// Records lost in them, at least.
    pub lost: u64,
}
