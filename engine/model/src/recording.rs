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
//! A file is only ever appended to.
//!
//! # What is believed of it
//!
//! 1. A block counts where both its checks are right, and only as a whole. One that is damaged is
//!    left out.
//! 2. Its own number says where it stands, whatever came before it: if records are missing there,
//!    they are a `gap` with the exact count, and if it is a smaller number than what was read, the
//!    block stands there again or in a wrong place and is left out. So blocks that are missing,
//!    doubled or exchanged change no number and no time of any record.
//! 3. A number alone is no proof: a block that is to stand behind a loss must begin with whole
//!    frames that have the next numbers. No writer makes an empty block, so one is damage.
//! 4. A block that the file ends in has no check. Of it those frames count that follow each other
//!    from its beginning without a loss, and are followed by the end of the file or by the beginning
//!    of another one; behind the first doubt nothing does. Where the block's check is there all the
//!    same, bytes inside it are missing, and it is left out. (A frame's own check has eight bits: if
//!    a file is cut and has noise behind the cut, once in some 20,000 times the last record of it is
//!    half noise.)
//! 5. All that was left out is said in [`Damage`], bytes in sound blocks that are no records too.
//!
//! So, cut off at any byte, all whole records before that are read, and nothing else is. What
//! cannot be known from within: whether a file that ends with a block was longer, and, of a text so
//! long that it has blocks of its own, whether one of those is missing.

mod check;
mod read;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod write;

use std::io;

pub use read::{Damage, Reader};
#[cfg(test)]
pub(crate) use write::Writer;

/// The version of this format.
pub const VERSION: u32 = 1;

/// The newest version that is read: that of [`history`](crate::history). A newer one is refused.
const NEWEST: u32 = 2;

/// How a recording begins, up to its version.
const MAGIC: &str = "loopscope recording ";

/// The version that the first bytes of a file say; `None`: the file ends before that.
pub(crate) fn version_of(bytes: &[u8], is_all: bool) -> Result<Option<u32>, RecordingError> {
    /// A version has few digits; more are another kind of file.
    const LONGEST_HEADER: usize = MAGIC.len() + 11;
    let known = bytes.len().min(MAGIC.len());
    if known == 0 || bytes[..known] != MAGIC.as_bytes()[..known] {
        return Err(RecordingError::NotARecording);
    }
    let Some(end) = bytes.iter().take(LONGEST_HEADER).position(|byte| *byte == b'\n') else {
        // Cut inside the header: a recording of nothing.
        let is_cut = is_all && bytes.len() < LONGEST_HEADER;
        return if is_cut { Ok(None) } else { Err(RecordingError::NotARecording) };
    };
    let digits = std::str::from_utf8(&bytes[MAGIC.len().min(end)..end]).ok();
    let version = digits
        .filter(|digits| !digits.starts_with(['+', '0']))
        .and_then(|digits| digits.parse().ok())
        .ok_or(RecordingError::NotARecording)?;
    if version > NEWEST { Err(RecordingError::Newer { found: version }) } else { Ok(Some(version)) }
}

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
         {NEWEST}; use the version of loopscope that made it, or a newer one"
    )]
    Newer {
        /// Its version.
        found: u32,
    },
    /// The file cannot be read.
    #[error("the recording cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Whether bytes that a file begins with are a recording's, of whatever version.
pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC.as_bytes())
}

/// What stands before a block's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    length: usize,
    seq: u64,
    ticks: Option<u64>,
}

impl Head {
    #[cfg(test)]
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
