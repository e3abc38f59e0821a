//! The text of lessons: paragraphs of plain words, `code` and *terms*, and blocks of code.
//!
//! How it is drawn, and how long its lines are, is up to who shows it.

use std::borrow::Cow;
use std::fmt;

/// A text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// Its paragraphs and code blocks.
    pub blocks: Vec<Block>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Words that flow.
    Paragraph(Vec<Span>),
    /// Lines of code as they are.
    Code {
        /// What the fence names: `python`, `diff` or nothing.
        language: String,
        /// The lines.
        lines: Vec<String>,
    },
}

/// Words of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Plain words.
    Plain(String),
    /// Code within a sentence.
    Code(String),
    /// A term of the glossary, in the place where it is introduced.
    Term(String),
}

impl Span {
    /// The words, of whatever kind.
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Code(text) | Self::Term(text) => text,
        }
    }

    /// The words as they stand where there are no colours: code as [`Prose::code`] has it.
    pub fn marked(&self) -> Cow<'_, str> {
        match self {
            Self::Code(code) => Prose::code(code),
            span => span.text().into(),
        }
    }

    fn with(&self, answer: &str) -> Self {
        let text = self.text().replace("{answer}", answer);
        match self {
            Self::Plain(_) => Self::Plain(text),
            Self::Code(_) => Self::Code(text),
            Self::Term(_) => Self::Term(text),
        }
    }
}

impl Prose {
    /// Reads a text. Never fails: a star or a backquote without its partner is a plain character.
    ///
    /// ```
    /// use loopscope_lessons::{Block, Prose, Span};
    ///
    /// let prose = Prose::parse("A *handle* waits\nin the queue.\n\n`stop` ends it.");
    /// assert_eq!(prose.to_string(), "A handle waits in the queue.\n\nstop ends it.");
    /// let Block::Paragraph(spans) = &prose.blocks[0] else { panic!() };
    /// assert_eq!(spans[1], Span::Term("handle".to_owned()));
    /// ```
    pub fn parse(text: &str) -> Self {
        let mut blocks = Vec::new();
        let mut words: Vec<&str> = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let fence = line.strip_prefix("```");
            if (line.trim().is_empty() || fence.is_some()) && !words.is_empty() {
                blocks.push(Block::Paragraph(spans(&words.join(" "))));
                words.clear();
            }
            if let Some(language) = fence {
                let code = lines.by_ref().take_while(|line| !line.starts_with("```"));
                let lines = code.map(str::to_owned).collect();
                blocks.push(Block::Code { language: language.trim().to_owned(), lines });
            } else if !line.trim().is_empty() {
                words.push(line.trim());
            }
        }
        if !words.is_empty() {
            blocks.push(Block::Paragraph(spans(&words.join(" "))));
        }
        Self { blocks }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The text with `{answer}` replaced.
    #[must_use]
    pub fn with_answer(&self, answer: &str) -> Self {
        let block = |block: &Block| match block {
            Block::Paragraph(spans) => {
                Block::Paragraph(spans.iter().map(|span| span.with(answer)).collect())
            }
            code @ Block::Code { .. } => code.clone(),
        };
        Self { blocks: self.blocks.iter().map(block).collect() }
    }

    /// Code of a sentence as it stands where there are no colours: what could be read as words of
    /// the sentence is between marks, such as `again`, and what nobody takes for words is not, such
    /// as `call_soon`.
    pub fn code(code: &str) -> Cow<'_, str> {
        if code.contains(' ') || code.chars().all(|c| c.is_ascii_alphabetic()) {
            format!("`{code}`").into()
        } else {
            code.into()
        }
    }

    /// The text in one piece, for where there are no colours; see [`Span::marked`].
    ///
    /// ```
    /// use loopscope_lessons::Prose;
    ///
    /// let prose = Prose::parse("`again` asks for itself by `call_soon`.");
    /// assert_eq!(prose.marked(), "`again` asks for itself by call_soon.");
    /// ```
    pub fn marked(&self) -> String {
        let mut text = String::new();
        // A text in memory takes whatever is written.
        let _ = self.write(&mut text, Span::marked);
        text
    }

    /// Writes the text in one piece, each span as `words` gives it.
    fn write(
        &self,
        to: &mut impl fmt::Write,
        words: impl Fn(&Span) -> Cow<'_, str>,
    ) -> fmt::Result {
        for (number, block) in self.blocks.iter().enumerate() {
            to.write_str(if number > 0 { "\n\n" } else { "" })?;
            match block {
                Block::Paragraph(spans) => {
                    spans.iter().try_for_each(|span| to.write_str(&words(span)))?;
                }
                Block::Code { lines, .. } => {
                    to.write_str("    ")?;
                    to.write_str(&lines.join("\n    "))?;
                }
            }
        }
        Ok(())
    }

    /// The spans of all paragraphs.
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.blocks.iter().flat_map(|block| match block {
            Block::Paragraph(spans) => spans.as_slice(),
            Block::Code { .. } => &[],
        })
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, |span| span.text().into())
    }
}

fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*']) {
        let mark = if rest[at..].starts_with('`') { '`' } else { '*' };
        let inside = &rest[at + 1..];
        let close = |end: &usize| {
            // Stars with spaces inside are a multiplication, not a term.
            *end > 0 && (mark == '`' || inside[..*end].trim().len() == *end)
        };
        let Some(end) = inside.find(mark).filter(close) else {
            plain.push_str(&rest[..=at]);
            rest = inside;
            continue;
        };
        plain.push_str(&rest[..at]);
        if !plain.is_empty() {
            spans.push(Span::Plain(std::mem::take(&mut plain)));
        }
        let inner = inside[..end].to_owned();
        spans.push(if mark == '`' { Span::Code(inner) } else { Span::Term(inner) });
        rest = &inside[end + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        spans.push(Span::Plain(plain));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_blocks_keep_their_lines() {
        let prose = Prose::parse("Change this.\n```diff\n-a * b\n\n+c\n```\nThen run it.");
        assert_eq!(prose.blocks.len(), 3);
        let Block::Code { language, lines } = &prose.blocks[1] else { panic!("{prose:?}") };
        assert_eq!((language.as_str(), lines.len()), ("diff", 3));
        assert_eq!(prose.to_string(), "Change this.\n\n    -a * b\n    \n    +c\n\nThen run it.");
    }

    #[test]
    fn lonely_marks_are_characters() {
        assert_eq!(spans("2 * 3 * 4"), [Span::Plain("2 * 3 * 4".to_owned())]);
        assert_eq!(spans("a ` b"), [Span::Plain("a ` b".to_owned())]);
        assert_eq!(spans("``"), [Span::Plain("``".to_owned())]);
    }

    #[test]
    fn the_answer_takes_its_place_in_code_and_in_words() {
        let prose = Prose::parse("`{answer}` runs: {answer}.").with_answer("tea");
        assert_eq!(prose.to_string(), "tea runs: tea.");
    }
}
