//! What an exercise asks of a run: of what was printed, and of the records and their order.
//!
//! A condition is one line of `lesson.md`. It is fed record by record, as a [`crate::Guide`] is, and
//! says in the end whether the run was as it asks, and which record tells.

use std::fmt;

use loopscope_model::expr::{Context, Expr};
use loopscope_model::{Names, Record, State};
use loopscope_protocol::{Event, Stream, Text};

use crate::{Pattern, anchor};

/// What a run is to be like.
#[derive(Clone, Debug)]
pub struct Condition {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// `output "A" "B"`: these lines and no other.
    Output(Vec<String>),
    /// `prints "A" then "B"`: lines that contain these, in this order.
    Prints(Vec<String>),
    /// `never prints "A"`.
    NeverPrints(String),
    /// `3 times EVENT`, `at least 3 times`, `at most 3 times`, `never EVENT`.
    Times { least: u32, most: u32, record: Pattern },
    /// `EVENT before EVENT`: there are both, and the first of the one comes before the first of the
    /// other.
    Before(Pattern, Pattern),
    /// `EXPR at EVENT`: there is such a record, and at the first one this is true.
    Holds(Expr, Pattern),
}

/// A condition on its way through a run.
#[derive(Clone, Debug)]
pub(crate) struct Progress<'c> {
    kind: &'c Kind,
    /// How many records have fitted, and the first of them; of the second pattern too.
    seen: [u32; 2],
    first: [Option<u64>; 2],
    /// The first record with which it cannot come right any more, or that says no.
    broken: Option<u64>,
    /// What was printed and is no whole line yet.
    rest: String,
    /// How many lines were complete, and how many of the texts were found.
    lines: usize,
    found: usize,
}

impl Condition {
    /// Reads a condition.
    ///
    /// ```
    /// use loopscope_lessons::Condition;
    ///
    /// for text in [
    ///     r#"output "feed" "water""#,
    ///     r#"prints "feed" then "water""#,
    ///     r#"never prints "sweep""#,
    ///     r#"3 times handle-run if handle.name == "again""#,
    ///     "at most 2 times turn-begin",
    ///     "never handler-call",
    ///     r#"handle-run if handle.name == "a" before handle-run if handle.name == "b""#,
    ///     "t >= 3 at loop-stopped",
    /// ] {
    ///     assert_eq!(Condition::parse(text).unwrap().to_string(), text);
    /// }
    /// assert!(Condition::parse("handle-run").is_err());
    /// assert!(Condition::parse("3 times handle-runs").unwrap_err().contains("is no event"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        Ok(Self { text: text.to_owned(), kind: Kind::parse(text)? })
    }

    pub(crate) fn begin(&self) -> Progress<'_> {
        Progress {
            kind: &self.kind,
            seen: [0; 2],
            first: [None; 2],
            broken: None,
            rest: String::new(),
            lines: 0,
            found: 0,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

const FORM: &str = "a condition is `output \"LINE\" ...`, `prints \"TEXT\" then \"TEXT\"`, \
                    `never prints \"TEXT\"`, `N times EVENT`, `at least N times EVENT`, \
                    `never EVENT`, `EVENT before EVENT` or `EXPR at EVENT`";

impl Kind {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("output ") {
            return Ok(Self::Output(texts(rest, "")?));
        }
        if let Some(rest) = text.strip_prefix("prints ") {
            return Ok(Self::Prints(texts(rest, "then")?));
        }
        if let Some(rest) = text.strip_prefix("never prints ") {
            let (text, after) = anchor::quoted(rest.trim_start())?;
            return if after.trim().is_empty() {
                Ok(Self::NeverPrints(text.to_owned()))
            } else {
                Err(FORM.to_owned())
            };
        }
        if let Some(rest) = text.strip_prefix("never ") {
            return Ok(Self::Times { least: 0, most: 0, record: Pattern::parse(rest)? });
        }
        let (bound, rest) = match () {
            () if text.starts_with("at least ") => (1, &text["at least ".len()..]),
            () if text.starts_with("at most ") => (2, &text["at most ".len()..]),
            () => (0, text),
        };
        if let Some((number, record)) = rest.split_once(" times ")
            && let Ok(number) = number.trim().parse::<u32>()
        {
            let record = Pattern::parse(record)?;
            let (least, most) = match bound {
                1 => (number, u32::MAX),
                2 => (0, number),
                _ => (number, number),
            };
            return Ok(Self::Times { least, most, record });
        }
        if let Some((first, second)) = outside_quotes(text, " before ") {
            return Ok(Self::Before(Pattern::parse(first)?, Pattern::parse(second)?));
        }
        if let Some((expr, record)) = outside_quotes(text, " at ") {
            return Ok(Self::Holds(anchor::expression(expr)?, Pattern::parse(record)?));
        }
        Err(FORM.to_owned())
    }
}

