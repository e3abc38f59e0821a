//! Lists in a sheet: one column with their length, and those of their members.

use std::borrow::Borrow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use loopscope_protocol::cells::{CellReader, CellWriter};
use loopscope_protocol::wire::Malformed;

use super::{Named, ReadSheet, Sheet, Stored};
use crate::table::{Key, List, SortedSet, Table};

fn put_list<T: Stored>(
    len: usize,
    list: impl Iterator<Item = impl Borrow<T>>,
    column: usize,
    to: &mut Sheet,
    members: Range<usize>,
) -> usize {
    if members.start == 0 {
        to.put_number(column, len as u64);
    }
    let chosen = list.skip(members.start).take(members.len());
    chosen.for_each(|each| each.borrow().put(column + 1, to));
    len
}

/// Puts in all members.
const ALL: Range<usize> = 0..usize::MAX;

/// How a list is put in whose members are these.
macro_rules! put_as_list {
    ($members:ident of $member:ty) => {
        fn put(&self, column: usize, to: &mut Sheet) {
            self.put_members(column, to, ALL);
        }
        fn put_members(&self, column: usize, to: &mut Sheet, members: Range<usize>) -> usize {
            put_list::<$member>(self.len(), self.$members(), column, to, members)
        }
    };
}

fn get_list<T: Stored>(
    column: usize,
    from: &mut ReadSheet<'_>,
    mut add: impl FnMut(T),
) -> Result<(), Malformed> {
    let count = from.number(column)?;
    from.members = from.members.checked_sub(count).ok_or(Malformed::Bad)?;
    for _ in 0..count {
        add(T::get(column + 1, from)?);
    }
    Ok(())
}

macro_rules! lists {
    ($($list:ident.$add:ident)*) => {$(
        impl<T: Stored> Stored for $list<T> {
            const COLUMNS: usize = 1 + T::COLUMNS;
            put_as_list!(iter of T);
            fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
                let mut list = Self::new();
                get_list(column, from, |each| list.$add(each))?;
                Ok(list)
            }
        }
    )*};
}
lists!(Vec.push VecDeque.push_back);

impl<T: Stored + Copy> Stored for List<T> {
    const COLUMNS: usize = 1 + T::COLUMNS;
    put_as_list!(iter of T);
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let mut list = Self::default();
        get_list(column, from, |each| list.push(each))?;
        Ok(list)
    }
}

impl<T: Stored + Ord + Copy + Default> Stored for SortedSet<T> {
    const COLUMNS: usize = 1 + T::COLUMNS;
    put_as_list!(iter of T);
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let mut set = Self::new();
        get_list(column, from, |each| {
            set.insert(each);
        })?;
        Ok(set)
    }
}

impl<K: Key, V: Stored + Named<K> + Clone> Stored for Table<K, V> {
    const COLUMNS: usize = 1 + V::COLUMNS;
    put_as_list!(values of V);
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let mut table = Self::default();
        get_list(column, from, |each: V| {
            table.insert(each.key(), each);
        })?;
        Ok(table)
    }
}

impl<K: Ord, V: Stored + Named<K>> Stored for BTreeMap<K, V> {
    const COLUMNS: usize = 1 + V::COLUMNS;
    put_as_list!(values of V);
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let mut map = Self::new();
        get_list(column, from, |each: V| {
            map.insert(each.key(), each);
        })?;
        Ok(map)
    }
}
