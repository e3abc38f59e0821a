//! Writing a recording: bytes as they come become blocks of whole frames.

use std::io::{self, Write};

use super::{Head, LONGEST, MAGIC, VERSION, check};
use crate::stream::frames::{Found, Frames};

/// A block is written when it has grown to this size, or when the recording is flushed. What one
/// damaged byte costs is one block.
const BLOCK: usize = 8 * 1024;

/// Writes a recording of the old form, for the tests that read one.
#[derive(Debug)]
pub(crate) struct Writer<W: Write> {
    to: W,
    frames: Frames,
    /// Bytes that are not written yet.
    pending: Vec<u8>,
    /// How many of them are whole frames, or known to be none.
    decided: usize,
    /// Where the last event among them ends. Blocks end there, so that an event is never in
    /// another block than its texts.
    whole: usize,
    /// The number and time of the last event before `pending`.
    before: (u64, Option<u64>),
}

impl<W: Write> Writer<W> {
    /// Begins a recording of a stream that is at its start.
    pub(crate) fn new(to: W) -> io::Result<Self> {
        Self::with(to, Frames::new())
    }

    /// Begins a recording of a stream that runs already, such as a board's.
    pub(crate) fn midway(to: W) -> io::Result<Self> {
        Self::with(to, Frames::midway())
    }

    fn with(mut to: W, frames: Frames) -> io::Result<Self> {
        writeln!(to, "{MAGIC}{VERSION}")?;
        let before = (frames.seq(), frames.ticks());
        Ok(Self { to, frames, pending: Vec::new(), decided: 0, whole: 0, before })
    }

    /// Takes bytes of the stream, exactly as they came.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // In pieces, so that what is pending stays short: each block moves the rest to the front.
        bytes.chunks(BLOCK).try_for_each(|piece| self.piece(piece))
    }

    fn piece(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        loop {
            let (found, used) = self.frames.next(&self.pending[self.decided..], false);
            let (more, event) = (found == Found::More, matches!(found, Found::Event(_)));
            if more {
                return Ok(());
            }
            self.decided += used;
            if event {
                self.whole = self.decided;
            } else if self.decided >= LONGEST / 2 {
                // A text longer than any block cannot be kept together.
                self.block(self.decided)?;
            }
            if self.whole >= BLOCK {
                self.block(self.whole)?;
            }
        }
    }

    /// Makes sure that all events so far are in the file.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.block(self.whole)?;
        self.to.flush()
    }

    /// Ends the recording, with all bytes that came.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        while !self.pending.is_empty() {
            let all = self.pending.len().min(LONGEST);
            self.block(all)?;
        }
        self.to.flush()?;
        Ok(self.to)
    }

    fn block(&mut self, length: usize) -> io::Result<()> {
        if length == 0 {
            return Ok(());
        }
        let (seq, ticks) = self.before;
        let payload = &self.pending[..length];
        // One write for the whole block: less can go wrong between two.
        let mut block = Vec::with_capacity(length + super::HEAD + 4);
        block.extend_from_slice(&Head { length, seq, ticks }.bytes());
        block.extend_from_slice(payload);
        block.extend_from_slice(&check::crc32(payload).to_le_bytes());
        self.to.write_all(&block)?;
        self.pending.drain(..length);
        self.decided = self.decided.saturating_sub(length);
        self.whole = self.whole.saturating_sub(length);
        self.before = (self.frames.seq(), self.frames.ticks());
        Ok(())
    }
}
