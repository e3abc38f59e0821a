//! The text of a lesson for this place in the run, and the question that is asked here.

use std::borrow::Cow;

use loopscope_lessons::Prose;
use loopscope_protocol::HandleId;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

pub use super::lesson_page::{Page, Piece, Question};
use super::{Effect, Snapshot, View};
use crate::keys::{Action, Keymap};
use crate::theme::{Role, Theme};
use crate::widgets::list;
use crate::widgets::row::Row;
use crate::widgets::text::{width, wrap};

/// The view's name.
pub const ID: &str = "lesson";

/// The text of a lesson.
#[derive(Debug, Default)]
pub struct Lesson {
    top: usize,
    /// The key that turns the page, while the keys are this view's.
    page_key: Option<String>,
}

/// Whether a question waits for its answer.
pub(super) fn is_asking(snapshot: &Snapshot<'_>) -> bool {
    let question = snapshot.lesson.and_then(|page| page.question.as_ref());
    question.is_some_and(Question::is_open)
}

/// The number of the open question's choice that is this handle: a panel numbers it where it is.
pub(super) fn choice(snapshot: &Snapshot<'_>, id: HandleId) -> Option<usize> {
    let question = snapshot.lesson?.question.as_ref().filter(|question| question.is_open())?;
    let name = snapshot.names.name(snapshot.state.handle(id)?.name);
    question.choices.iter().position(|choice| *choice == name)
}

/// A row of the page, and the choice that it shows.
type PageRow = (Row, Option<usize>);

fn rows(page: &Page, theme: &Theme, columns: u16) -> Vec<PageRow> {
    let columns = usize::from(columns).saturating_sub(2).max(10);
    let mut rows = vec![Row::of(format!(" {}", page.title), Role::Title, theme)];
    // What was asked stays in sight when the answer is told, however little room there is.
    let told = page.question.as_ref().filter(|question| question.right.is_some());
    if let Some(question) = told {
        for line in wrap(&question.ask, columns) {
            rows.push(Row::of(format!(" {line}"), Role::Faint, theme));
        }
        rows.extend(verdict(question, theme, columns));
    }
    for piece in &page.body {
        match piece {
            Piece::Gap => rows.push(Row::new()),
            Piece::Code(role, line) => rows.push(Row::of(format!("   {line}"), *role, theme)),
            Piece::Words(words) => rows.extend(flow(words, columns, theme)),
        }
    }
    let mut rows: Vec<PageRow> = rows.into_iter().map(|row| (row, None)).collect();
    if let Some(question) = page.question.as_ref().filter(|_| told.is_none()) {
        if rows.len() > 1 {
            rows.push((Row::new(), None));
        }
        rows.extend(ask(question, theme, columns));
    }
    if !page.hint.is_empty() {
        rows.push((Row::new(), None));
        for line in wrap(&page.hint, columns) {
            rows.push((Row::of(format!(" {line}"), Role::Key, theme), None));
        }
    }
    rows
}

/// What the run said to the answer.
fn verdict(question: &Question, theme: &Theme, columns: usize) -> Vec<Row> {
    let glyphs = theme.glyphs;
    let chosen = question.chosen.and_then(|at| question.choices.get(at));
    let answer = question.answer.as_deref().unwrap_or_default();
    match (question.right, chosen) {
        (Some(true), _) => {
            told(glyphs.check, &format!("Right! {answer}"), Role::Good, theme, columns)
        }
        (Some(false), Some(choice)) => {
            let mut rows =
                told(glyphs.cross, &format!("Not: {choice}"), Role::Error, theme, columns);
            rows.extend(told(glyphs.check, answer, Role::Good, theme, columns));
            rows
        }
        (Some(false) | None, _) => Vec::new(),
    }
}

/// A sign and a text, which goes on below itself.
fn told(sign: &str, text: &str, role: Role, theme: &Theme, columns: usize) -> Vec<Row> {
    let lines = wrap(text, columns.saturating_sub(2)).into_iter().enumerate();
    let row = |(n, line): (usize, String)| {
        Row::of(format!(" {} {line}", if n == 0 { sign } else { " " }), role, theme)
    };
    lines.map(row).collect()
}

/// Words of several kinds, broken into lines between words: what follows code without a space belongs
/// to it.
fn flow(words: &[(Role, String)], columns: usize, theme: &Theme) -> Vec<Row> {
    let texts: Vec<_> =
        words.iter().map(|(role, text)| (*role, marked(*role, text, theme))).collect();
    let pieces: Vec<(Role, &str)> = texts
        .iter()
        .flat_map(|(role, text)| text.split_inclusive(' ').map(|piece| (*role, piece)))
        .collect();
    let mut rows = Vec::new();
    let mut row = Row::of(" ", Role::Text, theme);
    let mut used = 0;
    for word in pieces.chunk_by(|(_, before), _| !before.ends_with(' ')) {
        let whole: String = word.iter().map(|(_, piece)| *piece).collect();
        if used > 0 && used + width(whole.trim_end()) > columns {
            rows.push(std::mem::replace(&mut row, Row::of(" ", Role::Text, theme)));
            used = 0;
        }
        used += width(&whole);
        row = word.iter().fold(row, |row, (role, piece)| row.put(*piece, *role, theme));
    }
    rows.push(row);
    rows
}

