//! Two histories compared: the sentence about where they part, and both side by side around it.

use loopscope_model::diff::{self, Around, Cell, Compare, Divergence, Row, Side};
use loopscope_model::{History, Names, safe_text};
use loopscope_protocol::KindSet;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::progress::{GoOn, PORTION, Progress};
use super::{Answer, Session};

/// How many equal lines are shown before the difference, and how many lines from it on.
const AROUND: Around = Around { before: 4, after: 6 };

/// How wide an answer is: it fits a window on a screen of 80 columns.
const WIDTH: usize = 70;

/// What came of comparing.
#[derive(Debug)]
pub struct Comparison {
    /// The first difference, if there is one.
    pub found: Option<Divergence>,
    rows: Vec<Row>,
    titles: [String; 2],
    compare: Compare,
}

/// One of two histories, whoever holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared<'a> {
    pub(super) history: &'a History,
    pub(super) names: &'a Names,
    pub(super) never_sends: KindSet,
}

/// A comparison while it is made. Each portion is handed the same two histories.
#[derive(Debug)]
pub(super) struct Comparing {
    titles: [String; 2],
    compare: Compare,
    sides: diff::Comparing,
}

impl Comparing {
    pub(super) fn begin(histories: [Compared<'_>; 2], titles: [String; 2]) -> Self {
        let compare = Compare::between(histories[0].history, histories[1].history);
        Self::begin_with(compare, histories, titles)
    }

    fn begin_with(compare: Compare, histories: [Compared<'_>; 2], titles: [String; 2]) -> Self {
        let titles = titles.map(|title| safe_text::line(&title).into_owned());
        let both = diff::Comparing::new(compare, sides(histories, &titles), AROUND);
        Self { titles, compare, sides: both }
    }

    /// Compares about `budget` more records. True: it is done.
    pub(super) fn advance(&mut self, histories: [Compared<'_>; 2], budget: usize) -> bool {
        self.sides.advance(sides(histories, &self.titles), budget)
    }

    /// How many events were equal so far.
    pub(super) const fn equal(&self) -> usize {
        self.sides.equal()
    }

    /// How far it is in two histories of these lengths: as far as in the one of which more is done.
    pub(super) fn progress(&self, lens: [usize; 2]) -> Progress {
        let parts = self.sides.positions().into_iter().zip(lens);
        let parts = parts.map(|(done, of)| Progress::new("comparing", done, of));
        parts.max_by_key(|part| part.percent).unwrap_or(Progress::new("comparing", 0, 1))
    }

    /// What came of it.
    pub(super) fn comparison(&self) -> Comparison {
        Comparison {
            found: self.sides.found().cloned(),
            rows: self.sides.rows(),
            titles: self.titles.clone(),
            compare: self.compare,
        }
    }
}

fn sides<'a>(histories: [Compared<'a>; 2], titles: &'a [String; 2]) -> [Side<'a>; 2] {
    [0, 1].map(|n| {
        let Compared { history, names, never_sends } = histories[n];
        Side { title: &titles[n], history, names, never_sends }
    })
}

impl Comparison {
    /// Compares the whole histories of two sessions. `go_on` is asked now and then whether it is still
    /// wanted; `None`: it was left.
    pub fn of(sessions: [&Session; 2], titles: [String; 2], go_on: &mut GoOn<'_>) -> Option<Self> {
        Self::of_histories(sessions.map(Session::compared), titles, go_on)
    }

    /// The same for what a program can tell, where two interpreters do the rest in their own ways.
    pub fn of_what_is_visible(
        sessions: [&Session; 2],
        titles: [String; 2],
        go_on: &mut GoOn<'_>,
    ) -> Option<Self> {
        let histories = sessions.map(Session::compared);
        Self::whole(Comparing::begin_with(Compare::Visible, histories, titles), histories, go_on)
    }

