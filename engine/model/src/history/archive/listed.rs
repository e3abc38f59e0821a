//! What is in a store, as an index lists it.

use super::super::StoreError;
use super::super::directory::BlockLocation;
use super::super::index::{self, Listed};
use super::super::segment::{Head, Kind};
use super::Archive;

impl Archive {
    /// Ends a file with the index of all that is in it.
    pub(in super::super) fn append_index(&self) -> Result<(), StoreError> {
        let (number, store) = self.main();
        let hello = self.directory().hello;
        let body = index::body(hello.as_ref(), &self.listed(number));
        let at = store.len()?;
        store.append(&Head::of(Kind::Index).segment(&[], &body))?;
        store.append(&Head { first: at, ..Head::of(Kind::End) }.segment(&[], &[]))?;
        Ok(())
    }

    /// Ends a file where it is, since no more can be written to it: an index would leave out what is
    /// there of the last block.
    pub(in super::super) fn append_end(&self) -> Result<(), StoreError> {
        let (_, store) = self.main();
        let end = Head { first: store.len()?, ..Head::of(Kind::End) };
        Ok(store.append(&end.segment(&[], &[]))?)
    }

    /// The segments that are in the store with that number, in its order.
    pub(super) fn listed(&self, number: usize) -> Vec<Listed> {
        let directory = self.directory();
        let mut listed = Vec::new();
        for entry in directory.numbers().filter_map(|block| directory.block(block)) {
            if let BlockLocation::Stored { store, at, head } = entry.place
                && store == number
            {
                listed.push(Listed { at, head, summary: entry.summary.bytes() });
            }
        }
        let defined = directory.definitions.iter().filter(|each| each.store == number);
        listed.extend(defined.map(|each| Listed {
            at: each.at,
            head: each.head,
            summary: each.ids.bytes(),
        }));
        let checkpoints = directory.checkpoints().iter().filter(|each| each.store == number);
        listed.extend(checkpoints.map(|each| Listed {
            at: each.at,
            head: each.head,
            summary: Vec::new(),
        }));
        listed.sort_by_key(|each| each.at);
        listed
    }
}
