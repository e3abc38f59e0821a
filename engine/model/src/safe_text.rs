//! Text that is safe for a terminal: what a stranger has written may be read, and never obeyed.
//!
//! A program, a recording, a board, a lesson and a file's name can hold any character, also those
//! that a terminal takes as orders or that hide what is written: control characters (escape among
//! them, and U+0080 to U+009F, which some terminals take for `ESC` and a letter), marks that turn
//! the direction of writing, and marks that cannot be seen. They are shown as `cat -v` and `less`
//! show them: `^[` for escape, `^J` for a line's end, `<U+202E>` for the others.
//!
//! Everything that is printed goes through here: see `loopscope`'s module `print`. What a *running*
//! program writes under `run --headless` is not printed by us, and is passed on as it is.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// Whether a terminal might obey a character, or not show it.
///
/// The joiners U+200C and U+200D are let through: scripts and emoji need them.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A text as it may stand within a line: also a line's end and a tab are only shown.
///
/// ```
/// use loopscope_model::safe_text::line;
///
/// assert_eq!(line("fetch"), "fetch");
/// assert_eq!(line("a\x1b[2J\nb"), "a^[[2J^Jb");
/// assert_eq!(line("a\u{202e}b\u{9b}"), "a<U+202E>b<U+009B>");
/// ```
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, is_unsafe)
}

/// A text as it may be printed: its lines and tabs stay as they are. A carriage return is a part of
/// a line's end or is shown.
///
/// ```
/// use loopscope_model::safe_text::lines;
///
/// assert_eq!(lines("a\tb\r\nc\rd\n"), "a\tb\r\nc^Md\n");
/// ```
pub fn lines(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return replaced(text, is_unsafe_in_lines);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (n, part) in text.split("\r\n").enumerate() {
        if n > 0 {
            out.push_str("\r\n");
        }
        out.push_str(&replaced(part, is_unsafe_in_lines));
    }
    Cow::Owned(out)
}

/// JSON as it may be printed, and as it was made by anyone: inside its strings, what is unsafe is
/// written as `\u202e`. It means the same.
///
/// ```
/// use loopscope_model::safe_text::json;
///
/// assert_eq!(json("[\"a\u{9b}\u{e0001}\"]"), r#"["a\u009b\udb40\udc01"]"#);
/// ```
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe_in_lines) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe_in_lines(c) { push_json(&mut out, c) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// Writes a character as JSON's escape.
pub(crate) fn push_json(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

fn is_unsafe_in_lines(c: char) -> bool {
    is_unsafe(c) && !matches!(c, '\n' | '\t')
}

fn replaced(text: &str, is_replaced: impl Fn(char) -> bool) -> Cow<'_, str> {
    let Some(first) = text.find(&is_replaced) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(&text[..first]);
    for c in text[first..].chars() {
        match c {
            _ if !is_replaced(c) => out.push(c),
            '\0'..='\x1f' => {
                out.push('^');
                out.push(char::from(c as u8 + b'@'));
            }
            '\x7f' => out.push_str("^?"),
            // Writing to a string cannot fail.
            _ => drop(write!(out, "<U+{:04X}>", u32::from(c))),
        }
    }
    Cow::Owned(out)
}

/// Makes what is written through it safe, as [`lines`] does. Bytes that are no text become `?`
/// marks (U+FFFD); a character may come in pieces.
#[derive(Debug)]
pub struct Writer<W: io::Write> {
    to: W,
    /// The beginning of a character, or a carriage return, whose rest is still to come.
    begun: Vec<u8>,
}

impl<W: io::Write> Writer<W> {
    /// Writes on to `to`.
    pub const fn new(to: W) -> Self {
        Self { to, begun: Vec::new() }
    }

    /// Writes a whole piece of text; what is unfinished at its end stays behind.
    fn pass_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (text, taken) = match std::str::from_utf8(rest) {
                Ok(text) => (text, text.len()),
                Err(error) => {
                    let valid = &rest[..error.valid_up_to()];
                    let text = std::str::from_utf8(valid).unwrap_or_default();
                    let Some(length) = error.error_len() else {
                        self.write_lines(text)?;
                        self.begun.extend_from_slice(&rest[valid.len()..]);
                        return Ok(());
                    };
                    self.write_lines(text)?;
                    ("\u{fffd}", valid.len() + length)
                }
            };
            rest = &rest[taken..];
            match text.strip_suffix('\r').filter(|_| rest.is_empty()) {
                Some(before) => {
                    self.write_lines(before)?;
                    self.begun.push(b'\r');
                }
                None => self.write_lines(text)?,
            }
        }
        Ok(())
    }

    fn write_lines(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.to.write_all(lines(text).as_bytes()) }
    }
}