    fn of_histories(
        histories: [Compared<'_>; 2],
        titles: [String; 2],
        go_on: &mut GoOn<'_>,
    ) -> Option<Self> {
        Self::whole(Comparing::begin(histories, titles), histories, go_on)
    }

    fn whole(
        mut comparing: Comparing,
        histories: [Compared<'_>; 2],
        go_on: &mut GoOn<'_>,
    ) -> Option<Self> {
        while !comparing.advance(histories, PORTION) {
            if !go_on(comparing.progress(histories.map(|it| it.history.len()))) {
                return None;
            }
        }
        Some(comparing.comparison())
    }

    /// For people: the sentence, and the lines side by side, no wider than `columns`.
    pub fn text(&self, columns: usize) -> String {
        let Some(found) = &self.found else {
            return match self.compare {
                Compare::Everything => "No difference: the same events in the same order.".into(),
                Compare::Visible => "No difference that a program can tell: the same steps and \
                                     outputs in the same order."
                    .into(),
            };
        };
        let half = (columns.saturating_sub(3) / 2).max(20);
        let mut text = wrapped(&found.sentence, columns);
        text.push('\n');
        let [one, two] = self.titles.each_ref().map(|title| fitted(title, half));
        text.push_str(format!("\n  {one} {two}").trim_end());
        for row in &self.rows {
            let mark = if row.same { ' ' } else { '>' };
            let [left, right] = [(&row.first, row.ends[0]), (&row.second, row.ends[1])]
                .map(|(cell, ends)| fitted(&line(cell.as_ref(), ends), half));
            text.push('\n');
            text.push_str(format!("{mark} {left} {right}").trim_end());
        }
        text
    }

    /// The texts that differ, of both sides.
    #[must_use]
    pub fn differing(&self) -> String {
        let rows = self.rows.iter().filter(|row| !row.same);
        let texts = rows.flat_map(|row| [&row.first, &row.second]).flatten();
        texts.map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The answer of the command `diff`.
    pub(super) fn answer(&self) -> Answer {
        let answer = Answer::new(self.text(WIDTH)).with("same", self.found.is_none());
        let Some(found) = &self.found else { return answer };
        let cell = |cell: &Option<Cell>| match cell {
            Some(cell) => json!({ "seq": cell.seq, "text": cell.text }),
            None => Value::Null,
        };
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| json!({ "same": row.same, "first": cell(&row.first), "second": cell(&row.second) }))
            .collect();
        answer
            .with("equal", found.equal)
            .with("first", found.first)
            .with("second", found.second)
            .with("field", found.field)
            .with("difference", found.sentence.clone())
            .with("rows", rows)
    }
}

/// `0.010 fetch (task 3) goes on`.
fn line(cell: Option<&Cell>, ends: bool) -> String {
    match cell {
        None if ends => "(has ended)".to_owned(),
        None => String::new(),
        Some(Cell { t: Some(t), text, .. }) => {
            format!("{}.{:03} {text}", t / 1_000_000_000, t / 1_000_000 % 1000)
        }
        Some(Cell { text, .. }) => text.clone(),
    }
}

/// Cut or filled to a width.
fn fitted(text: &str, columns: usize) -> String {
    let mut fitted = String::new();
    let mut used = 0;
    for piece in text.graphemes(true) {
        if used + piece.width() > columns.saturating_sub(1) && text.width() > columns {
            fitted.push('…');
            used += 1;
            break;
        }
        fitted.push_str(piece);
        used += piece.width();
    }
    fitted.push_str(&" ".repeat(columns.saturating_sub(used)));
    fitted
}

/// Words on lines of at most that many columns.
fn wrapped(text: &str, columns: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.width() + 1 + word.width() > columns {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use loopscope_model::story::Story;
    use loopscope_protocol::KindSet;

    use super::*;

    fn compared(one: &Story, two: &Story) -> Comparison {
        let (a, b) = (one.history(), two.history());
        let never_sends = KindSet::NONE;
        let first = Compared { history: &a, names: one.names(), never_sends };
        let second = Compared { history: &b, names: two.names(), never_sends };
        let titles = ["a".to_owned(), "b".to_owned()];
        Comparison::of_histories([first, second], titles, &mut |_| true).expect("it is wanted")
    }

    #[test]
    fn the_sentence_and_both_sides() {
        let (mut one, mut two) = (Story::new(), Story::new());
        one.start().print("x").print("left");
        two.start().print("x").print("right");
        let comparison = compared(&one, &two);
        let text = comparison.text(80);
        let last = text.lines().last().unwrap();
        assert!(
            last.starts_with("> ") && last.contains("left") && last.contains("right"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.width() <= 82), "{text}");
        assert_eq!(comparison.answer().data["equal"], 4);
        assert_eq!(compared(&one, &one).answer().data["same"], true);
    }

    #[test]
    fn texts_are_cut_and_filled() {
        assert_eq!(fitted("abc", 5), "abc  ");
        assert_eq!(fitted("abcdef", 5), "abcd…");
        assert_eq!(wrapped("one two three", 7), "one two\nthree");
    }
}
