//! What a number is expected to be, from the records before it. Where it is just that, as nearly
//! always, it takes no room.
//!
//! An expectation that is wrong costs some bytes and nothing else, so it need not be right where
//! several loops run or records are missing. But whoever reads a block must expect what its writer
//! did: a change here is a change of the format.

use loopscope_protocol::cells::column;
use loopscope_protocol::{HandleHow, Kind, Word};

/// How many handles it is remembered of which task they step.
const KNOWN: usize = 1024;

/// How many handles may be ready of which the order is remembered.
const READY: usize = 1024;

/// How many lines it is remembered of which one comes next.
const LINES: usize = 256;

/// What was in the records of the block so far.
#[derive(Clone, Debug)]
pub struct Context {
    /// The turn of the present record.
    pub turn: u32,
    /// The handle that runs, and the task that it steps.
    handle: u64,
    task: u64,
    /// The last ones that were made.
    new_handle: u64,
    new_task: u64,
    new_future: u64,
    /// The future that was completed last.
    done: u64,
    /// How the handle of the present record came to be.
    how: u64,
    /// The tasks that handles step, by the handles' last digits.
    tasks: [u32; KNOWN],
    ready: [u32; READY],
    /// How many handles became ready, and how many of these have run.
    pushed: usize,
    popped: usize,
    /// The line of the last record that may have one, and which line came behind it, by both the
    /// line and the kind of what follows: a program does again and again what it did before.
    line: u64,
    lines: [u32; LINES],
}

impl Default for Context {
    fn default() -> Self {
        Self {
            turn: 0,
            handle: 0,
            task: 0,
            new_handle: 0,
            new_task: 0,
            new_future: 0,
            done: 0,
            how: 0,
            tasks: [0; KNOWN],
            ready: [0; READY],
            pushed: 0,
            popped: 0,
            line: 0,
            lines: [0; LINES],
        }
    }
}

/// The number of a handle as it stands in a field `by`.
const BY: u64 = 2;

macro_rules! columns {
    ($($name:ident = $kind:ident . $field:literal;)*) => {
        $(const $name: usize = column(Kind::$kind, $field);)*
    };
}

columns! {
    HANDLE_NEW = HandleNew."handle";
    HANDLE_HOW = HandleNew."how";
    HANDLE_BY = HandleNew."by";
    HANDLE_TASK = HandleNew."task";
    HANDLE_FUTURE = HandleNew."future";
    TIMER_NEW = TimerNew."handle";
    TIMER_BY = TimerNew."by";
    TIMER_FUTURE = TimerNew."future";
    TIMER_TASK = TimerNew."task";
    TIMER_DUE = TimerDue."handle";
    TIMER_CANCEL_BY = TimerCancel."by";
    RUN = HandleRun."handle";
    RUN_TASK = HandleRun."task";
    DONE = HandleDone."handle";
    DONE_TASK = HandleDone."task";
    SKIP = HandleSkip."handle";
    CANCEL_BY = HandleCancel."by";
    TASK_NEW = TaskNew."task";
    TASK_BY = TaskNew."by";
    STEP = TaskStep."task";
    SUSPEND = TaskSuspend."task";
    SUSPEND_ON = TaskSuspend."on";
    TASK_DONE = TaskDone."task";
    TASK_CANCEL_BY = TaskCancel."by";
    FUTURE_NEW = FutureNew."future";
    FUTURE_BY = FutureNew."by";
    FUTURE_DONE_BY = FutureDone."by";
    SUBMIT_BY = ExecutorSubmit."by";
    TURN = TurnBegin."turn";
    POLL = PollBegin."timeout";
    READY_HANDLE = WatcherReady."handle";
}

/// Whether the times of a column are lengths of time, and not points in it.
#[inline]
#[must_use]
pub const fn is_length(column: usize) -> bool {
    column == POLL + 1
}

