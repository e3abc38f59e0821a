//! One page: some neighbouring ids, and who else has it.

use std::cmp::Ordering;
use std::sync::Arc;

/// How many ids a page has room for.
pub(super) const PAGE: u32 = 32;

/// Where nothing is.
const NOTHING: u8 = u8::MAX;

/// A page that belongs to one, or to several who do not change it.
#[derive(Debug)]
pub(super) enum Leaf<P> {
    /// It is changed in place.
    Own(Box<P>),
    /// Others may have it too.
    Shared(Arc<P>),
}

impl<P: Default> Default for Leaf<P> {
    fn default() -> Self {
        Self::Own(Box::default())
    }
}

impl<P: Clone> Clone for Leaf<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Own(page) => Self::Own(page.clone()),
            Self::Shared(page) => Self::Shared(Arc::clone(page)),
        }
    }
}

impl<P: Clone + Default> Leaf<P> {
    pub(super) fn own(page: P) -> Self {
        Self::Own(Box::new(page))
    }

    /// Whether both have the very same page.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Shared(one), Self::Shared(two)) if Arc::ptr_eq(one, two))
    }

    #[inline]
    pub(super) fn get(&self) -> &P {
        match self {
            Self::Own(page) => page,
            Self::Shared(page) => page,
        }
    }

    /// To be changed: a page that others have is copied.
    #[inline]
    pub(super) fn get_mut(&mut self) -> &mut P {
        if let Self::Shared(_) = self {
            self.take();
        }
        match self {
            Self::Own(page) => page,
            Self::Shared(_) => unreachable!("it was made our own"),
        }
    }

    #[cold]
    fn take(&mut self) {
        if let Self::Shared(page) = std::mem::take(self) {
            *self = Self::own(Arc::unwrap_or_clone(page));
        }
    }

    /// The same page for somebody else.
    pub(super) fn share(&mut self) -> Self {
        if let Self::Own(page) = self {
            *self = Self::Shared(Arc::new(std::mem::take(page)));
        }
        self.clone()
    }
}

/// Hands out the pages, of two lists in order, that these do not have in common.
pub(super) fn apart<N: Ord + Copy, P: Clone + Default>(
    one: &[(N, Leaf<P>)],
    two: &[(N, Leaf<P>)],
    mut take: impl FnMut(N, &Leaf<P>),
) {
    let (mut one, mut two) = (one.iter().peekable(), two.iter().peekable());
    loop {
        let order = match (one.peek(), two.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((first, _)), Some((second, _))) => first.cmp(second),
        };
        let left = if order.is_le() { one.next() } else { None };
        let right = if order.is_ge() { two.next() } else { None };
        if let (Some((_, left)), Some((_, right))) = (left, right)
            && left.is_same(right)
        {
            continue;
        }
        for (number, leaf) in left.into_iter().chain(right) {
            take(*number, leaf);
        }
    }
}

/// Things of neighbouring ids.
#[derive(Clone, Debug)]
pub(super) struct Page<V> {
    /// Where each id's thing is among the values.
    slots: [u8; PAGE as usize],
    values: Vec<V>,
}

impl<V> Default for Page<V> {
    fn default() -> Self {
        Self { slots: [NOTHING; PAGE as usize], values: Vec::new() }
    }
}

impl<V> Page<V> {
    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    #[inline]
    pub(super) fn get(&self, slot: u8) -> Option<&V> {
        // `NOTHING` is beyond all values.
        self.values.get(usize::from(self.slots[usize::from(slot)]))
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: u8) -> Option<&mut V> {
        self.values.get_mut(usize::from(self.slots[usize::from(slot)]))
    }

    pub(super) fn insert(&mut self, slot: u8, value: V) -> Option<V> {
        if let Some(before) = self.get_mut(slot) {
            return Some(std::mem::replace(before, value));
        }
        #[allow(clippy::cast_possible_truncation, reason = "a page has few values")]
        let at = self.values.len() as u8;
        self.slots[usize::from(slot)] = at;
        self.values.push(value);
        None
    }

    pub(super) fn remove(&mut self, slot: u8) -> Option<V> {
        let at = std::mem::replace(&mut self.slots[usize::from(slot)], NOTHING);
        if at == NOTHING {
            return None;
        }
        let removed = self.values.swap_remove(usize::from(at));
        let moved = self.values.len();
        if let Some(slot) = self.slots.iter_mut().find(|slot| usize::from(**slot) == moved) {
            *slot = at;
        }
        Some(removed)
    }

    /// The first slot that is taken.
    pub(super) fn first(&self) -> Option<u8> {
        let at = self.slots.iter().position(|slot| *slot != NOTHING)?;
        u8::try_from(at).ok()
    }

    /// The slots that are taken.
    pub(super) fn taken(&self) -> impl Iterator<Item = u8> {
        (0u8..).zip(&self.slots).filter(|(_, at)| **at != NOTHING).map(|(slot, _)| slot)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().filter_map(|slot| self.values.get(usize::from(*slot)))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut()
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        for slot in 0..PAGE {
            #[allow(clippy::cast_possible_truncation, reason = "a page is small")]
            let slot = slot as u8;
            if self.get(slot).is_some_and(|value| !keep(value)) {
                self.remove(slot);
            }
        }
    }
}
