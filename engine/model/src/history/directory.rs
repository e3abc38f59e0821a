//! Which blocks there are, where each is, and what is in it without reading it.

use std::collections::VecDeque;
use std::sync::Arc;

use loopscope_columns::Summary;
use loopscope_protocol::KindSet;

use super::definitions::Ids;
use super::segment::{Head, Kind};
use crate::control::Hello;

/// Where the records of a block are.
#[derive(Clone, Debug)]
pub(super) enum BlockLocation {
    /// In the store with that number, in the segment that begins there.
    Stored { store: usize, at: u64, head: Head },
    /// Here: the body of a block that could not be stored, or was not complete when its file ended.
    Here(Arc<[u8]>),
    /// They are lost: the block is one record that says so.
    Lost,
}

/// One block.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// How many records there are before it.
    pub(super) first: usize,
    pub(super) count: u32,
    /// The number of the record before it, and that of its last one.
    pub(super) before: u64,
    pub(super) last: u64,
    pub(super) place: BlockLocation,
    pub(super) summary: Summary,
    /// What there is in all blocks up to its end, this one too.
    pub(super) totals: Totals,
}

impl Entry {
    /// How many records there are up to its end.
    pub(super) const fn end(&self) -> usize {
        self.first + self.count as usize
    }

    /// How many bytes its records take in the store, and how many of memory are taken to know that.
    pub(super) fn size(&self) -> [u64; 2] {
        let known = size_of::<Self>() + self.summary.memory();
        match &self.place {
            BlockLocation::Stored { head, .. } => [head.size(), known as u64],
            BlockLocation::Here(body) => [body.len() as u64, (known + body.len()) as u64],
            BlockLocation::Lost => [0, known as u64],
        }
    }

    /// The head of its segment, as far as it is known here.
    pub(super) const fn head(&self) -> Head {
        let Self { before, last, count, .. } = *self;
        let midway = self.first == 0 && before > 0;
        Head { midway, first: self.first as u64, before, last, count, ..Head::of(Kind::Block) }
    }
}

/// What is counted over all blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Events of the kinds in [`COUNTED`].
    counts: [u64; COUNTED.len()],
    pub(super) lost: u64,
    pub(super) harmed: u64,
    /// The highest time since the source last started over; `None`: not known yet.
    pub(super) time: Option<u64>,
}

/// The kinds of which it is asked how many there were up to a position.
const COUNTED: [loopscope_protocol::Kind; 5] = {
    use loopscope_protocol::Kind;
    [Kind::Output, Kind::HandlerCall, Kind::Gap, Kind::Lint, Kind::ProgramExit]
};

impl Totals {
    fn after(mut self, summary: &Summary) -> Self {
        for (count, kind) in self.counts.iter_mut().zip(COUNTED) {
            *count += u64::from(summary.count(kind));
        }
        self.lost += summary.lost;
        self.harmed += u64::from(summary.harmed);
        // Of the times in a block in which the source starts over some are of before.
        self.time = match summary.times {
            Some((_, most)) if summary.starts.is_empty() => self.time.max(Some(most)),
            None if summary.starts.is_empty() => self.time,
            _ => None,
        };
        self
    }

    /// How many events there are of kinds that are counted.
    pub(super) fn count(&self, kinds: KindSet) -> Option<u64> {
        let of = |kind: &loopscope_protocol::Kind| kinds.has(*kind);
        let known = COUNTED.iter().copied().collect::<KindSet>();
        let counted = COUNTED.iter().zip(self.counts).filter(|(kind, _)| of(kind));
        (kinds.union(known) == known).then(|| counted.map(|(_, count)| count).sum())
    }
}

/// Definitions in a segment of their own.
#[derive(Clone, Debug)]
pub(super) struct DefinitionsAt {
    pub(super) store: usize,
    pub(super) at: u64,
    pub(super) head: Head,
    pub(super) ids: Ids,
}

/// A state in a segment of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckpointAt {
    pub(super) position: usize,
    pub(super) store: usize,
    pub(super) at: u64,
    pub(super) head: Head,
}

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Directory {
    blocks: VecDeque<Entry>,
    /// How many blocks are kept no longer.
    dropped: usize,
    /// How many records are, the number of the last of these, and what there was in them.
    base: (usize, u64),
    gone: Totals,
    pub(super) definitions: Vec<DefinitionsAt>,
    /// In order of their positions.
    checkpoints: Vec<CheckpointAt>,
    /// The positions of the first records after a start of the source but the first one.
    starts: Vec<usize>,
    pub(super) hello: Option<Hello>,
}

