//! A state as columns: what is alike in neighbouring things stands together.
//!
//! Each type has a fixed number of columns. A list has one for its length and those of its members;
//! what may be absent has one that says whether it is there.

mod lists;
mod values;

use std::ops::Range;

use loopscope_columns::columns::{Column, Reading, join_seconds, put_var, split_seconds};
use loopscope_protocol::cells::{CellReader, CellWriter};
use loopscope_protocol::wire::Malformed;

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

/// A thing that says by which id it is found.
pub(crate) trait Named<K> {
    fn key(&self) -> K;
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
