//! Who had the processor: how long each task ran, how long the loop slept, and how late timers
//! were. From records alone, for any position in the history.
//!
//! The time between two records belongs to somebody only where both are known: what passes in a gap,
//! and after it until a record says who runs, belongs to nobody.
#![deny(clippy::wildcard_enum_match_arm)]

mod shares;

use std::collections::HashMap;

use loopscope_protocol::{
    Event, Family, HandleEvent, HandleId, LoopEvent, NameId, RunEvent, TaskEvent, TaskId,
};

use crate::record::Record;
use crate::starts::Starts;

pub use shares::{Longest, Share, Shares};

/// Who the processor works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A step of a task.
    Task(TaskId),
    /// Callbacks of that name.
    Callback(NameId),
    /// The loop itself: between the handles, and before the first.
    Loop,
    /// Nobody: the loop waits.
    Asleep,
    /// Not known since a gap.
    Unknown,
}

/// A stretch of time that belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slice {
    who: Who,
    /// The position of the record that began it.
    from: usize,
    /// The position of the record that ended it.
    to: usize,
    begin: u64,
    end: u64,
    /// Neither its beginning nor its end was lost.
    whole: bool,
    /// The time that passed before it since the last restart.
    before: Passed,
}

/// How much time has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Passed {
    known: u64,
    unknown: u64,
}

/// What one had come to by some record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    /// The position of that record.
    to: usize,
    busy: u64,
    steps: u32,
    longest: Option<Longest>,
}

/// A timer that has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The position of the record with which it began to run.
    at: usize,
    t: u64,
    /// The timer's handle.
    pub handle: HandleId,
    /// How long after its due time that was, in nanoseconds.
    pub by: u64,
}

/// Who had the processor. Kept up with the history as it grows.
#[derive(Clone, Debug)]
pub struct Load {
    position: usize,
    slices: Vec<Slice>,
    /// Those that no known runner had.
    gaps: Vec<usize>,
    open: Slice,
    /// The time of the last record.
    last: Option<u64>,
    /// Where the source has started over: numbers mean other tasks then.
    starts: Starts,
    /// How often it has.
    count: usize,
    /// The steps that took longer than all before them since the source last started over.
    longest: Vec<(Who, Longest, usize)>,
    sums: HashMap<(usize, Who), Vec<Sum>>,
    names: HashMap<HandleId, NameId>,
    due: HashMap<HandleId, u64>,
    late: Vec<Late>,
    in_snapshot: bool,
}

impl Default for Load {
    fn default() -> Self {
        let before = Passed::default();
        Self {
            position: 0,
            slices: Vec::new(),
            gaps: Vec::new(),
            open: Slice { who: Who::Loop, from: 0, to: 0, begin: 0, end: 0, whole: true, before },
            last: None,
            starts: Starts::default(),
            count: 0,
            longest: Vec::new(),
            sums: HashMap::new(),
            names: HashMap::new(),
            due: HashMap::new(),
            late: Vec::new(),
            in_snapshot: false,
        }
    }
}

impl Load {
    /// Of what comes behind a position, at this time: who has the processor there is not known.
    pub fn behind(position: usize, t: Option<u64>) -> Self {
        let mut load = Self { position, starts: Starts::behind(position), ..Self::default() };
        load.open = Slice { who: Who::Unknown, from: position, to: position, ..load.open };
        load.open.begin = t.unwrap_or(0);
        load.last = t;
        load
    }

    /// Takes in the next record.
    pub fn see(&mut self, record: &Record) {
        self.position += 1;
        let is_start = self.starts.see(record);
        let Some(t) = record.t.or(self.last) else { return };
        if is_start {
            self.restart(t);
        } else if self.last.is_none() {
            self.open.begin = t;
        }
        let lost =
            matches!(record.event, Event::Gap { .. }) || record.garbage >= crate::state::BLIND_SPOT;
        if lost {
            // Up to the last record it was as it seemed; what came then is not known.
            self.turn_to(Who::Unknown, self.last.unwrap_or(t), false);
            self.due.clear();
        }
        self.last = Some(t);
        if let Some(who) = self.takes_over(record, t).filter(|_| !self.in_snapshot) {
            self.turn_to(who, t, true);
        }
    }

    /// Who has the processor from this record on, where it says that.
    fn takes_over(&mut self, record: &Record, t: u64) -> Option<Who> {
        match record.event.family() {
            Family::Run(event) => {
                self.see_snapshot(event, t);
                None
            }
            Family::Loop(event) => match event {
                LoopEvent::PollBegin { .. } => Some(Who::Asleep),
                LoopEvent::PollEnd { .. }
                | LoopEvent::LoopRun { .. }
                | LoopEvent::LoopStopped { .. } => Some(Who::Loop),
                LoopEvent::LoopNew {}
                | LoopEvent::LoopClose { .. }
                | LoopEvent::LoopStopRequest { .. }
                | LoopEvent::TurnBegin { .. }
                | LoopEvent::TurnEnd { .. }
                | LoopEvent::AsyncgensShutdown { .. }
                | LoopEvent::ExecutorShutdown {}
                | LoopEvent::HandlerSet { .. }
                | LoopEvent::HandlerCall { .. } => None,
            },
            Family::Handle(event) => self.see_handle(event, t),
            Family::Task(event) => match event {
                TaskEvent::TaskStep { task } => Some(Who::Task(task)),
                TaskEvent::TaskSuspend { task, .. } | TaskEvent::TaskDone { task, .. } => {
                    let is_anothers = matches!(self.open.who, Who::Task(other) if other != task);
                    (!is_anothers).then_some(Who::Loop)
                }
                TaskEvent::TaskNew { .. } | TaskEvent::TaskCancel { .. } => None,
            },
            Family::Future(_) | Family::Outside(_) => None,
        }
    }

