//! Looking for something in a history. Blocks that cannot have it are passed over unread.

use loopscope_protocol::{Kind, KindSet};

use super::{History, position_of};
use crate::record::Record;
use crate::state::State;

impl History {
    /// The position of the record with that number, or of the next one after it.
    pub fn position_of_seq(&self, seq: u64) -> Option<usize> {
        let number = self.archive.directory().block_with_seq(seq);
        let block = match number {
            Some(number) => self.archive.block(number)?,
            None => std::sync::Arc::clone(&self.open),
        };
        let at = block.records.partition_point(|record| record.seq < seq);
        (at < block.records.len()).then_some(block.first + at + 1)
    }

    /// The first position at that loop time or after it, by the clock that counts at position `n`:
    /// what was before the source started over, or comes after, is not looked at.
    pub fn position_at_time(&self, n: usize, ns: u64) -> Option<usize> {
        let (first, last) = self.era(n).into_inner();
        let reached = |record: &Record| record.t.is_some_and(|t| t >= ns);
        let mut at = first.max(self.first() + 1);
        while at <= last {
            // Within an era time only grows, so the first block that has come so far has it.
            if let Some(next) = self.block_reaching(at, ns) {
                at = at.max(next);
            }
            let block = self.block_with(at)?;
            let end = block.end().min(last);
            let found = (at..=end).find(|n| block.record(*n).is_some_and(reached));
            if found.is_some() {
                return found;
            }
            at = end + 1;
        }
        None
    }

