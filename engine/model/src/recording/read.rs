//! Reading a recording, whole or harmed.

use std::io::{self, Read};

use super::{HEAD, Head, LONGEST, MAGIC, MARK, RecordingError, VERSION, check, version_of};
use crate::stream::{Arrived, Ingest};
use crate::titles::count;

/// How much is read from the file at once.
const PIECE: usize = 64 * 1024;

/// What is wrong with a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// It ends inside a block: the program that wrote it was killed, or the file was cut.
    pub cut: bool,
    /// It consists of whole segments and lacks the last one of a complete file: the program that
    /// wrote it was killed or writes still, or the file was cut there.
    pub endless: bool,
    /// Blocks that were left out because they are harmed: their check failed, or they hold nothing
    /// that could stand there. What they held is a gap.
    pub blocks: u32,
    /// Blocks that were left out because they stand there a second time, or behind later ones.
    pub misplaced: u32,
    /// Bytes that belong to no block.
    pub stray: u64,
    /// Bytes at the end of the last blocks that are no records.
    pub loose: u64,
}

impl Damage {
    /// Whether anything is wrong.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// One sentence about it; `None` where nothing is wrong.
    pub fn sentence(&self) -> Option<String> {
        let mut wrong = Vec::new();
        if self.blocks > 0 {
            wrong.push(format!("{} damaged and left out", count(self.blocks as usize, "block")));
        }
        if self.misplaced > 0 {
            wrong.push(format!(
                "{} out of place and left out",
                count(self.misplaced as usize, "block")
            ));
        }
        if self.stray > 0 {
            wrong.push(match self.stray {
                1 => "1 byte belongs to no block".to_owned(),
                n => format!("{n} bytes belong to no block"),
            });
        }
        if self.loose > 0 {
            wrong.push(match self.loose {
                1 => "1 byte at its end is no record".to_owned(),
                n => format!("{n} bytes at its end are no records"),
            });
        }
        if self.cut {
            wrong.push("it ends in the middle, as after a crash".to_owned());
        }
        if self.endless {
            wrong.push("it has no end, as after a crash or while it is written".to_owned());
        }
        let all = wrong.join("; ");
        (!all.is_empty()).then(|| {
            format!(
                "The recording is harmed: {all}. Everything else was read; losses show as gaps."
            )
        })
    }
}

/// Reads a recording piece by piece.
///
/// As an iterator it gives what a live source would have given. An error of the file ends it.
#[derive(Debug)]
pub struct Reader<R: Read> {
    from: R,
    buffer: Vec<u8>,
    start: usize,
    end: bool,
    ingest: Ingest,
    /// A block was taken in.
    begun: bool,
    /// There is no more.
    done: bool,
    damage: Damage,
}

impl<R: Read> Reader<R> {
    /// Looks at the beginning of a recording.
    pub fn open(from: R) -> Result<Self, RecordingError> {
        let mut reader = Self {
            from,
            buffer: Vec::new(),
            start: 0,
            end: false,
            ingest: Ingest::new(),
            begun: false,
            done: false,
            damage: Damage::default(),
        };
        reader.header()?;
        Ok(reader)
    }

    fn header(&mut self) -> Result<(), RecordingError> {
        self.fill(PIECE)?;
        match version_of(&self.buffer, self.end)? {
            None => {
                self.damage.cut = true;
                self.done = true;
            }
            Some(VERSION) => self.start = format!("{MAGIC}{VERSION}\n").len(),
            Some(found) => return Err(RecordingError::Newer { found }),
        }
        Ok(())
    }

    /// The tables built up so far, and what else the stream told.
    pub const fn ingest(&self) -> &Ingest {
        &self.ingest
    }

    /// What is wrong with the part that was read.
    pub const fn damage(&self) -> &Damage {
        &self.damage
    }