/// Code as it stands where no colour tells it from the words around it.
fn marked<'a>(role: Role, text: &'a str, theme: &Theme) -> Cow<'a, str> {
    if role == Role::Literal && theme.style(role) == theme.style(Role::Text) {
        Prose::code(text)
    } else {
        text.into()
    }
}

fn ask(question: &Question, theme: &Theme, columns: usize) -> Vec<PageRow> {
    let mut rows: Vec<PageRow> = wrap(&question.ask, columns)
        .into_iter()
        .map(|line| (Row::of(format!(" {line}"), Role::Title, theme), None))
        .collect();
    for (number, choice) in question.choices.iter().enumerate() {
        let pointed = question.is_open() && number == question.selected;
        let chosen = question.chosen == Some(number);
        let sign = if pointed || chosen { theme.glyphs.pointer } else { " " };
        let role = if pointed || chosen { Role::Running } else { Role::Text };
        let answer = question.answer.as_deref() == Some(choice);
        let verdict = match (answer, chosen, question.right) {
            (true, ..) => format!("   {} this one", theme.glyphs.check),
            (_, true, Some(false)) => format!("   {} your answer", theme.glyphs.cross),
            (_, true, None) => "   your answer".to_owned(),
            _ => String::new(),
        };
        let verdict_role = if answer { Role::Good } else { Role::Error };
        for (n, line) in wrap(choice, columns.saturating_sub(4)).into_iter().enumerate() {
            let row = if n == 0 {
                let digit = format!("{} ", number + 1);
                Row::of(format!(" {sign} "), role, theme).put(digit, Role::Key, theme)
            } else {
                Row::of("     ", role, theme)
            };
            rows.push((row.put(line, role, theme), Some(number)));
        }
        if let Some((row, _)) = rows.last_mut() {
            *row = std::mem::take(row).put(verdict, verdict_role, theme);
        }
    }
    rows
}

impl View for Lesson {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let mut line = Line::from(Span::styled("lesson", theme.style(Role::Title)));
        if let Some(page) = snapshot.lesson {
            // Where there is hardly room, the step matters more than the name.
            let text = format!(", step {} of {}: {}", page.step, page.steps, page.lesson);
            line.push_span(Span::styled(text, theme.style(Role::Text)));
        }
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("enter", "on to the next step; Space too, from everywhere"),
            ("1-9", "answer the question"),
            ("pgup pgdn", "the rest of a text that is longer than its panel"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let Some(page) = snapshot.lesson else {
            return Effect::Ignored;
        };
        let rows = rows(page, &Theme::default(), area.width).len();
        let last = rows.saturating_sub(usize::from(area.height));
        // A row stays in sight: the mark may have covered its end.
        let page = usize::from(area.height).saturating_sub(1).max(1);
        self.top = match action {
            Action::Up => self.top.min(last).saturating_sub(1),
            Action::Down => (self.top + 1).min(last),
            Action::PageUp => self.top.min(last).saturating_sub(page),
            Action::PageDown => (self.top + page).min(last),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return Effect::Ignored,
        };
        Effect::Done
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let Some(page) = snapshot.lesson else {
            return Effect::Ignored;
        };
        if !is_asking(snapshot) {
            return Effect::Done;
        }
        let rows = rows(page, &Theme::default(), area.width);
        let row = self.first(rows.len(), area) + usize::from(at.y.saturating_sub(area.y));
        rows.get(row).and_then(|(_, choice)| *choice).map_or(Effect::Done, Effect::Answer)
    }

    fn follow(&mut self) {
        self.top = 0;
    }

    fn take_keys(&mut self, keymap: Option<&Keymap>) {
        let key = keymap.map(|keymap| keymap.key(Action::PageDown)).filter(|key| !key.is_empty());
        // As it is written on keyboards, for there is little room.
        self.page_key = key.map(|key| if key == "pagedown" { "PgDn".to_owned() } else { key });
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let Some(page) = snapshot.lesson else {
            let text = "  (no lesson is open: `loopscope learn` opens one)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        };
        let rows = rows(page, theme, area.width);
        let rows: Vec<Row> = rows.into_iter().map(|(row, _)| row).collect();
        let first = self.first(rows.len(), area);
        list::draw_text(&rows, first, self.page_key.as_deref(), theme, area, buffer);
    }
}

impl Lesson {
    fn first(&self, rows: usize, area: Rect) -> usize {
        self.top.min(rows.saturating_sub(usize::from(area.height)))
    }
}