    /// The first position of the first block from that with `n` on that may have come to a time;
    /// `None`: it is the open one, or not known.
    fn block_reaching(&self, n: usize, ns: u64) -> Option<usize> {
        let directory = self.archive.directory();
        let (mut low, end) = (directory.block_with(n)?, directory.numbers().end);
        // Where the source starts over in this block, its times say nothing.
        if directory.block(low)?.totals.time.is_none_or(|time| time >= ns) {
            return None;
        }
        let mut high = end;
        while low < high {
            let middle = usize::midpoint(low, high);
            if directory.block(middle)?.totals.time.is_none_or(|time| time >= ns) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(directory.block(low).map_or(directory.end(), |entry| entry.first) + 1)
    }

    /// The next position after `from` whose record is of one of `kinds`.
    pub fn find_kinds(&self, from: usize, kinds: KindSet) -> Option<usize> {
        self.find_record(from, kinds, |_| true)
    }

    /// The last position before `from` whose record is of one of `kinds`.
    pub fn rfind_kinds(&self, from: usize, kinds: KindSet) -> Option<usize> {
        self.rfind_record(from, kinds, |_| true)
    }

    /// The next position after `from` whose record is of one of `kinds` and is the wanted one.
    pub fn find_record(
        &self,
        from: usize,
        kinds: KindSet,
        wanted: impl Fn(&Record) -> bool,
    ) -> Option<usize> {
        let is_wanted = |record: &Record| kinds.has(record.kind()) && wanted(record);
        let mut at = from.max(self.first());
        while let Some(next) = self.next_block(at, kinds) {
            let block = self.block_with(next)?;
            let found = (next..=block.end()).find(|n| block.record(*n).is_some_and(is_wanted));
            if found.is_some() {
                return found;
            }
            at = block.end();
        }
        None
    }

    /// The last position before `from` whose record is of one of `kinds` and is the wanted one.
    pub fn rfind_record(
        &self,
        from: usize,
        kinds: KindSet,
        wanted: impl Fn(&Record) -> bool,
    ) -> Option<usize> {
        self.rfind_between(0, from.saturating_sub(1), kinds, wanted)
    }

    /// The last position behind `after` and up to `upto` whose record is of one of `kinds` and is the
    /// wanted one.
    pub(crate) fn rfind_between(
        &self,
        after: usize,
        upto: usize,
        kinds: KindSet,
        wanted: impl Fn(&Record) -> bool,
    ) -> Option<usize> {
        let is_wanted = |record: &Record| kinds.has(record.kind()) && wanted(record);
        let mut before = upto.min(self.len()) + 1;
        while let Some(last) = self.last_block(before, kinds).filter(|last| *last > after) {
            let block = self.block_with(last)?;
            let mut found = (block.first.max(after) + 1..=last).rev();
            let found = found.find(|n| block.record(*n).is_some_and(is_wanted));
            if found.is_some() {
                return found;
            }
            before = block.first + 1;
        }
        None
    }

    /// The first position after `from` in a block that has records of one of `kinds`.
    fn next_block(&self, from: usize, kinds: KindSet) -> Option<usize> {
        let directory = self.archive.directory();
        if let Some(number) = directory.block_with(from + 1) {
            let mut numbers = number..directory.numbers().end;
            if let Some(number) = numbers.find(|number| directory.may_have(*number, kinds)) {
                return Some(directory.block(number)?.first.max(from) + 1);
            }
        }
        let next = self.open.first.max(from) + 1;
        (next <= self.open.end()).then_some(next)
    }

    /// The last position before `before` in a block that has records of one of `kinds`.
    fn last_block(&self, before: usize, kinds: KindSet) -> Option<usize> {
        let last = before.checked_sub(1).filter(|last| *last > 0)?;
        if last > self.open.first && !self.open.records.is_empty() {
            return Some(last);
        }
        let directory = self.archive.directory();
        let number = directory.block_with(last)?;
        let mut numbers = (directory.numbers().start..=number).rev();
        let number = numbers.find(|number| directory.may_have(*number, kinds))?;
        Some(directory.block(number)?.end().min(last))
    }

    /// The next position after `from` where `wanted` holds of the state there and of the record
    /// that led there.
    pub fn find(&self, from: usize, wanted: impl FnMut(&State, &Record) -> bool) -> Option<usize> {
        Search::forward(self, from).whole(self, wanted)
    }

    /// The last position before `from` where `wanted` holds, as in [`History::find`].
    pub fn rfind(&self, from: usize, wanted: impl FnMut(&State, &Record) -> bool) -> Option<usize> {
        Search::backward(self, from).whole(self, wanted)
    }

    /// How many records of these kinds there are up to position `n`.
    pub fn count(&self, n: usize, kinds: KindSet) -> usize {
        let n = n.min(self.len());
        let (mut count, mut at) = (0, self.first());
        {
            let directory = self.archive.directory();
            let number = directory.block_with(n).unwrap_or(directory.numbers().end);
            let before = number.checked_sub(1).and_then(|number| directory.block(number));
            let dropped = directory.dropped();
            match before.map(|entry| (entry, entry.totals.count(kinds))) {
                Some((entry, Some(total))) => {
                    count = total - dropped.count(kinds).unwrap_or(0);
                    at = entry.end();
                }
                Some((entry, None)) => {
                    let entries = (directory.numbers().start..number).map(|n| directory.block(n));
                    count = entries.flatten().map(|entry| entry.summary.count_of(kinds)).sum();
                    at = entry.end();
                }
                None => {}
            }
        }
        self.walk(at, n, |record| count += u64::from(kinds.has(record.kind())));
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    /// The last record of that kind up to position `n`, with its position.
    pub fn last_of(&self, n: usize, kind: Kind) -> Option<(usize, super::RecordRef)> {
        let position = self.rfind_kinds(n.saturating_add(1), KindSet::NONE.with(kind))?;
        Some((position, self.record(position)?))
    }
}

/// A search with the state at each record, in portions.
#[derive(Debug)]
pub struct Search {
    /// The state at the place that comes next.
    state: State,
    /// Backwards: from where on everything was looked at already.
    end: Option<usize>,
    found: Option<usize>,
    over: bool,
}

/// How many records a search backwards looks at in one piece.
const PIECE: usize = 4096;

impl Search {
    /// From the record after `from` on.
    pub fn forward(history: &History, from: usize) -> Self {
        Self { state: history.at(from), end: None, found: None, over: false }
    }

    /// From the record before `from` on, backwards.
    pub fn backward(history: &History, from: usize) -> Self {
        let end = from.min(history.len() + 1).saturating_sub(1);
        Self { state: State::default(), end: Some(end), found: None, over: false }
    }

    /// Looks at all that is left, in one portion. Gives where it was found.
    fn whole(
        mut self,
        history: &History,
        wanted: impl FnMut(&State, &Record) -> bool,
    ) -> Option<usize> {
        self.advance(history, usize::MAX, wanted);
        self.found
    }

    /// Where it was found.
    pub const fn found(&self) -> Option<usize> {
        self.found
    }

    /// Whether it was found or is nowhere.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// Where it is at present.
    pub fn position(&self) -> usize {
        self.end.unwrap_or_else(|| position_of(&self.state))
    }

    /// Looks at about `budget` more records. `wanted` gets the state behind a record.
    pub fn advance(
        &mut self,
        history: &History,
        budget: usize,
        wanted: impl FnMut(&State, &Record) -> bool,
    ) {
        match self.end {
            None => self.advance_forward(history, budget, wanted),
            Some(end) => self.advance_backward(history, end, budget, wanted),
        }
    }

    fn advance_forward(
        &mut self,
        history: &History,
        budget: usize,
        mut wanted: impl FnMut(&State, &Record) -> bool,
    ) {
        let from = position_of(&self.state);
        let to = history.len().min(from.saturating_add(budget));
        for record in history.range(from, to) {
            self.state.apply(&record);
            if wanted(&self.state, &record) {
                self.found = Some(position_of(&self.state));
                self.over = true;
                return;
            }
        }
        self.over = position_of(&self.state) >= history.len();
    }

    /// Reads each part of the history once, part by part.
    fn advance_backward(
        &mut self,
        history: &History,
        mut end: usize,
        budget: usize,
        mut wanted: impl FnMut(&State, &Record) -> bool,
    ) {
        let least = end.saturating_sub(budget).max(history.first());
        while end > least && !self.over {
            let start = (end - 1) / PIECE * PIECE;
            let start = start.max(history.first());
            let mut state = history.at(start);
            history.walk(start, end, |record| {
                state.apply(record);
                if wanted(&state, record) {
                    self.found = Some(position_of(&state));
                }
            });
            self.over = self.found.is_some();
            end = start;
        }
        self.end = Some(end);
        self.over |= end <= history.first();
    }
}
