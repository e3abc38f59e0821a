//! Everything that happened, a record a line, around the cursor. The list can be filtered; only
//! what is in sight is looked at, so its length does not matter.

use std::cell::Cell;

use loopscope_model::why::Thing;
use loopscope_protocol::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::row::Row;

/// The view's name.
pub const ID: &str = "records";

/// With a filter, at most this many records are looked at in each direction for one frame.
const REACH: usize = 20_000;

/// The record list.
#[derive(Debug, Default)]
pub struct Records {
    /// The position that the user has moved to, if it is not the cursor.
    selected: Option<usize>,
    filter: String,
    /// How many records fit the filter, and among how many first ones. Counting is spread over frames.
    counted: Cell<(usize, usize)>,
}

impl Records {
    /// How many records fit the filter, and whether all were looked at.
    fn count(&self, snapshot: &Snapshot<'_>) -> (usize, bool) {
        let (from, mut count) = self.counted.get();
        let len = snapshot.history.len();
        let upto = len.min(from + REACH);
        count += (from + 1..=upto).filter(|position| self.matches(snapshot, *position)).count();
        self.counted.set((upto.max(from), count));
        (count, upto == len)
    }

    fn matches(&self, snapshot: &Snapshot<'_>, position: usize) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let Some(record) = snapshot.history.record(position) else {
            return false;
        };
        let wanted = self.filter.to_lowercase();
        if record.kind().word().contains(&wanted) {
            return true;
        }
        let (about, rest) = words::record(snapshot, position, &record);
        about.to_lowercase().contains(&wanted) || rest.to_lowercase().contains(&wanted)
    }

    /// The next position that is listed, from `at` on in a direction.
    fn next(&self, snapshot: &Snapshot<'_>, at: usize, forward: bool) -> Option<usize> {
        let len = snapshot.history.len();
        if forward {
            (at + 1..=len).take(REACH).find(|position| self.matches(snapshot, *position))
        } else {
            (1..at).rev().take(REACH).find(|position| self.matches(snapshot, *position))
        }
    }

    /// The positions in sight: those before the one to look at, it, and those after it.
    fn window(&self, snapshot: &Snapshot<'_>, height: usize) -> Vec<usize> {
        let len = snapshot.history.len();
        let at = self.selected.unwrap_or(snapshot.position).min(len);
        // One row of what comes is enough, and only if it is known already.
        let after_wanted = if self.selected.is_some() { height / 2 } else { (height / 4).min(1) };
        let mut after = Vec::new();
        let mut from = at;
        while after.len() < height {
            let Some(next) = self.next(snapshot, from, true) else {
                break;
            };
            after.push(next);
            from = next;
            if after.len() >= after_wanted && !self.filter.is_empty() {
                break;
            }
        }
        let mut rows = Vec::new();
        if at > 0 && self.matches(snapshot, at) {
            rows.push(at);
        }
        let room = height.saturating_sub(after.len().min(after_wanted));
        let mut from = at;
        while rows.len() < room {
            let Some(previous) = self.next(snapshot, from, false) else {
                break;
            };
            rows.push(previous);
            from = previous;
        }
        rows.reverse();
        rows.extend(after);
        rows.truncate(height);
        rows
    }
}

impl View for Records {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let mut line = Line::from(Span::styled("records", theme.style(Role::Title)));
        let all = snapshot.history.len();
        let text = if self.filter.is_empty() {
            format!(": {all}")
        } else {
            let (count, is_all) = self.count(snapshot);
            format!(": {count}{} of {all} match ", if is_all { "" } else { "+" })
        };
        line.push_span(Span::styled(text, theme.style(Role::Text)));
        if !self.filter.is_empty() {
            line.push_span(Span::styled(self.filter.clone(), theme.style(Role::Changed)));
        }
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("enter", "go to the selected record; on the cursor: all about it"),
            ("/", "list only what fits"),
            ("esc", "list all again"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let at = self.selected.unwrap_or(snapshot.position);
        let page = usize::from(area.height.max(2)) - 1;
        let step = |count: usize, forward: bool| {
            let mut at = at;
            for _ in 0..count {
                match self.next(snapshot, at, forward) {
                    Some(next) => at = next,
                    None => break,
                }
            }
            Some(at.max(1))
        };
        self.selected = match action {
            Action::Up => step(1, false),
            Action::Down => step(1, true),
            Action::PageUp => step(page, false),
            Action::PageDown => step(page, true),
            Action::Top => Some(1),
            Action::Close if !self.filter.is_empty() => {
                self.filter("");
                return Effect::Done;
            }
            Action::Bottom | Action::Close if self.selected.is_some() => None,
            Action::Bottom => Some(snapshot.history.len()),
            Action::Open => {
                let Some(record) = snapshot.history.record(at) else {
                    return Effect::Done;
                };
                if at != snapshot.position {
                    return Effect::Seek(at);
                }
                let title = format!("record #{}", record.seq);
                let text = words::details(snapshot, at, &record);
                return Effect::Show { title, text, thing: Some(Thing::Record(at)) };
            }
            _ => return Effect::Ignored,
        };
        Effect::Done
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let rows = self.window(snapshot, area.height.into());
        let Some(position) = rows.get(usize::from(at.y.saturating_sub(area.y))).copied() else {
            return Effect::Ignored;
        };
        if self.selected.unwrap_or(snapshot.position) == position && position != snapshot.position {
            return Effect::Seek(position);
        }
        self.selected = Some(position);
        Effect::Done
    }

    fn follow(&mut self) {
        self.selected = None;
    }

    fn filter(&mut self, text: &str) -> bool {
        text.clone_into(&mut self.filter);
        self.counted.set((0, 0));
        true
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let rows = self.window(snapshot, area.height.into());
        if rows.is_empty() {
            let text = if snapshot.history.is_empty() {
                "  (nothing has happened yet)"
            } else if snapshot.position == 0 && self.filter.is_empty() {
                "  (the start)"
            } else {
                "  (nothing fits here)"
            };
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let before = snapshot.changes.from();
        let last = rows.last().copied().and_then(|position| snapshot.history.record(position));
        let lints = super::calls::lint_positions(snapshot);
        let digits = last.map_or(1, |record| record.seq.to_string().len()).max(3);
        for (y, position) in (area.y..area.bottom()).zip(rows) {
            let Some(record) = snapshot.history.record(position) else {
                continue;
            };
            let (here, future) = (position == snapshot.position, position > snapshot.position);
            let new = position > before && !future;
            let (sign, role) = match (here, new) {
                (true, _) => (theme.glyphs.pointer, Role::Running),
                (_, true) => ("+", Role::Arrived),
                _ => (" ", Role::Text),
            };
            let (about, rest) = words::record(snapshot, position, &record);
            let text = match record.event {
                _ if future => Role::Faint,
                Event::Gap { .. } => Role::Warning,
                _ => Role::Text,
            };
            let kind = if here { Role::Running } else { text };
            let row = Row::of(sign, role, theme)
                .put(format!("{:>digits$} ", record.seq), Role::Faint, theme)
                .put(format!("{:<13}", record.kind().word()), kind, theme)
                .put(if lints.contains(&position) { " !" } else { "" }, Role::Warning, theme)
                .put(format!(" {about}"), text, theme)
                .put_right(rest, Role::Faint, theme);
            let place = Rect { y, height: 1, ..area };
            let near = Rect { width: place.width.min(row.reach()), ..place };
            row.draw(theme, near, buffer);
            if self.selected == Some(position) {
                buffer.set_style(place, theme.style(Role::Selected));
            }
        }
    }
}
