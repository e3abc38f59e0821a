//! How records leave: as frames of the protocol, one by one, or as columns, many in one piece.

use loopscope_columns::{Maker, Part};
use loopscope_protocol::wire::{Encoder, Item};
use loopscope_protocol::{ChainId, Event, LoopId, Ticks};

/// What waits goes out when it has this many bytes, and whenever a flush is asked for.
const BUFFER: usize = 32 * 1024;

/// The longest piece of a text in one frame.
const PIECE: usize = 240;

/// What is written and waits.
pub(super) enum Form {
    Frames { encoder: Box<Encoder>, buffer: Vec<u8> },
    Columns(Box<Columns>),
}

/// Columns, and the frames of all that is no record.
pub(super) struct Columns {
    maker: Maker,
    encoder: Encoder,
    /// Frames that are to come before the records that wait.
    frames: Vec<u8>,
    /// Parts that are complete.
    parts: Vec<u8>,
}

impl Form {
    pub(super) fn frames() -> Self {
        Self::Frames { encoder: Box::new(Encoder::new()), buffer: Vec::new() }
    }

    pub(super) fn columns() -> Self {
        let (maker, encoder) = (Maker::default(), Encoder::new());
        let columns = Columns { maker, encoder, frames: Vec::new(), parts: Vec::new() };
        Self::Columns(Box::new(columns))
    }

    /// The number of the last record.
    #[inline]
    pub(super) fn seq(&self) -> u64 {
        match self {
            Self::Frames { encoder, .. } => encoder.seq(),
            Self::Columns(columns) => columns.maker.seq(),
        }
    }

    /// Writes a record. True: so much waits that it is to be handed on.
    #[inline]
    pub(super) fn record(
        &mut self,
        at: Ticks,
        loop_id: LoopId,
        line: ChainId,
        event: &Event,
        texts: &[&str],
    ) -> bool {
        match self {
            Self::Frames { encoder, buffer } => {
                if line.is_some() {
                    buffer.extend_from_slice(encoder.item(&Item::At { line }));
                }
                for (slot, text) in (1u8..).zip(texts) {
                    for bytes in text.as_bytes().chunks(PIECE) {
                        buffer.extend_from_slice(encoder.item(&Item::Text { slot, bytes }));
                    }
                }
                buffer.extend_from_slice(encoder.event(at, loop_id, event));
                buffer.len() >= BUFFER
            }
            Self::Columns(columns) => {
                if !columns.maker.push(at, loop_id, line, event, texts) {
                    return false;
                }
                columns.complete();
                columns.parts.len() >= BUFFER
            }
        }
    }

    /// Writes a definition. It comes before the next record, wherever that is.
    pub(super) fn definition(&mut self, item: &Item<'_>) {
        match self {
            Self::Frames { encoder, buffer } => buffer.extend_from_slice(encoder.item(item)),
            Self::Columns(columns) => {
                columns.frames.extend_from_slice(columns.encoder.item(item));
            }
        }
    }

    /// Writes an item behind all records so far.
    pub(super) fn item(&mut self, item: &Item<'_>) {
        if let Self::Columns(columns) = self {
            columns.complete();
        }
        self.definition(item);
    }

    /// Exchanges what waits for an empty buffer.
    pub(super) fn take(&mut self, spare: &mut Vec<u8>) {
        match self {
            Self::Frames { buffer, .. } => std::mem::swap(buffer, spare),
            Self::Columns(columns) => {
                columns.complete();
                std::mem::swap(&mut columns.parts, spare);
            }
        }
    }
}

impl Columns {
    /// Makes parts of all that waits.
    fn complete(&mut self) {
        if !self.frames.is_empty() {
            Part::write(&mut self.parts, Part::FRAMES, |to| to.extend_from_slice(&self.frames));
            self.frames.clear();
        }
        if let Some(piece) = self.maker.piece() {
            Part::write(&mut self.parts, Part::PIECE, |to| piece.write(to));
        }
    }
}
