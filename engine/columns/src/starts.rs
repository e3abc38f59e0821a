//! Finding where the source has started over: its clock counts from anew there, and its numbers
//! mean other things. Whoever compares times or numbers over a history stays between two of these
//! places.

use loopscope_protocol::Event;

use crate::row::Row;

/// Looks at one record after another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StartFinder {
    /// The time of the last record.
    last: Option<u64>,
    /// In a snapshot: whether nothing of a loop was told in it, and it has not counted yet.
    snapshot: Option<bool>,
}

impl StartFinder {
    /// At the first record of all.
    #[must_use]
    pub const fn new() -> Self {
        Self { last: None, snapshot: None }
    }

    /// Whether the source has started over with the next record.
    #[inline]
    pub fn see(&mut self, record: &Row<'_>) -> bool {
        // Where nothing is told of a start, time that goes back does: in a stream it never does so
        // by itself.
        let goes_back = record.t.zip(self.last).is_some_and(|(t, last)| t < last);
        let is_start = match *record.event {
            Event::SnapshotBegin {} => {
                self.snapshot = Some(!goes_back);
                goes_back
            }
            Event::LoopNew {} => {
                self.snapshot = self.snapshot.and(Some(false));
                goes_back
            }
            // A snapshot without a loop: nothing of what was before exists any more.
            Event::SnapshotEnd {} => self.snapshot.take() == Some(true) || goes_back,
            _ => goes_back,
        };
        self.last = record.t.or(self.last);
        is_start
    }
}
