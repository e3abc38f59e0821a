//! Hashes of a few numbers for tables that are asked for each record. The library's own take several
//! times as long, because strangers cannot choose keys that meet; here the keys are our own numbers
//! and places in memory, and a table has a limit.

use std::hash::{BuildHasherDefault, Hasher};

/// Makes the hashes of a table.
pub(crate) type Quick = BuildHasherDefault<Multiply>;

/// Multiplies by a number without a pattern and mixes the high bits into the low ones.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Multiply(u64);

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..piece.len()].copy_from_slice(piece);
            self.write_u64(u64::from_le_bytes(eight));
        }
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        #[allow(clippy::cast_possible_truncation, reason = "both halves are used")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        self.0 = low ^ high;
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn neighbouring_keys_have_different_hashes_at_both_ends() {
        let hashes: Vec<u64> =
            (0..4096usize).map(|n| Quick::default().hash_one((n % 64 * 64, n / 64 * 16))).collect();
        let count = |part: &dyn Fn(u64) -> u64| {
            hashes.iter().map(|hash| part(*hash)).collect::<HashSet<_>>().len()
        };
        // Of 4096 that fall by chance into as many places, about 2600 places have one.
        assert!(count(&|hash| hash % 4096) > 2300);
        assert!(count(&|hash| hash >> 52) > 2300);
    }
}
