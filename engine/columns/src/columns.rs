//! Columns: what is alike in neighbouring records stands together, each number as its difference
//! from what it was expected to be.
//!
//! A difference is a signed number, zigzagged and written as LEB128. Those at the end of a column
//! that are 0 are not written, so a column of which all is as expected has no bytes.

use loopscope_protocol::wire::{Malformed, leb128};

/// A column while it grows.
#[derive(Clone, Debug, Default)]
pub struct Column {
    bytes: Vec<u8>,
    /// How many differences at its end are 0: they are written when another one follows.
    zeros: usize,
    /// How many of its bytes were handed out.
    taken: usize,
    /// The number that was added last.
    pub last: u64,
}

impl Column {
    /// Adds a number.
    #[inline]
    pub fn put(&mut self, value: u64, expected: u64) {
        self.last = value;
        self.put_difference(value.wrapping_sub(expected).cast_signed());
    }

    /// Adds the difference of a number from what it was expected to be.
    #[inline]
    pub fn put_difference(&mut self, difference: i64) {
        if difference == 0 {
            self.zeros += 1;
        } else {
            if self.zeros > 0 {
                self.bytes.resize(self.bytes.len() + self.zeros, 0);
                self.zeros = 0;
            }
            put_var(&mut self.bytes, zigzag(difference));
        }
    }

    /// Adds a number that is no difference.
    #[inline]
    pub fn put_plain(&mut self, value: u64) {
        put_var(&mut self.bytes, value);
    }

    /// Adds a byte.
    #[inline]
    pub fn put_byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Adds bytes.
    pub fn put_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has none, since all is as expected.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// All its bytes.
    #[must_use]
    pub fn all(&self) -> &[u8] {
        &self.bytes
    }

    /// Its bytes since this was last asked.
    pub fn more(&mut self) -> &[u8] {
        let from = std::mem::replace(&mut self.taken, self.bytes.len());
        &self.bytes[from..]
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.bytes.clear();
        (self.zeros, self.taken, self.last) = (0, 0, 0);
    }
}

/// A column that is read.
#[derive(Clone, Debug, Default)]
pub struct Reading<'a> {
    rest: std::slice::Iter<'a, u8>,
    /// The number that was read last.
    pub last: u64,
}

impl<'a> Reading<'a> {
    /// Of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.iter(), last: 0 }
    }

    /// The next number.
    #[inline]
    pub fn get(&mut self, expected: u64) -> Result<u64, Malformed> {
        let difference = self.difference()?;
        self.last = expected.wrapping_add(difference.cast_unsigned());
        Ok(self.last)
    }

    /// The next difference.
    #[inline]
    pub fn difference(&mut self) -> Result<i64, Malformed> {
        match self.rest.next() {
            None => Ok(0),
            Some(first) if *first < 0x80 => Ok(unzigzag(u64::from(*first))),
            Some(first) => self.long(*first).map(unzigzag),
        }
    }

    /// The next number, which is no difference.
    #[inline]
    pub fn plain(&mut self) -> Result<u64, Malformed> {
        let first = self.byte()?;
        if first < 0x80 { Ok(u64::from(first)) } else { self.long(first) }
    }

    /// A number that is no difference, and not too large for its type.
    pub fn plain_as<T: TryFrom<u64>>(&mut self) -> Result<T, Malformed> {
        T::try_from(self.plain()?).map_err(|_| Malformed::Bad)
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        self.rest.next().copied().ok_or(Malformed::Short)
    }

    /// The next bytes.
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.as_slice().split_at_checked(len).ok_or(Malformed::Short)?;
        self.rest = rest.iter();
        Ok(taken)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest).as_slice()
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.rest.as_slice().is_empty()
    }

    fn long(&mut self, first: u8) -> Result<u64, Malformed> {
        leb128::get(first, || self.byte())
    }
}

/// A signed number as one without a sign, so that small ones stay small.
#[inline]
#[must_use]
pub const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The number of which [`zigzag`] made this.
#[inline]
#[must_use]
pub const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Adds a number as LEB128.
#[inline]
pub fn put_var(to: &mut Vec<u8>, value: u64) {
    leb128::put(value, |byte| to.push(byte));
}

/// A time in seconds as whole nanoseconds since `from`, and what is left in the least steps that a
/// float of that size has. Nothing is lost, whatever the number is.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "what is lost is the rest, which is kept"
)]
#[inline]
#[must_use]
pub fn split_seconds(value: f64, from: u64) -> (u64, i64) {
    let ns = (value * 1e9).round() as i64;
    let near = ns as f64 / 1e9;
    let rest = value.to_bits().wrapping_sub(near.to_bits()).cast_signed();
    (ns.cast_unsigned().wrapping_sub(from), rest)
}

/// The time of which [`split_seconds`] made these.
#[allow(clippy::cast_precision_loss, reason = "as it was when the time was split")]
#[must_use]
pub fn join_seconds(since: u64, rest: i64, from: u64) -> f64 {
    let near = since.wrapping_add(from).cast_signed() as f64 / 1e9;
    f64::from_bits(near.to_bits().wrapping_add(rest.cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_put_in_comes_out(
            numbers in prop::collection::vec(prop_oneof![4 => 0u64..3, 1 => any::<u64>()], 0..200),
            asked in prop::collection::vec(any::<bool>(), 200),
        ) {
            let mut column = Column::default();
            let mut pieces = Vec::new();
            for (value, asked) in numbers.iter().zip(asked) {
                column.put(*value, column.last);
                if asked {
                    pieces.extend_from_slice(column.more());
                }
            }
            pieces.extend_from_slice(column.more());
            prop_assert_eq!(&pieces, column.all());
            let mut reading = Reading::new(&pieces);
            for value in numbers {
                prop_assert_eq!(reading.get(reading.last), Ok(value));
            }
            prop_assert!(reading.is_at_end());
        }

        #[test]
        fn seconds_lose_nothing(bits: u64, ns in 0u64..1 << 60, from: u64) {
            #[allow(clippy::cast_precision_loss, reason = "any number will do")]
            for value in [f64::from_bits(bits), ns as f64 / 1e9] {
                let (since, rest) = split_seconds(value, from);
                prop_assert_eq!(join_seconds(since, rest, from).to_bits(), value.to_bits());
            }
            // Within 26 days a number of seconds still tells every nanosecond.
            #[allow(clippy::cast_precision_loss, reason = "as a stream has it")]
            let (_, rest) = split_seconds((ns >> 9) as f64 / 1e9, from);
            prop_assert_eq!(rest, 0, "whole nanoseconds have no rest");
        }
    }
}