/// Texts in quotes, with a word between them.
fn texts(text: &str, between: &str) -> Result<Vec<String>, String> {
    let mut list = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if !list.is_empty() {
            rest = rest.strip_prefix(between).ok_or(FORM)?.trim_start();
        }
        let (text, after) = anchor::quoted(rest)?;
        list.push(text.to_owned());
        rest = after.trim_start();
    }
    if list.is_empty() { Err(FORM.to_owned()) } else { Ok(list) }
}

/// The text before and after the first `word` that is not within quotes.
pub(crate) fn outside_quotes<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let is_outside = |at: &usize| text[..*at].matches('"').count().is_multiple_of(2);
    let at = text.match_indices(word).map(|(at, _)| at).find(is_outside)?;
    Some((&text[..at], &text[at + word.len()..]))
}

impl Progress<'_> {
    /// Looks at a record; `state` is the state after it.
    pub(crate) fn see(&mut self, record: &Record, state: &State, names: &Names) {
        if let Event::Output { stream: Stream::Stdout, .. } = record.event {
            self.rest.push_str(record.text(Text::FIRST));
            while let Some(end) = self.rest.find('\n') {
                let line: String = self.rest.drain(..=end).collect();
                self.line(line.trim_end_matches(['\n', '\r']), record.seq);
            }
        }
        let context = Context { record: Some(record), state, names };
        match self.kind {
            Kind::Output(_) | Kind::Prints(_) | Kind::NeverPrints(_) => {}
            Kind::Times { most, record: pattern, .. } => {
                if pattern.fits(&context) {
                    self.fit(0, record.seq);
                    if self.seen[0] > *most {
                        self.broken.get_or_insert(record.seq);
                    }
                }
            }
            Kind::Before(first, second) => {
                // One record may be both.
                if second.fits(&context) {
                    self.fit(1, record.seq);
                }
                if first.fits(&context) {
                    self.fit(0, record.seq);
                }
            }
            Kind::Holds(expr, pattern) => {
                if self.seen[0] == 0 && pattern.fits(&context) {
                    self.fit(0, record.seq);
                    if !expr.test(&context).unwrap_or(false) {
                        self.broken = Some(record.seq);
                    }
                }
            }
        }
    }

    fn fit(&mut self, which: usize, seq: u64) {
        self.seen[which] = self.seen[which].saturating_add(1);
        self.first[which].get_or_insert(seq);
    }

    fn line(&mut self, line: &str, seq: u64) {
        match self.kind {
            Kind::Output(lines) if lines.get(self.lines).is_none_or(|wanted| wanted != line) => {
                self.broken.get_or_insert(seq);
            }
            Kind::Prints(texts) if texts.get(self.found).is_some_and(|t| line.contains(t)) => {
                self.found += 1;
            }
            Kind::NeverPrints(text) if line.contains(text) => {
                self.broken.get_or_insert(seq);
            }
            _ => {}
        }
        self.lines += 1;
    }

    /// Whether the run, which is over, was as it is to be; otherwise the record that tells, if one
    /// does.
    pub(crate) fn end(mut self) -> Result<(), Option<u64>> {
        if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            self.line(&rest, 0);
        }
        let holds = match self.kind {
            Kind::Output(lines) => self.broken.is_none() && self.lines == lines.len(),
            Kind::Prints(texts) => self.found == texts.len(),
            Kind::NeverPrints(_) => self.broken.is_none(),
            Kind::Times { least, most, .. } => (*least..=*most).contains(&self.seen[0]),
            Kind::Before(..) => match self.first {
                [Some(first), Some(second)] => {
                    self.broken = (first > second).then_some(second);
                    first < second
                }
                _ => false,
            },
            Kind::Holds(..) => self.seen[0] > 0 && self.broken.is_none(),
        };
        if holds { Ok(()) } else { Err(self.broken.filter(|seq| *seq > 0)) }
    }
}
