//! Single values in a sheet: numbers, texts, ids and words, pairs, and what may be absent.

use loopscope_protocol::cells::{CellReader, CellWriter, Cells};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{
    By, ChainId, ClockHow, ClockMode, CloseHow, Dialect, ExitHow, Fd, FutureHow, FutureId,
    HandleHow, HandleId, JobId, LoopId, NameId, NeedHow, ObjectId, On, Place, Pool, RunHow, Signal,
    Stream, SyncKind, SyncWaitHow, TaskHow, TaskId, Text, Ties, TransportKind, WatchHow, Which,
};

use super::{ReadSheet, Sheet, Stored};
use crate::record::Texts;

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

as_cells!(u32 u64 i32 i64 f64);
as_cells!(ChainId Fd FutureId HandleId JobId LoopId NameId ObjectId Signal TaskId);
as_cells!(By On Place);
as_cells!(ClockHow ClockMode CloseHow Dialect ExitHow FutureHow HandleHow Pool RunHow Stream);
as_cells!(TaskHow Ties TransportKind WatchHow Which);
as_cells!(NeedHow SyncKind SyncWaitHow);
