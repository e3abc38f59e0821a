//! Two histories side by side around the place where they part.

use loopscope_protocol::{Event, TaskHow};

use super::{Comparing, Side, SideCursor};
use crate::phrase::Phrases;
use crate::record::Record;
use crate::titles::excerpt;

/// One line: what happened on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// On the first side; `None`: it has ended.
    pub first: Option<Cell>,
    /// On the second side; `None`: it has ended.
    pub second: Option<Cell>,
    /// Whether the line stands before the first difference.
    pub same: bool,
}

/// What happened, in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The record's number.
    pub seq: u64,
    /// Loop time in nanoseconds.
    pub t: Option<u64>,
    /// A few words.
    pub text: String,
}

/// How many lines are read around a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Up to it.
    pub before: usize,
    /// From it on.
    pub after: usize,
}

/// The lines of one side as far as they are read.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// How many lines there are before the next one.
    pub(super) at: usize,
    pub(super) cells: Vec<Cell>,
}

impl Comparing {
    /// What counts on both sides around the difference, once it is read.
    ///
    /// ```
    /// use loopscope_model::diff::{Around, Compare, Comparing, Side};
    /// use loopscope_model::story::Story;
    /// use loopscope_protocol::KindSet;
    ///
    /// let (mut one, mut two) = (Story::new(), Story::new());
    /// one.start().print("a").print("b");
    /// two.start().print("a").print("c");
    /// let (a, b) = (one.history(), two.history());
    /// let never_sends = KindSet::NONE;
    /// let first = Side { title: "a", history: &a, names: one.names(), never_sends };
    /// let second = Side { title: "b", history: &b, names: two.names(), never_sends };
    /// let around = Around { before: 1, after: 1 };
    /// let mut comparing = Comparing::new(Compare::Visible, [first, second], around);
    /// while !comparing.advance([first, second], 100) {}
    /// let rows = comparing.rows();
    /// let texts: Vec<_> = rows.iter().map(|row| &row.second.as_ref().unwrap().text[..]).collect();
    /// assert_eq!(texts, [r#"prints "a""#, r#"prints "c""#]);
    /// ```
    pub fn rows(&self) -> Vec<Row> {
        let Some([left, right]) = &self.reading else { return Vec::new() };
        let (left, right) = (&left.cells, &right.cells);
        let equal = self.equal.min(self.around.before);
        (0..left.len().max(right.len()))
            .map(|n| Row {
                first: left.get(n).cloned(),
                second: right.get(n).cloned(),
                same: n < equal,
            })
            .collect()
    }

    /// Reads about `budget` more records of what stands around the difference.
    pub(super) fn read_around(&mut self, sides: [Side<'_>; 2], budget: usize) {
        let Some(mut reading) = self.reading.take() else {
            self.over = true;
            return;
        };
        let from = self.equal.saturating_sub(self.around.before);
        let to = self.equal + self.around.after;
        let mut walks = self.walks(sides);
        self.over = true;
        for (walk, read) in walks.iter_mut().zip(&mut reading) {
            let until = walk.place.position.saturating_add(budget);
            while read.at < to {
                if !walk.advance(self.never, until) {
                    self.over = false;
                    break;
                }
                let Some(record) = walk.record() else { break };
                if read.at >= from {
                    let text = few_words(walk, record);
                    read.cells.push(Cell { seq: record.seq, t: record.t, text });
                }
                read.at += 1;
                walk.place.stands = false;
            }
        }
        self.places = walks.map(|walk| walk.place);
        self.reading = Some(reading);
    }
}

/// What happened, short enough for half a screen.
#[allow(clippy::wildcard_enum_match_arm, reason = "there is a line for every event")]
fn few_words(walk: &SideCursor<'_>, record: &Record) -> String {
    let phrases = Phrases { state: walk.state(), names: walk.side.names };
    match record.event {
        Event::TaskStep { task } => {
            let first = walk.state().task(task).is_some_and(|task| task.steps <= 1);
            format!("{} {}", phrases.task(task), if first { "starts" } else { "goes on" })
        }
        Event::TaskDone { task, how } => {
            let ends = match how {
                TaskHow::Result => "returns",
                TaskHow::Exception => "raises",
                TaskHow::Cancelled => "is cancelled",
            };
            format!("{} {ends}", phrases.task(task))
        }
        Event::Output { text, .. } => format!("prints {}", excerpt(record.text(text))),
        Event::HandlerCall { exception, .. } => {
            format!("exception handler: {}", record.shown(exception))
        }
        Event::ProgramExit { code, .. } => format!("ends with exit code {code}"),
        _ => walk.side.names.line(record),
    }
}
