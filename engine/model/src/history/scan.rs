//! Opening a file: what is in it, and what of that is sound.
//!
//! A file with an index can be looked at once that is read; the segments are still checked one after
//! another. In one without, as after a crash or while somebody writes it, segment after segment is
//! found, and what was found so far can be looked at. Both go on in small portions, so that whoever
//! waits can show how far it is, and stop.
//!
//! Each block says which number its records follow on. One that stands too early is left out; where
//! blocks are missing a gap says how many records these held.

mod tails;

use std::collections::VecDeque;

use loopscope_columns::columns::Reading;
use loopscope_columns::{StartFinder, Summary, Tally};
use loopscope_protocol::Event;

use super::archive::Archive;
use super::definitions::Ids;
use super::directory::{BlockLocation, CheckpointAt, DefinitionsAt, Directory, Entry, Totals};
use super::index::{self, Listed};
use super::segment::{HEAD, Head, Kind};
use super::store::Store;
use super::{HEADER, StoreError, checkpoints, source};
use crate::decode;
use crate::recording::Damage;
use tails::Tail;

/// How many bytes are read at once where no segment begins.
const PIECE: usize = 1 << 16;

/// How far a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How much of it.
    pub done: u64,
    /// Of how much.
    pub of: u64,
}

impl Progress {
    /// Whether there is nothing left.
    pub const fn is_over(&self) -> bool {
        self.done >= self.of
    }
}

/// A file while it is read.
#[derive(Debug)]
pub(super) struct Scan {
    /// Up to where it is read, and up to where it is to be.
    at: u64,
    len: u64,
    /// The directory is there already: it remains to be seen whether the segments are sound.
    indexed: bool,
    /// What the index says is still to come.
    promised: VecDeque<(u64, Head)>,
    /// What came of a block that is not complete.
    tails: Vec<Tail>,
    /// Records up to this number were in the file.
    told: u64,
    /// The same, by the head of a segment that is not sound: it counts if one that is follows.
    doubtful: u64,
    /// The last segment that was read is the one that a complete file ends with.
    ended: bool,
    damage: Damage,
}

impl Scan {
    /// At the beginning of a file's segments.
    pub(super) fn begin(archive: &Archive) -> Result<Self, StoreError> {
        let (_, store) = archive.main();
        let mut scan = Self {
            at: HEADER.len() as u64,
            len: store.len()?,
            indexed: false,
            promised: VecDeque::new(),
            tails: Vec::new(),
            told: 0,
            doubtful: 0,
            ended: false,
            damage: Damage::default(),
        };
        // Where the index cannot be read, what is before it may be.
        if let Ok(Some((hello, listed))) = index::read(&*store) {
            let mut directory = archive.directory_mut();
            directory.hello = hello;
            scan.promised = listed.iter().map(|each| (each.at, each.head)).collect();
            scan.indexed = listed.into_iter().all(|each| scan.take_listed(&mut directory, each));
            if !scan.indexed {
                // An index that makes no sense is none.
                *directory = Directory::default();
            }
        }
        // Nothing follows its first line.
        scan.damage.endless = scan.at >= scan.len;
        Ok(scan)
    }

    /// Of a file that ends within its first line.
    pub(super) fn cut() -> Self {
        let damage = Damage { cut: true, ..Damage::default() };
        let (promised, tails) = (VecDeque::new(), Vec::new());
        let (told, doubtful, indexed, ended) = (0, 0, false, false);
        Self { at: 0, len: 0, indexed, promised, tails, told, doubtful, ended, damage }
    }

    pub(super) const fn damage(&self) -> &Damage {
        &self.damage
    }

    /// Whether the index has promised what is not there.
    pub(super) fn is_betrayed(&self) -> bool {
        self.indexed && (self.damage.is_any() || (self.at >= self.len && !self.promised.is_empty()))
    }

    pub(super) const fn progress(&self) -> Progress {
        Progress { done: self.at, of: self.len }
    }

