//! A list in pages, of which only the end grows or shrinks.

use std::fmt;

use super::page::Leaf;

/// How many entries a page has; the last one may have fewer.
const FULL: usize = 64;

/// Entries by their places.
pub(crate) struct List<T> {
    pages: Vec<Leaf<Vec<T>>>,
    len: usize,
}

impl<T: Copy> List<T> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<T> {
        self.pages.get(at / FULL)?.get().get(at % FULL).copied()
    }

    /// Puts an entry in the place of another one. Nothing happens behind the end.
    #[inline]
    pub(crate) fn set(&mut self, at: usize, entry: T) {
        if let Some(page) = self.pages.get_mut(at / FULL)
            && let Some(place) = page.get_mut().get_mut(at % FULL)
        {
            *place = entry;
        }
    }

    pub(crate) fn push(&mut self, entry: T) {
        if self.len.is_multiple_of(FULL) {
            self.pages.push(Leaf::own(Vec::with_capacity(4)));
        }
        if let Some(page) = self.pages.last_mut() {
            page.get_mut().push(entry);
            self.len += 1;
        }
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let page = self.pages.last_mut()?.get_mut();
        let last = page.pop()?;
        self.len -= 1;
        if page.is_empty() {
            self.pages.pop();
        }
        Some(last)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> {
        self.pages.iter().flat_map(|page| page.get().iter().copied())
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// From now on, copies have what they can in common with this one.
    pub(crate) fn share(&mut self) {
        for page in &mut self.pages {
            let _ = page.share();
        }
    }
}

impl<T: Copy> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut list = Self::default();
        entries.into_iter().for_each(|entry| list.push(entry));
        list
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), len: self.len }
    }
}

impl<T: Copy + PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_a_vector_is_and_copies_share_until_they_differ() {
        let (mut list, mut vector) = (List::default(), Vec::new());
        for n in 0..300_u32 {
            list.push(n);
            vector.push(n);
        }
        list.share();
        let before = list.clone();
        for n in 0..200 {
            assert_eq!(list.pop(), vector.pop());
            list.set(n / 2, 7);
            vector[n / 2] = 7;
            assert!(list.iter().eq(vector.iter().copied()) && list.len() == vector.len(), "{n}");
        }
        assert!(before.iter().eq(0..300));
        assert_eq!((list.get(100), list.pop(), list.get(99)), (None, vector.pop(), None));
    }
}
