//! What tasks meet at: locks, semaphores, events, conditions, barriers and queues; who has them, how
//! full they are, and who stands in line.

use loopscope_model::state::Sync;
use loopscope_model::why::Thing;
use loopscope_model::{State, titles};
use loopscope_protocol::TaskId;
use loopscope_session::Mark;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::row::Row;
use crate::widgets::search::Listed;
use crate::widgets::searched_list::SearchedList;
use crate::widgets::text::clean;

/// The view's name.
pub const ID: &str = "locks";

/// From this width on a row says who stands in line, and not only how many.
const ROOMY: u16 = 64;

/// What tasks meet at.
#[derive(Debug, Default)]
pub struct Locks {
    list: SearchedList,
}

/// Those at which somebody waits before all others.
fn items(state: &State) -> Vec<&Sync> {
    let mut all: Vec<&Sync> = state.syncs().collect();
    all.sort_by_key(|sync| (state.line(sync.id).next().is_none(), sync.id));
    all
}

fn row(snapshot: &Snapshot<'_>, theme: &Theme, sync: &Sync, width: u16) -> Row {
    let (state, names) = (snapshot.state, snapshot.names);
    let mark = snapshot.changes.before().and_then(|before| match before.sync(sync.id) {
        None => Some(Mark::New),
        Some(old) if old != sync || !before.line(sync.id).eq(state.line(sync.id)) => {
            Some(Mark::Changed)
        }
        Some(_) => None,
    });
    let (sign, role) = (mark.map_or(' ', Mark::sign), mark.map_or(Role::Text, super::mark_role));
    let waiting = state.line(sync.id).count();
    let line = match waiting {
        0 => String::new(),
        _ if width >= ROOMY => format!("  in line: {}", titles::sync_line(sync, state, names)),
        n => format!("  {n} in line"),
    };
    let how = titles::sync_state(sync, state, names);
    let how_role = if sync.known { Role::Faint } else { Role::Warning };
    Row::of(format!("{sign} "), role, theme)
        .put(clean(&titles::short_sync(sync, state, names)).into_owned(), Role::Text, theme)
        .put_right(clean(&how).into_owned(), how_role, theme)
        .put_right(clean(&line).into_owned(), Role::Task, theme)
}

impl Locks {
    fn listed(&self, snapshot: &Snapshot<'_>, items: &[&Sync]) -> Listed {
        let theme = Theme::default();
        self.list.listed(items.len(), |n| row(snapshot, &theme, items[n], u16::MAX).text())
    }
}

impl View for Locks {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let state = snapshot.state;
        let waiting = state.syncs().filter(|sync| state.line(sync.id).next().is_some()).count();
        let count = match waiting {
            0 => format!(": {}", state.syncs().len()),
            n => format!(": {}, waited at {n}", state.syncs().len()),
        };
        let mut line = Line::from(vec![
            Span::styled("locks", theme.style(Role::Title)),
            Span::styled(count, theme.style(Role::Text)),
        ]);
        let listed = self.listed(snapshot, &items(state));
        line.spans.extend(self.list.title(&listed, theme));
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[("enter", "all about the selected lock or queue"), ("w", "why the first in line waits")]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let items = items(snapshot.state);
        let listed = self.listed(snapshot, &items);
        let selected = self.list.current(&listed).and_then(|n| items.get(n));
        match (action, selected) {
            (Action::Open, Some(sync)) => Effect::Show {
                title: clean(&titles::short_sync(sync, snapshot.state, snapshot.names))
                    .into_owned(),
                text: details(snapshot, sync),
                thing: Some(Thing::Sync(sync.id)),
            },
            (Action::Why, Some(sync)) => match snapshot.state.line(sync.id).next() {
                Some(first) => Effect::Why(first.task.0),
                None => Effect::Ignored,
            },
            _ => Effect::of_list(self.list.update(action, &listed, area)),
        }
    }

    fn filter(&mut self, text: &str) -> bool {
        self.list.filter(text);
        true
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let listed = self.listed(snapshot, &items(snapshot.state));
        Effect::of_list(self.list.click(at, &listed, area).is_some())
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let items = items(snapshot.state);
        if items.is_empty() {
            let text = "  (no locks, events, conditions, barriers or queues)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let listed = self.listed(snapshot, &items);
        self.list.draw(
            |n| row(snapshot, theme, items[n], area.width),
            &listed,
            theme,
            area,
            buffer,
        );
    }
}

/// All about one, for the box of details.
fn details(snapshot: &Snapshot<'_>, sync: &Sync) -> String {
    let (state, names) = (snapshot.state, snapshot.names);
    let task = |id: TaskId| super::words::task_name(snapshot, id);
    let mut lines = vec![titles::sync(sync.id, state, names)];
    let mut put = |name: &str, value: String| lines.push(format!("{name:<10} {value}"));
    let how = titles::sync_state(sync, state, names);
    if !how.is_empty() {
        put("state", how);
    }
    for place in state.line(sync.id) {
        let since = place.since.map_or_else(String::new, |since| {
            format!(" since {}", titles::time(loopscope_model::record::seconds(since)))
        });
        put("in line", format!("{}{since}", task(place.task)));
    }
    let maker = if sync.maker.is_some() { task(sync.maker) } else { "the main program".to_owned() };
    put("made by", maker);
    lines.join("\n")
}
