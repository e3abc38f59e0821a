//! What a history's file consists of: a line that says what it is, and segments.
//!
//! ```text
//! header    "loopscope recording 2\n"
//! segment*  head (64 bytes), summary, body
//!
//! head      mark "\xf5LS\n", kind u8, midway u8, 0 u16, length u32, summary u32,
//!           first u64, before u64, last u64, count u32, raw u32,
//!           check of summary and body u32, check of the summary u32, 0 u32,
//!           check of the head up to here u32
//! ```
//!
//! Numbers are little-endian, checks are CRC-32. `length` is that of summary and body together,
//! `summary` that of the summary alone. `raw` is the length that the body has when it is not
//! compressed (LZ4, the block format); 0: it is not. `midway` is 1 where the first record of all had
//! some other number than 1, as on a board that ran already. What the other numbers and the two parts
//! are depends on the kind.

use super::StoreError;
use super::store::Store;

/// How a segment begins.
const MARK: [u8; 4] = *b"\xf5LS\n";

/// The length of a head.
pub(super) const HEAD: usize = 64;

/// A segment whose parts or whose body are longer is none.
pub(super) const LONGEST: usize = 1 << 28;

/// How many records a block may say it has.
const MOST_RECORDS: u32 = 1 << 16;

/// Below this length compressing a body is not worth the while.
const WORTH_PACKING: usize = 48;

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Records: `count` of them, behind `first` others; `before` is the number of the record before
    /// them and `last` that of the last one. The summary is a [`Summary`](loopscope_columns::Summary),
    /// the body is what [`encode`](loopscope_columns::encode) says. It takes the place of all tails that begin
    /// with the same record or a later one.
    Block = 1,
    /// Records as in a block that is not complete yet: the body is what has come since the tail
    /// before, if that is of the same block.
    Tail = 2,
    /// Names and await chains: see [`definitions`](super::definitions).
    Definitions = 3,
    /// The state behind `first` records, of which the last one has the number `last`.
    Checkpoint = 4,
    /// Who the source is: see [`source`](super::source).
    Source = 5,
    /// Where all that is: the heads and summaries of the other segments, in the file's order.
    Index = 6,
    /// The last segment of a file that nobody writes any more. `first` is where the index begins; one
    /// that could be written no further has none, and then it is where this segment does.
    End = 7,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Block,
        Self::Tail,
        Self::Definitions,
        Self::Checkpoint,
        Self::Source,
        Self::Index,
        Self::End,
    ];
}

/// What stands before a segment's two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) midway: bool,
    /// The length of summary and body.
    pub(super) length: u32,
    /// The length of the summary.
    pub(super) summary: u32,
    pub(super) first: u64,
    pub(super) before: u64,
    pub(super) last: u64,
    pub(super) count: u32,
    pub(super) raw: u32,
    pub(super) check: u32,
    pub(super) summary_check: u32,
}

impl Head {
    /// Of a segment of this kind, with no numbers yet.
    pub(super) const fn of(kind: Kind) -> Self {
        let (length, summary, raw, check, summary_check) = (0, 0, 0, 0, 0);
        let (first, before, last, count) = (0, 0, 0, 0);
        let midway = false;
        Self {
            kind,
            midway,
            length,
            summary,
            first,
            before,
            last,
            count,
            raw,
            check,
            summary_check,
        }
    }

    /// The whole segment. The lengths and checks are reckoned here.
    pub(super) fn segment(mut self, summary: &[u8], body: &[u8]) -> Vec<u8> {
        let mut segment = vec![0; HEAD];
        segment.extend_from_slice(summary);
        let packed = (body.len() >= WORTH_PACKING).then(|| lz4_flex::block::compress(body));
        match packed.filter(|packed| packed.len() < body.len()) {
            Some(packed) => {
                self.raw = u32::try_from(body.len()).unwrap_or(u32::MAX);
                segment.extend_from_slice(&packed);
            }
            None => segment.extend_from_slice(body),
        }
        self.length = u32::try_from(segment.len() - HEAD).unwrap_or(u32::MAX);
        self.summary = u32::try_from(summary.len()).unwrap_or(u32::MAX);
        self.check = crc32fast::hash(&segment[HEAD..]);
        self.summary_check = crc32fast::hash(summary);
        segment[..HEAD].copy_from_slice(&self.bytes());
        segment
    }