impl Directory {
    /// How many records there are in all blocks, those too that are kept no longer.
    pub(super) fn end(&self) -> usize {
        self.blocks.back().map_or(self.base.0, Entry::end)
    }

    /// What comes begins behind `records` records, the last of which has the number `seq`.
    pub(super) const fn begin_behind(&mut self, records: usize, seq: u64) {
        self.base = (records, seq);
    }

    /// How many records are kept no longer.
    pub(super) fn first(&self) -> usize {
        self.base.0
    }

    pub(super) fn totals(&self) -> Totals {
        self.blocks.back().map_or(self.gone, |entry| entry.totals)
    }

    /// The number of the last record that is kept no longer.
    pub(super) const fn first_seq(&self) -> u64 {
        self.base.1
    }

    /// What there was in blocks that are kept no longer.
    pub(super) const fn dropped(&self) -> Totals {
        self.gone
    }

    /// The number of the last record.
    pub(super) fn seq(&self) -> u64 {
        self.blocks.back().map_or(self.base.1, |entry| entry.last)
    }

    /// The numbers of the blocks that are kept.
    pub(super) fn numbers(&self) -> std::ops::Range<usize> {
        self.dropped..self.dropped + self.blocks.len()
    }

    pub(super) fn block(&self, number: usize) -> Option<&Entry> {
        self.blocks.get(number.checked_sub(self.dropped)?)
    }

    /// Whether a block may have records of one of `kinds`.
    pub(super) fn may_have(&self, number: usize, kinds: KindSet) -> bool {
        self.block(number).is_some_and(|entry| entry.summary.kinds.0 & kinds.0 != 0)
    }

    /// The number of the block that holds position `n`.
    pub(super) fn block_with(&self, n: usize) -> Option<usize> {
        let at = self.blocks.partition_point(|entry| entry.end() < n);
        self.blocks.get(at).filter(|entry| entry.first < n)?;
        Some(self.dropped + at)
    }

    /// The number of the first block whose last record has this number or a higher one.
    pub(super) fn block_with_seq(&self, seq: u64) -> Option<usize> {
        let at = self.blocks.partition_point(|entry| entry.last < seq);
        (at < self.blocks.len()).then_some(self.dropped + at)
    }

    /// Adds a block behind all others. Its totals are reckoned here.
    pub(super) fn push(&mut self, mut entry: Entry) {
        entry.totals = self.totals().after(&entry.summary);
        let starts = entry.summary.starts.iter();
        self.starts.extend(starts.map(|start| entry.first + *start as usize));
        self.blocks.push_back(entry);
    }

    /// Where the last block ends that ends at `n` or before.
    pub(super) fn last_end(&self, n: usize) -> Option<usize> {
        let after = self.blocks.partition_point(|entry| entry.end() <= n);
        Some(self.blocks[after.checked_sub(1)?].end())
    }

    /// Drops the oldest block, and the checkpoints within it. Gives them back.
    pub(super) fn drop_first(&mut self) -> (Option<Entry>, Vec<CheckpointAt>) {
        let Some(entry) = self.blocks.pop_front() else { return (None, Vec::new()) };
        self.dropped += 1;
        self.gone = entry.totals;
        self.base = (entry.end(), entry.last);
        let first = entry.end();
        let gone = self.checkpoints.partition_point(|checkpoint| checkpoint.position < first);
        let checkpoints = self.checkpoints.drain(..gone).collect();
        let gone = self.starts.partition_point(|start| *start <= first);
        // What began before the first record that is kept goes on behind it.
        self.starts.drain(..gone.saturating_sub(1));
        (Some(entry), checkpoints)
    }

    /// Where the source has started over.
    pub(super) fn starts(&self) -> &[usize] {
        &self.starts
    }

    pub(super) fn add_checkpoint(&mut self, checkpoint: CheckpointAt) {
        let at = self.checkpoints.partition_point(|other| other.position < checkpoint.position);
        if self.checkpoints.get(at).is_none_or(|other| other.position != checkpoint.position) {
            self.checkpoints.insert(at, checkpoint);
        }
    }

    /// A checkpoint turned out to be none.
    pub(super) fn remove_checkpoint(&mut self, position: usize) {
        self.checkpoints.retain(|checkpoint| checkpoint.position != position);
    }

    pub(super) fn checkpoints(&self) -> &[CheckpointAt] {
        &self.checkpoints
    }

    /// The last checkpoint that does not lie after `n`.
    pub(super) fn checkpoint(&self, n: usize) -> Option<CheckpointAt> {
        let after = self.checkpoints.partition_point(|checkpoint| checkpoint.position <= n);
        after.checked_sub(1).map(|at| self.checkpoints[at])
    }
}
