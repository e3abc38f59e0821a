//! The numbers of a block of notes, and what stands in several of them.

use loopscope_protocol::cells::{CellReader, first_column};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{Kind, NameId, Place};

/// Stands for the handle that runs.
const RUNNING: u64 = u64::MAX;

/// The numbers of a block that are not read yet.
pub(super) struct Numbers<'a> {
    pub(super) bytes: &'a [u8],
    /// What stands for the handle that runs, in columns of two kinds.
    pub(super) by: u64,
    pub(super) handle: u64,
}

impl Numbers<'_> {
    pub(super) fn next(&mut self) -> Result<i64, Malformed> {
        let (eight, rest) = self.bytes.split_first_chunk::<8>().ok_or(Malformed::Short)?;
        self.bytes = rest;
        Ok(i64::from_le_bytes(*eight))
    }

    pub(super) fn id(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.next()?).map_err(|_| Malformed::Bad)
    }

    pub(super) fn place(&mut self) -> Result<Place, Malformed> {
        Ok(Place { file: NameId(self.id()?), line: self.id()? })
    }

    /// Bytes that were packed eight to a number, behind how many they are.
    pub(super) fn text(&mut self) -> Result<String, Malformed> {
        let length = usize::try_from(self.next()?).map_err(|_| Malformed::Bad)?;
        let (packed, rest) =
            self.bytes.split_at_checked(length.div_ceil(8) * 8).ok_or(Malformed::Short)?;
        self.bytes = rest;
        Ok(String::from_utf8_lossy(&packed[..length]).into_owned())
    }
}

/// The name of the field that a column belongs to.
fn field(kind: Kind, column: usize) -> &'static str {
    let mut at = first_column(kind);
    for (name, columns) in kind.columns() {
        at += columns;
        if column < at {
            return name;
        }
    }
    ""
}

/// The cells of an event of this kind.
pub(super) struct Fields<'a, 'b>(pub(super) Kind, pub(super) &'a mut Numbers<'b>);

impl CellReader for Fields<'_, '_> {
    fn number(&mut self, column: usize) -> Result<u64, Malformed> {
        let number = self.1.next()?.cast_unsigned();
        if number != RUNNING {
            return Ok(number);
        }
        Ok(match field(self.0, column) {
            "by" => self.1.by,
            "handle" => self.1.handle,
            _ => number,
        })
    }

    fn seconds(&mut self, column: usize) -> Result<f64, Malformed> {
        let _ = column;
        Ok(f64::from_bits(self.1.next()?.cast_unsigned()))
    }
}
