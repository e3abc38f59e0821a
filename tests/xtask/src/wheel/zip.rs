//! A zip file, written from its beginning to its end. What is in it is not packed: every installer
//! reads that, and the binary is packed again by whoever hands it out.

use std::io::{self, Write};

/// The first of January 1980, which is the earliest day that there is in such a file: the same bytes
/// make the same file.
const DAY: u32 = 1 << 5 | 1;

/// That names are UTF-8.
const UTF8: u32 = 1 << 11;

/// A zip file that is being written.
#[derive(Debug)]
pub(super) struct Zip<W> {
    to: W,
    at: u32,
    /// The table at its end.
    table: Vec<u8>,
    count: u32,
}

impl<W: Write> Zip<W> {
    pub(super) const fn new(to: W) -> Self {
        Self { to, at: 0, table: Vec::new(), count: 0 }
    }

    /// Adds a file; `mode` is what `chmod` takes.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
        let long = |length: usize| {
            u32::try_from(length).map_err(|_| io::Error::other("a file is too long for a zip file"))
        };
        let (length, named) = (long(bytes.len())?, long(name.len())?);
        let mut about = Vec::new();
        // Needs version 2.0; flags; not packed; time; day.
        for number in [20, UTF8, 0, 0, DAY] {
            short(&mut about, number);
        }
        for number in [crc32(bytes), length, length] {
            word(&mut about, number);
        }
        short(&mut about, named);
        // No more fields.
        short(&mut about, 0);

        let mut head = b"PK\x03\x04".to_vec();
        head.extend_from_slice(&about);
        head.extend_from_slice(name.as_bytes());
        self.to.write_all(&head)?;
        self.to.write_all(bytes)?;

        self.table.extend_from_slice(b"PK\x01\x02");
        // Made on Unix.
        self.table.extend_from_slice(&[20, 3]);
        self.table.extend_from_slice(&about);
        // No comment; the first disk; no text.
        for _ in 0..3 {
            short(&mut self.table, 0);
        }
        word(&mut self.table, (0o100_000 | mode) << 16);
        word(&mut self.table, self.at);
        self.table.extend_from_slice(name.as_bytes());
        self.count += 1;
        let after =
            long(head.len())?.checked_add(length).and_then(|more| self.at.checked_add(more));
        self.at = after.ok_or_else(|| io::Error::other("too much for a zip file"))?;
        Ok(())
    }

    /// Writes the table.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let size = u32::try_from(self.table.len()).map_err(io::Error::other)?;
        let mut end = b"PK\x05\x06".to_vec();
        for number in [0, 0, self.count, self.count] {
            short(&mut end, number);
        }
        word(&mut end, size);
        word(&mut end, self.at);
        short(&mut end, 0);
        self.to.write_all(&self.table)?;
        self.to.write_all(&end)?;
        self.to.flush()
    }
}

/// Two bytes, of a number that has no more.
fn short(to: &mut Vec<u8>, number: u32) {
    to.extend_from_slice(&number.to_le_bytes()[..2]);
}

fn word(to: &mut Vec<u8>, number: u32) {
    to.extend_from_slice(&number.to_le_bytes());
}

/// The check sum of zip files.
fn crc32(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|index| {
        let mut value = u32::try_from(index).unwrap_or_default();
        for _ in 0..8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ value >> 1 } else { value >> 1 };
        }
        value
    });
    !bytes
        .iter()
        .fold(u32::MAX, |sum, byte| table[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ sum >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_file_s_place_is_in_the_table_at_the_end() {
        let mut bytes = Vec::new();
        let mut zip = Zip::new(&mut bytes);
        zip.add("a", b"first", 0o644).expect("room");
        zip.add("b", b"second", 0o755).expect("room");
        zip.finish().expect("room");
        assert_eq!(bytes[..4], *b"PK\x03\x04");
        let table = bytes.windows(4).position(|four| four == b"PK\x01\x02").expect("a table");
        // The second entry begins behind the first: 46 bytes and a name of one.
        let second = &bytes[table + 47..];
        let at = u32::from_le_bytes([second[42], second[43], second[44], second[45]]) as usize;
        assert_eq!(bytes[at..at + 4], *b"PK\x03\x04");
        assert_eq!(bytes[at + 30..at + 37], *b"bsecond");
    }
}
