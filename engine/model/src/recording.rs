//! Recordings: a source's bytes in a file, so that they can be read again.
//!
//! # The format
//!
//! ```text
//! header   "loopscope recording 1\n"
//! block*   mark "\xf5LS\n", length u32, seq u64, ticks u64, check u32,
//!          payload (length bytes), check u32
//! ```
//!
//! Numbers are little-endian. A payload is a run of whole frames (see
//! [`loopscope_protocol::wire`]) exactly as they came; all payloads together are the stream, and
//! the [`Ingest`](crate::stream::Ingest) of a recording is that of a live source. `seq` and `ticks`
//! are the number and the time of the last event before the block (`ticks` all ones: not known),
//! so that reading goes on exactly after a damaged one. Both checks are CRC-32: one over the fields
//! from `mark` to `ticks`, one over the payload.
//!
//! A file is only ever appended to. Cut off at any byte, all whole records before that are read; a
//! damaged block is left out and becomes a `gap` with the true count.

mod check;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::io;

pub use read::{Damage, Reader, Recording};
pub use write::Writer;

/// The version of this format. A newer one is refused.
pub const VERSION: u32 = 1;

/// How a recording begins, up to its version.
const MAGIC: &str = "loopscope recording ";

/// How a block begins.
const MARK: [u8; 4] = *b"\xf5LS\n";

/// The length of a block's fields before its payload.
const HEAD: usize = 28;

/// The longest payload.
const LONGEST: usize = 1 << 20;

/// Why a file cannot be read as a recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It is something else.
    #[error("this is not a recording: it does not begin with \"{}\"", MAGIC.trim_end())]
    NotARecording,
    /// A newer program wrote it.
    #[error(
        "this recording has format version {found}, and this program reads versions up to \
         {VERSION}; use the version of loopscope that made it, or a newer one"
    )]
    Newer {
        /// Its version.
        found: u32,
    },
    /// The file cannot be read.
    #[error("the recording cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// What stands before a block's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    length: usize,
    seq: u64,
    ticks: Option<u64>,
}

impl Head {
    fn bytes(self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..4].copy_from_slice(&MARK);
        let length = u32::try_from(self.length).unwrap_or(u32::MAX);
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.seq.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.ticks.unwrap_or(u64::MAX).to_le_bytes());
        let check = check::crc32(&bytes[..24]);
        bytes[24..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    /// The head that these bytes are, if they are one.
    fn parse(bytes: &[u8; HEAD]) -> Option<Self> {
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(eight)
        };
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        if bytes[..4] != MARK || word(24) != check::crc32(&bytes[..24]) {
            return None;
        }
        let length = usize::try_from(word(4)).ok().filter(|length| *length <= LONGEST)?;
        let ticks = Some(number(16)).filter(|ticks| *ticks != u64::MAX);
        // No stream comes near this; one that did would have no numbers left for its records.
        let seq = Some(number(8)).filter(|seq| *seq < 1 << 63)?;
        Some(Self { length, seq, ticks })
    }
}
