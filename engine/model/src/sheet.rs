//! A state as columns: what is alike in neighbouring things stands together.
//!
//! Each type has a fixed number of columns. A list has one for its length and those of its members;
//! what may be absent has one that says whether it is there.

use std::borrow::Borrow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use loopscope_columns::columns::{Column, Reading, join_seconds, put_var, split_seconds};
use loopscope_protocol::Text;
use loopscope_protocol::cells::{CellReader, CellWriter, Cells};
use loopscope_protocol::wire::Malformed;

use crate::record::Texts;
use crate::table::{Key, List, SortedSet, Table};

/// Columns that are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    columns: Vec<Column>,
}

impl Sheet {
    fn column(&mut self, number: usize) -> &mut Column {
        if number >= self.columns.len() {
            self.columns.resize(number + 1, Column::default());
        }
        &mut self.columns[number]
    }

    /// All that was put in.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut to = Vec::new();
        put_var(&mut to, self.columns.len() as u64);
        self.columns.iter().for_each(|column| put_var(&mut to, column.len() as u64));
        self.columns.iter().for_each(|column| to.extend_from_slice(column.all()));
        to
    }
}

impl CellWriter for Sheet {
    fn put_number(&mut self, column: usize, value: u64) {
        let to = self.column(column);
        to.put(value, to.last);
    }

    fn put_seconds(&mut self, column: usize, value: f64) {
        let (since, rest) = split_seconds(value, 0);
        let to = self.column(column);
        to.put(since, to.last);
        to.put_difference(rest);
    }
}

/// Columns that are read.
#[derive(Debug)]
pub(crate) struct ReadSheet<'a> {
    columns: Vec<Reading<'a>>,
    /// How many members lists may still have. Where all is as expected a member takes no bytes, so
    /// their number alone says nothing.
    members: u64,
}

impl<'a> ReadSheet<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut from = Reading::new(bytes);
        let count: usize = from.plain_as()?;
        let mut lengths = Vec::new();
        for _ in 0..count {
            lengths.push(from.plain_as::<usize>()?);
        }
        let column = |length| from.bytes(length).map(Reading::new);
        let columns = lengths.into_iter().map(column).collect::<Result<_, _>>()?;
        Ok(Self { columns, members: bytes.len() as u64 * 8 + 4096 })
    }

    fn column(&mut self, number: usize) -> Result<&mut Reading<'a>, Malformed> {
        self.columns.get_mut(number).ok_or(Malformed::Short)
    }
}

impl CellReader for ReadSheet<'_> {
    fn number(&mut self, column: usize) -> Result<u64, Malformed> {
        let from = self.column(column)?;
        from.get(from.last)
    }

    fn seconds(&mut self, column: usize) -> Result<f64, Malformed> {
        let from = self.column(column)?;
        let since = from.get(from.last)?;
        Ok(join_seconds(since, from.difference()?, 0))
    }
}

/// What can be put into a sheet.
pub(crate) trait Stored: Sized {
    const COLUMNS: usize;
    fn put(&self, column: usize, to: &mut Sheet);
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed>;

    /// Puts in these members of a list, and before the first one how many there are in all; anything
    /// else as a whole. Tells how many members there are.
    fn put_members(&self, column: usize, to: &mut Sheet, _members: Range<usize>) -> usize {
        self.put(column, to);
        0
    }
}

/// What can be put into a sheet a field at a time.
pub(crate) trait InFields {
    const FIELDS: usize;

    /// Puts a field in or, if it is a list, these members of it. Tells how many it has.
    fn put_field(&self, number: usize, to: &mut Sheet, members: Range<usize>) -> usize;
}

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

/// A thing that says by which id it is found.
pub(crate) trait Named<K> {
    fn key(&self) -> K;
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

impl<T: Stored> Stored for Option<T> {
    const COLUMNS: usize = 1 + T::COLUMNS;
    fn put(&self, column: usize, to: &mut Sheet) {
        to.put_number(column, u64::from(self.is_some()));
        if let Some(value) = self {
            value.put(column + 1, to);
        }
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        match from.number(column)? {
            0 => Ok(None),
            1 => T::get(column + 1, from).map(Some),
            _ => Err(Malformed::Bad),
        }
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    const COLUMNS: usize = A::COLUMNS + B::COLUMNS;
    fn put(&self, column: usize, to: &mut Sheet) {
        self.0.put(column, to);
        self.1.put(column + A::COLUMNS, to);
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        Ok((A::get(column, from)?, B::get(column + A::COLUMNS, from)?))
    }
}

impl<A: Stored, B: Stored, C: Stored> Stored for (A, B, C) {
    const COLUMNS: usize = A::COLUMNS + B::COLUMNS + C::COLUMNS;
    fn put(&self, column: usize, to: &mut Sheet) {
        self.0.put(column, to);
        self.1.put(column + A::COLUMNS, to);
        self.2.put(column + A::COLUMNS + B::COLUMNS, to);
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let (a, b) = Stored::get(column, from)?;
        Ok((a, b, C::get(column + A::COLUMNS + B::COLUMNS, from)?))
    }
}

impl Stored for bool {
    const COLUMNS: usize = 1;
    fn put(&self, column: usize, to: &mut Sheet) {
        to.put_number(column, u64::from(*self));
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        match from.number(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed::Bad),
        }
    }
}

impl Stored for usize {
    const COLUMNS: usize = 1;
    fn put(&self, column: usize, to: &mut Sheet) {
        to.put_number(column, *self as u64);
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        Self::try_from(from.number(column)?).map_err(|_| Malformed::Bad)
    }
}

impl Stored for Texts {
    const COLUMNS: usize = 3;
    fn put(&self, column: usize, to: &mut Sheet) {
        to.put_number(column, u64::from(!self.is_none()));
        if !self.is_none() {
            for text in [self.get(Text::FIRST), self.get(Text::SECOND)] {
                to.put_number(column + 1, text.len() as u64);
                to.column(column + 2).put_bytes(text.as_bytes());
            }
        }
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        if !bool::get(column, from)? {
            return Ok(Self::NONE);
        }
        let mut text = || -> Result<&str, Malformed> {
            let length = usize::get(column + 1, from)?;
            let bytes = if length == 0 { &[] } else { from.column(column + 2)?.bytes(length)? };
            std::str::from_utf8(bytes).map_err(|_| Malformed::Bad)
        };
        Ok(Self::new(text()?, text()?))
    }
}

/// What has cells is put in as these.
macro_rules! as_cells {
    ($($ty:ty)*) => {$(
        impl Stored for $ty {
            const COLUMNS: usize = <$ty as Cells>::COLUMNS;
            fn put(&self, column: usize, to: &mut Sheet) {
                self.put_cells(column, to);
            }
            fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
                Self::get_cells(column, from)
            }
        }
    )*};
}