impl<W: io::Write> io::Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.begun.is_empty() {
            self.pass_on(bytes)?;
        } else {
            let mut all = std::mem::take(&mut self.begun);
            all.extend_from_slice(bytes);
            self.pass_on(&all)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let begun = std::mem::take(&mut self.begun);
        self.write_lines(&String::from_utf8_lossy(&begun))?;
        self.to.flush()
    }
}

impl<W: io::Write> Drop for Writer<W> {
    fn drop(&mut self) {
        if !self.begun.is_empty() {
            let _ = io::Write::flush(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    /// What gives orders to a terminal, or deceives who reads it.
    const ORDERS: [&str; 12] = [
        "\x1b]0;title\x07",
        "\x1b]52;c;RVZJTA==\x1b\\",
        "\u{9b}2J",
        "\u{9d}0;title\u{9c}",
        "\x1bP+q544e\x1b\\",
        "\x08\x08\x08",
        "\x7f",
        "\0",
        "\x0b\x0c",
        "\u{202e}txt.exe",
        "\u{2066}\u{200f}\u{61c}",
        "\u{e0041}\u{feff}\u{2028}",
    ];

    fn written(pieces: &[&[u8]]) -> String {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        for piece in pieces {
            writer.write_all(piece).unwrap();
        }
        drop(writer);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_order_to_a_terminal_is_left() {
        for order in ORDERS {
            for safe in [line(order), lines(order), json(order)] {
                assert!(!safe.contains(is_unsafe), "{order:?} became {safe:?}");
            }
            let safe = written(&[order.as_bytes()]);
            assert!(!safe.contains(is_unsafe), "{order:?} was written as {safe:?}");
        }
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in ["plain", "Grüße, 日本語, हिन्दी", "👩‍👩‍👧 e\u{301}", "می‌خواهم", "\u{e0b0} \u{fffd}"]
        {
            assert_eq!(line(text), text);
            assert_eq!(lines(text), text);
            assert_eq!(json(text), text);
        }
    }

    #[test]
    fn a_name_cannot_begin_a_line_of_its_own() {
        assert_eq!(line("task\r\n#99  forged"), "task^M^J#99  forged");
        assert_eq!(line("a\u{2028}b\u{85}c"), "a<U+2028>b<U+0085>c");
    }

    #[test]
    fn what_is_written_in_pieces_is_as_safe() {
        let text = "ä\r\nb\rc\u{9b}d\x1b[m";
        let whole = "ä\r\nb^Mc<U+009B>d^[[m";
        assert_eq!(lines(text), whole);
        for size in 1..=text.len() {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_eq!(written(&pieces), whole, "in pieces of {size}");
        }
        assert_eq!(written(&[b"a\xff\xc3"]), "a\u{fffd}\u{fffd}");
        assert_eq!(written(&[b"a\r"]), "a^M");
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_safe_and_once_more_unchanged(bytes: Vec<u8>) {
            let safe = written(&[&bytes]);
            prop_assert!(!safe.replace("\r\n", "").contains(is_unsafe_in_lines));
            prop_assert_eq!(lines(&safe), safe.as_str());
        }

        #[test]
        fn json_means_the_same(text: String) {
            let made = serde_json::to_string(&text).unwrap();
            let safe = json(&made);
            prop_assert!(!safe.contains(is_unsafe));
            prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }
    }
}
