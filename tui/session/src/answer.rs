//! What a command answers.

use serde_json::{Map, Value};

/// What became of a command.
#[derive(Debug)]
#[must_use = "a command that was only started needs ticks"]
pub enum Outcome {
    /// It is done.
    Done(Answer),
    /// It runs: call [`Session::tick`](super::Session::tick) until it is over.
    Started,
    /// It could not be done, or an assertion does not hold.
    Failed(Trouble),
    /// The front end is asked to leave.
    Quit,
}

/// What one call of [`Session::tick`](super::Session::tick) brought.
#[derive(Debug, Default)]
pub struct Tick {
    /// How many records arrived.
    pub arrived: usize,
    /// Answers of commands that ran on behalf of another one (`source`, `commands`), in order,
    /// each with the line that it answers.
    pub answers: Vec<(String, Answer)>,
    /// The command under way is over, with this result.
    pub over: Option<Result<Answer, Trouble>>,
    /// One of those commands was `quit`.
    pub quit: bool,
}

/// An answer, for people and for programs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// For people: lines without a newline at the end; may be empty.
    pub text: String,
    /// For programs: the fields of the JSON object.
    pub data: Map<String, Value>,
}

impl Answer {
    /// An answer in words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), data: Map::new() }
    }

    /// With a field for programs.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }
}

/// A refusal or a failed check: what, why and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// One sentence.
    pub text: String,
}

impl Trouble {
    /// With this sentence.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Trouble {}
