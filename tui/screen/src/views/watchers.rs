//! What can wake the loop from outside: watched descriptors, by whom they lead to, and signals.

use loopscope_model::titles;
use loopscope_model::why::Thing;
use loopscope_protocol::{Event, Fd, HandleId, Kind, KindSet, WatchHow, Word};
use loopscope_session::Mark;
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
pub const ID: &str = "watchers";

/// What can wake the loop from outside.
#[derive(Debug, Default)]
pub struct Watchers {
    list: SearchedList,
}

/// A row, and what stands in the box about it.
struct Item {
    row: Row,
    text: String,
    thing: Option<Thing>,
}

fn items(snapshot: &Snapshot<'_>, theme: &Theme) -> Vec<Item> {
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
    let lasting = |row: Row, what: String, handle: HandleId| Item {
        row,
        text: format!("{what}\n\n{}", words::handle_details(snapshot, handle)),
        thing: Some(Thing::Handle(handle)),
    };
    let mut items = Vec::new();
    for watcher in state.watchers() {
        let key = (watcher.loop_id, watcher.fd, watcher.how);
        let mark = changes.watchers.get(&key).copied();
        let runs = words::handle(snapshot, watcher.handle);
        let what = fd(watcher.fd, watcher.how);
        items.push(lasting(row(mark, watcher.known, what.clone(), runs), what, watcher.handle));
    }
    let gone = changes.watchers.iter().filter(|(_, mark)| **mark == Mark::Gone);
    for ((_, descriptor, how), mark) in gone {
        let what = fd(*descriptor, *how);
        let removed = KindSet::NONE.with(Kind::WatcherRemove);
        let at = snapshot.history.rfind_record(snapshot.position + 1, removed, |record| {
            let (fd, how) = (*descriptor, *how);
            record.event == Event::WatcherRemove { fd, how }
        });
        let row = row(Some(*mark), true, what.clone(), "removed".to_owned());
        let text = format!("{what}\n\nIt is watched no longer.");
        items.push(Item { row, text, thing: at.map(Thing::At) });
    }
    for signal in state.signals() {
        let mark = changes.signals.get(&signal.signal).copied();
        let runs = words::handle(snapshot, signal.handle);
        let what = format!("signal {}", signal.signal.0);
        items.push(lasting(row(mark, signal.known, what.clone(), runs), what, signal.handle));
    }
    items
}

/// How many there are.
pub fn count(snapshot: &Snapshot<'_>) -> usize {
    let state = snapshot.state;
    state.watchers().len() + state.signals().len()
}

impl Watchers {
    fn listed(&self, items: &[Item]) -> Listed {
        self.list.listed(items.len(), |n| items[n].row.text())
    }
}

impl View for Watchers {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let mut line = Line::from(vec![
            Span::styled("watchers", theme.style(Role::Title)),
            Span::styled(format!(": {}", count(snapshot)), theme.style(Role::Text)),
        ]);
        line.spans.extend(self.list.title(&self.listed(&items(snapshot, theme)), theme));
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[("enter", "all about the selected one"), ("/", "only those with that text")]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let items = items(snapshot, &Theme::default());
        let listed = self.listed(&items);
        if action == Action::Open {
            let item = self.list.current(&listed).and_then(|n| items.get(n));
            return item.map_or(Effect::Done, |item| Effect::Show {
                title: item.row.left.to_string().trim().to_owned(),
                text: item.text.clone(),
                thing: item.thing,
            });
        }
        Effect::of_list(self.list.update(action, &listed, area))
    }

    fn filter(&mut self, text: &str) -> bool {
        self.list.filter(text);
        true
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let items = items(snapshot, theme);
        if items.is_empty() {
            let text = "  (nothing outside can wake the loop)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let listed = self.listed(&items);
        self.list.draw(|n| items[n].row.clone(), &listed, theme, area, buffer);
    }
}
