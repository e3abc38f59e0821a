//! The state at any position: the nearest one that is kept, and the records from there.

use std::borrow::Cow;

use loopscope_protocol::{Event, Kind};

use super::{History, checkpoints, position_of};
use crate::decode::{self, Decoder};
use crate::record::Record;
use crate::state::{Exit, State};

/// How many records behind a state that is kept take some time.
const FAR: usize = 8 * checkpoints::APART;

impl History {
    /// The state at the live edge. Where a file is still being read that is worked out now.
    pub fn edge(&self) -> Cow<'_, State> {
        if position_of(&self.fold.state) == self.len() {
            Cow::Borrowed(&self.fold.state)
        } else {
            Cow::Owned(self.at(self.len()))
        }
    }

    /// Whether the state at position `n` is soon worked out. Where it is not, [`History::fold_on`] to
    /// there makes it so.
    pub fn is_near(&self, n: usize) -> bool {
        let folded = position_of(&self.fold.state);
        let kept = self.archive.directory().checkpoint(n).map(|checkpoint| checkpoint.position);
        let nearest = kept.unwrap_or(self.first()).max(folded.min(n));
        folded >= n || n - nearest <= FAR
    }

    /// How the program ended, if it has.
    pub fn exit(&self) -> Option<Exit> {
        if position_of(&self.fold.state) == self.len() {
            return self.fold.state.exit().cloned();
        }
        let (_, record) = self.last_of(self.len(), Kind::ProgramExit)?;
        let Event::ProgramExit { code, how, .. } = record.event else { return None };
        Some(Exit { code, how, texts: record.texts.clone() })
    }

    /// Whether there were bytes among the records that were none.
    pub fn has_garbage(&self) -> bool {
        let directory = self.archive.directory();
        let mut blocks = directory.numbers().filter_map(|number| directory.block(number));
        blocks.any(|entry| entry.summary.harmed > 0)
            || self.open.records.iter().any(|record| record.garbage > 0)
    }

    /// The state at position `n`, or at the live edge if `n` lies beyond it.
    pub fn at(&self, n: usize) -> State {
        let n = n.clamp(self.first(), self.len().max(self.first()));
        if n == position_of(&self.fold.state) {
            return self.fold.state.clone();
        }
        let mut state = self.before(n);
        self.replay(&mut state, n);
        state
    }

    /// The last state that is at hand and does not lie after `n`.
    pub fn nearest(&self, n: usize) -> State {
        self.before(n.clamp(self.first(), self.len().max(self.first())))
    }

    /// The last state that is kept and does not lie after `n`.
    pub(super) fn before(&self, n: usize) -> State {
        let near = self.fold.near.before(n);
        let first = self.first();
        let live = Some(&self.fold.state).filter(|state| (first..=n).contains(&position_of(state)));
        let near = live.or(near);
        let least = near.map_or(0, position_of);
        loop {
            let checkpoint = self.archive.directory().checkpoint(n);
            let Some(checkpoint) =
                checkpoint.filter(|found| near.is_none() || found.position > least)
            else {
                return near.cloned().unwrap_or_else(|| self.beginning());
            };
            let read =
                self.archive.checkpoint(&checkpoint).and_then(|body| checkpoints::read(&body));
            match read.ok().filter(|state| position_of(state) == checkpoint.position) {
                Some(state) => return state,
                // It is as if it had never been.
                None => self.archive.directory_mut().remove_checkpoint(checkpoint.position),
            }
        }
    }

    /// The state at the first position, where nothing says what it was.
    fn beginning(&self) -> State {
        match self.first() {
            0 => State::default(),
            first => State::unknown(first as u64, self.archive.directory().first_seq()),
        }
    }

    /// Brings `state`, which is a state of this history, forward to position `n`.
    pub(super) fn replay(&self, state: &mut State, n: usize) {
        self.walk(position_of(state), n, |record| state.apply(record));
    }

    /// Hands out the records that lead from one position to another. None of them is kept for it.
    pub(crate) fn walk(&self, from: usize, to: usize, mut take: impl FnMut(&Record)) {
        let mut at = from;
        while at < to {
            if self.open.record(at + 1).is_some() {
                let open = self.open.records.get(at - self.open.first..).unwrap_or(&[]);
                open.iter().take(to - at).for_each(&mut take);
                return;
            }
            let number = self.archive.directory().block_with(at + 1);
            let Some(number) = number else { return };
            at = self.walk_block(number, at, to, &mut take);
        }
    }

    /// Hands out a block's records behind `from`, up to `to`. Gives where it came to.
    fn walk_block(
        &self,
        number: usize,
        from: usize,
        to: usize,
        take: &mut impl FnMut(&Record),
    ) -> usize {
        let Some(entry) = self.archive.directory().block(number).cloned() else { return to };
        let end = entry.end().min(to);
        let in_memory = self.archive.in_memory(number);
        if in_memory.is_none()
            && let Ok(body) = self.archive.body(&entry)
            && let Ok(mut decoder) = Decoder::new(&body)
        {
            let mut record = decode::BLANK;
            let mut at = entry.first;
            while at < end && decoder.next(&mut record).is_ok() {
                at += 1;
                if at > from {
                    take(&record);
                }
            }
            if at == end {
                return end;
            }
            // What is harmed behind this is read in the other way, which says so.
            return self.walk_read(number, at.max(from), end, take);
        }
        self.walk_read(number, from, end, take)
    }

    fn walk_read(
        &self,
        number: usize,
        from: usize,
        to: usize,
        take: &mut impl FnMut(&Record),
    ) -> usize {
        if let Some(block) = self.archive.block(number) {
            let records = block.records.get(from - block.first..to - block.first);
            records.unwrap_or(&[]).iter().for_each(take);
        }
        to
    }
}
