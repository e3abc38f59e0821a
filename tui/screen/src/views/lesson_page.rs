//! What a lesson says and asks at one place, as the views are given it.

use crate::theme::Role;

/// What a lesson says at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The lesson's title.
    pub lesson: String,
    /// The title of this step.
    pub title: String,
    /// Which step it is, from 1.
    pub step: usize,
    /// How many there are.
    pub steps: usize,
    /// What it says.
    pub body: Vec<Piece>,
    /// The question asked here.
    pub question: Option<Question>,
    /// Whether a record is to be found here.
    pub find: bool,
    /// Whether the learner's own file belongs to it.
    pub file: bool,
    /// Whether nothing but its text and the program is to be looked at: an exercise, while no run of the
    /// learner's is shown.
    pub rests: bool,
    /// The line of the program at which an exercise begins to change it, from 1, while nothing runs
    /// that would have a line of its own.
    pub change: Option<usize>,
    /// Whether what comes next in the run is not to be seen.
    pub hides: bool,
    /// What to do now, in a few words.
    pub hint: String,
}

impl Page {
    /// The words that stand on it, from above, without code: those that one may look up.
    pub fn words(&self) -> String {
        let question = self.question.as_ref();
        // What was asked stands above what is said to the answer.
        let (told, asked) = match question {
            Some(question) if question.right.is_some() => (Some(&question.ask), None),
            _ => (None, question.map(|question| &question.ask)),
        };
        let body = self.body.iter().flat_map(|piece| match piece {
            Piece::Words(words) => words.as_slice(),
            Piece::Code(..) | Piece::Gap => &[],
        });
        let body = body.filter(|(role, _)| *role != Role::Literal).map(|(_, text)| text);
        let choices = question.into_iter().flat_map(|question| &question.choices);
        let texts = [&self.title].into_iter().chain(told).chain(body).chain(asked).chain(choices);
        texts.flat_map(|text| [text.as_str(), "\n"]).collect()
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words that flow.
    Words(Vec<(Role, String)>),
    /// A line that stays as it is.
    Code(Role, String),
    /// An empty line.
    Gap,
}

/// A question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub ask: String,
    /// All choices.
    pub choices: Vec<String>,
    /// All that can still be chosen. Empty once it is answered.
    pub open: Vec<String>,
    /// The choice that the arrows have moved to.
    pub selected: usize,
    /// The choice that was made.
    pub chosen: Option<usize>,
    /// Whether it was right, once the run has told.
    pub right: Option<bool>,
    /// The answer, once the run has told.
    pub answer: Option<String>,
}

impl Question {
    /// Whether it can still be answered.
    pub fn is_open(&self) -> bool {
        self.chosen.is_none() && !self.open.is_empty()
    }
}