    /// Reads on for about `budget` bytes.
    pub(super) fn advance(&mut self, archive: &Archive, budget: u64) -> Result<(), StoreError> {
        let end = self.at.saturating_add(budget.max(1)).min(self.len);
        while self.at < end {
            self.segment(archive)?;
            if self.at >= self.len && !self.indexed {
                self.finish(archive);
                self.damage.endless = !self.ended && !self.damage.cut;
            }
        }
        Ok(())
    }

    /// The file cannot be read any further: what was read of it stays.
    pub(super) fn stop(&mut self, archive: &Archive) {
        self.len = self.at;
        if !self.indexed {
            self.finish(archive);
        }
    }

    /// What is there was found to be harmed although the index says nothing of it: forgets the index.
    pub(super) fn start_over(&mut self, archive: &Archive) {
        *archive.directory_mut() = Directory::default();
        archive.forget_all();
        *self = Self { at: HEADER.len() as u64, len: self.len, ..Self::cut() };
        self.damage = Damage::default();
    }

    /// Reads the next segment, or looks for one.
    fn segment(&mut self, archive: &Archive) -> Result<(), StoreError> {
        let (_, store) = archive.main();
        let left = self.len - self.at;
        let mut head = [0; HEAD];
        if left < HEAD as u64 {
            return self.stray(&*store);
        }
        store.read_at(self.at, &mut head)?;
        let Some(head) = Head::parse(&head) else { return self.stray(&*store) };
        if head.size() > left {
            self.damage.cut = true;
            self.at = self.len;
            return Ok(());
        }
        let mut parts = vec![0; head.length as usize];
        store.read_at(self.at + HEAD as u64, &mut parts)?;
        let at = self.at;
        self.at += head.size();
        let sound = head.fits(&parts);
        self.ended = sound && head.kind == Kind::End;
        if sound && self.promised.front() == Some(&(at, head)) {
            self.promised.pop_front();
        }
        if sound {
            self.told = self.told.max(self.doubtful);
        }
        if !sound {
            self.damage.blocks += 1;
            self.doubtful = self.doubtful.max(told_by(&head));
        } else if !self.indexed && !self.take(archive, at, head, parts) {
            self.damage.blocks += 1;
        }
        Ok(())
    }

    /// A segment's records were in the file, whatever becomes of them.
    fn tell(&mut self, head: &Head) {
        self.told = self.told.max(told_by(head));
    }

    /// Looks for the next segment where none begins.
    fn stray(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut bytes = vec![0; PIECE.min(usize::try_from(self.len - self.at).unwrap_or(PIECE))];
        store.read_at(self.at, &mut bytes)?;
        let is_end = self.at + bytes.len() as u64 == self.len;
        let used = match Head::find(&bytes) {
            Some(at) => at,
            None if is_end && Head::may_begin(&bytes) => {
                // Fewer bytes than a head has are the beginning of a segment that was cut.
                self.damage.cut = true;
                self.at = self.len;
                return Ok(());
            }
            None if is_end => bytes.len(),
            None => bytes.len() - (HEAD - 1),
        };
        self.damage.stray += used as u64;
        self.at += used as u64;
        Ok(())
    }

    /// Takes in a segment that is sound. False: it makes no sense.
    fn take(&mut self, archive: &Archive, at: u64, head: Head, mut parts: Vec<u8>) -> bool {
        let body_at = head.summary as usize;
        match head.kind {
            Kind::Tail => {
                let of = Reading::new(&parts[..body_at]).plain();
                let Some((of, body)) = of.ok().zip(head.body(parts).ok()) else { return false };
                self.tell(&head);
                self.take_tail(archive, Tail { head, of, body });
                true
            }
            Kind::Source => {
                parts.drain(..body_at);
                let Ok(hello) = source::read(&parts) else { return false };
                archive.directory_mut().hello = Some(hello);
                true
            }
            Kind::Index | Kind::End => true,
            Kind::Block => {
                parts.truncate(body_at);
                self.tell(&head);
                self.make_way(archive, &head);
                self.take_listed(&mut archive.directory_mut(), Listed { at, head, summary: parts })
            }
            Kind::Definitions | Kind::Checkpoint => {
                parts.truncate(body_at);
                self.take_listed(&mut archive.directory_mut(), Listed { at, head, summary: parts })
            }
        }
    }

