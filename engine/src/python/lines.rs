//! Cutting what a program writes into the pieces that records show: one a line, or what was
//! flushed of it.

/// The bytes of one stream that no record shows yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    waiting: Vec<u8>,
    /// How much of `waiting` was given away already.
    taken: usize,
    /// How far `waiting` was searched for the end of a line.
    searched: usize,
}

impl Lines {
    /// Adds what was written.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// The next line, if it is complete; with its end.
    pub(super) fn line(&mut self) -> Option<Vec<u8>> {
        if let Some(at) = self.waiting[self.searched..].iter().position(|&byte| byte == b'\n') {
            return Some(self.take(self.searched + at + 1));
        }
        self.waiting.drain(..self.taken);
        self.taken = 0;
        self.searched = self.waiting.len();
        None
    }

    /// What is there of the next line, if anything. A character of which only the first bytes have
    /// come stays, unless nothing more will come.
    pub(super) fn rest(&mut self, at_end: bool) -> Option<Vec<u8>> {
        let rest = &self.waiting[self.taken..];
        let whole = if at_end { rest.len() } else { whole_characters(rest) };
        (whole > 0).then(|| self.take(self.taken + whole))
    }

    fn take(&mut self, end: usize) -> Vec<u8> {
        let piece = self.waiting[self.taken..end].to_vec();
        self.taken = end;
        self.searched = end;
        if end == self.waiting.len() {
            self.waiting.clear();
            self.taken = 0;
            self.searched = 0;
        }
        piece
    }
}

/// How many of the bytes are there without a character that is cut off at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) => {
            // Wrong bytes count as whole: only what may still become a character has to wait.
            let mut start = error.valid_up_to();
            let mut error = error;
            while let Some(bad) = error.error_len() {
                start += bad;
                match std::str::from_utf8(&bytes[start..]) {
                    Ok(_) => return bytes.len(),
                    Err(next) => {
                        start += next.valid_up_to();
                        error = next;
                    }
                }
            }
            start
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(lines: &mut Lines, at_end: bool) -> Vec<Vec<u8>> {
        let mut pieces: Vec<Vec<u8>> = std::iter::from_fn(|| lines.line()).collect();
        pieces.extend(lines.rest(at_end));
        pieces
    }

    #[test]
    fn a_line_is_one_piece_however_it_is_written() {
        let mut lines = Lines::default();
        for part in [&b"a"[..], b"b\nc\n", b"", b"d"] {
            lines.push(part);
        }
        assert_eq!(lines.line().as_deref(), Some(&b"ab\n"[..]));
        assert_eq!(lines.line().as_deref(), Some(&b"c\n"[..]));
        assert_eq!(lines.line(), None);
        assert_eq!(lines.rest(false).as_deref(), Some(&b"d"[..]));
        assert_eq!(lines.rest(true), None);
    }

    #[test]
    fn a_character_is_not_cut_in_two() {
        let mut lines = Lines::default();
        lines.push("x\u{20ac}".as_bytes().split_at(2).0);
        assert_eq!(lines.rest(false).as_deref(), Some(&b"x"[..]));
        lines.push("\u{20ac}".as_bytes().split_at(1).1);
        assert_eq!(lines.rest(false).as_deref(), Some("\u{20ac}".as_bytes()));
    }

    #[test]
    fn wrong_bytes_do_not_wait() {
        let mut lines = Lines::default();
        lines.push(b"a\xff\xfeb\xe2\x82");
        assert_eq!(lines.rest(false).as_deref(), Some(&b"a\xff\xfeb"[..]));
        assert_eq!(lines.rest(true).as_deref(), Some(&b"\xe2\x82"[..]));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_added(parts in prop::collection::vec(
            prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..9), 0..9)) {
            let mut lines = Lines::default();
            let mut seen = Vec::new();
            for part in &parts {
                lines.push(part);
                seen.extend(all(&mut lines, false));
            }
            seen.extend(all(&mut lines, true));
            let one_line = |piece: &Vec<u8>| {
                !piece.is_empty() && !piece[..piece.len() - 1].contains(&b'\n')
            };
            prop_assert!(seen.iter().all(one_line));
            prop_assert_eq!(seen.concat(), parts.concat());
        }
    }
}
