//! What no single state tells: how things are called that are long gone, when each handle ran, when
//! the loop slept, and the lines of output. Kept up with the history as it grows.
#![deny(clippy::wildcard_enum_match_arm)]

mod before;
mod eras;
mod groups;
mod lines;
mod seen;
#[cfg(test)]
mod tests;
mod whole;
mod window;

use std::collections::BTreeMap;

use loopscope_model::load::Overview;
use loopscope_model::{History, IdMap, Load, Record};
use loopscope_protocol::{By, Family, FutureId, HandleId, Kind, KindSet, LoopId, NameId, TaskId};

use before::Before;
pub use eras::Era;
pub use groups::Groups;
pub use lines::{Origin, OutputLine};
pub use whole::Whole;

/// From when to when, in positions and in loop time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The position of its first record.
    pub from: usize,
    /// The position of its last record; `None` while it lasts.
    pub to: Option<usize>,
    /// When it began, in nanoseconds.
    pub begin: u64,
    /// When it ended.
    pub end: Option<u64>,
    /// Which handle ran; none for a sleep.
    pub handle: HandleId,
}

/// Since when a handle was ready before it ran, and who made it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The position.
    pub from: usize,
    /// The moment, in nanoseconds.
    pub begin: u64,
    /// Who did it; nobody where that was a timer, or outside.
    pub by: By,
}

/// Who a lane of the timeline belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// A task.
    Task(TaskId),
    /// All callbacks of that name.
    Callback(NameId),
    /// Those of a long history for whom there is no room.
    Others,
}

/// What a handle is called by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// Its callback's name.
    pub name: NameId,
    /// The task that it steps.
    pub task: TaskId,
    /// The future that it completes.
    future: FutureId,
}

/// What no single state tells.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// The position behind which it begins: of a long history it has what is around the cursor.
    base: usize,
    position: usize,
    /// What there was at that position; the tables below have what came since.
    before: Box<Before>,
    handles: IdMap<HandleId, Called>,
    /// The last task that waited for a future.
    waiters: IdMap<FutureId, TaskId>,
    /// The last timer that was made to complete a future.
    timers: IdMap<FutureId, HandleId>,
    kinds: KindSet,
    runs: Vec<Span>,
    sleeps: Vec<Span>,
    /// Of each run, how it came to be and whose it is: as an index into `lane_order`.
    queued: Vec<Queued>,
    run_lanes: Vec<u32>,
    /// What is ready at the end, and since when.
    ready: IdMap<HandleId, Queued>,
    /// Where tasks ended.
    ends: IdMap<TaskId, (usize, u64)>,
    lanes: BTreeMap<Lane, Vec<usize>>,
    lane_order: Vec<Lane>,
    lane_numbers: IdMap<Lane, u32>,
    groups: Groups,
    /// The coroutine of each task.
    coroutines: IdMap<TaskId, NameId>,
    open_runs: IdMap<LoopId, usize>,
    open_sleeps: IdMap<LoopId, usize>,
    lines: Vec<OutputLine>,
    load: Load,
    /// The load began before the overview had come so far.
    is_blind: bool,
    /// What there is since each start of the source.
    eras: Vec<Era>,
    /// Of a history that is too long to keep each run: who ran when in all of it.
    overview: Box<Overview>,
    /// What it covers at the cursor.
    whole: Option<Whole>,
}

impl Digest {
    /// A digest of a whole history.
    pub fn of(history: &History) -> Self {
        let mut digest = Self::default();
        digest.extend(history, history.len());
        digest
    }

    /// Takes in what has come since, up to a position.
    fn extend(&mut self, history: &History, to: usize) {
        if self.position < history.first() {
            // What was dropped before it was looked at is as if it had been lost.
            self.lose(self.end());
            self.position = history.first();
            self.load.skip_to(self.position);
        }
        for record in history.range(self.position, to) {
            self.position += 1;
            self.load.see(&record);
            self.see(&record, history);
        }
    }

