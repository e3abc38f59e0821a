//! Where in a run a part of a lesson belongs: `start`, `end`, or a record that fits a pattern.

use std::fmt;

use loopscope_model::expr::{Context, Expr};
use loopscope_protocol::Kind;

/// A place in a run.
#[derive(Clone, Debug)]
pub enum Anchor {
    /// Before the first record.
    Start,
    /// After the program's last record.
    End,
    /// Just after a record.
    Record {
        /// Which records fit.
        pattern: Pattern,
        /// Which of them, from 1.
        occurrence: u32,
    },
}

/// Which records are meant: an event, perhaps with a condition.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The event.
    pub kind: Kind,
    /// What must be true of it.
    pub condition: Option<Expr>,
    text: String,
}

impl Anchor {
    /// Reads `start`, `end` or `EVENT [if EXPR]`.
    ///
    /// ```
    /// use loopscope_lessons::Anchor;
    ///
    /// let anchor = Anchor::parse(r#"handle-run if handle.name == "tea""#, 2).unwrap();
    /// assert_eq!(anchor.to_string(), r#"handle-run if handle.name == "tea", number 2"#);
    /// let problem = Anchor::parse("handle-runs", 1).unwrap_err();
    /// assert!(problem.starts_with("\"handle-runs\" is no event"));
    /// ```
    pub fn parse(text: &str, occurrence: u32) -> Result<Self, String> {
        match text.trim() {
            "start" => Ok(Self::Start),
            "end" => Ok(Self::End),
            text => Ok(Self::Record { pattern: Pattern::parse(text)?, occurrence }),
        }
    }
}

impl Pattern {
    /// Reads `EVENT [if EXPR]`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (event, condition) = match text.split_once(" if ") {
            Some((event, condition)) => (event.trim(), Some(expression(condition)?)),
            None => (text, None),
        };
        let Some(kind) = Kind::parse(event) else {
            return Err(format!("{event:?} is no event; see the list of events in the help"));
        };
        Ok(Self { kind, condition, text: text.to_owned() })
    }

    /// Whether the record at hand fits. What cannot be said of it is not true of it.
    pub(crate) fn fits(&self, context: &Context<'_>) -> bool {
        let holds = |expr: &Expr| expr.test(context).unwrap_or(false);
        context.record.is_some_and(|record| record.kind() == self.kind)
            && self.condition.as_ref().is_none_or(holds)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start"),
            Self::End => f.write_str("end"),
            Self::Record { pattern, occurrence: 1 } => pattern.fmt(f),
            Self::Record { pattern, occurrence } => write!(f, "{pattern}, number {occurrence}"),
        }
    }
}

/// An expression of the REPL's.
pub(crate) fn expression(text: &str) -> Result<Expr, String> {
    Expr::parse(text.trim()).map_err(|error| error.to_string())
}

/// The text in quotes at the beginning, and what follows it. There are no escapes.
pub(crate) fn quoted(text: &str) -> Result<(&str, &str), String> {
    let inside = text.strip_prefix('"').and_then(|rest| rest.split_once('"'));
    inside.ok_or_else(|| format!("the quote in {text} has no end; add a `\"`"))
}
