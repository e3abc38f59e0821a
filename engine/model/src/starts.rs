//! Where the source has started over: its clock counts from anew there, and its numbers mean other
//! things. Whoever compares times or numbers over a history stays between two of these places.

use std::ops::RangeInclusive;

use loopscope_columns::StartFinder;

use crate::record::Record;

/// Where the source has started over. Kept up with the history as it grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    position: usize,
    finder: StartFinder,
    /// The positions of the first records after a start but the first.
    at: Vec<usize>,
}

impl Starts {
    /// Of what comes behind a position.
    pub const fn behind(position: usize) -> Self {
        Self { position, finder: StartFinder::new(), at: Vec::new() }
    }

    /// Takes in the next record. Tells whether the source has started over with it.
    pub fn see(&mut self, record: &Record) -> bool {
        self.position += 1;
        let is_start = self.finder.see(&record.row());
        if is_start {
            self.at.push(self.position);
        }
        is_start
    }

    /// Records up to a position were not seen.
    pub(crate) const fn skip_to(&mut self, position: usize) {
        self.position = position;
    }

    /// How often the source has started over so far.
    pub(crate) const fn all(&self) -> usize {
        self.at.len()
    }

    /// How often the source had started over at a position.
    pub fn count(&self, position: usize) -> usize {
        self.at.partition_point(|at| *at <= position)
    }

    /// The position of the record with which the source started that counts at `position`; 0 before
    /// it has started over.
    pub fn start(&self, position: usize) -> usize {
        self.count(position).checked_sub(1).map_or(0, |last| self.at[last])
    }

    /// The positions among which times and numbers mean the same as at `position`.
    pub fn around(&self, position: usize) -> RangeInclusive<usize> {
        let next = self.at.get(self.count(position));
        self.start(position)..=next.map_or(self.position, |next| next - 1)
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::Event;

    use super::*;
    use crate::story::Story;

    fn starts(story: &Story) -> Starts {
        let mut starts = Starts::default();
        for record in story.records() {
            starts.see(record);
        }
        starts
    }

    #[test]
    fn an_empty_snapshot_is_a_start_and_time_that_goes_back_is_one() {
        let mut story = Story::new();
        story.start().at(5.0).soon(1, "f");
        let old = story.records().len();
        // As the host tells of a reset: its snapshot is at 0 already, and counts once.
        story.on(0).at(0.0).push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
        story.on(1).push(Event::LoopNew {}).at(1.0).soon(1, "g");
        let end = story.records().len();
        let seen = starts(&story);
        assert_eq!((seen.count(old), seen.count(end)), (0, 1));
        assert_eq!((seen.around(old), seen.around(end)), (0..=old, old + 1..=end));
        // A reset so early that no time had passed.
        let mut story = Story::new();
        story.start().push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
        assert_eq!(starts(&story).start(story.records().len()), story.records().len());
    }

    #[test]
    fn a_snapshot_of_what_goes_on_is_no_start() {
        let mut story = Story::new();
        story.start().at(5.0).push(Event::Gap { lost: 9 });
        story.push(Event::SnapshotBegin {}).push(Event::LoopNew {}).push(Event::SnapshotEnd {});
        assert_eq!(starts(&story).count(story.records().len()), 0);
        // The board has started over unseen: its snapshot is of an earlier time.
        story.at(0.5).push(Event::SnapshotBegin {});
        story.push(Event::LoopNew {}).push(Event::SnapshotEnd {});
        assert_eq!(starts(&story).start(story.records().len()), story.records().len() - 2);
    }
}
