//! Python's words in colour: keywords, strings, numbers and comments of a program's text, a line at
//! a time. It needs no grammar, only what a reader's eye catches on.

use ratatui::text::Span;

use crate::theme::{Role, Theme};

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// What a line starts in, where a string in three quotes goes over several lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Code,
    /// In a string that three of these end.
    Triple(char),
}

/// A program's text, line by line, each line in pieces with their roles.
#[derive(Clone, Debug, Default)]
pub struct Colored {
    lines: Vec<Vec<(Role, String)>>,
}

impl Colored {
    /// Reads a whole text.
    pub fn new(text: &str) -> Self {
        let mut inside = Inside::Code;
        let lines = text.lines().map(|line| read_line(&super::text::clean(line), &mut inside));
        Self { lines: lines.collect() }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line as spans; lines count from 1.
    pub fn spans(&self, line: usize, theme: &Theme) -> Vec<Span<'static>> {
        let pieces = line.checked_sub(1).and_then(|at| self.lines.get(at));
        pieces
            .into_iter()
            .flatten()
            .map(|(role, text)| Span::styled(text.clone(), theme.style(*role)))
            .collect()
    }

    /// A line as plain text; lines count from 1.
    pub fn plain(&self, line: usize) -> String {
        let pieces = line.checked_sub(1).and_then(|at| self.lines.get(at));
        pieces.into_iter().flatten().map(|(_, text)| text.as_str()).collect()
    }
}

fn read_line(line: &str, inside: &mut Inside) -> Vec<(Role, String)> {
    let mut pieces: Vec<(Role, String)> = Vec::new();
    let mut put = |role: Role, text: &str| match pieces.last_mut() {
        Some((last, before)) if *last == role => before.push_str(text),
        _ if text.is_empty() => {}
        _ => pieces.push((role, text.to_owned())),
    };
    let mut rest = line;
    if let Inside::Triple(quote) = *inside {
        let end = triple_end(rest, quote);
        put(Role::Literal, &rest[..end.unwrap_or(rest.len())]);
        match end {
            Some(end) => rest = &rest[end..],
            None => return pieces,
        }
        *inside = Inside::Code;
    }
    while let Some(c) = rest.chars().next() {
        let end;
        let role;
        if c == '#' {
            (role, end) = (Role::Comment, rest.len());
        } else if c == '"' || c == '\'' {
            role = Role::Literal;
            let triple: String = [c; 3].iter().collect();
            if rest.starts_with(&triple) {
                let after = triple_end(&rest[3..], c).map(|at| 3 + at);
                if after.is_none() {
                    *inside = Inside::Triple(c);
                }
                end = after.unwrap_or(rest.len());
            } else {
                end = string_end(rest, c);
            }
        } else if c.is_alphabetic() || c == '_' {
            end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            role = if KEYWORDS.contains(&&rest[..end]) { Role::Keyword } else { Role::Text };
        } else if c.is_ascii_digit() {
            end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
                .unwrap_or(rest.len());
            role = Role::Literal;
        } else {
            end = c.len_utf8();
            role = Role::Text;
        }
        put(role, &rest[..end]);
        rest = &rest[end..];
    }
    pieces
}

/// Where a string of one line ends, its quote included.
fn string_end(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Where the three quotes that end a string end.
fn triple_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let mut run = 0;
    for (at, c) in text.char_indices() {
        run = if c == quote && !escaped { run + 1 } else { 0 };
        if run == 3 {
            return Some(at + 1);
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<String> {
        let colored = Colored::new(text);
        colored
            .lines
            .iter()
            .map(|pieces| {
                let letter = |role: Role| {
                    Role::LETTERS.iter().find(|(known, _)| *known == role).map_or('?', |(_, l)| *l)
                };
                pieces
                    .iter()
                    .flat_map(|(role, text)| text.chars().map(move |_| letter(*role)))
                    .collect()
            })
            .collect()
    }

    #[test]
    fn words_get_their_roles() {
        assert_eq!(
            letters("def f(x): return 'a#\\'b' # no"),
            ["www...... wwwwww lllllll cccc".replace(' ', ".")]
        );
        assert_eq!(letters("x1 = 10.5e3"), [".....llllll"]);
        assert_eq!(letters("inner"), ["....."]);
    }

    #[test]
    fn long_strings_go_over_lines() {
        assert_eq!(
            letters("a = \"\"\"one\ntwo # 3\n\"\"\" + b"),
            ["....llllll", "lllllll", "lll...."]
        );
        assert_eq!(letters("'''a'''if"), ["lllllllww"]);
    }

    #[test]
    fn nothing_is_lost() {
        let text = "async def f():\n\treturn await g('é', \"open\nx = '日本'";
        let colored = Colored::new(text);
        for (at, line) in text.lines().enumerate() {
            assert_eq!(colored.plain(at + 1), super::super::text::clean(line));
        }
        assert_eq!(colored.plain(0), "");
        assert_eq!(colored.plain(99), "");
    }
}
