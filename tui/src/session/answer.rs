//! What a command answers.

use serde_json::{Map, Value};

/// What became of a command.
#[derive(Debug)]
pub enum Outcome {
    /// It is done.
    Done(Answer),
    /// It runs: call [`Session::tick`](super::Session::tick) until it is over.
    Started,
    /// It could not be done, or an assertion does not hold. Nothing has changed.
    Failed(Trouble),
    /// The front end is asked to leave.
    Quit,
}

/// What one call of [`Session::tick`](super::Session::tick) brought.
#[derive(Debug, Default)]
pub struct Tick {
    /// How many records arrived.
    pub arrived: u64,
    /// The command under way is over, with this result.
    pub over: Option<Result<Answer, Trouble>>,
}

/// An answer, for people and for programs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// For people: lines without a newline at the end; may be empty.
    pub text: String,
    /// For programs: the fields of the JSON object.
    pub data: Map<String, Value>,
}

/// A refusal or a failed check: one sentence with what, why and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The sentence.
    pub text: String,
}
