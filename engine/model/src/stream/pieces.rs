//! What the engine in our own child process sends: records as columns, and frames for the rest.
//!
//! The bytes come out of a seal, so they are what the engine wrote. What may happen is that some are
//! missing, because the program has read from the pipe, or that they end, because the child is gone.
//! Records are read again from the next block on then, and a gap says how many are missing.

use std::sync::Arc;

use loopscope_columns::{Part, Piece};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{Event, Kind, LoopId};

use super::{Arrived, Ingest};
use crate::control::Hello;
use crate::decode::{BLANK, Progress};
use crate::record::{Record, Texts};

/// Something that came from the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// Records as they were sent. Nobody has looked at them.
    Piece(Arc<Piece>),
    /// A record that was read, or anything else.
    Arrived(Arrived),
}

/// Reads the engine's stream.
///
/// ```
/// use loopscope_columns::{Maker, Part};
/// use loopscope_model::stream::{Arrived, Came, Pieces};
/// use loopscope_protocol::{ChainId, Event, LoopId};
///
/// let (mut maker, mut bytes) = (Maker::default(), Vec::new());
/// maker.push(7, LoopId(1), ChainId::NONE, &Event::LoopNew {}, &[]);
/// Part::write(&mut bytes, Part::PIECE, |to| maker.piece().unwrap().write(to));
/// let (mut pieces, mut came) = (Pieces::read_all(), Vec::new());
/// pieces.feed(&bytes, &mut came);
/// let [Came::Arrived(Arrived::Record(record))] = &came[..] else { panic!() };
/// assert_eq!((record.seq, record.t), (1, Some(7)));
/// ```
#[derive(Debug)]
pub struct Pieces {
    ingest: Ingest,
    /// Bytes that are no whole part yet.
    bytes: Vec<u8>,
    /// Pieces are handed on as they are, but the one with the program's end.
    as_they_are: bool,
    /// Those of the open block, and how many of them were read.
    block: Vec<Arc<Piece>>,
    read: usize,
    progress: Progress,
    /// Number, time and turn of the last record.
    seq: u64,
    t: Option<u64>,
    turn: u32,
}

impl Pieces {
    /// All records are read.
    #[must_use]
    pub fn read_all() -> Self {
        Self {
            // What names mean is kept by whoever keeps the records.
            ingest: Ingest::new().with_most_names(0),
            bytes: Vec::new(),
            as_they_are: false,
            block: Vec::new(),
            read: 0,
            progress: Progress::new(),
            seq: 0,
            t: None,
            turn: 0,
        }
    }

    /// For somebody who only keeps them: pieces are handed on as they are. The program's end is read.
    #[must_use]
    pub fn as_they_are() -> Self {
        Self { as_they_are: true, ..Self::read_all() }
    }

    /// What the engine said about itself.
    #[must_use]
    pub const fn hello(&self) -> Option<&Hello> {
        self.ingest.hello()
    }

    /// Bytes are missing here: what comes next begins a part.
    pub fn broken(&mut self) {
        self.bytes.clear();
    }

    /// No more bytes will come. What was begun is dropped as if it had not been.
    pub fn cut_off(&mut self) {
        self.broken();
        self.block.clear();
    }

    /// Takes bytes, and hands out what they hold.
    pub fn feed(&mut self, bytes: &[u8], came: &mut Vec<Came>) {
        self.bytes.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.bytes);
        let mut done = 0;
        loop {
            match Part::read(&bytes[done..]) {
                Ok(Some((part, used))) => {
                    done += used;
                    match part {
                        Part::Frames(frames) => {
                            self.ingest.feed(frames);
                            came.extend(self.ingest.by_ref().map(Came::Arrived));
                        }
                        Part::Piece(piece) => {
                            if let Ok(piece) = Piece::read(piece) {
                                self.piece(piece, came);
                            }
                        }
                    }
                }
                Ok(None) => break,
                // Whatever it is, it comes to its end with the next break.
                Err(_) => done = bytes.len(),
            }
        }
        self.bytes = bytes;
        self.bytes.drain(..done);
    }

    fn piece(&mut self, piece: Piece, came: &mut Vec<Came>) {
        if piece.begins {
            self.block.clear();
            self.read = 0;
            self.progress = Progress::new();
        }
        let follows = piece.first == self.seq + 1;
        // Where records are missing, those of the same block cannot be read.
        if piece.first <= self.seq || !piece.begins && (!follows || self.block.is_empty()) {
            self.block.clear();
            return;
        }
        if !follows {
            came.push(Came::Arrived(Arrived::Record(self.gap(piece.first - 1))));
        }
        let (last, ends) = ((piece.last(), piece.t, piece.turn), piece.summary.is_some());
        let piece = Arc::new(piece);
        self.block.push(Arc::clone(&piece));
        // What follows in a block of which something was read is read as well.
        if self.as_they_are && self.read == 0 && !piece.has(Kind::ProgramExit) {
            came.push(Came::Piece(piece));
        } else if self.read_block(came).is_err() {
            self.block.clear();
            return;
        }
        (self.seq, self.t, self.turn) = last;
        if ends {
            self.block.clear();
        }
    }

    /// Reads what was not read of the open block, and hands out the records of its last piece.
    fn read_block(&mut self, came: &mut Vec<Came>) -> Result<(), Malformed> {
        let before = came.len();
        let last = self.block.len() - 1;
        while let Some(piece) = self.block.get(self.read) {
            self.progress.go_on(&piece.columns)?;
            for _ in 0..piece.count {
                let mut record = BLANK;
                let read = self.progress.next(&piece.columns, &mut record);
                if read.is_err() {
                    came.truncate(before);
                }
                read?;
                if self.read == last {
                    came.push(Came::Arrived(Arrived::Record(record)));
                }
            }
            self.read += 1;
        }
        Ok(())
    }

    /// A gap of the host's, in the place of the last missing record.
    fn gap(&mut self, seq: u64) -> Record {
        let lost = u32::try_from(seq - self.seq).unwrap_or(u32::MAX);
        self.seq = seq;
        let (t, loop_id) = (None, LoopId::NONE);
        Record { seq, t, turn: self.turn, loop_id, event: Event::Gap { lost }, ..BLANK }
    }

    /// The record of an event that the host adds behind all others, such as the `program-exit` of a
    /// lost child. `texts` are those of slot 1 and 2; the event has to refer to them.
    ///
    /// ```
    /// use loopscope_model::stream::Pieces;
    /// use loopscope_protocol::{Event, ExitHow, Text};
    ///
    /// let exit = Event::ProgramExit { code: 137, how: ExitHow::Lost, text: Text::FIRST };
    /// let sentence = "The program was killed by signal 9.";
    /// let record = Pieces::read_all().host_event(&exit, [sentence, ""]);
    /// assert_eq!((record.seq, record.text(Text::FIRST)), (1, sentence));
    /// ```
    pub fn host_event(&mut self, event: &Event, texts: [&str; 2]) -> Record {
        self.block.clear();
        self.seq += 1;
        let texts =
            if event.has_texts(texts[0]) { Texts::new(texts[0], texts[1]) } else { Texts::NONE };
        let (seq, t, turn) = (self.seq, self.t, self.turn);
        Record { seq, t, turn, event: *event, texts, ..BLANK }
    }
}
