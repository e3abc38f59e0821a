//! What can wake the loop from outside: watched descriptors, by whom they lead to, and signals.

use loopscope_model::titles;
use loopscope_protocol::{Fd, WatchHow, Word};
use loopscope_session::Mark;
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
pub const ID: &str = "watchers";

/// What can wake the loop from outside.
#[derive(Debug, Default)]
pub struct Watchers {
    scroll: Scroll,
}

fn rows(snapshot: &Snapshot<'_>, theme: &Theme) -> Vec<Row> {
    let state = snapshot.state;
    let changes = snapshot.changes;
    let row = |mark: Option<Mark>, known: bool, left: String, right: String| {
        let sign = mark.map_or(' ', Mark::sign);
        let gone = mark == Some(Mark::Gone);
        let right = if known { right } else { "unknown since the gap".to_owned() };
        Row::of(format!("{sign} "), mark.map_or(Role::Text, super::mark_role), theme)
            .put(left, if gone { Role::Left } else { Role::Text }, theme)
            .put_right(right, if known { Role::Faint } else { Role::Warning }, theme)
    };
    let fd = |fd: Fd, how: WatchHow| {
        let owner = titles::owner(fd, state)
            .map_or_else(String::new, |owner| format!(" {}", clean(&owner)));
        format!("fd {} {}{owner}", fd.0, how.word())
    };
    let mut rows = Vec::new();
    for watcher in state.watchers() {
        let key = (watcher.loop_id, watcher.fd, watcher.how);
        let mark = changes.watchers.get(&key).copied();
        let runs = words::handle(snapshot, watcher.handle);
        rows.push(row(mark, watcher.known, fd(watcher.fd, watcher.how), runs));
    }
    let gone = changes.watchers.iter().filter(|(_, mark)| **mark == Mark::Gone);
    for ((_, descriptor, how), mark) in gone {
        rows.push(row(Some(*mark), true, fd(*descriptor, *how), "removed".to_owned()));
    }
    for signal in state.signals() {
        let mark = changes.signals.get(&signal.signal).copied();
        let runs = words::handle(snapshot, signal.handle);
        rows.push(row(mark, signal.known, format!("signal {}", signal.signal.0), runs));
    }
    rows
}

/// How many there are.
pub fn count(snapshot: &Snapshot<'_>) -> usize {
    let state = snapshot.state;
    state.watchers().len() + state.signals().len()
}

impl View for Watchers {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        Line::from(vec![
            Span::styled("watchers", theme.style(Role::Title)),
            Span::styled(format!(": {}", count(snapshot)), theme.style(Role::Text)),
        ])
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let len = rows(snapshot, &Theme::default()).len();
        let used = self.scroll.update(action, len, area.height.into(), 0);
        if used { Effect::Done } else { Effect::Ignored }
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let rows = rows(snapshot, theme);
        if rows.is_empty() {
            let text = "  (nothing outside can wake the loop)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let selected = self.scroll.selected(rows.len());
        let first = list::window(rows.len(), area.height.into(), selected.unwrap_or(0));
        list::draw(|n| rows[n].clone(), rows.len(), first, selected, theme, area, buffer);
    }
}
