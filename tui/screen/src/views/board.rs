//! The board: how the link to it is, and which task has how much of its time.

mod link;
mod load;

use loopscope_model::link::{LinkState, Processor};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Activity, Effect, Snapshot, View};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list::{self, Scroll};
use crate::widgets::row::Row;

pub(crate) use link::summary;
use load::Part;

/// The view's name.
pub const ID: &str = "board";

/// The board.
#[derive(Debug, Default)]
pub struct Board {
    scroll: Scroll,
}

/// A row of the panel.
#[derive(Clone, Debug)]
enum Item {
    /// Words.
    Words(Row),
    /// The titles of the columns; the length of the window, in nanoseconds.
    Columns(u64),
    /// What somebody had of the time.
    Part(Part),
}

/// Whether a panel is so small that it says less of the link, and the tasks come first.
const fn is_small(area: Rect) -> bool {
    area.width < 44 || area.height < 8
}

/// All rows of a panel of that size.
fn items(snapshot: &Snapshot<'_>, theme: &Theme, area: Rect) -> Vec<Item> {
    let is_small = is_small(area);
    let link = link::rows(snapshot, theme, area.width, is_small).into_iter().map(Item::Words);
    // Asked once: of a fast board many records lie in the window.
    let shares = load::shares(snapshot);
    let (head, parts) = load::parts(snapshot, shares.as_ref(), is_small);
    let head = head.into_iter().map(|text| Item::Words(Row::of(text, Role::Text, theme)));
    let late = shares.as_ref().and_then(|shares| load::timers(snapshot, shares, theme));
    let late = late.map(Item::Words);
    let columns = shares.map(|shares| Item::Columns(shares.known + shares.unknown));
    let (above, below) = if is_small { (None, late) } else { (late, None) };
    let parts = parts.into_iter().map(Item::Part);
    link.chain(head).chain(above).chain(columns).chain(parts).chain(below).collect()
}

impl View for Board {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let (word, role) = match (snapshot.link, snapshot.activity) {
            (None, _) => ("recorded", Role::Text),
            (Some(link), activity) => match (&link.state, activity) {
                (LinkState::Gone(_) | LinkState::Released, _) => ("gone", Role::Error),
                (LinkState::Away, _) => ("link lost", Role::Error),
                (LinkState::Up(Processor::Halted(_)), _) => ("halted", Role::Warning),
                (LinkState::Up(Processor::Faulted(_)), _) => ("fault", Role::Error),
                (LinkState::Up(_), Activity::Standing) => ("runs on", Role::Changed),
                _ if snapshot.held => ("paused", Role::Changed),
                _ => ("connected", Role::Good),
            },
        };
        Line::from(vec![
            Span::styled("board", theme.style(Role::Title)),
            Span::styled(": ", theme.style(Role::Text)),
            Span::styled(word, theme.style(role)),
        ])
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[("enter", "go to the longest step of the selected task"), ("w", "why it waits")]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let theme = Theme::default();
        let items = items(snapshot, &theme, area);
        let part = match self.scroll.selected(items.len()).map(|row| &items[row]) {
            Some(Item::Part(part)) => Some(part),
            _ => None,
        };
        match (action, part) {
            (Action::Open, Some(part)) => part.longest().map_or(Effect::Done, Effect::Seek),
            (Action::Why, Some(part)) => part.task().map_or(Effect::Ignored, Effect::Why),
            (Action::Open, None) => Effect::Done,
            _ => {
                let first = items.iter().position(|item| matches!(item, Item::Part(_)));
                let start = first.map_or(0, |first| first.saturating_sub(1));
                let used = self.scroll.update(action, items.len(), area.height.into(), start);
                if used { Effect::Done } else { Effect::Ignored }
            }
        }
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let len = items(snapshot, &Theme::default(), area).len();
        let row = self.scroll.selected(len).unwrap_or(0);
        let first = list::window(len, area.height.into(), row);
        let row = list::row_at(area, at, len, first);
        self.scroll.select(row);
        if row.is_some() { Effect::Done } else { Effect::Ignored }
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let items = items(snapshot, theme, area);
        let selected = self.scroll.selected(items.len());
        let first = list::window(items.len(), area.height.into(), selected.unwrap_or(0));
        // The marks of what lies above and below must not break the columns.
        let hidden = items.len().saturating_sub(area.height.into());
        let marks = [0, 3, 4][usize::from(hidden > 0) + usize::from(hidden > 9)];
        let width = area.width.saturating_sub(marks);
        let rows = |number: usize| match &items[number] {
            Item::Words(row) => row.clone(),
            Item::Columns(window) => load::columns(*window, theme, width),
            Item::Part(part) => part.row(theme, width),
        };
        list::draw(rows, items.len(), first, selected, theme, area, buffer);
    }
}