    /// Takes in what the index says of a segment, or its head. False: it makes no sense.
    fn take_listed(&mut self, directory: &mut Directory, listed: Listed) -> bool {
        let Listed { at, head, summary } = listed;
        match head.kind {
            Kind::Block => match Summary::read(&summary) {
                Ok(summary) => {
                    let place = BlockLocation::Stored { store: 0, at, head };
                    self.push(directory, head, place, summary)
                }
                Err(_) => false,
            },
            Kind::Definitions => match Ids::read(&summary) {
                Ok(ids) => {
                    directory.definitions.push(DefinitionsAt { store: 0, at, head, ids });
                    true
                }
                Err(_) => false,
            },
            Kind::Checkpoint => {
                let first = usize::try_from(head.first).unwrap_or(usize::MAX);
                if directory.numbers().is_empty() && directory.end() == 0 {
                    // What came before it was not kept.
                    directory.begin_behind(first, head.last);
                }
                let position = directory.end();
                // Where something was left out before, the state is another one.
                let is_here = first == position && head.last == directory.seq();
                let is_known = head.before == checkpoints::SHAPE;
                if is_here && is_known && !self.damage.is_any() {
                    let checkpoint = CheckpointAt { position, store: 0, at, head };
                    directory.add_checkpoint(checkpoint);
                }
                true
            }
            _ => false,
        }
    }

    /// Adds records behind all others, if they belong there.
    fn push(
        &mut self,
        directory: &mut Directory,
        head: Head,
        place: BlockLocation,
        summary: Summary,
    ) -> bool {
        let Head { before, last, count, .. } = head;
        let span = last.checked_sub(before);
        if count == 0 || span.is_none_or(|span| span < u64::from(count) || span > MOST_LOST) {
            return false;
        }
        let is_first = directory.end() == 0;
        let seq = match (is_first, head.midway) {
            (false, _) => directory.seq(),
            // It began with some number: as many are missing as records would have been before this.
            (true, true) => before.saturating_sub(head.first),
            (true, false) => 0,
        };
        if before < seq {
            self.damage.misplaced += 1;
            return true;
        }
        if before > seq {
            directory.push(lost(directory.end(), seq, before));
        }
        let (first, totals) = (directory.end(), Totals::default());
        directory.push(Entry { first, count, before, last, place, summary, totals });
        true
    }

    /// There are no more segments.
    fn finish(&mut self, archive: &Archive) {
        self.close_tails(archive);
        let mut directory = archive.directory_mut();
        let (end, seq) = (directory.end(), directory.seq());
        if self.told > seq {
            directory.push(lost(end, seq, self.told));
        }
    }
}

/// Up to which number a segment has records; 0: it has none.
fn told_by(head: &Head) -> u64 {
    let span = head.last.checked_sub(head.before);
    let has_records = matches!(head.kind, Kind::Block | Kind::Tail);
    if has_records && span.is_some_and(|n| n <= MOST_LOST) { head.last } else { 0 }
}

/// A segment that says more records than this are missing within it is not believed.
const MOST_LOST: u64 = 1 << 40;

/// The block that stands for records which are missing.
fn lost(first: usize, before: u64, last: u64) -> Entry {
    let mut tally = Tally::new(StartFinder::default());
    let count = u32::try_from(last - before).unwrap_or(u32::MAX);
    let event = Event::Gap { lost: count };
    tally.push(&crate::record::Record { event, ..decode::BLANK }.row());
    let (summary, totals) = (tally.take(), Totals::default());
    Entry { first, count: 1, before, last, place: BlockLocation::Lost, summary, totals }
}
