//! One line of input with a cursor and a history, for the `:` and `/` lines.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use super::text::{fit, width};
use crate::keys::{Chord, Key};
use crate::theme::{Role, Theme};

/// One line of input.
#[derive(Clone, Debug, Default)]
pub struct Input {
    text: String,
    /// Where the cursor is, in bytes.
    cursor: usize,
    history: Vec<String>,
    /// Which entry of the history is shown, counted from the end; 0: the line being written.
    back: usize,
    /// The line being written, while an older one is shown.
    draft: String,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The line or the cursor may have changed.
    Edited,
    /// Enter.
    Accepted,
    /// Escape, or backspace on an empty line.
    Cancelled,
    /// Tab.
    Complete,
    /// Not a key for a line of input.
    Ignored,
}

impl Input {
    /// What is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part before the cursor.
    pub fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Puts `text` in the line, the cursor behind it.
    pub fn set(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.cursor = self.text.len();
        self.back = 0;
    }

    /// Replaces what is between the byte `from` and the cursor.
    pub fn replace_before_cursor(&mut self, from: usize, with: &str) {
        if from <= self.cursor && self.text.is_char_boundary(from) {
            self.text.replace_range(from..self.cursor, with);
            self.cursor = from + with.len();
        }
    }

    /// Takes the line, keeps it in the history and starts a new one.
    pub fn take(&mut self) -> String {
        let line = std::mem::take(&mut self.text);
        self.cursor = 0;
        self.back = 0;
        if !line.trim().is_empty() && self.history.last() != Some(&line) {
            self.history.push(line.clone());
        }
        line
    }

    /// Does what a key says.
    pub fn key(&mut self, chord: Chord) -> Typed {
        let ctrl = chord.ctrl;
        match chord.key {
            Key::Enter => return Typed::Accepted,
            Key::Esc => return Typed::Cancelled,
            Key::Char('c') if ctrl => return Typed::Cancelled,
            Key::Tab => return Typed::Complete,
            Key::Backspace if self.text.is_empty() => return Typed::Cancelled,
            Key::Backspace => {
                let from = self.previous();
                self.replace_before_cursor(from, "");
            }
            Key::Delete => {
                let to = self.following();
                self.text.replace_range(self.cursor..to, "");
            }
            Key::Left => self.cursor = self.previous(),
            Key::Right => self.cursor = self.following(),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = self.text.len(),
            Key::Up => self.recall(1),
            Key::Down => self.recall(-1),
            Key::Char('a') if ctrl => self.cursor = 0,
            Key::Char('e') if ctrl => self.cursor = self.text.len(),
            Key::Char('u') if ctrl => self.replace_before_cursor(0, ""),
            Key::Char('k') if ctrl => self.text.truncate(self.cursor),
            Key::Char('w') if ctrl => {
                let before = self.before_cursor().trim_end();
                let from = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
                self.replace_before_cursor(from, "");
            }
            Key::Char(c) if !ctrl && !chord.alt => {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
            }
            _ => return Typed::Ignored,
        }
        Typed::Edited
    }

    fn previous(&self) -> usize {
        self.before_cursor().grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn following(&self) -> usize {
        let next = self.text[self.cursor..].graphemes(true).next();
        self.cursor + next.map_or(0, str::len)
    }

    fn recall(&mut self, by: isize) {
        let wanted = self.back.saturating_add_signed(by).min(self.history.len());
        if wanted == self.back {
            return;
        }
        if self.back == 0 {
            self.draft = std::mem::take(&mut self.text);
        }
        let text = match wanted {
            0 => std::mem::take(&mut self.draft),
            back => self.history[self.history.len() - back].clone(),
        };
        self.set(text);
        self.back = wanted;
    }

    /// Draws the line after `prompt`, scrolled so that the cursor is seen; tells where that is.
    pub fn draw(&self, prompt: &str, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Position {
        buffer.set_string(area.x, area.y, prompt, theme.style(Role::Key));
        let start = u16::try_from(width(prompt)).unwrap_or(0);
        let room = usize::from(area.width.saturating_sub(start + 1)).max(1);
        // What is hidden at the left is marked as what is cut at the right.
        let before = self.before_cursor();
        let mut from = 0;
        let mark = theme.glyphs.ellipsis;
        while width(&before[from..]) + if from > 0 { width(mark) } else { 0 } > room {
            from += before[from..].graphemes(true).next().map_or(1, str::len);
        }
        let lead = if from > 0 { mark } else { "" };
        let shown = format!("{lead}{}", &self.text[from..]);
        buffer.set_string(
            area.x + start,
            area.y,
            fit(&shown, room, theme),
            theme.style(Role::Text),
        );
        let column = width(lead) + width(&before[from..]);
        Position::new(area.x + start + u16::try_from(column).unwrap_or(0), area.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(input: &mut Input, text: &str) {
        for c in text.chars() {
            input.key(Chord::plain(Key::Char(c)));
        }
    }

    fn press(input: &mut Input, key: Key) -> Typed {
        input.key(Chord::plain(key))
    }

    #[test]
    fn a_line_is_edited() {
        let mut input = Input::default();
        typed(&mut input, "gotø 5");
        press(&mut input, Key::Home);
        press(&mut input, Key::Right);
        press(&mut input, Key::Delete);
        typed(&mut input, "O");
        assert_eq!(input.text(), "gOtø 5");
        press(&mut input, Key::End);
        input.key(Chord::ctrl(Key::Char('w')));
        assert_eq!(input.text(), "gOtø ");
        assert_eq!(press(&mut input, Key::Enter), Typed::Accepted);
        assert_eq!(press(&mut input, Key::Tab), Typed::Complete);
        input.replace_before_cursor(0, "goto ");
        assert_eq!(input.text(), "goto ");
    }

    #[test]
    fn older_lines_come_back() {
        let mut input = Input::default();
        for line in ["step", "next", "next"] {
            input.set(line);
            input.take();
        }
        typed(&mut input, "dra");
        press(&mut input, Key::Up);
        assert_eq!(input.text(), "next");
        press(&mut input, Key::Up);
        press(&mut input, Key::Up);
        assert_eq!(input.text(), "step");
        press(&mut input, Key::Down);
        press(&mut input, Key::Down);
        assert_eq!(input.text(), "dra");
    }

    #[test]
    fn the_cursor_is_always_seen() {
        let theme = Theme::default();
        let area = Rect::new(0, 0, 10, 1);
        for count in 0..40 {
            let mut input = Input::default();
            typed(&mut input, &"abcdefghijklmnopqrstuvwxyz0123456789ABCD"[..count]);
            let mut buffer = Buffer::empty(area);
            let at = input.draw(":", &theme, area, &mut buffer);
            assert!(area.contains(at), "{count}: {at:?}");
        }
    }
}
