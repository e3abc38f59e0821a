//! The log lines of the program itself: `defmt` frames or plain text on its own RTT channel.

use loopscope_protocol::Stream;

use super::defmt::{Decoder, Dictionary};

/// A line without an end is cut here.
const LONGEST: usize = 4096;

/// What a channel of the program's own holds, which its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Frames of `defmt`.
    Defmt,
    /// Lines of text.
    Text,
    /// Something that another tool reads.
    Other,
}

/// Channels that hold neither text nor `defmt` frames: `SystemView` reads its own.
const OTHERS: [&str; 1] = ["SysView"];

impl Format {
    /// What a channel of this name holds. `defmt-rtt` and `rtt-target` call theirs `defmt`, and
    /// SEGGER's own library calls its text channel `Terminal`; programs choose what they like.
    pub(super) fn of(name: Option<&str>) -> Self {
        match name {
            Some("defmt") => Self::Defmt,
            Some(name) if OTHERS.contains(&name) => Self::Other,
            _ => Self::Text,
        }
    }
}

/// What turns the bytes of one channel into lines.
pub(super) struct Logs {
    decoder: Option<Decoder<'static>>,
    is_text: bool,
    text: Vec<u8>,
}

impl Logs {
    /// Frames of `defmt` are not shown where there is no dictionary for them.
    pub(super) fn new(format: Format, dictionary: Option<&'static Dictionary>) -> Self {
        let decoder = dictionary.filter(|_| format == Format::Defmt).map(Dictionary::decoder);
        Self { decoder, is_text: format == Format::Text, text: Vec::new() }
    }

    /// Takes bytes, and gives each whole line to `line`. Lines of `defmt` go to standard error, as
    /// logs do, plain text to standard output.
    pub(super) fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(Stream, &str)) {
        match &mut self.decoder {
            Some(decoder) => decoder.feed(bytes, |text| line(Stream::Stderr, text)),
            None if self.is_text => self.plain(bytes, line),
            None => {}
        }
    }

    fn plain(&mut self, bytes: &[u8], mut line: impl FnMut(Stream, &str)) {
        self.text.extend_from_slice(bytes);
        while let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
            let whole: Vec<u8> = self.text.drain(..=end).collect();
            line(Stream::Stdout, String::from_utf8_lossy(&whole).trim_end_matches(['\r', '\n']));
        }
        if self.text.len() > LONGEST {
            self.rest(line);
        }
    }

    /// Gives out what has no end of line, since nothing more seems to come.
    pub(super) fn rest(&mut self, mut line: impl FnMut(Stream, &str)) {
        if !self.text.is_empty() {
            line(Stream::Stdout, &String::from_utf8_lossy(&self.text));
            self.text.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channels_name_tells_what_it_holds() {
        assert_eq!(Format::of(Some("defmt")), Format::Defmt);
        assert_eq!(Format::of(Some("Terminal")), Format::Text);
        assert_eq!(Format::of(None), Format::Text);
        assert_eq!(Format::of(Some("SysView")), Format::Other);
        // What cannot be read is not taken for text.
        for format in [Format::Defmt, Format::Other] {
            let mut logs = Logs::new(format, None);
            logs.feed(b"\x01\x02\n", |_, line| panic!("{line:?} is no line"));
            logs.rest(|_, line| panic!("{line:?} is no line"));
        }
    }

    #[test]
    fn plain_text_is_cut_into_lines() {
        let mut logs = Logs::new(Format::Text, None);
        let mut lines = Vec::new();
        for piece in [&b"hel"[..], b"lo\r\nsecond\nth", b"ird"] {
            logs.feed(piece, |stream, line| lines.push((stream, line.to_owned())));
        }
        assert_eq!(lines.len(), 2);
        logs.rest(|stream, line| lines.push((stream, line.to_owned())));
        let texts: Vec<_> = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["hello", "second", "third"]);
        assert!(lines.iter().all(|(stream, _)| *stream == Stream::Stdout));
        logs.feed(&vec![b'x'; 3 * LONGEST], |_, line| assert!(line.len() > LONGEST));
    }
}
