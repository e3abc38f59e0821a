//! What no single state tells: how things are called that are long gone, when each handle ran, when
//! the loop slept, and the lines of output. Kept up with the history as it grows.
#![deny(clippy::wildcard_enum_match_arm)]

mod before;
mod groups;
mod lines;
mod seen;
#[cfg(test)]
mod tests;
mod whole;

use std::collections::BTreeMap;

use loopscope_model::load::Overview;
use loopscope_model::{History, IdMap, Load, Record, State};
use loopscope_protocol::{By, Family, FutureId, HandleId, Kind, KindSet, LoopId, NameId, TaskId};

use before::Before;
pub use groups::Groups;
pub use lines::{Origin, OutputLine};
pub use whole::Whole;

/// Of a history of more than twice as many records, each run is kept of what is around the cursor
/// alone: about as many records, and not many before it. What is to be said of all of it is in the
/// overview.
const WINDOW: usize = 1_000_000;
const BEFORE: usize = 200_000;

/// How much further back it begins where a state is at hand: the way from there is not gone twice.
const AT_HAND: usize = 500_000;

/// What lies further ahead of a long history's digest than this is not taken in record by record. It
/// is more than lies between where it begins and the cursor, or a fast stream would have it begin
/// anew all the time.
const FAR: usize = BEFORE + AT_HAND + 300_000;

/// How many records are taken in at once, and by the overview: a few milliseconds' worth, for which a
/// key can wait.
const AT_ONCE: usize = 1 << 14;
const AT_ONCE_FOR_ALL: usize = 1 << 16;

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

/// What there is between two starts of the source, within which times can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Era {
    /// The position of its first record; 0 for the first one.
    pub from: usize,
    /// How many runs there were before it.
    runs: usize,
    /// How many sleeps there were before it.
    sleeps: usize,
    start: Option<u64>,
    end: u64,
}

impl Era {
    /// The first and the last moment of loop time.
    pub fn times(&self) -> Option<(u64, u64)> {
        self.start.map(|start| (start, self.end.max(start)))
    }
}

impl Digest {
    /// A digest of a whole history.
    pub fn of(history: &History) -> Self {
        let mut digest = Self::default();
        digest.extend(history, history.len());
        digest
    }

    /// Takes in what has come since, or what is around the cursor, as far as that takes no time to
    /// speak of. Tells whether all of it is there.
    pub fn follow(&mut self, history: &History, cursor: usize) -> bool {
        let len = history.len();
        let is_long = len - history.first() > 2 * WINDOW;
        let is_far = is_long && cursor > self.position.saturating_add(FAR);
        if is_far || cursor < self.base {
            self.begin_at(history, cursor.saturating_sub(BEFORE));
        }
        let wanted = |base: usize| if is_long { len.min(cursor + WINDOW) } else { len }.max(base);
        let mut to = wanted(self.base);
        if to - self.base > 2 * WINDOW {
            self.begin_at(history, cursor.saturating_sub(BEFORE));
            to = wanted(self.base);
        }
        let next = to.min(self.position.saturating_add(AT_ONCE));
        if next > self.position {
            self.extend(history, next);
        }
        if !is_long {
            self.whole = None;
            return self.position >= to;
        }
        let read = self.overview.position();
        if read < len {
            self.overview.read_on(history, read.saturating_add(AT_ONCE_FOR_ALL));
        }
        self.whole = Whole::at(history, cursor);
        if self.is_blind {
            let base = self.base.max(history.first());
            if let Some(load) = self.overview.load_behind(history, base) {
                // Who had the processor before is known now.
                self.begin_with(history, history.at(base), Some(load));
            }
            return false;
        }
        self.position >= to && self.overview.position() >= len
    }

    /// Begins anew with what comes behind a position.
    fn begin_at(&mut self, history: &History, base: usize) {
        let base = base.max(history.first());
        let near = history.nearest(base);
        let from = history.first().max(base.saturating_sub(AT_HAND));
        let is_near = (from..=base).contains(&position_of(&near));
        let state = if is_near { near } else { history.at(base) };
        let load = self.overview.load_behind(history, position_of(&state));
        self.begin_with(history, state, load);
    }

