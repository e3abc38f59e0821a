//! What came of a block that is not complete: its tails, which together are a block as well.

use loopscope_columns::{StartFinder, Tally};

use super::super::archive::Archive;
use super::super::directory::BlockLocation;
use super::super::segment::Head;
use super::Scan;
use crate::decode;

#[derive(Debug)]
pub(super) struct Tail {
    pub(super) head: Head,
    /// How many records there are before the block that it belongs to.
    pub(super) of: u64,
    pub(super) body: Vec<u8>,
}

impl Scan {
    pub(super) fn take_tail(&mut self, archive: &Archive, tail: Tail) {
        let follows = match self.tails.last() {
            None => tail.head.first == tail.of,
            Some(before) => {
                let end = before.head.first + u64::from(before.head.count);
                before.of == tail.of && end == tail.head.first
            }
        };
        if follows {
            self.tails.push(tail);
        } else if tail.head.first == tail.of {
            // The block of the tails so far is missing.
            self.close_tails(archive);
            self.tails.push(tail);
        } else {
            self.damage.blocks += 1;
        }
    }

    /// A block is about to be taken in: what came of it before is not needed any more, and what came
    /// of another one is all that there is of that.
    pub(super) fn make_way(&mut self, archive: &Archive, head: &Head) {
        if self.tails.first().is_some_and(|tail| tail.of != head.first) {
            self.close_tails(archive);
        }
        self.tails.clear();
    }

    /// Makes a block of the tails.
    pub(super) fn close_tails(&mut self, archive: &Archive) {
        let tails = std::mem::take(&mut self.tails);
        let (Some(first), Some(last)) = (tails.first(), tails.last()) else { return };
        let count = tails.iter().fold(0u32, |all, tail| all.saturating_add(tail.head.count));
        let head = Head { last: last.head.last, count, ..first.head };
        let bodies: Vec<_> = tails.iter().map(|tail| &tail.body[..]).collect();
        let read = decode::joined(&bodies)
            .and_then(|body| Ok((decode::records(&body, count)?, body)))
            .ok()
            .filter(|(records, _)| records.last().is_some_and(|record| record.seq == head.last));
        let Some((records, body)) = read else {
            self.damage.blocks += 1;
            return;
        };
        let mut tally = Tally::new(Self::finder(archive));
        for record in &records {
            tally.push(&record.row());
        }
        let place = BlockLocation::Here(body.into());
        let taken = self.push(&mut archive.directory_mut(), head, place, tally.take());
        self.damage.blocks += u32::from(!taken);
    }

    /// What has to be known to find starts of the source behind the last block.
    fn finder(archive: &Archive) -> StartFinder {
        let mut finder = StartFinder::default();
        let last = archive.directory().numbers().last();
        if let Some(block) = last.and_then(|last| archive.block(last)) {
            for record in &block.records {
                finder.see(&record.row());
            }
        }
        finder
    }
}
