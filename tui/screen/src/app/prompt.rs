//! The line at the bottom in which commands and filters are typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::keys::Chord;
use crate::theme::{Role, Theme};
use crate::widgets::input::{Input, Typed};
use crate::widgets::row::Row;

/// What is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A command.
    Command,
    /// A filter or a search.
    Filter,
}

/// The line at the bottom.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What is written.
    pub input: Input,
    /// What could stand at the cursor, the one that stands there, and where it began.
    candidates: Vec<String>,
    at: usize,
    from: usize,
}

impl Prompt {
    /// An empty line with the history of `input`.
    pub fn new(purpose: Purpose, input: Input) -> Self {
        Self { purpose, input, candidates: Vec::new(), at: 0, from: 0 }
    }

    /// Does what a key says. `complete` tells what could stand at the end of a line: from which
    /// byte, and which words.
    pub fn key(&mut self, key: Chord, complete: impl Fn(&str) -> (usize, Vec<String>)) -> Typed {
        let typed = self.input.key(key);
        if typed != Typed::Complete {
            self.candidates.clear();
            return typed;
        }
        if self.purpose == Purpose::Filter {
            return Typed::Edited;
        }
        if self.candidates.is_empty() {
            let (from, candidates) = complete(self.input.before_cursor());
            (self.from, self.candidates, self.at) = (from, candidates, 0);
            let common = common_prefix(&self.candidates);
            if self.candidates.len() > 1
                && common.len()
                    > self.input.before_cursor().len() - from.min(self.input.before_cursor().len())
            {
                self.input.replace_before_cursor(from, common);
                return Typed::Edited;
            }
        } else {
            self.at = (self.at + 1) % self.candidates.len();
        }
        if let Some(candidate) = self.candidates.get(self.at).cloned() {
            let space = if self.candidates.len() == 1 { " " } else { "" };
            self.input.replace_before_cursor(self.from, &format!("{candidate}{space}"));
            if self.candidates.len() == 1 {
                self.candidates.clear();
            }
        }
        Typed::Edited
    }

    /// Draws it, and above it what could stand at the cursor.
    pub fn draw(&self, theme: &Theme, screen: Rect, area: Rect, buffer: &mut Buffer) -> Position {
        if self.candidates.len() > 1 && area.y > screen.y {
            let above = Rect { y: area.y - 1, ..area };
            buffer.set_style(above, theme.style(Role::Text));
            let mut row = Row::of(" ", Role::Text, theme);
            for (number, candidate) in self.candidates.iter().enumerate() {
                let role = if number == self.at { Role::Here } else { Role::Faint };
                row = row.put(candidate, role, theme).put("  ", Role::Text, theme);
            }
            for x in above.left()..above.right() {
                buffer[(x, above.y)].reset();
            }
            row.draw(theme, above, buffer);
        }
        let prompt = match self.purpose {
            Purpose::Command => ":",
            Purpose::Filter => "/",
        };
        self.input.draw(prompt, theme, area, buffer)
    }
}

/// The longest text that all begin with.
fn common_prefix(all: &[String]) -> &str {
    let Some((first, rest)) = all.split_first() else {
        return "";
    };
    let mut end = first.len();
    for other in rest {
        let same = first.char_indices().zip(other.chars()).take_while(|((_, a), b)| a == b);
        end = end.min(same.last().map_or(0, |((at, c), _)| at + c.len_utf8()));
    }
    &first[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Key;

    fn complete(line: &str) -> (usize, Vec<String>) {
        let words = ["continue", "commands", "goto"];
        let fits = words.iter().filter(|word| word.starts_with(line));
        (0, fits.map(|word| (*word).to_owned()).collect())
    }

    fn press(prompt: &mut Prompt, keys: &str) {
        for c in keys.chars() {
            let key = if c == '\t' { Key::Tab } else { Key::Char(c) };
            prompt.key(Chord::plain(key), complete);
        }
    }

    #[test]
    fn tab_completes_and_goes_through_what_fits() {
        let mut prompt = Prompt::new(Purpose::Command, Input::default());
        press(&mut prompt, "g\t");
        assert_eq!(prompt.input.text(), "goto ");
        let mut prompt = Prompt::new(Purpose::Command, Input::default());
        press(&mut prompt, "c\t");
        assert_eq!(prompt.input.text(), "co");
        press(&mut prompt, "\t");
        assert_eq!(prompt.input.text(), "commands");
        press(&mut prompt, "\t");
        assert_eq!(prompt.input.text(), "continue");
        press(&mut prompt, "x\t");
        assert_eq!(prompt.input.text(), "continuex");
    }

    #[test]
    fn prefixes_are_common() {
        let all = ["timer-new", "timer-due"].map(str::to_owned);
        assert_eq!(common_prefix(&all), "timer-");
        assert_eq!(common_prefix(&["é1".to_owned(), "éx".to_owned()]), "é");
        assert_eq!(common_prefix(&[]), "");
    }
}