    pub(super) fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..4].copy_from_slice(&MARK);
        bytes[4] = self.kind as u8;
        bytes[5] = u8::from(self.midway);
        let mut put =
            |at: usize, number: &[u8]| bytes[at..at + number.len()].copy_from_slice(number);
        put(8, &self.length.to_le_bytes());
        put(12, &self.summary.to_le_bytes());
        put(16, &self.first.to_le_bytes());
        put(24, &self.before.to_le_bytes());
        put(32, &self.last.to_le_bytes());
        put(40, &self.count.to_le_bytes());
        put(44, &self.raw.to_le_bytes());
        put(48, &self.check.to_le_bytes());
        put(52, &self.summary_check.to_le_bytes());
        let check = crc32fast::hash(&bytes[..60]);
        bytes[60..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    /// The head that these bytes are, if they are one.
    pub(super) fn parse(bytes: &[u8; HEAD]) -> Option<Self> {
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let number = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        if bytes[..4] != MARK || word(60) != crc32fast::hash(&bytes[..60]) {
            return None;
        }
        let head = Self {
            kind: *Kind::ALL.iter().find(|kind| **kind as u8 == bytes[4])?,
            midway: bytes[5] == 1,
            length: word(8),
            summary: word(12),
            first: number(16),
            before: number(24),
            last: number(32),
            count: word(40),
            raw: word(44),
            check: word(48),
            summary_check: word(52),
        };
        // No history comes near 2^63; one that did would have no numbers left for its records.
        let numbers = [head.first, head.before, head.last];
        let fits = head.length as usize <= LONGEST
            && head.raw as usize <= LONGEST
            && head.summary <= head.length
            && head.count <= MOST_RECORDS
            && numbers.iter().all(|number| *number < 1 << 63);
        fits.then_some(head)
    }

    /// Where a head may begin in these bytes.
    pub(super) fn find(bytes: &[u8]) -> Option<usize> {
        let is_head = |window: &[u8]| {
            window[..4] == MARK
                && window.first_chunk().is_some_and(|head| Self::parse(head).is_some())
        };
        bytes.windows(HEAD).position(is_head)
    }

    /// Whether bytes that are too few for a head may be the beginning of one.
    pub(super) fn may_begin(bytes: &[u8]) -> bool {
        bytes.len() < HEAD && bytes.starts_with(&MARK[..bytes.len().min(MARK.len())])
    }

    /// The length of the whole segment.
    pub(super) const fn size(&self) -> u64 {
        HEAD as u64 + self.length as u64
    }

    /// Whether these bytes are its summary.
    pub(super) fn fits_summary(&self, summary: &[u8]) -> bool {
        summary.len() == self.summary as usize && crc32fast::hash(summary) == self.summary_check
    }

    /// Whether these bytes are its two parts.
    pub(super) fn fits(&self, parts: &[u8]) -> bool {
        parts.len() == self.length as usize && crc32fast::hash(parts) == self.check
    }

    /// The body as it was, from the two parts.
    pub(super) fn body(&self, mut parts: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        if !self.fits(&parts) {
            return Err(StoreError::Harmed);
        }
        let body = self.summary as usize;
        if self.raw == 0 {
            parts.drain(..body);
            return Ok(parts);
        }
        // LZ4 makes of a byte 255 at most, so nobody makes us take more memory than that.
        if u64::from(self.raw) > u64::from(self.length) * 255 + 64 {
            return Err(StoreError::Harmed);
        }
        let body = lz4_flex::block::decompress(&parts[body..], self.raw as usize)
            .map_err(|_| StoreError::Harmed)?;
        if body.len() == self.raw as usize { Ok(body) } else { Err(StoreError::Harmed) }
    }

    /// Reads and checks the body of a segment that begins at `at`.
    pub(super) fn read(&self, store: &dyn Store, at: u64) -> Result<Vec<u8>, StoreError> {
        let mut parts = vec![0; self.length as usize];
        store.read_at(at + HEAD as u64, &mut parts)?;
        self.body(parts)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_segment_is_read_as_it_was_and_no_other(
            summary in prop::collection::vec(any::<u8>(), 0..40),
            body in prop::collection::vec(prop_oneof![9 => Just(7u8), 1 => any::<u8>()], 0..400),
            at: prop::sample::Index,
            bits in 1u8..=255,
        ) {
            let head = Head { first: 7, before: 8, last: 9, count: 10, ..Head::of(Kind::Tail) };
            let mut bytes = head.segment(&summary, &body);
            let parsed = Head::parse(bytes.first_chunk().unwrap()).unwrap();
            prop_assert_eq!(parsed.size(), bytes.len() as u64);
            prop_assert_eq!((parsed.first, parsed.before, parsed.last), (7, 8, 9));
            prop_assert!(parsed.fits_summary(&bytes[HEAD..HEAD + summary.len()]));
            prop_assert_eq!(parsed.body(bytes[HEAD..].to_vec()).unwrap(), body);
            prop_assert_eq!(Head::find(&[b"\xf5L", &bytes[..]].concat()), Some(2));
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
            let read = Head::parse(bytes.first_chunk().unwrap())
                .and_then(|head| head.body(bytes[HEAD..].to_vec()).ok());
            prop_assert_eq!(read, None, "one byte is another one");
        }
    }
}
