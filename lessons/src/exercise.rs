//! What a learner does with a program of their own, and how a run of it is judged.
//!
//! A `modify` or `make` of a lesson has conditions, each with what is said where it does not hold;
//! hints; a solution; and mistakes, which the author knows and for each of which the lesson says
//! what is wrong. The check runs them all.

use loopscope_model::{History, Names, Record, State};
use loopscope_protocol::{Event, ExitHow, Text};

use crate::Prose;
use crate::condition::{Condition, Progress};

/// What is to be done in one `modify` or `make`.
#[derive(Clone, Debug, Default)]
pub struct Exercise {
    /// What the learner's file is at first.
    pub start: String,
    /// What a run of it is to be like. The first that does not hold is told.
    pub checks: Vec<Check>,
    /// Hints, each of which says more than the one before.
    pub hints: Vec<Prose>,
    /// A program that does it.
    pub solution: String,
    /// What is said beside the solution.
    pub remark: Prose,
    /// Programs that do not, although one could think so.
    pub mistakes: Vec<Mistake>,
    /// The exit code with which the program is to end.
    pub code: i32,
}

/// A condition, and what is said where it does not hold.
#[derive(Clone, Debug)]
pub struct Check {
    /// The line of `lesson.md`.
    pub line: u32,
    /// What the run is to be like.
    pub condition: Condition,
    /// What is said where it is not.
    pub message: Prose,
}

/// A program that misses the point.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// What the mistake is.
    pub title: String,
    /// The line of `lesson.md`.
    pub line: u32,
    /// The program.
    pub program: String,
    /// What is in the sentence that it is answered with.
    pub says: String,
}

/// What a run of a learner's program came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many conditions hold, of how many.
    pub holding: usize,
    /// How many there are.
    pub all: usize,
    /// What is wrong; `None`: nothing is.
    pub wrong: Option<String>,
    /// The record that tells, if one does.
    pub seq: Option<u64>,
}

impl Verdict {
    /// Whether the exercise is done.
    pub fn is_passed(&self) -> bool {
        self.wrong.is_none()
    }

    /// A run that did not come to its end.
    pub fn unfinished(why: impl Into<String>) -> Self {
        Self { wrong: Some(why.into()), ..Self::default() }
    }
}

/// An exercise on its way through a run.
#[derive(Clone, Debug)]
pub struct Judge<'e> {
    exercise: &'e Exercise,
    running: Vec<Progress<'e>>,
    /// How the program ended, and the record that says so.
    exit: Option<(i32, ExitHow, String, u64)>,
}

impl<'e> Judge<'e> {
    /// A judge before the first record.
    pub fn new(exercise: &'e Exercise) -> Self {
        let running = exercise.checks.iter().map(|check| check.condition.begin()).collect();
        Self { exercise, running, exit: None }
    }

    /// Looks at a record; `state` is the state after it.
    pub fn see(&mut self, record: &Record, state: &State, names: &Names) {
        if let Event::ProgramExit { code, how, .. } = record.event {
            let text = record.text(Text::FIRST).trim().to_owned();
            self.exit = Some((code, how, text, record.seq));
        }
        for progress in &mut self.running {
            progress.see(record, state, names);
        }
    }

    /// What the run came to, now that it is over.
    pub fn verdict(self) -> Verdict {
        let all = self.running.len();
        let ends: Vec<_> = self.running.into_iter().map(Progress::end).collect();
        let holding = ends.iter().filter(|end| end.is_ok()).count();
        let verdict = Verdict { holding, all, wrong: None, seq: None };
        // What a program that broke off did not do needs no words.
        let broke = match &self.exit {
            Some((code, how, text, seq))
                if *code != self.exercise.code && *how != ExitHow::End || *code > 128 =>
            {
                Some((text.clone(), *seq))
            }
            None => Some(("The program did not come to its end.".to_owned(), 0)),
            _ => None,
        };
        if let Some((text, seq)) = broke {
            let seq = (seq > 0).then_some(seq);
            return Verdict { holding: 0, wrong: Some(text), seq, ..verdict };
        }
        let failed = ends.iter().zip(&self.exercise.checks).find_map(|(end, check)| {
            let seq = end.err()?;
            Some((check.message.marked(), seq))
        });
        if let Some((wrong, seq)) = failed {
            return Verdict { wrong: Some(wrong), seq, ..verdict };
        }
        match &self.exit {
            Some((code, _, text, seq)) if *code != self.exercise.code => {
                let wanted = self.exercise.code;
                let wrong = format!("The program is to end with code {wanted}, not {code}. {text}");
                Verdict { wrong: Some(wrong), seq: Some(*seq), ..verdict }
            }
            _ => verdict,
        }
    }
}

impl Exercise {
    /// The first line of the learner's file, as it is at first, where the solution is another one: its
    /// number, from 1. `None`: the two are the same.
    pub fn first_change(&self) -> Option<usize> {
        let lines = self.start.lines().zip(self.solution.lines());
        let same = lines.take_while(|(start, solution)| start == solution).count();
        let mut texts = [&self.start, &self.solution].into_iter();
        texts.any(|text| text.lines().nth(same).is_some()).then_some(same + 1)
    }

    /// What a whole run came to.
    pub fn judge(&self, history: &History, names: &Names) -> Verdict {
        let mut judge = Judge::new(self);
        let mut state = State::default();
        for record in history.records() {
            state.apply(&record);
            judge.see(&record, &state, names);
        }
        judge.verdict()
    }
}

/// What is said to who asks for a hint when all `hints` are shown.
pub const fn no_hint(hints: usize) -> &'static str {
    if hints == 0 { "There are no hints here" } else { "There is no other hint" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_change_is_where_the_solution_is_another_one() {
        let first = |start: &str, solution: &str| {
            let (start, solution) = (start.to_owned(), solution.to_owned());
            Exercise { start, solution, ..Exercise::default() }.first_change()
        };
        assert_eq!(first("a\nb\nc\n", "a\nx\nc\n"), Some(2));
        assert_eq!(first("a\nb\n", "a\nb\nc\n"), Some(3), "something is added at the end");
        assert_eq!(first("a\nb\n", "a\n"), Some(2));
        assert_eq!(first("a\n", "a\n"), None);
    }
}