mod ids {
    use loopscope_protocol::{
        By, ChainId, ClockHow, ClockMode, CloseHow, Dialect, ExitHow, Fd, FutureHow, FutureId,
        HandleHow, HandleId, JobId, LoopId, NameId, NeedHow, ObjectId, On, Place, Pool, RunHow,
        Signal, Stream, SyncKind, SyncWaitHow, TaskHow, TaskId, Ties, TransportKind, WatchHow,
        Which,
    };

    use super::{Cells, Malformed, ReadSheet, Sheet, Stored};

    as_cells!(u32 u64 i32 i64 f64);
    as_cells!(ChainId Fd FutureId HandleId JobId LoopId NameId ObjectId Signal TaskId);
    as_cells!(By On Place);
    as_cells!(ClockHow ClockMode CloseHow Dialect ExitHow FutureHow HandleHow Pool RunHow Stream);
    as_cells!(TaskHow Ties TransportKind WatchHow Which);
    as_cells!(NeedHow SyncKind SyncWaitHow);
}

/// How a struct is put in: field by field.
macro_rules! stored {
    ($($name:ident { $($field:ident: $ty:ty),* $(,)? })*) => {$(
        impl $crate::sheet::Stored for $name {
            const COLUMNS: usize =
                0 $(+ <$ty as $crate::sheet::Stored>::COLUMNS)*;
            #[allow(unused_assignments, reason = "behind the last field is no column")]
            fn put(&self, mut column: usize, to: &mut $crate::sheet::Sheet) {
                // All fields are named, so that none is forgotten.
                let Self { $($field),* } = self;
                $(
                    <$ty as $crate::sheet::Stored>::put($field, column, to);
                    column += <$ty as $crate::sheet::Stored>::COLUMNS;
                )*
            }
            #[allow(unused_assignments, reason = "behind the last field is no column")]
            fn get(
                mut column: usize,
                from: &mut $crate::sheet::ReadSheet<'_>,
            ) -> Result<Self, loopscope_protocol::wire::Malformed> {
                $(
                    let $field = <$ty as $crate::sheet::Stored>::get(column, from)?;
                    column += <$ty as $crate::sheet::Stored>::COLUMNS;
                )*
                Ok(Self { $($field),* })
            }
        }
        impl $crate::sheet::InFields for $name {
            const FIELDS: usize = [$(stringify!($field)),*].len();
            #[allow(unused_assignments, reason = "behind the last field is none")]
            fn put_field(
                &self,
                number: usize,
                to: &mut $crate::sheet::Sheet,
                members: std::ops::Range<usize>,
            ) -> usize {
                let (mut field, mut column) = (0, 0);
                $(
                    if field == number {
                        return <$ty as $crate::sheet::Stored>::put_members(
                            &self.$field, column, to, members,
                        );
                    }
                    field += 1;
                    column += <$ty as $crate::sheet::Stored>::COLUMNS;
                )*
                0
            }
        }
    )*};
}

/// How an enum of plain words is put in.
macro_rules! stored_words {
    ($($name:ident { $($variant:ident = $code:literal),* $(,)? })*) => {$(
        impl $crate::sheet::Stored for $name {
            const COLUMNS: usize = 1;
            fn put(&self, column: usize, to: &mut $crate::sheet::Sheet) {
                let code = match self { $(Self::$variant => $code,)* };
                loopscope_protocol::cells::CellWriter::put_number(to, column, code);
            }
            fn get(
                column: usize,
                from: &mut $crate::sheet::ReadSheet<'_>,
            ) -> Result<Self, loopscope_protocol::wire::Malformed> {
                match loopscope_protocol::cells::CellReader::number(from, column)? {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(loopscope_protocol::wire::Malformed::Bad),
                }
            }
        }
    )*};
}

pub(crate) use {stored, stored_words};
