//! A loop's ready queue: in its order, and whatever leaves it is found at once.
//!
//! CPython's is first in, first out, and almost always the first one leaves. MicroPython's is
//! ordered by keys. Where one leaves from the middle, as on boards and among threads, it is found by
//! an index that is made when it is first needed.

mod stored;
#[cfg(test)]
mod tests;

use std::collections::{VecDeque, vec_deque};

use loopscope_protocol::HandleId;

use crate::table::{self, SortedSet};

/// How far from either end something is looked for one by one.
const NEAR: usize = 64;

/// A position in a queue: where it is sorted by, and how many came before it.
///
/// In MicroPython's queue it is sorted by the millisecond and by the order of pushing; elsewhere
/// only the number counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueuePosition {
    key: (u64, u64),
    number: u64,
}

impl QueuePosition {
    const LAST: Self = Self { key: (u64::MAX, u64::MAX), number: u64::MAX };

    const fn number(number: u64) -> Self {
        Self { key: (0, 0), number }
    }
}

/// What is ready, first to run first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ready {
    queue: Queue,
    /// How many of them belong to this turn's batch.
    batch: usize,
    /// The first place that is not in the batch.
    behind: QueuePosition,
}

#[derive(Clone, Debug)]
enum Queue {
    Line(Line),
    Sorted(Sorted),
}

impl Default for Queue {
    fn default() -> Self {
        Self::Line(Line::default())
    }
}

/// A queue in which all come at the end. What leaves from the middle leaves a hole; there is none at
/// the front.
#[derive(Clone, Debug, Default)]
struct Line {
    slots: VecDeque<Option<HandleId>>,
    /// The number of the first slot.
    first: u64,
    holes: usize,
    /// Where each one stands, once somebody has asked.
    index: Option<SortedSet<(HandleId, u64)>>,
}

/// A queue in which each comes where its key belongs.
#[derive(Clone, Debug, Default)]
struct Sorted {
    by_place: SortedSet<(QueuePosition, HandleId)>,
    by_id: SortedSet<(HandleId, QueuePosition)>,
    /// How many have come.
    count: u64,
}

impl Ready {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match &self.queue {
            Queue::Line(line) => line.len(),
            Queue::Sorted(sorted) => sorted.by_place.len(),
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> Iter<'_> {
        match &self.queue {
            Queue::Line(line) => Iter::Line { slots: line.slots.iter(), left: line.len() },
            Queue::Sorted(sorted) => Iter::Sorted(sorted.by_place.iter()),
        }
    }

    /// How many of the first belong to this turn's batch.
    pub(crate) fn batch(&self) -> usize {
        self.batch.min(self.len())
    }

    /// Adds one at the end.
    pub(crate) fn push(&mut self, id: HandleId) {
        match &mut self.queue {
            Queue::Line(line) => line.push(id),
            Queue::Sorted(sorted) => sorted.insert(QueuePosition::LAST.key, id),
        }
    }

    /// Adds one behind all whose key is not greater.
    pub(crate) fn insert(&mut self, key: (u64, u64), id: HandleId) {
        if let Queue::Line(line) = &self.queue {
            let mut sorted = Sorted::default();
            line.live().for_each(|(id, _)| sorted.insert((0, 0), id));
            self.queue = Queue::Sorted(sorted);
            self.begin_batch(self.batch);
        }
        if let Queue::Sorted(sorted) = &mut self.queue {
            sorted.insert(key, id);
        }
    }

    /// Takes one out, where it stands first. Tells whether it was the first of all; `None`: it is
    /// not there.
    pub(crate) fn take(&mut self, id: HandleId) -> Option<bool> {
        let (place, was_first) = match &mut self.queue {
            Queue::Line(line) => line.take(id)?,
            Queue::Sorted(sorted) => sorted.take(id)?,
        };
        if place < self.behind {
            self.batch = self.batch.saturating_sub(1);
        }
        if let Queue::Line(line) = &mut self.queue
            && line.holes > NEAR + line.len()
        {
            self.behind.number = line.close_holes(self.behind.number);
        }
        Some(was_first)
    }

    /// A batch of the first `count` begins.
    pub(crate) fn begin_batch(&mut self, count: usize) {
        let len = self.len();
        self.batch = count.min(len);
        let is_all = self.batch == len;
        // Where the two do not agree about what is ready, nobody knows which of it is meant.
        self.behind = match &self.queue {
            _ if self.batch == 0 => QueuePosition::default(),
            Queue::Line(line) if is_all => QueuePosition::number(line.end()),
            Queue::Line(line) => QueuePosition::number(line.behind(self.batch)),
            Queue::Sorted(_) if is_all => QueuePosition::LAST,
            Queue::Sorted(sorted) => sorted.behind(self.batch),
        };
    }

    /// There is no batch any more.
    pub(crate) fn end_batch(&mut self) {
        self.begin_batch(0);
    }

    /// Empties it.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// From now on, copies have what they can in common with this one.
    pub(crate) fn share(&mut self) {
        match &mut self.queue {
            Queue::Line(Line { index: Some(index), .. }) => drop(index.share()),
            Queue::Line(_) => {}
            Queue::Sorted(sorted) => {
                let _ = (sorted.by_place.share(), sorted.by_id.share());
            }
        }
    }
}

impl PartialEq for Ready {
    fn eq(&self, other: &Self) -> bool {
        self.batch == other.batch && self.iter().eq(other.iter())
    }
}

