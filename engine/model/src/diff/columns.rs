//! Two histories side by side around the place where they part.

use loopscope_protocol::{Event, KindSet, TaskHow};

use super::{Compare, Divergence, Side, SideCursor};
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

/// What counts on both sides, `before` lines up to the difference and `after` lines from it on.
///
/// ```
/// use loopscope_model::diff::{Compare, Side, diff_by, side_by_side};
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
/// let found = diff_by(Compare::Visible, first, second).unwrap();
/// let rows = side_by_side(Compare::Visible, first, second, &found, 1, 1);
/// let texts: Vec<_> = rows.iter().map(|row| &row.second.as_ref().unwrap().text[..]).collect();
/// assert_eq!(texts, [r#"prints "a""#, r#"prints "c""#]);
/// ```
pub fn side_by_side(
    compare: Compare,
    first: Side<'_>,
    second: Side<'_>,
    found: &Divergence,
    before: usize,
    after: usize,
) -> Vec<Row> {
    let never = first.never_sends.union(second.never_sends);
    let from = found.equal.saturating_sub(before);
    let left = cells(compare, first, never, from, found.equal + after);
    let right = cells(compare, second, never, from, found.equal + after);
    (0..left.len().max(right.len()))
        .map(|n| Row {
            first: left.get(n).cloned(),
            second: right.get(n).cloned(),
            same: from + n < found.equal,
        })
        .collect()
}

fn cells(compare: Compare, side: Side<'_>, never: KindSet, from: usize, to: usize) -> Vec<Cell> {
    let mut walk = SideCursor::new(side, compare);
    let mut cells = Vec::new();
    for n in 0..to {
        walk.advance(never);
        let Some(record) = walk.record() else { break };
        if n >= from {
            cells.push(Cell { seq: record.seq, t: record.t, text: few_words(&walk, record) });
        }
    }
    cells
}

/// What happened, short enough for half a screen.
#[allow(clippy::wildcard_enum_match_arm, reason = "there is a line for every event")]
fn few_words(walk: &SideCursor<'_>, record: &Record) -> String {
    let phrases = Phrases { state: &walk.state, names: walk.side.names };
    match record.event {
        Event::TaskStep { task } => {
            let first = walk.state.task(task).is_some_and(|task| task.steps <= 1);
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
