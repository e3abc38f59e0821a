//! Two histories side by side around the place where they part.

use loopscope_protocol::{Event, TaskHow};

use super::{Comparing, Side, SideCursor};
use crate::phrase::Phrases;
use crate::record::Record;
use crate::titles::excerpt;

/// One line: what happened on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// On the first side; `None`: nothing that the second one has here, or it has ended.
    pub first: Option<Cell>,
    /// On the second side, likewise.
    pub second: Option<Cell>,
    /// Whether both sides have the same here. Behind the first difference it may be so again.
    pub same: bool,
    /// Whether a side has come to its end before this line, and this is the first one to tell.
    pub ends: [bool; 2],
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
        let equal = self.equal.min(self.around.before);
        let [(before, left), (also, right)] =
            [left, right].map(|side| side.cells.split_at(equal.min(side.cells.len())));
        let row = |(first, second): (&Cell, &Cell)| Row {
            first: Some(first.clone()),
            second: Some(second.clone()),
            same: true,
            ends: [false; 2],
        };
        let mut rows: Vec<Row> = before.iter().zip(also).map(row).collect();
        let from = rows.len();
        rows.extend(paired(left, right));
        // They differ here, also where the words for it are the same.
        if let Some(first) = rows.get_mut(from) {
            first.same = false;
        }
        let ended = [left, right].map(|side| side.len() < self.around.after);
        for side in [0, 1].into_iter().filter(|side| ended[*side]) {
            let cell = |row: &Row| [row.first.is_some(), row.second.is_some()][side];
            let behind = rows.iter().rposition(cell).map_or(0, |last| last + 1);
            if let Some(row) = rows.get_mut(behind) {
                row.ends[side] = true;
            }
        }
        rows
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

/// Two sides as lines beside each other, so that as many as possible are the same.
fn paired(left: &[Cell], right: &[Cell]) -> Vec<Row> {
    // How many lines can be the same from each pair of places on.
    let mut most = vec![vec![0_usize; right.len() + 1]; left.len() + 1];
    for (n, one) in left.iter().enumerate().rev() {
        for (m, two) in right.iter().enumerate().rev() {
            most[n][m] = if one.text == two.text {
                most[n + 1][m + 1] + 1
            } else {
                most[n + 1][m].max(most[n][m + 1])
            };
        }
    }
    let (mut n, mut m) = (0, 0);
    let mut rows = Vec::new();
    // What only one of them has, since the last line that was the same.
    let (mut ones, mut twos) = (Vec::new(), Vec::new());
    let differ = |ones: &mut Vec<Cell>, twos: &mut Vec<Cell>, rows: &mut Vec<Row>| {
        let (mut first, mut second) = (ones.drain(..), twos.drain(..));
        loop {
            let (first, second) = (first.next(), second.next());
            if first.is_none() && second.is_none() {
                return;
            }
            rows.push(Row { first, second, same: false, ends: [false; 2] });
        }
    };
    while n < left.len() || m < right.len() {
        let is_same = n < left.len() && m < right.len() && left[n].text == right[m].text;
        if is_same {
            differ(&mut ones, &mut twos, &mut rows);
            let (first, second) = (Some(left[n].clone()), Some(right[m].clone()));
            rows.push(Row { first, second, same: true, ends: [false; 2] });
            (n, m) = (n + 1, m + 1);
        } else if m == right.len() || n < left.len() && most[n + 1][m] >= most[n][m + 1] {
            ones.push(left[n].clone());
            n += 1;
        } else {
            twos.push(right[m].clone());
            m += 1;
        }
    }
    differ(&mut ones, &mut twos, &mut rows);
    rows
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
            // A difference in what it is says why the rest is different.
            let value = record.texts.shown_value().filter(|_| how == TaskHow::Exception);
            let value = value.map_or_else(String::new, |value| format!(" {value}"));
            format!("{} {ends}{value}", phrases.task(task))
        }
        Event::Output { text, .. } => format!("prints {}", excerpt(record.text(text))),
        Event::HandlerCall { exception, .. } => {
            format!("exception handler: {}", record.shown(exception))
        }
        Event::ProgramExit { code, .. } => format!("ends with exit code {code}"),
        _ => walk.side.names.line(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &str) -> Vec<Cell> {
        let cell = |text: &str| Cell { seq: 1, t: None, text: text.to_owned() };
        texts.split_whitespace().map(cell).collect()
    }

    fn shown(left: &str, right: &str) -> Vec<String> {
        let text = |cell: &Option<Cell>| {
            cell.as_ref().map_or_else(|| "-".to_owned(), |cell| cell.text.clone())
        };
        let line = |row: &Row| {
            let sign = if row.same { '=' } else { '>' };
            format!("{sign} {} {}", text(&row.first), text(&row.second))
        };
        paired(&cells(left), &cells(right)).iter().map(line).collect()
    }

    #[test]
    fn only_what_differs_is_marked() {
        assert_eq!(shown("x a b", "a b"), ["> x -", "= a a", "= b b"]);
        assert_eq!(shown("a b", "c a b"), ["> - c", "= a a", "= b b"]);
        assert_eq!(shown("x a y", "z a w"), ["> x z", "= a a", "> y w"]);
        assert_eq!(shown("a b", ""), ["> a -", "> b -"]);
        assert_eq!(shown("", ""), [""; 0]);
    }
}
