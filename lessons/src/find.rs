//! A record that a learner is to find, and what is said to another one.

use loopscope_model::expr::Context;
use loopscope_model::{History, Names};

use crate::{Pattern, Prose};

/// A record to be found.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// What is asked.
    pub ask: Prose,
    /// What it is like.
    pub records: Vec<Pattern>,
    /// Which of those it is, from 1; `None`: any of them.
    pub number: Option<u32>,
    /// What is said to records that one could take for it.
    pub wrong: Vec<(Pattern, Prose)>,
    /// Hints, each of which says more than the one before.
    pub hints: Vec<Prose>,
}

/// What a record is to a learner's question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is the one.
    Right,
    /// It is another one, to which this is said.
    Wrong(String),
}

impl Find {
    /// Whether the record with that number is the one.
    pub fn judge(&self, history: &History, names: &Names, seq: u64) -> Found {
        let position = history.position_of_seq(seq);
        let record = position.and_then(|position| history.record(position));
        let (Some(position), Some(record)) = (position, record) else {
            return Found::Wrong(format!("There is no record {seq}."));
        };
        if self.right(history, names).contains(&seq) {
            return Found::Right;
        }
        let state = history.at(position);
        let context = Context { record: Some(&record), state: &state, names };
        match self.wrong.iter().find(|(pattern, _)| pattern.fits(&context)) {
            Some((_, text)) => Found::Wrong(text.marked()),
            None => Found::Wrong(format!(
                "Record {seq} is `{}`. It happened, and it is not what is asked for.",
                record.kind().word()
            )),
        }
    }

    /// The numbers of the records that are right.
    pub fn right(&self, history: &History, names: &Names) -> Vec<u64> {
        let mut found = fitting(&self.records, history, names);
        if let Some(number) = self.number {
            let at = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
            found = found.get(at).copied().into_iter().collect();
        }
        found
    }
}

/// The numbers of the records that fit one of these.
pub(crate) fn fitting(patterns: &[Pattern], history: &History, names: &Names) -> Vec<u64> {
    let mut state = loopscope_model::State::default();
    let mut found = Vec::new();
    for record in history.records() {
        state.apply(&record);
        let context = Context { record: Some(&record), state: &state, names };
        if patterns.iter().any(|pattern| pattern.fits(&context)) {
            found.push(record.seq);
        }
    }
    found
}
