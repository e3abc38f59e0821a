//! EXPR: the conditions and values of the line mode - `break handle-run if handle.name == "tick"`,
//! `assert ready == 2 and loop == "running"`, `print task.state`.
//!
//! An expression is parsed once and evaluated as often as needed, against a record and the state
//! after it. [`HELP`] is the table of all words, for the help and for completion.
//!
//! ```
//! use loopscope_model::expr::{Context, Expr, Value};
//! use loopscope_model::story::Story;
//!
//! let mut story = Story::new();
//! story.start().soon(1, "tick").soon(2, "tock");
//! let (state, record) = (story.history().at(5), &story.records()[4]);
//! let context = Context { record: Some(record), state: &state, names: story.names() };
//!
//! let expr = Expr::parse(r#"event == "handle-new" and name in ["tock", "tack"]"#).unwrap();
//! assert_eq!(expr.test(&context), Ok(true));
//! assert_eq!(Expr::parse("ready + 1").unwrap().eval(&context), Ok(Value::Number(3.0)));
//! ```

mod eval;
mod help;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use crate::names::Names;
use crate::record::Record;
use crate::state::State;

pub use help::{HELP, HelpRow};

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    source: String,
    root: Node,
}

/// What an expression is evaluated against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The event at hand: the record that led to the state. `None` at the very start.
    pub record: Option<&'a Record>,
    /// The state after it.
    pub state: &'a State,
    /// The names.
    pub names: &'a Names,
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Absent: a field that this event does not have, or something that is not known.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list, as in `event in ["timer-new", "timer-due"]`.
    List(Vec<Value>),
}

impl Value {
    /// Whether it counts as true: all but null, false, 0, and the empty text and list.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.is_empty(),
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            // Times have at most nine places that mean anything.
            Self::Number(value) => write!(f, "{}", (value * 1e9).round() / 1e9),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(list) => {
                f.write_str("[")?;
                for (n, value) in list.iter().enumerate() {
                    write!(f, "{}{value}", if n > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// Why an expression cannot be parsed or evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {} of the expression)", .position + 1)]
pub struct ExprError {
    /// What is wrong and what to do.
    pub message: String,
    /// Where, in characters from the start.
    pub position: usize,
}

impl ExprError {
    fn new(position: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), position }
    }
}

impl Expr {
    /// Reads an expression.
    pub fn parse(source: &str) -> Result<Self, ExprError> {
        let root = parser::parse(source)?;
        Ok(Self { source: source.trim().to_owned(), root })
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its value. Comparing things of different kinds by size is an error; with null it is false.
    pub fn eval(&self, context: &Context<'_>) -> Result<Value, ExprError> {
        eval::eval(&self.root, context)
    }

    /// Whether its value counts as true.
    pub fn test(&self, context: &Context<'_>) -> Result<bool, ExprError> {
        self.eval(context).map(|value| value.is_true())
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    position: usize,
    kind: NodeKind,
}

#[derive(Clone, Debug, PartialEq)]
enum NodeKind {
    Literal(Value),
    Word(words::WordId),
    List(Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Sum {
        left: Box<Node>,
        right: Box<Node>,
        minus: bool,
    },
    /// `a < b <= c`: each side is compared with the one after it.
    Compare {
        first: Box<Node>,
        rest: Vec<(Comparison, Node)>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}
