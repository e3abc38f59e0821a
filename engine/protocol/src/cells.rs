//! Events taken apart into numbers, column by column.
//!
//! A store that keeps many events keeps what is alike together: all numbers of one field of one kind
//! of event are a *column*, and those of neighbouring events differ by little. This says which
//! columns there are and takes an event apart into its *cells*, one for each of its columns; how
//! columns are written is the store's business.
//!
//! A column is known by its event's kind and its number within it, from 0 in the order of the
//! fields. A field whose value has several parts, such as a place, has several columns.

use crate::wire::Malformed;
use crate::{
    By, ChainId, Fd, FutureId, HandleId, JobId, Kind, LoopId, NameId, ObjectId, On, Place, Signal,
    TaskId, Text, Word,
};

/// How many columns one kind of event may have.
pub const MOST_COLUMNS: usize = 16;

/// How many columns there are in all, with room for every kind.
pub const COLUMNS: usize = 128 * MOST_COLUMNS;

/// The number of a kind's first column among those of all kinds.
#[must_use]
pub const fn first_column(kind: Kind) -> usize {
    kind as usize * MOST_COLUMNS
}

/// The number of the first column of a field, by the field's name in JSON.
///
/// # Panics
///
/// If that kind of event has no such field. Meant for constants, where that is found while compiling.
#[must_use]
pub const fn column(kind: Kind, field: &str) -> usize {
    let fields = kind.columns();
    let (mut at, mut number) = (0, first_column(kind));
    while at < fields.len() {
        if is_same(fields[at].0.as_bytes(), field.as_bytes()) {
            return number;
        }
        number += fields[at].1;
        at += 1;
    }
    panic!("no such field")
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Takes in the cells of events.
pub trait CellWriter {
    /// A number in a column. Signed numbers are sign-extended.
    fn put_number(&mut self, column: usize, value: u64);
    /// A point in time or a length of time, in seconds.
    fn put_seconds(&mut self, column: usize, value: f64);
}

/// Gives out the cells of events.
pub trait CellReader {
    /// The next number of a column.
    fn number(&mut self, column: usize) -> Result<u64, Malformed>;
    /// The next time of a column.
    fn seconds(&mut self, column: usize) -> Result<f64, Malformed>;
}

/// A type of field that has cells.
pub trait Cells: Sized {
    /// How many columns it has.
    const COLUMNS: usize;
    /// Hands out its cells. Its first column is this one.
    fn put_cells(&self, column: usize, to: &mut impl CellWriter);
    /// The value whose cells these are.
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed>;
}

macro_rules! numbers {
    ($($ty:ty: |$value:ident| $put:expr, |$number:ident| $get:expr;)*) => {$(
        impl Cells for $ty {
            const COLUMNS: usize = 1;
            #[inline]
            fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
                let $value = *self;
                to.put_number(column, $put);
            }
            #[inline]
            fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
                let $number = from.number(column)?;
                $get
            }
        }
    )*};
}

numbers! {
    u64: |value| value, |number| Ok(number);
    u32: |value| u64::from(value), |number| narrow(number);
    i64: |value| value.cast_unsigned(), |number| Ok(number.cast_signed());
    i32: |value| i64::from(value).cast_unsigned(),
        |number| Self::try_from(number.cast_signed()).map_err(|_| Malformed::Bad);
}

macro_rules! wrapped {
    ($($name:ident)*) => {$(
        impl Cells for $name {
            const COLUMNS: usize = 1;
            #[inline]
            fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
                self.0.put_cells(column, to);
            }
            #[inline]
            fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
                Cells::get_cells(column, from).map(Self)
            }
        }
    )*};
}
wrapped!(LoopId HandleId TaskId FutureId JobId ObjectId NameId ChainId Fd Signal Text);

#[inline]
fn narrow<T: TryFrom<u64>>(number: u64) -> Result<T, Malformed> {
    T::try_from(number).map_err(|_| Malformed::Bad)
}

impl Cells for u8 {
    const COLUMNS: usize = 1;
    #[inline]
    fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
        to.put_number(column, u64::from(*self));
    }
    #[inline]
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
        narrow(from.number(column)?)
    }
}

impl<W: Word> Cells for W {
    const COLUMNS: usize = 1;
    #[inline]
    fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
        to.put_number(column, u64::from(self.code()));
    }
    #[inline]
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
        Self::from_code(narrow(from.number(column)?)?).ok_or(Malformed::Bad)
    }
}

impl Cells for f64 {
    const COLUMNS: usize = 1;
    #[inline]
    fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
        to.put_seconds(column, *self);
    }
    #[inline]
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
        from.seconds(column)
    }
}