#[allow(clippy::inline_always, reason = "the column is a constant of each event's")]
impl Context {
    /// The number that is expected in a column where `last` stood last.
    #[inline(always)]
    #[must_use]
    pub fn expect(&self, column: usize, last: u64) -> u64 {
        match column {
            HANDLE_NEW | TIMER_NEW => self.new_handle + 1,
            TASK_NEW => self.new_task + 1,
            FUTURE_NEW => self.new_future + 1,
            HANDLE_BY | TIMER_BY | TIMER_CANCEL_BY | CANCEL_BY | TASK_BY | TASK_CANCEL_BY
            | FUTURE_BY | FUTURE_DONE_BY | SUBMIT_BY => self.handle + BY,
            HANDLE_FUTURE => {
                const WAKEUP: u64 = HandleHow::Wakeup as u64;
                const CALLBACK: u64 = HandleHow::DoneCallback as u64;
                if self.how == WAKEUP || self.how == CALLBACK { self.done } else { 0 }
            }
            TIMER_FUTURE => self.new_future,
            RUN | SKIP => self.next_ready(last),
            RUN_TASK => self.task_of(self.handle, last),
            DONE => self.handle,
            DONE_TASK | STEP | SUSPEND | TASK_DONE => self.task,
            TURN => self.turn.into(),
            _ if column == SUSPEND_ON + 1 => self.new_future,
            _ => last,
        }
    }

    /// What stands in a column in fact.
    #[inline(always)]
    pub fn learn(&mut self, column: usize, value: u64) {
        match column {
            HANDLE_NEW | TIMER_NEW => self.new_handle = value,
            HANDLE_HOW => self.how = value,
            HANDLE_TASK => {
                self.set_task(value);
                let how = u8::try_from(self.how).ok().and_then(HandleHow::from_code);
                if !matches!(how, Some(HandleHow::Reader | HandleHow::Writer | HandleHow::Signal)) {
                    self.push(self.new_handle);
                }
            }
            TIMER_TASK => self.set_task(value),
            TIMER_DUE | READY_HANDLE => self.push(value),
            RUN => {
                self.handle = value;
                self.pop(value);
            }
            SKIP => self.pop(value),
            RUN_TASK | STEP => self.task = value,
            TASK_NEW => self.new_task = value,
            FUTURE_NEW => self.new_future = value,
            _ if column == FUTURE_DONE => self.done = value,
            _ => {}
        }
    }

    /// The line that is expected to cause an event of this kind. None at first, so that records
    /// that were written without lines have none.
    #[inline]
    #[must_use]
    pub const fn expect_line(&self, kind: Kind) -> u64 {
        self.lines[follows(self.line, kind)] as u64
    }

    /// The line that has caused it in fact.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "what is cut is no line")]
    pub const fn learn_line(&mut self, kind: Kind, line: u64) {
        self.lines[follows(self.line, kind)] = line as u32;
        self.line = line;
    }

    fn set_task(&mut self, task: u64) {
        #[allow(clippy::cast_possible_truncation, reason = "what is cut is no task")]
        let task = task as u32;
        self.tasks[place(self.new_handle, KNOWN)] = task.wrapping_add(1);
    }

    /// The task that a handle steps; the next one where that is not known.
    fn task_of(&self, handle: u64, last: u64) -> u64 {
        match self.tasks[place(handle, KNOWN)] {
            0 => last + 1,
            task => u64::from(task - 1),
        }
    }

    fn push(&mut self, handle: u64) {
        #[allow(clippy::cast_possible_truncation, reason = "what is cut is no handle")]
        let handle = handle as u32;
        self.ready[self.pushed % READY] = handle;
        self.pushed += 1;
        if self.pushed - self.popped > READY {
            self.popped += 1;
        }
    }

    /// The handle that is to run next: the first that became ready; one after the last, as long as
    /// those run that were ready before the block began.
    fn next_ready(&self, last: u64) -> u64 {
        if self.popped == 0 || self.popped == self.pushed {
            return last + 1;
        }
        self.ready[self.popped % READY].into()
    }

    fn pop(&mut self, handle: u64) {
        if self.popped < self.pushed && u64::from(self.ready[self.popped % READY]) == handle {
            self.popped += 1;
        }
    }
}

/// Where it is remembered what follows a line.
#[allow(clippy::cast_possible_truncation, reason = "only the last digits count")]
const fn follows(line: u64, kind: Kind) -> usize {
    (line as usize).wrapping_mul(37).wrapping_add(kind as usize) % LINES
}

const FUTURE_DONE: usize = column(Kind::FutureDone, "future");

#[allow(clippy::cast_possible_truncation, reason = "only the last digits count")]
const fn place(id: u64, of: usize) -> usize {
    id as usize % of
}
