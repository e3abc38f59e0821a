//! Reading a recording, whole or harmed.

use std::io::{self, Read};

use super::{HEAD, Head, LONGEST, MAGIC, MARK, RecordingError, VERSION, check};
use crate::control::Hello;
use crate::names::Names;
use crate::phrase::count;
use crate::stream::{Arrived, Ingest};
use crate::timeline::Timeline;

/// How much is read from the file at once.
const PIECE: usize = 64 * 1024;

/// What is wrong with a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// It ends inside a block: the program that wrote it was killed, or the file was cut.
    pub cut: bool,
    /// Blocks whose check failed; what they held is a gap.
    pub blocks: u32,
    /// Bytes that belong to no block.
    pub stray: u64,
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
        if self.stray > 0 {
            wrong.push(format!("{} bytes belong to no block", self.stray));
        }
        if self.cut {
            wrong.push("it ends in the middle, as after a crash".to_owned());
        }
        let all = wrong.join("; ");
        (!all.is_empty()).then(|| {
            format!(
                "The recording is harmed: {all}. Everything else was read; losses show as gaps."
            )
        })
    }
}

/// How the next block follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is the first one.
    Start,
    /// On the one before.
    Sound,
    /// After something that was left out.
    Broken,
    /// There is none.
    Done,
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
    place: Place,
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
            place: Place::Start,
            damage: Damage::default(),
        };
        reader.header()?;
        Ok(reader)
    }

    fn header(&mut self) -> Result<(), RecordingError> {
        /// A version has few digits; more are another kind of file.
        const LONGEST_HEADER: usize = MAGIC.len() + 11;
        self.fill(LONGEST_HEADER)?;
        let known = self.buffer.len().min(MAGIC.len());
        if known == 0 || self.buffer[..known] != MAGIC.as_bytes()[..known] {
            return Err(RecordingError::NotARecording);
        }
        let line_end = self.buffer.iter().take(LONGEST_HEADER).position(|byte| *byte == b'\n');
        let Some(line_end) = line_end else {
            if self.end {
                // Cut inside the header: a recording of nothing.
                self.damage.cut = true;
                self.place = Place::Done;
                return Ok(());
            }
            return Err(RecordingError::NotARecording);
        };
        let digits = String::from_utf8_lossy(&self.buffer[MAGIC.len()..line_end]).into_owned();
        let found = digits.parse().map_err(|_| RecordingError::NotARecording)?;
        self.start = line_end + 1;
        if found > VERSION { Err(RecordingError::Newer { found }) } else { Ok(()) }
    }

    /// The tables built up so far, and what else the stream told.
    pub const fn ingest(&self) -> &Ingest {
        &self.ingest
    }

    /// What is wrong with the part that was read.
    pub const fn damage(&self) -> &Damage {
        &self.damage
    }

    /// Sees to it that `length` bytes are at hand, if the file has so many.
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
            // The last block is not whole. Its frames have checks of their own.
            self.damage.cut = true;
            self.take(head, head.length.min(available));
            self.start = self.buffer.len();
            return Ok(true);
        }
        let payload = &self.at_hand()[HEAD..HEAD + head.length];
        let sum = &self.at_hand()[HEAD + head.length..HEAD + head.length + 4];
        if check::crc32(payload).to_le_bytes() == sum {
            self.take(head, head.length);
        } else {
            self.damage.blocks += 1;
            self.place = Place::Broken;
        }
        self.start += HEAD + head.length + 4;
        Ok(true)
    }

    fn take(&mut self, head: Head, length: usize) {
        // Nothing was read before the first sound block: it says where the stream was joined.
        if head.ticks.is_none() && self.ingest.seq() == 0 {
            self.ingest = Ingest::midway();
        } else if self.place == Place::Broken {
            if head.seq < self.ingest.seq() {
                // It stands before what was read already, so it is no part of this stream.
                self.damage.blocks += 1;
                return;
            }
            self.ingest.resume(head.seq, head.ticks);
        }
        self.place = Place::Sound;
        self.ingest.feed(&self.buffer[self.start + HEAD..self.start + HEAD + length]);
    }

    /// Looks for the next block where none begins.
    fn resynchronise(&mut self) -> io::Result<bool> {
        self.place = Place::Broken;
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
            if self.place == Place::Done {
                return None;
            }
            match self.block() {
                Ok(true) => {}
                Ok(false) => {
                    self.place = Place::Done;
                    self.ingest.end();
                }
                Err(error) => {
                    self.place = Place::Done;
                    self.ingest.end();
                    return Some(Err(error.into()));
                }
            }
        }
    }
}

/// A whole recording in memory.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What happened.
    pub timeline: Timeline,
    /// What it was called.
    pub names: Names,
    /// What the source said about itself.
    pub hello: Option<Hello>,
    /// What is wrong with the file.
    pub damage: Damage,
}

impl Recording {
    /// Reads all of it.
    pub fn read(from: impl Read) -> Result<Self, RecordingError> {
        let mut reader = Reader::open(from)?;
        let mut timeline = Timeline::new();
        for arrived in reader.by_ref() {
            if let Arrived::Record(record) = arrived? {
                timeline.push(record);
            }
        }
        let hello = reader.ingest.hello().copied();
        Ok(Self { timeline, names: reader.ingest.into_names(), hello, damage: reader.damage })
    }
}
