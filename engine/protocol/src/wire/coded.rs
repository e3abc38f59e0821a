//! How each type of field is written and read.

use super::leb128;
use super::malformed::Malformed;
use crate::{
    By, ChainId, Fd, FutureId, HandleId, JobId, LoopId, NameId, ObjectId, On, Place, Signal,
    TaskId, Text, Word,
};

/// Writes into a buffer of fixed size and remembers whether everything fitted.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
    overflow: bool,
}

impl<'a> Writer<'a> {
    /// Starts at the beginning of `buffer`.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0, overflow: false }
    }

    /// Adds one byte.
    #[inline]
    pub fn byte(&mut self, byte: u8) {
        if let Some(slot) = self.buffer.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        } else {
            self.overflow = true;
        }
    }

    /// Adds bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.byte(byte);
        }
    }

    /// Adds an unsigned number as LEB128.
    #[inline]
    pub fn var(&mut self, value: u64) {
        leb128::put(value, |byte| self.byte(byte));
    }

    /// What was written, or `None` if it did not fit.
    #[must_use]
    pub fn finish(self) -> Option<&'a [u8]> {
        if self.overflow { None } else { Some(&self.buffer[..self.len]) }
    }

    pub(super) fn written(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

/// Reads from bytes and remembers how far it came.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.at
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = *self.bytes.get(self.at).ok_or(Malformed::Short)?;
        self.at += 1;
        Ok(byte)
    }

    /// The next `len` bytes.
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(len).ok_or(Malformed::Bad)?;
        let bytes = self.bytes.get(self.at..end).ok_or(Malformed::Short)?;
        self.at = end;
        Ok(bytes)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let bytes = &self.bytes[self.at..];
        self.at = self.bytes.len();
        bytes
    }

    /// The next LEB128 number.
    #[inline]
    pub fn var(&mut self) -> Result<u64, Malformed> {
        let first = self.byte()?;
        leb128::get(first, || self.byte())
    }
}

/// A type with a form on the wire.
pub trait Coded: Sized {
    /// Writes it.
    fn put(&self, out: &mut Writer<'_>);
    /// Reads it.
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed>;
}

impl Coded for u64 {
    fn put(&self, out: &mut Writer<'_>) {
        out.var(*self);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.var()
    }
}

impl Coded for u32 {
    fn put(&self, out: &mut Writer<'_>) {
        out.var(u64::from(*self));
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::try_from(from.var()?).map_err(|_| Malformed::Bad)
    }
}

impl Coded for u8 {
    fn put(&self, out: &mut Writer<'_>) {
        out.byte(*self);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.byte()
    }
}

impl Coded for i64 {
    fn put(&self, out: &mut Writer<'_>) {
        #[allow(clippy::cast_sign_loss, reason = "zigzag keeps every bit")]
        out.var(((self << 1) ^ (self >> 63)) as u64);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let value = from.var()?;
        #[allow(clippy::cast_possible_wrap, reason = "zigzag keeps every bit")]
        Ok((value >> 1) as Self ^ -((value & 1) as Self))
    }
}

impl Coded for i32 {
    fn put(&self, out: &mut Writer<'_>) {
        i64::from(*self).put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::try_from(i64::get(from)?).map_err(|_| Malformed::Bad)
    }
}

impl Coded for f64 {
    fn put(&self, out: &mut Writer<'_>) {
        out.bytes(&self.to_le_bytes());
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let bytes = from.bytes(8)?.try_into().map_err(|_| Malformed::Bad)?;
        Ok(Self::from_le_bytes(bytes))
    }
}

impl Coded for Option<f64> {
    fn put(&self, out: &mut Writer<'_>) {
        match self {
            None => out.byte(0),
            Some(value) => {
                out.byte(1);
                value.put(out);
            }
        }
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match from.byte()? {
            0 => Ok(None),
            1 => f64::get(from).map(Some),
            _ => Err(Malformed::Bad),
        }
    }
}

macro_rules! coded_ids {
    ($($name:ident)*) => {$(
        impl Coded for $name {
            fn put(&self, out: &mut Writer<'_>) {
                self.0.put(out);
            }
            fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                Coded::get(from).map(Self)
            }
        }
    )*};
}
coded_ids!(LoopId HandleId TaskId FutureId JobId ObjectId NameId ChainId Fd Signal Text);

impl Coded for Place {
    fn put(&self, out: &mut Writer<'_>) {
        self.file.put(out);
        if self.file.is_some() {
            self.line.put(out);
        }
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let file = NameId::get(from)?;
        let line = if file.is_some() { u32::get(from)? } else { 0 };
        Ok(Self { file, line })
    }
}

impl Coded for By {
    fn put(&self, out: &mut Writer<'_>) {
        out.var(match self {
            Self::Outside => 0,
            Self::Py => 1,
            Self::Handle(id) => u64::from(id.0) + 1,
        });
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.var()? {
            0 => Self::Outside,
            1 => Self::Py,
            n => Self::Handle(HandleId(u32::try_from(n - 1).map_err(|_| Malformed::Bad)?)),
        })
    }
}

impl Coded for On {
    fn put(&self, out: &mut Writer<'_>) {
        match self {
            Self::Nothing => out.byte(0),
            Self::Future(id) => (1u8, *id).put(out),
            Self::Task(id) => (2u8, *id).put(out),
            Self::Timer(id) => (3u8, *id).put(out),
            Self::Queue(id) => (4u8, *id).put(out),
            Self::Fd(fd) => (5u8, *fd).put(out),
            Self::Waker => out.byte(6),
        }
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Nothing,
            1 => Self::Future(Coded::get(from)?),
            2 => Self::Task(Coded::get(from)?),
            3 => Self::Timer(Coded::get(from)?),
            4 => Self::Queue(Coded::get(from)?),
            5 => Self::Fd(Coded::get(from)?),
            6 => Self::Waker,
            _ => return Err(Malformed::Bad),
        })
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    fn put(&self, out: &mut Writer<'_>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok((A::get(from)?, B::get(from)?))
    }
}

impl<W: Word> Coded for W {
    fn put(&self, out: &mut Writer<'_>) {
        out.byte(self.code());
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::from_code(from.byte()?).ok_or(Malformed::Bad)
    }
}