    /// Reads on until `length` bytes are at hand, if the file has that many.
    fn fill(&mut self, length: usize) -> io::Result<()> {
        if self.start > PIECE {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        while !self.end && self.buffer.len() - self.start < length {
            let before = self.buffer.len();
            self.buffer.resize(before + PIECE, 0);
            let read = loop {
                match self.from.read(&mut self.buffer[before..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => break other,
                }
            };
            self.buffer.truncate(before + read.as_ref().map_or(0, |read| *read));
            self.end = read? == 0;
        }
        Ok(())
    }

    fn at_hand(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Takes in the next block. False at the end.
    fn block(&mut self) -> io::Result<bool> {
        self.fill(HEAD)?;
        if self.at_hand().is_empty() {
            return Ok(false);
        }
        let Some(head) = self.at_hand().first_chunk().and_then(Head::parse) else {
            return self.resynchronise();
        };
        self.fill(HEAD + head.length + 4)?;
        let available = self.at_hand().len() - HEAD;
        if available < head.length + 4 {
            self.damage.cut = true;
            let (payload, sum) = self.at_hand()[HEAD..].split_at(head.length.min(available));
            // Cut within its check: all of it is there.
            let is_whole = !sum.is_empty() && check::crc32(payload).to_le_bytes().starts_with(sum);
            self.take(head, if is_whole { head.length } else { available }, false);
            self.start = self.buffer.len();
            return Ok(true);
        }
        let payload = &self.at_hand()[HEAD..HEAD + head.length];
        let sum = &self.at_hand()[HEAD + head.length..HEAD + head.length + 4];
        if check::crc32(payload).to_le_bytes() == sum {
            self.take(head, head.length, true);
        } else {
            self.damage.blocks += 1;
        }
        self.start += HEAD + head.length + 4;
        Ok(true)
    }

    /// Takes in a block, if it can stand here. Not `checked`: its end is missing.
    fn take(&mut self, head: Head, length: usize, checked: bool) {
        let payload = &self.buffer[self.start + HEAD..self.start + HEAD + length];
        if !self.begun && head.ticks.is_none() && head.seq == 0 {
            // A stream that was joined on its way.
            self.ingest = Ingest::midway();
        } else if head.seq < self.ingest.seq() {
            self.damage.misplaced += 1;
            return;
        } else if checked && head.length == 0 {
            self.damage.blocks += 1;
            return;
        } else if head.seq > self.ingest.seq() {
            if !Ingest::goes_on(head.seq, payload) {
                // Where it was cut, its first record may just not be there.
                self.damage.blocks += u32::from(checked);
                return;
            }
            self.ingest.resume(head.seq, head.ticks);
        }
        self.begun = true;
        if checked {
            self.ingest.feed(payload);
        } else if !self.ingest.feed_sound(payload, 4) {
            self.damage.blocks += 1;
        }
    }

    /// Looks for the next block where none begins.
    fn resynchronise(&mut self) -> io::Result<bool> {
        loop {
            self.fill(LONGEST.min(PIECE))?;
            let bytes = self.at_hand();
            let mark = bytes.windows(HEAD).position(|window| {
                window[..4] == MARK
                    && window.first_chunk().is_some_and(|head| Head::parse(head).is_some())
            });
            if let Some(at) = mark.filter(|at| *at > 0) {
                self.damage.stray += at as u64;
                self.start += at;
                return Ok(true);
            }
            if self.end {
                // Fewer bytes than a head has are the beginning of a block that was cut.
                if bytes.len() < HEAD && bytes.starts_with(&MARK[..bytes.len().min(4)]) {
                    self.damage.cut = true;
                } else {
                    self.damage.stray += bytes.len() as u64;
                }
                self.start = self.buffer.len();
                return Ok(false);
            }
            let used = bytes.len().saturating_sub(HEAD - 1);
            self.damage.stray += used as u64;
            self.start += used;
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Arrived, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(arrived) = self.ingest.next() {
                return Some(Ok(arrived));
            }
            if self.done {
                self.damage.loose = self.ingest.trailing() as u64;
                return None;
            }
            let more = self.block();
            if !matches!(more, Ok(true)) {
                self.done = true;
                self.ingest.end();
            }
            if let Err(error) = more {
                return Some(Err(error.into()));
            }
        }
    }
}
