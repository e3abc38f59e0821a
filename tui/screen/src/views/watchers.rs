//! What can wake the loop from outside: watched descriptors, signals, threads, processes, and the
//! servers and transports behind them.

use loopscope_protocol::{Fd, Text, WatchHow, Word};
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
    let fd = |fd: Fd, how: WatchHow| format!("fd {} {}", fd.0, how.word());
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
    let before = &changes.before;
    for job in state.jobs() {
        let new = before.jobs().all(|known| known.id != job.id).then_some(Mark::New);
        let name = clean(&snapshot.names.name(job.name)).into_owned();
        rows.push(row(
            new,
            job.known,
            format!("job {} {name}", job.id.0),
            "in a thread".to_owned(),
        ));
    }
    for server in state.servers() {
        let new = before.servers().all(|known| known.id != server.id).then_some(Mark::New);
        let address = clean(server.address.get(Text::FIRST)).into_owned();
        rows.push(row(
            new,
            server.known,
            format!("server {} {address}", server.id.0),
            "listens".to_owned(),
        ));
    }
    for transport in state.transports() {
        let new = before.transports().all(|known| known.id != transport.id).then_some(Mark::New);
        let address = clean(transport.address.get(Text::FIRST)).into_owned();
        let left = format!("transport {} {address}", transport.id.0);
        rows.push(row(new, transport.known, left, format!("fd {}", transport.fd.0)));
    }
    for process in state.processes() {
        let new = before.processes().all(|known| known.id != process.id).then_some(Mark::New);
        rows.push(row(new, process.known, format!("process {}", process.pid), "runs".to_owned()));
    }
    rows
}

/// How many there are.
pub fn count(snapshot: &Snapshot<'_>) -> usize {
    let state = snapshot.state;
    state.watchers().len()
        + state.signals().len()
        + state.jobs().len()
        + state.servers().len()
        + state.transports().len()
        + state.processes().len()
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
