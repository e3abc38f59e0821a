//! What the host adds between a board's records: lines that the program wrote on channels of its
//! own, and remarks about the stream. Each becomes a record.

use loopscope_protocol::wire::{Encoder, Item, MAX_BODY};
use loopscope_protocol::{Event, Level, Place, RemarkKind, Stream, Text};

use super::names::Names;

/// A line to add.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// What the program printed, and where to, without the line's end.
    Output(Stream, String),
    /// A line of the program's log.
    Log(LogLine),
    /// The host's own words.
    Remark(RemarkKind, String),
}

/// A line of a log in its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// When it was written, in seconds of the program's clock, if it says that.
    pub time: Option<f64>,
    /// The file and the line where it stands, if that is known.
    pub place: Option<(String, u32)>,
    /// What it says.
    pub text: String,
}

impl Line {
    /// How many bytes its texts have.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Output(_, text) | Self::Remark(_, text) => text.len(),
            Self::Log(line) => {
                line.text.len() + line.place.as_ref().map_or(0, |(file, _)| file.len())
            }
        }
    }

    /// Its event, and the frames that stand before that: of the text, and of a file's name where it
    /// is new.
    pub(super) fn event(self, names: &mut Names) -> (Event, Vec<u8>) {
        let (mut before, slot) = (Vec::new(), Text::FIRST);
        let (event, text) = match self {
            Self::Output(stream, line) => {
                let event = Event::Output { stream, text: slot };
                (event, format!("{}\n", line.trim_end_matches('\n')))
            }
            Self::Log(LogLine { level, time, place, text }) => {
                let place = place.map_or(Place::NONE, |(file, line)| {
                    let (file, definition) = names.file(&file);
                    before.extend(definition);
                    Place { file, line }
                });
                (Event::Log { level, time, place, text: slot }, text)
            }
            Self::Remark(kind, text) => (Event::Remark { kind, text: slot }, text),
        };
        let mut encoder = Encoder::new();
        for bytes in text.as_bytes().chunks(MAX_BODY - 1) {
            before.extend_from_slice(encoder.item(&Item::Text { slot: slot.0, bytes }));
        }
        (event, before)
    }
}
