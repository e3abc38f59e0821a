//! The history: all records, and the state at any position in it.
//!
//! A position is the number of records that were applied: 0 is the start, [`Timeline::len`] the
//! live edge. [`Timeline::record`] of position n is the record that led there.
//!
//! A checkpoint of the state is kept at intervals, so any position is a clone and a short replay
//! away. The interval grows with the size of the state, so that all checkpoints together take no
//! more room than the records. What only ever grows (output, handler calls, lints) is not part of
//! the state: it is kept here once, as positions.

mod cursor;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use loopscope_protocol::{Kind, KindSet};

use crate::lint::{self, Finding};
use crate::record::Record;
use crate::starts::Starts;
use crate::state::{Anomaly, State};

pub use cursor::Cursor;

/// Records in one piece of memory; pieces are never moved.
const CHUNK: usize = 4096;

/// The least distance between two checkpoints.
const INTERVAL: usize = 2048;

/// All records and the means to go to any of them.
///
/// ```
/// use loopscope_model::story::Story;
///
/// let mut story = Story::new();
/// story.start().soon(1, "hello").turn(&[1]);
/// let timeline = story.timeline();
/// assert_eq!(timeline.at(0).loops().len(), 0);
/// assert_eq!(timeline.at(4).event_loop(story.records()[1].loop_id).unwrap().ready().len(), 1);
/// assert_eq!(timeline.record(4).unwrap().kind().word(), "handle-new");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    chunks: Vec<Vec<Record>>,
    len: usize,
    live: State,
    /// States by position, ascending. The state at 0 is the default one and is not kept.
    checkpoints: Vec<(usize, State)>,
    outputs: Vec<usize>,
    handler_calls: Vec<usize>,
    gaps: Vec<usize>,
    starts: Starts,
    findings: Vec<(usize, Finding)>,
    anomalies: Vec<(usize, Anomaly)>,
}

