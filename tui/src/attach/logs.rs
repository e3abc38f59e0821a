//! The log lines of the program itself: `defmt` frames or plain text on its own RTT channel.

use loopscope_protocol::Stream;

use super::defmt::{Decoder, Dictionary};

/// A line without an end is cut here.
const LONGEST: usize = 4096;

/// What turns log bytes into lines.
pub(super) struct Logs<'a> {
    dictionary: Option<&'a Dictionary>,
    decoder: Option<Decoder<'a>>,
    text: Vec<u8>,
}

impl<'a> Logs<'a> {
    pub(super) fn new(dictionary: Option<&'a Dictionary>) -> Self {
        Self { dictionary, decoder: dictionary.map(Dictionary::decoder), text: Vec::new() }
    }

    /// Begins again, after a reset.
    pub(super) fn restart(&mut self) {
        *self = Self::new(self.dictionary);
    }

    /// Takes bytes, and gives each whole line to `line`. Lines of `defmt` go to standard error, as
    /// logs do, plain text to standard output.
    pub(super) fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(Stream, &str)) {
        match &mut self.decoder {
            Some(decoder) => decoder.feed(bytes, |text| line(Stream::Stderr, text)),
            None => self.plain(bytes, line),
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
    fn plain_text_is_cut_into_lines() {
        let mut logs = Logs::new(None);
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
