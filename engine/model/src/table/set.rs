//! A sorted set in pages.

use std::fmt;

use super::page::{self, Leaf};

/// How many entries a page has at most. One that is full becomes two.
const FULL: usize = 64;

/// Entries in their order, each once.
pub(crate) struct SortedSet<T> {
    /// Pages in order, each with its first entry. None is empty.
    pages: Vec<(T, Leaf<Vec<T>>)>,
    len: usize,
}

impl<T: Ord + Copy> SortedSet<T> {
    pub(crate) const fn new() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The page that has the entry, or would.
    fn page_of(&self, entry: &T) -> usize {
        self.pages.partition_point(|(first, _)| first <= entry).saturating_sub(1)
    }

    /// False if it was in already.
    pub(crate) fn insert(&mut self, entry: T) -> bool {
        let at = self.page_of(&entry);
        let Some((first, leaf)) = self.pages.get_mut(at) else {
            self.pages.push((entry, Leaf::own(vec![entry])));
            self.len = 1;
            return true;
        };
        let Err(place) = leaf.get().binary_search(&entry) else { return false };
        let page = leaf.get_mut();
        page.insert(place, entry);
        *first = page[0];
        self.len += 1;
        if page.len() > FULL {
            // What is added at the end leaves full pages behind; elsewhere the two get half each.
            let half = if place == FULL { FULL } else { FULL / 2 };
            let rest = page.split_off(half);
            self.pages.insert(at + 1, (rest[0], Leaf::own(rest)));
        }
        true
    }

    /// False if it was not in.
    pub(crate) fn remove(&mut self, entry: &T) -> bool {
        let at = self.page_of(entry);
        let Some((first, leaf)) = self.pages.get_mut(at) else { return false };
        let Ok(place) = leaf.get().binary_search(entry) else { return false };
        let page = leaf.get_mut();
        page.remove(place);
        self.len -= 1;
        match page.first() {
            Some(now) => *first = *now,
            None => {
                self.pages.remove(at);
            }
        }
        true
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.pages.first().map(|(first, _)| first)
    }

    /// The first entry that is not less than this one.
    pub(crate) fn at_or_after(&self, entry: &T) -> Option<T> {
        let at = self.page_of(entry);
        let page = self.pages.get(at)?.1.get();
        let place = page.partition_point(|other| other < entry);
        let found = page.get(place).copied();
        found.or_else(|| self.pages.get(at + 1).map(|(first, _)| *first))
    }

    /// The entries behind the first `n`. Pages before that are passed over unread.
    pub(crate) fn behind(&self, mut n: usize) -> impl Iterator<Item = T> {
        let mut page = 0;
        while let Some((_, leaf)) = self.pages.get(page)
            && leaf.get().len() <= n
        {
            n -= leaf.get().len();
            page += 1;
        }
        let pages = self.pages.get(page..).unwrap_or_default();
        pages.iter().flat_map(|(_, leaf)| leaf.get().iter().copied()).skip(n)
    }

    /// How many entries are less than this one.
    pub(crate) fn rank(&self, entry: &T) -> usize {
        let at = self.page_of(entry);
        let before: usize = self.pages.iter().take(at).map(|(_, leaf)| leaf.get().len()).sum();
        let here = self.pages.get(at).map_or(&[][..], |(_, leaf)| leaf.get());
        before + here.partition_point(|other| other < entry)
    }

    pub(crate) fn contains(&self, entry: &T) -> bool {
        let page = self.pages.get(self.page_of(entry));
        page.is_some_and(|(_, leaf)| leaf.get().binary_search(entry).is_ok())
    }

    /// The entries in pages that the two do not have in common: whatever differs is among them.
    pub(crate) fn apart(&self, other: &Self) -> Vec<T> {
        let mut entries = Vec::new();
        page::apart(&self.pages, &other.pages, |_, leaf| entries.extend(leaf.get()));
        entries
    }

    pub(crate) fn clear(&mut self) {
        self.pages.clear();
        self.len = 0;
    }

    /// The entries from this one on.
    pub(crate) fn from(&self, entry: T) -> impl Iterator<Item = T> {
        let at = self.page_of(&entry);
        let pages = self.pages.get(at..).unwrap_or_default();
        let entries = pages.iter().flat_map(|(_, leaf)| leaf.get().iter().copied());
        entries.skip_while(move |other| *other < entry)
    }

    /// A copy that has everything in common with this one until one of the two is changed.
    pub(crate) fn share(&mut self) -> Self {
        let pages = self.pages.iter_mut().map(|(first, leaf)| (*first, leaf.share())).collect();
        Self { pages, len: self.len }
    }
}

impl<T: Ord + Copy + Default> SortedSet<T> {
    pub(crate) fn iter(&self) -> Iter<'_, T> {
        Iter { set: self, front: (0, 0), back: (self.pages.len(), 0), left: self.len }
    }
}

/// The entries of a [`SortedSet`] in order.
pub(crate) struct Iter<'a, T> {
    set: &'a SortedSet<T>,
    /// The next entry: its page and its place there.
    front: (usize, usize),
    /// Behind the last entry: its page, and how many entries of it are still to come. 0: all of the
    /// page before it.
    back: (usize, usize),
    left: usize,
}

impl<T: Copy + Default> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        loop {
            let (page, at) = self.front;
            if let Some(entry) = self.set.pages.get(page)?.1.get().get(at) {
                self.front.1 += 1;
                return Some(*entry);
            }
            self.front = (page + 1, 0);
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T: Copy + Default> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        if self.back.1 == 0 {
            let page = self.back.0.checked_sub(1)?;
            self.back = (page, self.set.pages.get(page)?.1.get().len());
        }
        self.back.1 -= 1;
        self.set.pages.get(self.back.0)?.1.get().get(self.back.1).copied()
    }
}

impl<T: Copy + Default> ExactSizeIterator for Iter<'_, T> {}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Clone for SortedSet<T> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), len: self.len }
    }
}

impl<T: Ord + Copy + Default> PartialEq for SortedSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: Ord + Copy + Default + fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
