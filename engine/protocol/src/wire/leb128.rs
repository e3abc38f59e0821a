//! LEB128: a number in groups of seven bits, the lowest first; the highest bit of a byte says that
//! another one follows. What knows it is here, whatever it is written to and read from.

use super::malformed::Malformed;

/// Hands out the bytes of a number.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "masked to seven bits")]
pub fn put(mut value: u64, mut byte: impl FnMut(u8)) {
    while value >= 0x80 {
        byte((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    byte(value as u8);
}

/// The number whose first byte is this one; `next` gives the others.
#[inline]
pub fn get(first: u8, mut next: impl FnMut() -> Result<u8, Malformed>) -> Result<u64, Malformed> {
    let mut value = u64::from(first & 0x7f);
    let (mut byte, mut shift) = (first, 0);
    while byte & 0x80 != 0 {
        (byte, shift) = (next()?, shift + 7);
        let group = u64::from(byte & 0x7f);
        // Ten bytes, of which the last one has a single bit.
        if shift > 63 || shift == 63 && (group > 1 || byte & 0x80 != 0) {
            return Err(Malformed::Bad);
        }
        value |= group << shift;
    }
    Ok(value)
}
