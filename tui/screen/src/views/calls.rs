//! Calls of the exception handler, with the context that it was given, and diagnoses.

use loopscope_model::Record;
use loopscope_protocol::{Event, Which};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list::{self, Scroll};
use crate::widgets::row::Row;
use crate::widgets::text::clean;

/// The view's name.
pub const ID: &str = "calls";

/// This many of the latest calls and diagnoses are listed.
const LATEST: usize = 50;

/// Calls of the exception handler and diagnoses.
#[derive(Debug, Default)]
pub struct Calls {
    scroll: Scroll,
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

fn rows(snapshot: &Snapshot<'_>, theme: &Theme) -> Vec<Row> {
    let before = usize::try_from(snapshot.changes.before.position()).unwrap_or(usize::MAX);
    let seen = snapshot.history.handler_calls(before).len();
    let calls = snapshot.history.handler_calls(snapshot.position);
    let all = calls.len();
    // Latest first: that is the one to look at.
    let calls = calls.rev().take(LATEST).enumerate();
    let mut rows: Vec<Row> = calls
        .flat_map(|(back, record)| call(snapshot, theme, &record, all - back > seen))
        .collect();
    for (position, lint) in snapshot.history.lints(snapshot.position).rev().take(LATEST) {
        let sign = if position > before { "+ " } else { "  " };
        rows.push(
            Row::of(sign, Role::Arrived, theme)
                .put("! ", Role::Warning, theme)
                .put(clean(&lint.text(snapshot.names)), Role::Warning, theme)
                .put_right(format!("#{}", lint.seq), Role::Faint, theme),
        );
    }
    for (_, anomaly) in snapshot.history.anomalies(snapshot.position).rev().take(LATEST) {
        rows.push(
            Row::of("  ! impossible: ", Role::Error, theme)
                .put(clean(&anomaly.text), Role::Error, theme)
                .put_right(format!("#{}", anomaly.seq), Role::Faint, theme),
        );
    }
    rows
}

impl View for Calls {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let calls = snapshot.history.handler_calls(snapshot.position).len();
        let lints = snapshot.history.lints(snapshot.position).len();
        let lints = if lints > 0 {
            format!(", {lints} lint{}", if lints == 1 { "" } else { "s" })
        } else {
            String::new()
        };
        let role = if calls > 0 { Role::Error } else { Role::Text };
        Line::from(vec![
            Span::styled("handler calls", theme.style(Role::Title)),
            Span::styled(format!(": {calls}"), theme.style(role)),
            Span::styled(lints, theme.style(Role::Warning)),
        ])
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        if action == Action::Open {
            let mut calls = snapshot.history.handler_calls(snapshot.position).rev();
            let Some(record) = calls.next() else {
                return Effect::Done;
            };
            let seq = record.seq;
            let position = snapshot.history.position_of_seq(seq).unwrap_or(0);
            let text = words::details(snapshot, position, &record);
            return Effect::Show { title: format!("handler call #{seq}"), text };
        }
        let len = rows(snapshot, &Theme::default()).len();
        let used = self.scroll.update(action, len, area.height.into(), 0);
        if used { Effect::Done } else { Effect::Ignored }
    }

    fn follow(&mut self) {
        self.scroll.select(None);
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let rows = rows(snapshot, theme);
        if rows.is_empty() {
            let text = "  (the exception handler was not called)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let selected = self.scroll.selected(rows.len());
        let first = list::window(rows.len(), area.height.into(), selected.unwrap_or(0));
        list::draw(|n| rows[n].clone(), rows.len(), first, selected, theme, area, buffer);
    }
}
