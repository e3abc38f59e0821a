//! A lesson's places, choices and answers in one run.

use crate::{Item, Lesson, Prose};

/// A lesson in a run.
#[derive(Clone, Debug)]
pub struct Resolved<'l> {
    /// The lesson.
    pub lesson: &'l Lesson,
    /// The items that have a place, by place; those at the same place in the lesson's order.
    pub places: Vec<Placed<'l>>,
    /// The questions that have a place, in the order of the run.
    pub questions: Vec<ResolvedQuestion<'l>>,
    /// The items that have no place in this run, or none yet.
    pub missing: Vec<&'l Item>,
}

/// An item with its place.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'l> {
    /// The number of the record after which it is shown; 0 for the start.
    pub seq: u64,
    /// Its number in [`Lesson::items`].
    pub number: usize,
    /// The item.
    pub item: &'l Item,
}

/// A question at its place.
#[derive(Clone, Debug)]
pub struct ResolvedQuestion<'l> {
    /// The number of the record after which it is asked.
    pub seq: u64,
    /// Its item's number in [`Lesson::items`].
    pub number: usize,
    /// Its item.
    pub item: &'l Item,
    /// What there is to choose from at that place in this run.
    pub choices: Vec<String>,
    /// What the run answers; `None` if it has not come so far.
    pub answer: Option<Answer>,
    /// What to say then.
    pub explanation: Option<Prose>,
}

/// What a run answers to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number of the record that it was read from.
    pub seq: u64,
    /// The answer.
    pub text: String,
}

impl<'l> Resolved<'l> {
    /// The items to show, one after the other, when the last record seen is number `seq`: those of
    /// the last place that has been reached.
    pub fn current(&self, seq: u64) -> &[Placed<'l>] {
        let reached = &self.places[..self.places.partition_point(|placed| placed.seq <= seq)];
        let place = reached.last().map_or(0, |last| last.seq);
        &reached[reached.partition_point(|placed| placed.seq < place)..]
    }

    /// The first item whose place comes after record number `seq`.
    pub fn next(&self, seq: u64) -> Option<Placed<'l>> {
        self.places.iter().find(|placed| placed.seq > seq).copied()
    }

    /// The question that is this item.
    pub fn question(&self, number: usize) -> Option<&ResolvedQuestion<'l>> {
        self.questions.iter().find(|question| question.number == number)
    }
}

impl<'l> ResolvedQuestion<'l> {
    /// What to say about a choice that is wrong in this run: by which rule it would be right.
    pub fn wrong(&self, choice: &str) -> Option<&'l Prose> {
        let is_wrong = self.is_right(choice) == Some(false);
        self.item.question().filter(|_| is_wrong)?.wrong(choice)
    }

    /// Whether the choice is right; `None` as long as the run has no answer.
    pub fn is_right(&self, choice: &str) -> Option<bool> {
        self.answer.as_ref().map(|answer| answer.text == choice)
    }
}
