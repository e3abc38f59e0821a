//! What there is since each start of the source: times can be compared only within that.

use loopscope_model::Record;

use super::{Digest, Lane, Span};

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
    /// Notes the time of a record, and whether the source had started over before it.
    pub(super) fn see_time(&mut self, record: &Record) {
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
    }

    /// The present moment, by the clock that counts now.
    pub(super) fn end(&self) -> u64 {
        self.eras.last().map_or(0, |era| era.end)
    }

    /// Since which start of the source times count at a position, and up to which position.
    pub fn era(&self, position: usize) -> (Era, usize) {
        let upto = self.eras.partition_point(|era| era.from <= position);
        let last = self.eras.get(upto).map_or(self.position, |next| next.from - 1);
        (upto.checked_sub(1).map_or_else(Era::default, |at| self.eras[at]), last)
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

    /// The runs of one lane in an era, as indices into [`Digest::runs`].
    pub fn lane_runs(&self, lane: Lane, era: &Era) -> &[usize] {
        let all = self.lanes.get(&lane).map_or(&[][..], Vec::as_slice);
        let end = era.runs + self.runs_of(era).len();
        &all[all.partition_point(|run| *run < era.runs)..all.partition_point(|run| *run < end)]
    }

    /// How many runs there were before an era.
    pub const fn runs_before(&self, era: &Era) -> usize {
        era.runs
    }
}
