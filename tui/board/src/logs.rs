//! The log lines of the program itself: `defmt` frames or plain text on its own RTT channel.

use std::time::{Duration, Instant};

use loopscope_protocol::Stream;

use super::splice::Line;

use super::defmt::{Decoder, Dictionary};

/// A line without an end is cut here.
const LONGEST: usize = 4096;

/// A line without an end, such as a prompt, is given out when no more of it has come for so long.
const QUIET: Duration = Duration::from_millis(200);

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
    stream: Stream,
    text: Vec<u8>,
    /// When the last bytes came. Those of one line come in pieces, while nothing else comes.
    came: Instant,
}

impl Logs {
    /// Frames of `defmt` are not shown where there is no dictionary for them.
    pub(super) fn new(format: Format, dictionary: Option<&'static Dictionary>) -> Self {
        let decoder = dictionary.filter(|_| format == Format::Defmt).map(Dictionary::decoder);
        let is_text = format == Format::Text;
        Self { decoder, is_text, ..Self::text(Stream::Stdout) }
    }

    /// Text that goes to this stream.
    pub(super) fn text(stream: Stream) -> Self {
        Self { decoder: None, is_text: true, stream, text: Vec::new(), came: Instant::now() }
    }

    /// Takes bytes, and gives each whole line to `line`: of `defmt` a line of a log, of plain text
    /// what was printed.
    pub(super) fn feed(&mut self, bytes: &[u8], line: impl FnMut(Line)) {
        self.came = Instant::now();
        match &mut self.decoder {
            Some(decoder) => decoder.feed(bytes, line),
            None if self.is_text => self.plain(bytes, line),
            None => {}
        }
    }

    fn plain(&mut self, bytes: &[u8], mut line: impl FnMut(Line)) {
        self.text.extend_from_slice(bytes);
        while let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
            let whole: Vec<u8> = self.text.drain(..=end).collect();
            let text = String::from_utf8_lossy(&whole);
            let text = text.trim_end_matches(['\r', '\n']).to_owned();
            line(Line::Output(self.stream, text));
        }
        if self.text.len() > LONGEST {
            self.rest(line);
        }
    }

    /// Gives out what has no end of line and has stood for a while.
    pub(super) fn rest_if_quiet(&mut self, line: impl FnMut(Line)) {
        if !self.text.is_empty() && self.came.elapsed() > QUIET {
            self.rest(line);
        }
    }

    /// Gives out what has no end of line, since nothing more comes.
    pub(super) fn rest(&mut self, mut line: impl FnMut(Line)) {
        if !self.text.is_empty() {
            line(Line::Output(self.stream, String::from_utf8_lossy(&self.text).into_owned()));
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
            logs.feed(b"\x01\x02\n", |line| panic!("{line:?} is no line"));
            logs.rest(|line| panic!("{line:?} is no line"));
        }
    }

    #[test]
    fn plain_text_is_cut_into_lines() {
        let mut logs = Logs::new(Format::Text, None);
        let mut lines = Vec::new();
        for piece in [&b"hel"[..], b"lo\r\nsecond\nth", b"ird"] {
            logs.feed(piece, |line| lines.push(line));
        }
        assert_eq!(lines.len(), 2);
        logs.rest(|line| lines.push(line));
        let printed =
            ["hello", "second", "third"].map(|text| Line::Output(Stream::Stdout, text.to_owned()));
        assert_eq!(lines, printed);
        // In pieces, what has no end of line stands for a while first: more of it may be on its way.
        lines.clear();
        logs.feed(b"took 216886", |line| lines.push(line));
        logs.rest_if_quiet(|line| lines.push(line));
        logs.feed(b" us\n> ", |line| lines.push(line));
        logs.came -= 2 * QUIET;
        logs.rest_if_quiet(|line| lines.push(line));
        let printed =
            ["took 216886 us", "> "].map(|text| Line::Output(Stream::Stdout, text.to_owned()));
        assert_eq!(lines, printed);
        let is_cut = |line| matches!(line, Line::Output(_, text) if text.len() > LONGEST);
        logs.feed(&vec![b'x'; 3 * LONGEST], |line| assert!(is_cut(line)));
    }
}