    fn see_snapshot(&mut self, event: RunEvent, t: u64) {
        match event {
            RunEvent::SnapshotBegin {} => {
                self.in_snapshot = true;
                self.due.clear();
                if self.slices.is_empty() {
                    // The history begins in the middle: somebody has run for a while.
                    (self.open.who, self.open.begin) = (Who::Unknown, t);
                }
            }
            RunEvent::SnapshotEnd {} => self.in_snapshot = false,
            RunEvent::RunStart { .. }
            | RunEvent::Clock { .. }
            | RunEvent::ProgramExit { .. }
            | RunEvent::Output { .. }
            | RunEvent::Lint { .. }
            | RunEvent::Gap { .. }
            | RunEvent::Log { .. }
            | RunEvent::Remark { .. } => {}
        }
    }

    /// The time of the last record before the last gap, if that is the last thing that was seen.
    pub fn before_gap(&self) -> Option<u64> {
        (self.open.who == Who::Unknown).then_some(self.open.begin)
    }

    /// The stretches of which it is not known who had them, in order: the positions and the times of
    /// beginning and end. The last one may not have ended.
    pub fn unknown(&self) -> impl Iterator<Item = ([usize; 2], [u64; 2])> + '_ {
        let open = (self.open.who == Who::Unknown).then(|| {
            let end = self.last.unwrap_or(self.open.begin).max(self.open.begin);
            Slice { to: self.position, end, ..self.open }
        });
        let closed = self.gaps.iter().map(|index| self.slices[*index]);
        closed.chain(open).map(|slice| ([slice.from, slice.to], [slice.begin, slice.end]))
    }

    fn see_handle(&mut self, event: HandleEvent, t: u64) -> Option<Who> {
        match event {
            HandleEvent::HandleNew { handle, name, .. } => {
                self.names.insert(handle, name);
                self.due.remove(&handle);
                None
            }
            HandleEvent::TimerNew { handle, name, when, .. } => {
                self.names.insert(handle, name);
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a time before the start counts as the start, one beyond all time as the end"
                )]
                self.due.insert(handle, (when * 1e9).round() as u64);
                None
            }
            HandleEvent::TimerCancel { handle, .. } | HandleEvent::TimerDrop { handle, .. } => {
                self.due.remove(&handle);
                None
            }
            HandleEvent::HandleRun { handle, task } => {
                if let Some(due) = self.due.remove(&handle) {
                    let by = t.saturating_sub(due);
                    self.late.push(Late { at: self.position, t, handle, by });
                }
                // A task's step begins with the record of that.
                Some(if task.is_some() {
                    Who::Loop
                } else {
                    Who::Callback(self.names.get(&handle).copied().unwrap_or_default())
                })
            }
            HandleEvent::HandleDone { .. } => Some(Who::Loop),
            HandleEvent::TimerDue { .. }
            | HandleEvent::HandleCancel { .. }
            | HandleEvent::HandleSkip { .. } => None,
        }
    }

    /// From the present record on the time belongs to another one. `whole`: nothing was lost.
    fn turn_to(&mut self, who: Who, t: u64, whole: bool) {
        let open = self.open;
        if open.who == who && matches!(who, Who::Loop | Who::Asleep | Who::Unknown) {
            return;
        }
        let closed = Slice { to: self.position, end: t, whole: whole && open.whole, ..open };
        let long = closed.end.saturating_sub(closed.begin);
        let mut before = closed.before;
        if closed.who == Who::Unknown {
            self.gaps.push(self.slices.len());
            before.unknown += long;
        } else {
            before.known += long;
        }
        let sums = self.sums.entry((self.count, closed.who)).or_default();
        let mut sum = sums.last().copied().unwrap_or_default();
        sum.to = self.position;
        sum.busy += long;
        if closed.whole {
            sum.steps += 1;
            if sum.longest.is_none_or(|longest| longest.ns < long) {
                sum.longest = Some(Longest { ns: long, at: closed.from });
            }
        }
        sums.push(sum);
        if closed.whole {
            self.see_step(closed.who, long, closed.from);
        }
        self.slices.push(closed);
        self.open = Slice { who, from: self.position, begin: t, whole, before, ..open };
    }

    /// A step was whole: it may be the longest so far.
    fn see_step(&mut self, who: Who, ns: u64, at: usize) {
        let start = self.starts.start(self.position);
        let last = self.longest.last().filter(|(_, longest, _)| longest.at >= start);
        let is_longer = last.is_none_or(|(_, longest, _)| longest.ns < ns);
        if is_longer && matches!(who, Who::Task(_) | Who::Callback(_)) {
            self.longest.push((who, Longest { ns, at }, self.position));
        }
    }

    /// Where the source has started over.
    pub const fn starts(&self) -> &Starts {
        &self.starts
    }

    /// The source has started over: what was counted was somebody else's.
    fn restart(&mut self, t: u64) {
        self.turn_to(Who::Unknown, self.last.unwrap_or(t), false);
        self.count += 1;
        self.due.clear();
        self.open = Slice {
            who: Who::Unknown,
            from: self.position,
            begin: t,
            before: Passed::default(),
            ..self.open
        };
    }
}

#[cfg(test)]
mod tests;
