//! Copying what there is to a second place, in portions: it may take long, and may be left.

use std::sync::Arc;

use super::super::copy::Copy;
use super::super::directory::{BlockLocation, Entry};
use super::super::segment::{Head, Kind};
use super::super::{StoreError, source};
use super::Archive;

/// A copy on its way. One that is dropped has changed nothing here.
#[derive(Debug)]
pub struct Copying {
    copy: Copy,
    /// What is still to be copied, the last of it first.
    left: Vec<(Head, SegmentOrigin)>,
    /// How far each store has been listed, and the blocks.
    listed: Listed,
    done: u64,
    all: u64,
    /// While it lives nothing old is dropped.
    _token: Arc<()>,
}

/// Where a segment is.
#[allow(clippy::large_enum_variant, reason = "there are few that could not be stored")]
#[derive(Debug)]
enum SegmentOrigin {
    /// In a store, where it begins there.
    Stored(usize, u64),
    /// Here: it could not be stored.
    Here(Entry, Arc<[u8]>),
}

/// What was listed: of each store what begins before this, and of the blocks what ends there.
#[derive(Debug, Default)]
struct Listed {
    stores: Vec<u64>,
    end: usize,
}

impl Copying {
    /// How many bytes are copied, and of how many.
    pub const fn progress(&self) -> (u64, u64) {
        (self.done, self.all)
    }
}

impl Archive {
    /// Begins to copy what there is.
    pub(in super::super) fn begin_copy(
        &self,
        mut copy: Copy,
        token: Arc<()>,
    ) -> Result<Copying, StoreError> {
        if let Some(hello) = self.directory().hello {
            copy.set_source(hello);
            copy.add(&Head::of(Kind::Source).segment(&[], &source::bytes(&hello)))?;
        }
        let listed = Listed::default();
        let mut copying =
            Copying { copy, left: Vec::new(), listed, done: 0, all: 0, _token: token };
        self.list_more(&mut copying);
        Ok(copying)
    }

    /// Copies on, about that many bytes. True: all that there is.
    pub(in super::super) fn copy_on(
        &self,
        copying: &mut Copying,
        bytes: u64,
    ) -> Result<bool, StoreError> {
        let upto = copying.done.saturating_add(bytes);
        while copying.done < upto {
            let Some((head, from)) = copying.left.pop() else {
                self.list_more(copying);
                if copying.left.is_empty() {
                    return Ok(true);
                }
                continue;
            };
            match from {
                SegmentOrigin::Here(entry, body) => {
                    copying.copy.add(&head.segment(&entry.summary.bytes(), &body))?;
                }
                SegmentOrigin::Stored(number, at) => {
                    let mut segment = vec![0; usize::try_from(head.size()).unwrap_or(usize::MAX)];
                    self.store(number).read_at(at, &mut segment)?;
                    copying.copy.add(&segment)?;
                }
            }
            copying.done += head.size();
        }
        Ok(false)
    }

    /// Writes there too from now on: all that there is must be copied.
    pub(in super::super) fn end_copy(&self, copying: Copying) -> Result<(), StoreError> {
        let mut copy = copying.copy;
        if let Some(hello) = self.directory().hello {
            copy.set_source(hello);
        }
        copy.flush()?;
        *self.copy_slot() = Some(copy);
        Ok(())
    }

    /// Lists what has come since it was listed last.
    fn list_more(&self, copying: &mut Copying) {
        let mut segments = Vec::new();
        let listed = &mut copying.listed;
        listed.stores.resize(self.stores().all.len(), 0);
        let first = self.directory().first() as u64;
        for (number, upto) in listed.stores.iter_mut().enumerate() {
            for each in self.listed(number) {
                let is_gone = each.head.kind == Kind::Checkpoint && each.head.first < first;
                if each.at >= *upto {
                    *upto = each.at + 1;
                    if !is_gone {
                        segments.push((each.head, SegmentOrigin::Stored(number, each.at)));
                    }
                }
            }
        }
        let directory = self.directory();
        for entry in directory.numbers().rev().map_while(|block| directory.block(block)) {
            if entry.end() <= listed.end {
                break;
            }
            if let BlockLocation::Here(body) = &entry.place {
                segments.push((entry.head(), SegmentOrigin::Here(entry.clone(), Arc::clone(body))));
            }
        }
        listed.end = directory.end();
        // A state stands where its records end, whenever it was written down.
        segments.sort_by_key(|(head, _)| match head.kind {
            Kind::Checkpoint => (head.first + 1, 0),
            Kind::Block => (head.first + 1, 1),
            _ => (0, 0),
        });
        copying.all += segments.iter().map(|(head, _)| head.size()).sum::<u64>();
        segments.reverse();
        copying.left = segments;
    }
}