impl Cells for Option<f64> {
    const COLUMNS: usize = 2;
    #[inline]
    fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
        to.put_number(column, u64::from(self.is_some()));
        if let Some(value) = self {
            to.put_seconds(column + 1, *value);
        }
    }
    #[inline]
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
        match from.number(column)? {
            0 => Ok(None),
            1 => from.seconds(column + 1).map(Some),
            _ => Err(Malformed::Bad),
        }
    }
}

impl Cells for Place {
    const COLUMNS: usize = 2;
    #[inline]
    fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
        self.file.put_cells(column, to);
        self.line.put_cells(column + 1, to);
    }
    #[inline]
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
        let file = Cells::get_cells(column, from)?;
        Ok(Self { file, line: Cells::get_cells(column + 1, from)? })
    }
}

impl Cells for By {
    const COLUMNS: usize = 1;
    #[inline]
    fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
        to.put_number(
            column,
            match self {
                Self::Outside => 0,
                Self::Py => 1,
                Self::Handle(id) => u64::from(id.0) + 2,
            },
        );
    }
    #[inline]
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
        Ok(match from.number(column)? {
            0 => Self::Outside,
            1 => Self::Py,
            number => Self::Handle(HandleId(narrow(number - 2)?)),
        })
    }
}

impl Cells for On {
    const COLUMNS: usize = 2;
    #[inline]
    fn put_cells(&self, column: usize, to: &mut impl CellWriter) {
        let (tag, id) = match *self {
            Self::Nothing => return to.put_number(column, 0),
            Self::Future(id) => (1, u64::from(id.0)),
            Self::Task(id) => (2, u64::from(id.0)),
            Self::Timer(id) => (3, u64::from(id.0)),
            Self::Queue(id) => (4, u64::from(id.0)),
            Self::Fd(fd) => (5, i64::from(fd.0).cast_unsigned()),
            Self::Waker => return to.put_number(column, 6),
        };
        to.put_number(column, tag);
        to.put_number(column + 1, id);
    }
    #[inline]
    fn get_cells(column: usize, from: &mut impl CellReader) -> Result<Self, Malformed> {
        Ok(match from.number(column)? {
            0 => Self::Nothing,
            1 => Self::Future(Cells::get_cells(column + 1, from)?),
            2 => Self::Task(Cells::get_cells(column + 1, from)?),
            3 => Self::Timer(Cells::get_cells(column + 1, from)?),
            4 => Self::Queue(Cells::get_cells(column + 1, from)?),
            5 => Self::Fd(Cells::get_cells(column + 1, from)?),
            6 => Self::Waker,
            _ => return Err(Malformed::Bad),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::vec;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::Event;

    /// Cells as they came, with the columns that they belong to.
    #[derive(Default)]
    struct Row(VecDeque<(usize, u64)>);

    impl CellWriter for Row {
        fn put_number(&mut self, column: usize, value: u64) {
            self.0.push_back((column, value));
        }
        fn put_seconds(&mut self, column: usize, value: f64) {
            self.0.push_back((column, value.to_bits()));
        }
    }

    impl CellReader for Row {
        fn number(&mut self, column: usize) -> Result<u64, Malformed> {
            let (of, value) = self.0.pop_front().ok_or(Malformed::Short)?;
            if of == column { Ok(value) } else { Err(Malformed::Bad) }
        }
        fn seconds(&mut self, column: usize) -> Result<f64, Malformed> {
            self.number(column).map(f64::from_bits)
        }
    }

    proptest! {
        #[test]
        fn cells_are_the_event_again(bytes in prop::collection::vec(any::<u8>(), 80), code in 0u8..128) {
            let Some(kind) = Kind::from_code(code) else { return Ok(()) };
            let Some(event) = Event::sample(kind, &bytes) else { return Ok(()) };
            let mut row = Row::default();
            event.put_cells(&mut row);
            let columns: Vec<usize> = row.0.iter().map(|(column, _)| *column).collect();
            let own = first_column(kind)..first_column(kind) + MOST_COLUMNS;
            prop_assert!(columns.iter().all(|column| own.contains(column)));
            let mut read = Event::LoopNew {};
            read.read_cells(kind, &mut row).expect("these are its cells");
            // Compared as text, since a time may be no number.
            prop_assert_eq!(std::format!("{read:?}"), std::format!("{event:?}"));
            prop_assert_eq!(row.0.len(), 0);
        }

        #[test]
        fn no_cells_do_harm(code in 0u8..128, cells in prop::collection::vec(any::<u64>(), 0..20)) {
            struct Any(vec::IntoIter<u64>);
            impl CellReader for Any {
                fn number(&mut self, _: usize) -> Result<u64, Malformed> {
                    self.0.next().ok_or(Malformed::Short)
                }
                fn seconds(&mut self, column: usize) -> Result<f64, Malformed> {
                    self.number(column).map(f64::from_bits)
                }
            }
            if let Some(kind) = Kind::from_code(code) {
                let _ = Event::LoopNew {}.read_cells(kind, &mut Any(cells.into_iter()));
            }
        }
    }
}
