//! `defmt` frames as lines, by defmt's own decoder.

use defmt_decoder::{DecodeError, Encoding, Locations, StreamDecoder, Table};
use loopscope_protocol::{Level, RemarkKind};

use super::lines::short;
use super::splice::{Line, LogLine};

/// The decoder takes time quadratic in what it is given at once.
const PIECE: usize = 4096;

/// What an ELF tells about log frames.
pub(super) struct Dictionary {
    table: Table,
    locations: Option<Locations>,
}

impl Dictionary {
    /// The dictionary of a firmware; `None` if it logs without `defmt`. The error is a sentence.
    pub(super) fn of(elf: &[u8]) -> Result<Option<Self>, String> {
        let table = Table::parse(elf).map_err(|error| {
            format!("The program's defmt log cannot be read, so it is not shown: {error:#}.")
        })?;
        Ok(table.map(|table| {
            // Without debug information there are no places.
            let locations = table.get_locations(elf).ok().filter(|found| !found.is_empty());
            Self { table, locations }
        }))
    }

    /// A decoder at the beginning of a stream of frames.
    pub(super) fn decoder(&self) -> Decoder<'_> {
        Decoder { dictionary: self, decoder: self.table.new_stream_decoder() }
    }
}

/// Turns frames into lines.
pub(super) struct Decoder<'a> {
    dictionary: &'a Dictionary,
    decoder: Box<dyn StreamDecoder + Send + Sync + 'a>,
}

impl Decoder<'_> {
    /// Takes bytes, and gives the line of each whole frame to `line`.
    pub(super) fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(Line)) {
        for piece in bytes.chunks(PIECE) {
            self.decoder.received(piece);
            loop {
                match self.decoder.decode() {
                    Ok(frame) => line(Line::Log(log_line(&frame, self.dictionary))),
                    Err(DecodeError::UnexpectedEof) => break,
                    Err(DecodeError::Malformed) => {
                        let text = "A line of the log arrived harmed.".to_owned();
                        line(Line::Remark(RemarkKind::Log, text));
                        // Where nothing marks the end of a frame there is no finding the next one.
                        if self.dictionary.table.encoding() == Encoding::Raw {
                            break;
                        }
                    }
                }
            }
        }
    }
}

/// A frame as a line: level, the program's own time, the message, its place.
fn log_line(frame: &defmt_decoder::Frame<'_>, dictionary: &Dictionary) -> LogLine {
    let word = if let Some(level) = frame.level() { level.as_str() } else { "" };
    let level = match word {
        "trace" => Level::Trace,
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warn" => Level::Warn,
        "error" => Level::Error,
        _ => Level::Print,
    };
    let place = dictionary.locations.as_ref().and_then(|found| found.get(&frame.index()));
    let place =
        place.map(|place| (short(&place.file), u32::try_from(place.line).unwrap_or_default()));
    let stamp = frame.display_timestamp().map(|stamp| stamp.to_string());
    let message = frame.display_message().to_string();
    let (time, text) = timed(stamp.as_deref(), &message);
    // A message may have several lines; a log line is one.
    LogLine { level, time, place, text: text.replace('\n', " | ") }
}

/// The time that a line tells, and what it says. A program may write its time in any form: what is
/// not seconds stays in front of the message.
fn timed(stamp: Option<&str>, message: &str) -> (Option<f64>, String) {
    let Some(stamp) = stamp else { return (None, message.to_owned()) };
    // A bare number may count anything.
    let seconds = stamp.trim().parse().ok();
    match seconds.filter(|time: &f64| stamp.contains('.') && time.is_finite()) {
        Some(seconds) => (Some(seconds), message.to_owned()),
        None => (None, format!("{stamp} {message}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_in_seconds_is_the_lines_own_and_another_one_a_part_of_it() {
        assert_eq!(timed(Some("1.250000"), "full"), (Some(1.25), "full".to_owned()));
        assert_eq!(timed(Some("12"), "full"), (None, "12 full".to_owned()));
        assert_eq!(timed(Some("00:01:02.5"), "full"), (None, "00:01:02.5 full".to_owned()));
        assert_eq!(timed(None, "full"), (None, "full".to_owned()));
    }

    #[test]
    fn what_is_no_elf_file_has_no_dictionary() {
        assert!(Dictionary::of(b"nonsense").is_err());
    }
}