impl Timeline {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next record.
    pub fn push(&mut self, record: Record) {
        let position = self.len + 1;
        match record.kind() {
            Kind::Output | Kind::Log | Kind::Remark => self.outputs.push(position),
            Kind::HandlerCall => self.handler_calls.push(position),
            Kind::Gap => self.gaps.push(position),
            _ => {}
        }
        self.starts.see(&record);
        let findings = lint::find(&self.live, &record);
        self.findings.extend(findings.into_iter().map(|finding| (position, finding)));
        self.live.apply(&record);
        self.anomalies.extend(self.live.anomalies().iter().cloned().map(|a| (position, a)));
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(record),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(record);
                self.chunks.push(chunk);
            }
        }
        self.len = position;
        let last = self.checkpoints.last().map_or(0, |(position, _)| *position);
        if position - last >= INTERVAL.max(self.live.size()) {
            self.checkpoints.push((position, self.live.share()));
        }
    }

    /// How many records there are: the position of the live edge.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The record that led to position `n`, from 1.
    pub fn record(&self, n: usize) -> Option<&Record> {
        let index = n.checked_sub(1)?;
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    /// The records that lead from position `from` to position `to`.
    pub fn range(
        &self,
        from: usize,
        to: usize,
    ) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        let to = to.min(self.len);
        (from.min(to)..to).map(|index| &self.chunks[index / CHUNK][index % CHUNK])
    }

    /// All records.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.range(0, self.len)
    }

    /// The state at the live edge.
    pub const fn live(&self) -> &State {
        &self.live
    }

    /// The state at position `n`, or at the live edge if `n` lies beyond it.
    pub fn at(&self, n: usize) -> State {
        if n >= self.len {
            return self.live.clone();
        }
        let mut state = self.checkpoint(n);
        self.replay(&mut state, n);
        state
    }

    /// The last checkpoint that does not lie after `n`.
    fn checkpoint(&self, n: usize) -> State {
        let after = self.checkpoints.partition_point(|(position, _)| *position <= n);
        after.checked_sub(1).map_or_else(State::default, |at| self.checkpoints[at].1.clone())
    }

    /// Brings `state`, which is a state of this timeline, forward to position `n`.
    fn replay(&self, state: &mut State, n: usize) {
        for record in self.range(position_of(state), n) {
            state.apply(record);
        }
    }

    /// Where the source has started over, and its clock with it.
    pub const fn starts(&self) -> &Starts {
        &self.starts
    }

    /// The position of the record with that number, or of the next one after it.
    pub fn position_of_seq(&self, seq: u64) -> Option<usize> {
        self.first_where(1..=self.len, |record| record.seq >= seq)
    }

    /// The first position at that loop time or after it, by the clock that counts at position `n`:
    /// what was before the source started over, or comes after, is not looked at.
    pub fn position_at_time(&self, n: usize, ns: u64) -> Option<usize> {
        let (first, last) = self.starts.around(n).into_inner();
        let positions = first.max(1)..=last;
        let reached = |record: &Record| record.t.is_some_and(|t| t >= ns);
        // Where the time is unknown, order is no help: look at each.
        if self.gaps.is_empty() {
            return self.first_where(positions, reached);
        }
        positions.into_iter().find(|n| self.record(*n).is_some_and(reached))
    }

    /// The first of these positions that has reached something, which all after it have too.
    fn first_where(
        &self,
        positions: RangeInclusive<usize>,
        reached: impl Fn(&Record) -> bool,
    ) -> Option<usize> {
        let (mut low, end) = (*positions.start(), positions.end() + 1);
        let mut high = end;
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.record(middle).is_some_and(&reached) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        (low < end).then_some(low)
    }

    /// The next position after `from` whose record is of one of `kinds`.
    pub fn find_kinds(&self, from: usize, kinds: KindSet) -> Option<usize> {
        let found = self.range(from, self.len).position(|record| kinds.has(record.kind()))?;
        Some(from + found + 1)
    }

    /// The last position before `from` whose record is of one of `kinds`.
    pub fn rfind_kinds(&self, from: usize, kinds: KindSet) -> Option<usize> {
        let last = from.saturating_sub(1).min(self.len);
        (1..=last).rev().find(|n| self.record(*n).is_some_and(|r| kinds.has(r.kind())))
    }

    /// The next position after `from` where `wanted` holds of the state there and of the record
    /// that led there.
    pub fn find(
        &self,
        from: usize,
        mut wanted: impl FnMut(&State, &Record) -> bool,
    ) -> Option<usize> {
        let mut state = self.at(from);
        for (position, record) in (from + 1..).zip(self.range(from, self.len)) {
            state.apply(record);
            if wanted(&state, record) {
                return Some(position);
            }
        }
        None
    }

    /// The last position before `from` where `wanted` holds, as in [`Timeline::find`]. It reads
    /// each part of the history once, from checkpoint to checkpoint.
    pub fn rfind(
        &self,
        from: usize,
        mut wanted: impl FnMut(&State, &Record) -> bool,
    ) -> Option<usize> {
        let mut end = from.min(self.len + 1).saturating_sub(1);
        while end > 0 {
            let mut state = self.checkpoint(end - 1);
            let start = position_of(&state);
            let mut found = None;
            for (position, record) in (start + 1..).zip(self.range(start, end)) {
                state.apply(record);
                if wanted(&state, record) {
                    found = Some(position);
                }
            }
            if found.is_some() {
                return found;
            }
            end = start;
        }
        None
    }

    /// The records up to position `n` that wrote something: `output`, `log` and `remark`.
    pub fn outputs(
        &self,
        n: usize,
    ) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.listed(&self.outputs, n)
    }

    /// The `handler-call` records up to position `n`.
    pub fn handler_calls(
        &self,
        n: usize,
    ) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.listed(&self.handler_calls, n)
    }

    /// The `gap` records up to position `n`.
    pub fn gaps(&self, n: usize) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.listed(&self.gaps, n)
    }

    /// The diagnoses up to position `n` with the positions where they were made: those that the
    /// source sent and those that follow from the records.
    pub fn lints(&self, n: usize) -> &[(usize, Finding)] {
        &self.findings[..self.findings.partition_point(|(position, _)| *position <= n)]
    }

    /// The anomalies up to position `n` with their positions.
    pub fn anomalies(&self, n: usize) -> &[(usize, Anomaly)] {
        &self.anomalies[..self.anomalies.partition_point(|(position, _)| *position <= n)]
    }

    fn listed<'a>(
        &'a self,
        positions: &'a [usize],
        n: usize,
    ) -> impl DoubleEndedIterator<Item = &'a Record> + ExactSizeIterator {
        let upto = positions.partition_point(|position| *position <= n);
        positions[..upto].iter().map(|position| {
            let index = position - 1;
            &self.chunks[index / CHUNK][index % CHUNK]
        })
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a history fits in memory")]
const fn position_of(state: &State) -> usize {
    state.position() as usize
}

impl Extend<Record> for Timeline {
    fn extend<I: IntoIterator<Item = Record>>(&mut self, records: I) {
        records.into_iter().for_each(|record| self.push(record));
    }
}

impl FromIterator<Record> for Timeline {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        let mut timeline = Self::new();
        timeline.extend(records);
        timeline
    }
}
