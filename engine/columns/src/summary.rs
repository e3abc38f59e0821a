//! What a block's records have in common, so that whoever looks for something need not read a block
//! in which it is not.

use std::ops::RangeInclusive;

use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{Event, Kind, KindSet};

use crate::columns::{Reading, put_var};
use crate::row::Row;
use crate::starts::StartFinder;

/// What a block's records have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The kinds of events that there are.
    pub kinds: KindSet,
    /// How many of each, in the order of their codes.
    counts: Box<[(u8, u32)]>,
    /// The least and the highest time that is known.
    pub times: Option<(u64, u64)>,
    /// Which handles, tasks and futures were made, from the least to the highest id.
    pub made: [Ids; 3],
    /// The records with which the source has started over, counted from 1.
    pub starts: Box<[u32]>,
    /// Records that are known to be lost.
    pub lost: u64,
    /// Records before which bytes had to be skipped.
    pub harmed: u32,
    /// How many lints and anomalies follow from the records, if these were folded by then.
    pub found: Option<(u32, u32)>,
}

/// What ids may be of, in the order of [`Summary::made`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Handles.
    Handle = 0,
    /// Tasks.
    Task = 1,
    /// Futures.
    Future = 2,
}

impl Made {
    /// What an event makes, with its id.
    #[must_use]
    pub const fn of(event: &Event) -> Option<(Self, u32)> {
        match event {
            Event::HandleNew { handle, .. } | Event::TimerNew { handle, .. } => {
                Some((Self::Handle, handle.0))
            }
            Event::TaskNew { task, .. } => Some((Self::Task, task.0)),
            Event::FutureNew { future, .. } => Some((Self::Future, future.0)),
            _ => None,
        }
    }
}

/// From the least to the highest id; none if the highest is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    least: u32,
    most: u32,
}

impl Ids {
    /// Whether this one may have been made.
    #[must_use]
    pub fn has(self, id: u32) -> bool {
        RangeInclusive::new(self.least.max(1), self.most).contains(&id)
    }

    fn add(&mut self, id: u32) {
        self.least = if self.most == 0 { id } else { self.least.min(id) };
        self.most = self.most.max(id);
    }
}

impl Summary {
    /// How many events of that kind there are.
    #[must_use]
    pub fn count(&self, kind: Kind) -> u32 {
        let at = self.counts.binary_search_by_key(&(kind as u8), |(code, _)| *code);
        at.map_or(0, |at| self.counts[at].1)
    }

    /// How many events of these kinds there are.
    #[must_use]
    pub fn count_of(&self, kinds: KindSet) -> u64 {
        let of = self.counts.iter().filter(|(code, _)| kinds.0 & 1 << code != 0);
        of.map(|(_, count)| u64::from(*count)).sum()
    }

    /// How many bytes of memory it takes beside itself.
    #[must_use]
    pub const fn memory(&self) -> usize {
        size_of::<(u8, u32)>() * self.counts.len() + size_of::<u32>() * self.starts.len()
    }

    /// As it stands in a segment.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut to = Vec::new();
        put_var(&mut to, self.counts.len() as u64);
        for (code, count) in &self.counts {
            to.push(*code);
            put_var(&mut to, (*count).into());
        }
        match self.times {
            None => to.push(0),
            Some((least, most)) => {
                to.push(1);
                put_var(&mut to, least);
                put_var(&mut to, most - least);
            }
        }
        for ids in &self.made {
            put_var(&mut to, ids.least.into());
            put_var(&mut to, ids.most.into());
        }
        put_var(&mut to, self.starts.len() as u64);
        self.starts.iter().for_each(|start| put_var(&mut to, (*start).into()));
        put_var(&mut to, self.lost);
        put_var(&mut to, self.harmed.into());
        to.push(u8::from(self.found.is_some()));
        if let Some((lints, anomalies)) = self.found {
            put_var(&mut to, lints.into());
            put_var(&mut to, anomalies.into());
        }
        to
    }

    /// What stands behind this is of a later format and not looked at.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reading::new(bytes);
        let mut read = Self::default();
        let mut counts = Vec::new();
        for _ in 0..from.plain()?.min(128) {
            let code = from.byte()? & 0x7f;
            counts.push((code, from.plain_as()?));
            read.kinds.0 |= 1 << code;
        }
        read.counts = counts.into();
        if from.byte()? == 1 {
            let least = from.plain()?;
            read.times = Some((least, least.saturating_add(from.plain()?)));
        }
        for ids in &mut read.made {
            *ids = Ids { least: from.plain_as()?, most: from.plain_as()? };
        }
        let mut starts = Vec::new();
        for _ in 0..from.plain()? {
            starts.push(from.plain_as()?);
        }
        read.starts = starts.into();
        read.lost = from.plain()?;
        read.harmed = from.plain_as()?;
        if from.byte()? == 1 {
            read.found = Some((from.plain_as()?, from.plain_as()?));
        }
        Ok(read)
    }
}

/// A summary while its block grows.
#[derive(Clone, Debug)]
pub struct Tally {
    count: u32,
    counts: [u32; 128],
    times: Option<(u64, u64)>,
    made: [Ids; 3],
    starts: Vec<u32>,
    lost: u64,
    harmed: u32,
    /// Goes on over the ends of blocks.
    finder: StartFinder,
}

impl Default for Tally {
    fn default() -> Self {
        Self::new(StartFinder::default())
    }
}

impl Tally {
    /// Of no records yet. `finder` knows those before.
    #[must_use]
    pub fn new(finder: StartFinder) -> Self {
        Self {
            count: 0,
            counts: [0; 128],
            times: None,
            made: [Ids::default(); 3],
            starts: Vec::new(),
            lost: 0,
            harmed: 0,
            finder,
        }
    }

    /// Adds a record.
    #[inline]
    pub fn push(&mut self, record: &Row<'_>) {
        self.count += 1;
        self.counts[record.kind() as usize] += 1;
        if let Some(t) = record.t {
            let (least, most) = self.times.unwrap_or((t, t));
            self.times = Some((least.min(t), most.max(t)));
        }
        if let Some((what, id)) = Made::of(record.event) {
            self.made[what as usize].add(id);
        } else if let Event::Gap { lost } = record.event {
            self.lost += u64::from(*lost);
        }
        self.harmed += u32::from(record.garbage > 0);
        if self.finder.see(record) {
            self.starts.push(self.count);
        }
    }

    /// The summary of what was added; the next record is of the next block.
    pub fn take(&mut self) -> Summary {
        let summary = self.summary();
        *self = Self::new(self.finder);
        summary
    }

    /// The summary of what was added so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut kinds = KindSet::NONE;
        let mut counts = Vec::new();
        for (code, count) in (0u8..).zip(self.counts).filter(|(_, count)| *count > 0) {
            kinds.0 |= 1 << code;
            counts.push((code, count));
        }
        Summary {
            kinds,
            counts: counts.into(),
            times: self.times,
            made: self.made,
            starts: self.starts.as_slice().into(),
            lost: self.lost,
            harmed: self.harmed,
            found: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Summary::read(&bytes);
        }
    }
}
