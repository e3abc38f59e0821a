//! Dropping what is old, so that a history without an end takes a bounded room.

use super::checkpoints::{self, Written};
use super::{History, position_of};

/// How much of a history is kept at least: the latest of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// All of it.
    #[default]
    All,
    /// That many records.
    Records(usize),
    /// As many records as take that many bytes, and in memory no more than a sixteenth of that.
    Bytes(u64),
}

/// Which part of the bytes that are kept may be taken in memory to know where these are. What repeats
/// itself, as a board's records do, takes less room in the store than it takes to know of it.
const MEMORY: u64 = 16;

impl History {
    /// From now on only so much is kept at least.
    pub fn set_keep(&mut self, keep: Keep) {
        self.keep = keep;
        self.look_at = 0;
        self.drop_old();
    }

    /// How many of the latest records are to be kept.
    fn to_keep(&self) -> Option<usize> {
        match self.keep {
            Keep::All => None,
            Keep::Records(records) => Some(records),
            Keep::Bytes(bytes) => {
                let directory = self.archive.directory();
                let mut left = [bytes, bytes / MEMORY];
                for number in directory.numbers().rev() {
                    let entry = directory.block(number)?;
                    for (left, size) in left.iter_mut().zip(entry.size()) {
                        let Some(rest) = left.checked_sub(size) else {
                            return Some(self.len() - entry.end());
                        };
                        *left = rest;
                    }
                }
                None
            }
        }
    }

    /// Drops what need not be kept, once that is worth the while. What is kept begins at a state that
    /// is written down, since everything behind it is reckoned from there.
    pub(super) fn drop_old(&mut self) {
        if self.is_copied() {
            return;
        }
        if let Keep::Bytes(_) = self.keep {
            // All blocks are looked at for their sizes, so not at each one that is added.
            let numbers = self.archive.directory().numbers();
            if numbers.end < self.look_at {
                return;
            }
            self.look_at = numbers.end + numbers.len() / 64 + 1;
        }
        let Some(keep) = self.to_keep() else { return };
        let least = self.len().saturating_sub(keep).min(position_of(&self.fold.state));
        if least.saturating_sub(self.first()) < checkpoints::APART.min(keep / 4 + 1) {
            return;
        }
        let Some(to) = self.written_down(least) else { return };
        while self.archive.drop_blocks(to) {
            self.fold.drop_first();
        }
    }

    /// The last place up to `n` where a block ends and the state is written down.
    fn written_down(&mut self, n: usize) -> Option<usize> {
        let first = self.first();
        let directory = self.archive.directory();
        let checkpoint = directory.checkpoint(n).map(|checkpoint| checkpoint.position);
        let checkpoint = checkpoint.filter(|position| *position > first);
        let end = directory.last_end(n).filter(|end| *end > first);
        drop(directory);
        if checkpoint.is_some() {
            return checkpoint;
        }
        let end = end?;
        let written = self.archive.add_checkpoint(&Written::now(&self.at(end)));
        if let Err(error) = written {
            self.trouble.get_or_insert(error);
            return None;
        }
        Some(end)
    }
}