    /// The same, from what there is at that position, and with who had the processor before, where
    /// that is known.
    fn begin_with(&mut self, history: &History, state: State, load: Option<Load>) {
        let base = position_of(&state);
        let old = std::mem::take(self);
        let kinds = (0..=u8::MAX).filter_map(Kind::from_code).filter(|kind| {
            let kinds = KindSet::NONE.with(*kind);
            old.position <= base && old.kinds.has(*kind)
                || history.find_kinds(history.first(), kinds).is_some_and(|at| at <= base)
        });
        // What grows to the same size again has its room already: to move millions of runs to a
        // larger one keeps a key waiting.
        *self = Self {
            base,
            position: base,
            kinds: kinds.collect(),
            runs: emptied(old.runs),
            sleeps: emptied(old.sleeps),
            queued: emptied(old.queued),
            run_lanes: emptied(old.run_lanes),
            is_blind: load.is_none(),
            load: load.unwrap_or_else(|| Load::behind(base, state.t())).in_room_of(old.load),
            before: Box::new(Before::new(state)),
            overview: old.overview,
            whole: old.whole,
            ..Self::default()
        };
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
        let start = self.load.starts().start(self.position);
        if self.eras.last().is_none_or(|era| era.from < start) {
            // What ran when the source started over does not run any more.
            self.lose(self.end());
            let (runs, sleeps) = (self.runs.len(), self.sleeps.len());
            self.eras.push(Era { from: start, runs, sleeps, ..Era::default() });
        }
        if let (Some(t), Some(era)) = (record.t, self.eras.last_mut()) {
            era.start.get_or_insert(t);
            era.end = era.end.max(t);
        }
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

    /// The present moment, by the clock that counts now.
    fn end(&self) -> u64 {
        self.eras.last().map_or(0, |era| era.end)
    }

    /// Since which start of the source times count at a position, and up to which position.
    pub fn era(&self, position: usize) -> (Era, usize) {
        let upto = self.eras.partition_point(|era| era.from <= position);
        let last = self.eras.get(upto).map_or(self.position, |next| next.from - 1);
        (upto.checked_sub(1).map_or_else(Era::default, |at| self.eras[at]), last)
    }

    /// When handles ran, in order.
    pub fn runs(&self) -> &[Span] {
        &self.runs
    }

    /// When handles ran in an era, in order.
    pub fn runs_of(&self, era: &Era) -> &[Span] {
        let next = self.eras.iter().find(|other| other.from > era.from);
        &self.runs[era.runs..next.map_or(self.runs.len(), |next| next.runs)]
    }

    /// When the loop slept in an era, in order.
    pub fn sleeps_of(&self, era: &Era) -> &[Span] {
        let next = self.eras.iter().find(|other| other.from > era.from);
        &self.sleeps[era.sleeps..next.map_or(self.sleeps.len(), |next| next.sleeps)]
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

    /// The runs of one lane in an era, as indices into [`Digest::runs`].
    pub fn lane_runs(&self, lane: Lane, era: &Era) -> &[usize] {
        let all = self.lanes.get(&lane).map_or(&[][..], Vec::as_slice);
        let end = era.runs + self.runs_of(era).len();
        &all[all.partition_point(|run| *run < era.runs)..all.partition_point(|run| *run < end)]
    }

    /// How a run came to be, by its index in [`Digest::runs`].
    pub fn queued(&self, run: usize) -> Option<Queued> {
        self.queued.get(run).copied()
    }

    /// Whose the runs are, as indices into [`Digest::lanes`].
    pub fn run_lanes(&self) -> &[u32] {
        &self.run_lanes
    }

    /// How many runs there were before an era.
    pub const fn runs_before(&self, era: &Era) -> usize {
        era.runs
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

/// How many records were applied to a state.
fn position_of(state: &State) -> usize {
    usize::try_from(state.position()).unwrap_or(usize::MAX)
}

fn emptied<T>(mut list: Vec<T>) -> Vec<T> {
    list.clear();
    list
}