impl Line {
    fn len(&self) -> usize {
        self.slots.len() - self.holes
    }

    /// The number that the next one will have.
    fn end(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    /// Those that are there, with their numbers.
    fn live(&self) -> impl DoubleEndedIterator<Item = (HandleId, u64)> {
        let first = self.first;
        let slots = self.slots.iter().enumerate();
        slots.filter_map(move |(at, slot)| Some(((*slot)?, first + at as u64)))
    }

    /// The number behind the first `count` ones, as far as that is near either end.
    fn behind(&self, count: usize) -> u64 {
        let end = self.end();
        let after = self.len() - count;
        if count <= NEAR {
            let near = self.slots.iter().take(2 * NEAR).zip(self.first + 1..);
            let mut live = near.filter(|(slot, _)| slot.is_some());
            return live.nth(count.saturating_sub(1)).map_or(end, |(_, behind)| behind);
        }
        let near = self.slots.iter().rev().take(2 * NEAR).zip((self.first..end).rev());
        let mut live = near.filter(|(slot, _)| slot.is_some());
        live.nth(after.saturating_sub(1)).map_or(end, |(_, number)| number)
    }

    /// Moves together what is there. Gives the number that `behind` has now.
    fn close_holes(&mut self, behind: u64) -> u64 {
        let before = self.live().take_while(|(_, number)| *number < behind).count();
        self.slots.retain(Option::is_some);
        self.holes = 0;
        self.index = None;
        self.first + before as u64
    }

    fn push(&mut self, id: HandleId) {
        if let Some(index) = &mut self.index {
            index.insert((id, self.first + self.slots.len() as u64));
        }
        self.slots.push_back(Some(id));
    }

    fn take(&mut self, id: HandleId) -> Option<(QueuePosition, bool)> {
        let near = self.slots.iter().take(NEAR).position(|slot| *slot == Some(id));
        let at = match near {
            Some(at) => at,
            None if self.slots.len() <= NEAR => return None,
            None => {
                if self.index.is_none() {
                    let mut index = SortedSet::new();
                    let mut all: Vec<_> = self.live().collect();
                    all.sort_unstable();
                    for each in all {
                        index.insert(each);
                    }
                    self.index = Some(index);
                }
                let found = self.index.as_ref()?.at_or_after(&(id, 0))?;
                usize::try_from((found.0 == id).then_some(found.1)? - self.first).ok()?
            }
        };
        let number = self.first + at as u64;
        if let Some(index) = &mut self.index {
            index.remove(&(id, number));
        }
        if at == 0 {
            self.slots.pop_front();
            self.first += 1;
            while let Some(None) = self.slots.front() {
                self.slots.pop_front();
                self.first += 1;
                self.holes -= 1;
            }
        } else {
            *self.slots.get_mut(at)? = None;
            self.holes += 1;
        }
        if self.slots.is_empty() {
            self.index = None;
        }
        Some((QueuePosition::number(number), at == 0))
    }
}

impl Sorted {
    fn insert(&mut self, key: (u64, u64), id: HandleId) {
        let place = QueuePosition { key, number: self.count };
        self.count += 1;
        self.by_place.insert((place, id));
        self.by_id.insert((id, place));
    }

    fn take(&mut self, id: HandleId) -> Option<(QueuePosition, bool)> {
        let found = self.by_id.at_or_after(&(id, QueuePosition::default()))?;
        let (_, place) = (found.0 == id).then_some(found)?;
        let was_first = self.by_place.first().is_some_and(|(first, _)| *first == place);
        self.by_place.remove(&(place, id));
        self.by_id.remove(&(id, place));
        Some((place, was_first))
    }

    /// The place behind the first `count` ones, as far as that is near either end.
    fn behind(&self, count: usize) -> QueuePosition {
        let after = self.by_place.len() - count;
        let found = if count <= NEAR {
            self.by_place.iter().nth(count)
        } else if after <= NEAR {
            self.by_place.iter().nth_back(after.saturating_sub(1))
        } else {
            None
        };
        found.map_or(QueuePosition::LAST, |(place, _)| place)
    }
}

/// What is in a queue, in its order.
pub(crate) enum Iter<'a> {
    Line { slots: vec_deque::Iter<'a, Option<HandleId>>, left: usize },
    Sorted(table::Iter<'a, (QueuePosition, HandleId)>),
}

impl Iterator for Iter<'_> {
    type Item = HandleId;

    fn next(&mut self) -> Option<HandleId> {
        match self {
            Self::Line { slots, left } => {
                *left = left.checked_sub(1)?;
                slots.find_map(|slot| *slot)
            }
            Self::Sorted(places) => places.next().map(|(_, id)| id),
        }
    }

    fn nth(&mut self, n: usize) -> Option<HandleId> {
        match self {
            // Without holes none has to be passed one by one.
            Self::Line { slots, left } if slots.len() == *left => {
                *left = left.saturating_sub(n + 1);
                slots.nth(n).copied().flatten()
            }
            _ => {
                for _ in 0..n {
                    self.next()?;
                }
                self.next()
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self {
            Self::Line { left, .. } => *left,
            Self::Sorted(places) => places.len(),
        };
        (left, Some(left))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<HandleId> {
        match self {
            Self::Line { slots, left } => {
                *left = left.checked_sub(1)?;
                slots.rev().find_map(|slot| *slot)
            }
            Self::Sorted(places) => places.next_back().map(|(_, id)| id),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}