    fn see(&mut self, record: &Record, history: &History) {
        self.kinds = self.kinds.with(record.kind());
        self.see_time(record);
        let now = record.t.unwrap_or(self.end());
        match record.event.family() {
            Family::Run(event) => self.see_run(record, history, event),
            Family::Loop(event) => self.see_loop(record.loop_id, now, event),
            Family::Handle(event) => self.see_handle(record.loop_id, now, event),
            Family::Task(event) => self.see_task(now, event),
            Family::Future(_)
            | Family::Outside(_)
            | Family::Work(_)
            | Family::Connection(_)
            | Family::Sync(_) => {}
        }
    }

    /// What a handle is called by, also when it is long gone.
    pub fn handle(&self, id: HandleId) -> Option<Called> {
        self.handles.get(&id).copied().or_else(|| self.before.handle(id))
    }

    /// The task that waits, or waited, for what a handle completes.
    pub fn wakes(&self, id: HandleId) -> Option<TaskId> {
        let future = self.handle(id)?.future;
        self.waiters.get(&future).copied().filter(|_| future.is_some())
    }

    /// The timer that was last made to complete a future.
    pub fn completes(&self, id: FutureId) -> Option<HandleId> {
        self.timers.get(&id).copied().or_else(|| self.before.timer(id))
    }

    /// Whether such a record was ever seen.
    pub fn has_seen(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.kinds.has(*kind))
    }

    /// When handles ran, in order.
    pub fn runs(&self) -> &[Span] {
        &self.runs
    }

    /// The sleep that ended with the record at `position`.
    pub fn sleep_that_ended_at(&self, position: usize) -> Option<&Span> {
        let upto = self.sleeps.partition_point(|span| span.from < position);
        self.sleeps[..upto].iter().rev().take(8).find(|span| span.to == Some(position))
    }

    /// Who ever ran, in the order in which they first did.
    pub fn lanes(&self) -> &[Lane] {
        &self.lane_order
    }

    /// The number of a lane in the order of [`Digest::lanes`].
    pub fn lane_number(&self, lane: Lane) -> Option<u32> {
        self.lane_numbers.get(&lane).copied()
    }

    /// The lanes by the coroutine that they run.
    pub const fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The coroutine of a task.
    pub fn coroutine(&self, id: TaskId) -> Option<NameId> {
        self.coroutines.get(&id).copied().or_else(|| self.before.coroutine(id))
    }

    /// How a run came to be, by its index in [`Digest::runs`].
    pub fn queued(&self, run: usize) -> Option<Queued> {
        self.queued.get(run).copied()
    }

    /// Whose the runs are, as indices into [`Digest::lanes`].
    pub fn run_lanes(&self) -> &[u32] {
        &self.run_lanes
    }

    /// Since when a handle is ready that has not run yet.
    pub fn ready_since(&self, id: HandleId) -> Option<Queued> {
        self.ready.get(&id).copied()
    }

    /// Where a task ended: the position and the moment.
    pub fn end_of(&self, id: TaskId) -> Option<(usize, u64)> {
        self.ends.get(&id).copied()
    }

    /// The lines that the program had written at a position.
    pub fn lines(&self, position: usize) -> &[OutputLine] {
        &self.lines[..self.lines.partition_point(|line| line.from() <= position)]
    }

    /// What there is of all of the history at the cursor, where each run is only known of a part of
    /// it, or of a part that this is not.
    pub fn whole(&self) -> Option<&Whole> {
        self.whole.as_ref()
    }

    /// Who had the processor in all of a long history.
    pub fn overview(&self) -> &Overview {
        &self.overview
    }

    /// Whether each run is known between two positions.
    pub const fn has_each(&self, from: usize, to: usize) -> bool {
        self.base <= from && to <= self.position
    }

    /// Who had the processor.
    pub const fn load(&self) -> &Load {
        &self.load
    }

    /// Who ran at a position; nobody if the loop slept or was between two handles.
    pub fn ran_at(&self, position: usize) -> Option<HandleId> {
        let upto = self.runs.partition_point(|span| span.from <= position);
        let span = self.runs[..upto].last()?;
        span.to.is_none_or(|to| to > position).then_some(span.handle)
    }
}
