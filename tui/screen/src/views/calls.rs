//! Calls of the exception handler, with the context that it was given, and diagnoses.

use std::collections::BTreeSet;

use loopscope_model::Record;
use loopscope_model::lint::{self, Finding};
use loopscope_model::titles::count;
use loopscope_model::why::Thing;
use loopscope_protocol::{Event, Which, Word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::row::Row;
use crate::widgets::search::Listed;
use crate::widgets::searched_list::SearchedList;
use crate::widgets::text::clean;

/// The view's name.
pub const ID: &str = "calls";

/// This many of the latest calls and diagnoses are listed.
const LATEST: usize = 50;

/// This many of the latest diagnoses are marked where they were found.
const MARKED: usize = 500;

/// Calls of the exception handler and diagnoses.
#[derive(Debug, Default)]
pub struct Calls {
    list: SearchedList,
}

fn call(snapshot: &Snapshot<'_>, theme: &Theme, record: &Record, new: bool) -> Vec<Row> {
    let Event::HandlerCall { which, message, exception, task, handle, future } = record.event
    else {
        return Vec::new();
    };
    let whose = match which {
        Which::Default => "default",
        Which::Custom => "custom",
    };
    let sign = if new { "+ " } else { "  " };
    let said = record.text(message);
    let said = if said.is_empty() { "called" } else { said };
    let mut rows = vec![
        Row::of(sign, Role::Arrived, theme)
            .put(words::first_line(said), Role::Error, theme)
            .put_right(format!("#{} {whose}", record.seq), Role::Faint, theme),
    ];
    let mut context = |name: &str, value: String| {
        rows.push(Row::of(format!("    {name:<10}"), Role::Faint, theme).put(
            value,
            Role::Text,
            theme,
        ));
    };
    let exception = record.text(exception);
    if !exception.is_empty() {
        // The last line of a traceback is the exception itself.
        let last = exception.trim_end().lines().last().unwrap_or_default();
        context("exception", clean(last).into_owned());
    }
    if handle.is_some() {
        context("handle", words::handle(snapshot, handle));
    }
    if task.is_some() {
        context("task", words::task_name(snapshot, task));
    }
    if future.is_some() {
        context("future", words::future(snapshot, future));
    }
    rows
}

/// A row, and which record it leads to, if it is the first row of something.
struct Entry {
    row: Row,
    at: Option<usize>,
}

/// The positions of the latest diagnoses, for marks where they were found.
pub fn lint_positions(snapshot: &Snapshot<'_>) -> BTreeSet<usize> {
    let lints = snapshot.history.lints(snapshot.history.len()).rev().take(MARKED);
    lints.map(|(position, _)| position).collect()
}

fn rows(snapshot: &Snapshot<'_>, theme: &Theme) -> Vec<Entry> {
    let before = snapshot.changes.from();
    let sign = |position: usize| if position > before { "+ " } else { "  " };
    // Latest first: that is the one to look at.
    let lints = snapshot.history.lints(snapshot.position).rev().take(LATEST);
    let mut rows: Vec<Entry> = lints
        .map(|(position, lint)| Entry {
            row: Row::of(sign(position), Role::Arrived, theme)
                .put("! ", Role::Warning, theme)
                .put(clean(&lint.text(snapshot.names)), Role::Warning, theme)
                .put_right(
                    format!("#{} lesson {}", lint.seq, lint::lesson(lint.rule)),
                    Role::Faint,
                    theme,
                ),
            at: Some(position),
        })
        .collect();
    let seen = snapshot.history.handler_calls(before).len();
    let calls = snapshot.history.handler_calls(snapshot.position);
    let all = calls.len();
    for (back, record) in calls.rev().take(LATEST).enumerate() {
        let position = snapshot.history.position_of_seq(record.seq);
        for (n, row) in call(snapshot, theme, &record, all - back > seen).into_iter().enumerate() {
            rows.push(Entry { row, at: position.filter(|_| n == 0) });
        }
    }
    for (position, anomaly) in snapshot.history.anomalies(snapshot.position).rev().take(LATEST) {
        rows.push(Entry {
            row: Row::of("  ! impossible: ", Role::Error, theme)
                .put(clean(&anomaly.text), Role::Error, theme)
                .put_right(format!("#{}", anomaly.seq), Role::Faint, theme),
            at: Some(position),
        });
    }
    rows
}

/// All about a diagnosis, or a call of the handler.
fn about(snapshot: &Snapshot<'_>, position: usize) -> Option<Effect> {
    let record = snapshot.history.record(position)?;
    let at = |(found, _): &(usize, Finding)| *found == position;
    let lint = snapshot.history.lints(snapshot.position).rev().take(MARKED).find(at);
    let details = words::details(snapshot, position, &record);
    let thing = Some(Thing::At(position));
    let Some((_, lint)) = lint else {
        let title = format!("handler call #{}", record.seq);
        return Some(Effect::Show { title, text: details, thing });
    };
    let lesson = lint::lesson(lint.rule);
    let text = format!(
        "{}\n\nLesson {lesson} is about it: `loopscope learn {lesson}`.\n`break lint` stops at the \
         next diagnosis.\n\n{details}",
        clean(&lint.text(snapshot.names)),
    );
    Some(Effect::Show { title: lint.rule.word().to_owned(), text, thing })
}

impl Calls {
    fn listed(&self, rows: &[Entry]) -> Listed {
        self.list.listed(rows.len(), |n| rows[n].row.text())
    }
}

impl View for Calls {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let calls = snapshot.history.handler_calls(snapshot.position).len();
        let lints = snapshot.history.lints(snapshot.position).len();
        let lints =
            if lints > 0 { format!(", {}", count(lints, "warning")) } else { String::new() };
        let role = if calls > 0 { Role::Error } else { Role::Text };
        let mut line = Line::from(vec![
            Span::styled("handler calls", theme.style(Role::Title)),
            Span::styled(format!(": {calls}"), theme.style(role)),
            Span::styled(lints, theme.style(Role::Warning)),
        ]);
        line.spans.extend(self.list.title(&self.listed(&rows(snapshot, theme)), theme));
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("enter", "all about the call or the warning, and its lesson"),
            ("/", "only those with that text"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let rows = rows(snapshot, &Theme::default());
        let listed = self.listed(&rows);
        if action == Action::Open {
            let row = self.list.current(&listed).unwrap_or(0);
            // What stands below the first row of something belongs to it.
            let first = rows.iter().take(row + 1).rev().find_map(|entry| entry.at);
            return first.and_then(|at| about(snapshot, at)).unwrap_or(Effect::Done);
        }
        Effect::of_list(self.list.update(action, &listed, area))
    }

    fn filter(&mut self, text: &str) -> bool {
        self.list.filter(text);
        true
    }

    fn follow(&mut self) {
        self.list.follow();
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let rows = rows(snapshot, theme);
        if rows.is_empty() {
            let text = "  (the exception handler was not called)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let listed = self.listed(&rows);
        self.list.draw(|n| rows[n].row.clone(), &listed, theme, area, buffer);
    }
}
