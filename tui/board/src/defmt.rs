//! `defmt` frames as lines, by defmt's own decoder.

use std::fmt::Write as _;
use std::path::Path;

use defmt_decoder::{DecodeError, Encoding, Locations, StreamDecoder, Table};

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
    pub(super) fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) {
        for piece in bytes.chunks(PIECE) {
            self.decoder.received(piece);
            loop {
                match self.decoder.decode() {
                    Ok(frame) => line(&sentence(&frame, self.dictionary)),
                    Err(DecodeError::UnexpectedEof) => break,
                    Err(DecodeError::Malformed) => {
                        line("(a log line arrived harmed)");
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

/// A log line: level, the program's own time, the message, its place.
fn sentence(frame: &defmt_decoder::Frame<'_>, dictionary: &Dictionary) -> String {
    let mut text = String::new();
    if let Some(level) = frame.level() {
        let _ = write!(text, "{:<5} ", level.as_str().to_uppercase());
    }
    if let Some(time) = frame.display_timestamp() {
        let _ = write!(text, "{time} ");
    }
    let _ = write!(text, "{}", frame.display_message());
    let place = dictionary.locations.as_ref().and_then(|found| found.get(&frame.index()));
    if let Some(place) = place {
        let _ = write!(text, "  ({}:{})", short(&place.file), place.line);
    }
    // A message may have several lines; a log line is one.
    text.replace('\n', " | ")
}

/// The end of a path: the file and the folder it is in.
fn short(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let from = parts.len().saturating_sub(2);
    parts[from..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_in_its_folder() {
        assert_eq!(short(Path::new("/builds/me/firmware/src/main.rs")), "src/main.rs");
        assert_eq!(short(Path::new("main.rs")), "main.rs");
    }

    #[test]
    fn what_is_no_elf_file_has_no_dictionary() {
        assert!(Dictionary::of(b"nonsense").is_err());
    }
}
