//! What a state is made of: a table by id, a sorted set and a list, of all of which copies share what
//! is the same in them.
//!
//! A history keeps many states that differ by little, and goes from one to the next a million times
//! a second. So what they hold lies in *pages*. A page that only one state has is changed in place;
//! [`Table::share`] makes a copy that has all pages in common with it, and whoever changes such a
//! page then takes a copy of that page alone.

mod list;
mod page;
mod set;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use loopscope_protocol::{FutureId, HandleId, LoopId, ObjectId, TaskId};

pub(crate) use list::List;
use page::{Leaf, PAGE, Page};
pub(crate) use set::{Iter, SortedSet};

/// What things in a [`Table`] are found by: an id, of which neighbouring ones are used together.
pub(crate) trait Key: Copy {
    fn number(self) -> u32;
    fn of(number: u32) -> Self;
}

macro_rules! keys {
    ($($id:ident)*) => {$(
        impl Key for $id {
            #[inline]
            fn number(self) -> u32 {
                self.0
            }
            #[inline]
            fn of(number: u32) -> Self {
                Self(number)
            }
        }
    )*};
}
keys!(HandleId TaskId FutureId LoopId ObjectId);

/// Things by their ids, in the order of these.
pub(crate) struct Table<K, V> {
    /// The pages that are not empty, by the number of each.
    pages: Vec<(u32, Leaf<Page<V>>)>,
    len: usize,
    /// The page that was changed last: often it is the next one too.
    last: usize,
    keys: PhantomData<K>,
}

impl<K: Key, V: Clone> Table<K, V> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    #[cfg(test)]
    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where a page is, or where it belongs.
    #[inline]
    fn find(&self, number: u32) -> Result<usize, usize> {
        // What is new has the highest numbers, and most is asked of what is new.
        match self.pages.last() {
            Some((last, _)) if *last == number => return Ok(self.pages.len() - 1),
            Some((last, _)) if *last < number => return Err(self.pages.len()),
            None => return Err(0),
            Some(_) => {}
        }
        if self.pages.get(self.last).is_some_and(|(last, _)| *last == number) {
            return Ok(self.last);
        }
        self.pages.binary_search_by_key(&number, |(number, _)| *number)
    }

    #[inline]
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let (page, slot) = place(*key);
        self.pages[self.find(page).ok()?].1.get().get(slot)
    }

    #[inline]
    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let (page, slot) = place(*key);
        let at = self.find(page).ok()?;
        self.last = at;
        let leaf = &mut self.pages[at].1;
        // Nothing is copied for what is not there.
        leaf.get().get(slot)?;
        leaf.get_mut().get_mut(slot)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (number, slot) = place(key);
        let at = self.find(number).unwrap_or_else(|at| {
            self.pages.insert(at, (number, Leaf::default()));
            at
        });
        self.last = at;
        let before = self.pages[at].1.get_mut().insert(slot, value);
        self.len += usize::from(before.is_none());
        before
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let (number, slot) = place(*key);
        let at = self.find(number).ok()?;
        let leaf = &mut self.pages[at].1;
        leaf.get().get(slot)?;
        let page = leaf.get_mut();
        let removed = page.remove(slot);
        self.len -= usize::from(removed.is_some());
        if page.is_empty() {
            self.pages.remove(at);
        }
        removed
    }

    /// The thing of that id, made now if there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let (number, slot) = place(key);
        let at = self.find(number).unwrap_or_else(|at| {
            self.pages.insert(at, (number, Leaf::default()));
            at
        });
        self.last = at;
        let page = self.pages[at].1.get_mut();
        if page.get(slot).is_none() {
            page.insert(slot, make());
            self.len += 1;
        }
        page.get_mut(slot).expect("it was put in if it was missing")
    }

    pub(crate) fn pop_first(&mut self) -> Option<(K, V)> {
        let (number, leaf) = self.pages.first()?;
        let key = K::of(number * PAGE + u32::from(leaf.get().first()?));
        self.remove(&key).map(|value| (key, value))
    }

    /// In the order of ids.
    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        let values = self.pages.iter().flat_map(|(_, leaf)| leaf.get().values());
        Counted { values, left: self.len }
    }

    /// In no order.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.pages.iter_mut().flat_map(|(_, leaf)| leaf.get_mut().values_mut())
    }

    /// Leaves only those in for which `keep` holds.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.pages.retain_mut(|(_, leaf)| {
            if leaf.get().values().any(|value| !keep(value)) {
                leaf.get_mut().retain(&mut keep);
            }
            !leaf.get().is_empty()
        });
        self.len = self.pages.iter().map(|(_, leaf)| leaf.get().len()).sum();
        self.last = 0;
    }

    /// The ids in pages that the two do not have in common: whatever differs is among them.
    pub(crate) fn apart(&self, other: &Self) -> BTreeSet<u32> {
        let mut ids = BTreeSet::new();
        page::apart(&self.pages, &other.pages, |number, leaf| {
            ids.extend(leaf.get().taken().map(|slot| number * PAGE + u32::from(slot)));
        });
        ids
    }

    /// A copy that has everything in common with this one until one of the two is changed.
    pub(crate) fn share(&mut self) -> Self {
        let pages = self.pages.iter_mut().map(|(number, leaf)| (*number, leaf.share())).collect();
        Self { pages, ..*self }
    }
}

/// Values of which it is known how many there are.
struct Counted<I> {
    values: I,
    left: usize,
}

impl<I: Iterator> Iterator for Counted<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.left = self.left.checked_sub(1)?;
        self.values.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<I: Iterator> ExactSizeIterator for Counted<I> {}

#[inline]
fn place<K: Key>(key: K) -> (u32, u8) {
    #[allow(clippy::cast_possible_truncation, reason = "a page is small")]
    let slot = (key.number() % PAGE) as u8;
    (key.number() / PAGE, slot)
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0, last: 0, keys: PhantomData }
    }
}

impl<K, V: Clone> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), ..*self }
    }
}

impl<K: Key, V: Clone + PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.values().eq(other.values())
    }
}

impl<K: Key, V: Clone + fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values()).finish()
    }
}
