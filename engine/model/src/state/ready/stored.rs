//! A ready queue as bytes, for the checkpoints of a history, and back.
//!
//! Holes and numbers are kept as they are: where the records contradict each other, what a queue
//! says next depends on them. What is only there to find things is made anew.

use std::collections::VecDeque;

use loopscope_protocol::HandleId;
use loopscope_protocol::cells::{CellReader, CellWriter};
use loopscope_protocol::wire::Malformed;

use super::{Line, Queue, QueuePosition, Ready, Sorted};
use crate::sheet::{ReadSheet, Sheet, Stored, stored};
use crate::table::SortedSet;

/// The highest number that is read: from there on one can still count.
const MOST: u64 = u64::MAX / 2;

type Slots = VecDeque<Option<HandleId>>;
type SortedEntries = SortedSet<(QueuePosition, HandleId)>;

stored! {
    QueuePosition { key: (u64, u64), number: u64 }
    Ready { queue: Queue, batch: usize, behind: QueuePosition }
}

impl Stored for Queue {
    const COLUMNS: usize = 2 + Slots::COLUMNS + SortedEntries::COLUMNS;
    fn put(&self, column: usize, to: &mut Sheet) {
        let places = column + 2 + Slots::COLUMNS;
        match self {
            Self::Line(line) => {
                to.put_number(column, 0);
                line.first.put(column + 1, to);
                line.slots.put(column + 2, to);
            }
            Self::Sorted(sorted) => {
                to.put_number(column, 1);
                sorted.count.put(column + 1, to);
                sorted.by_place.put(places, to);
            }
        }
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let places = column + 2 + Slots::COLUMNS;
        let kind = from.number(column)?;
        let number = <u64 as Stored>::get(column + 1, from)?;
        if number > MOST {
            return Err(Malformed::Bad);
        }
        match kind {
            0 => {
                let slots = <Slots as Stored>::get(column + 2, from)?;
                if let Some(None) = slots.front() {
                    return Err(Malformed::Bad);
                }
                let holes = slots.iter().filter(|slot| slot.is_none()).count();
                Ok(Self::Line(Line { slots, first: number, holes, index: None }))
            }
            1 => {
                let by_place = <SortedEntries as Stored>::get(places, from)?;
                let mut by_id: Vec<_> = by_place.iter().map(|(place, id)| (id, place)).collect();
                by_id.sort_unstable();
                let mut sorted = Sorted { by_place, by_id: SortedSet::new(), count: number };
                for each in by_id {
                    sorted.by_id.insert(each);
                }
                Ok(Self::Sorted(sorted))
            }
            _ => Err(Malformed::Bad),
        }
    }
}
