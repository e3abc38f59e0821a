//! The tasks: their state, what they wait for, and who waits for whom, as a tree; or many of them, in
//! groups of those that do the same.

mod details;
mod row;
mod rows;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use self::row::row;
use self::rows::{Choice, Item, Rows, Shape};
use super::{Effect, Snapshot, View};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list;
use crate::widgets::row::Row;
use crate::widgets::search::Listed;
use crate::widgets::searched_list::{NONE_FOUND, SearchedList};

/// The view's name.
pub const ID: &str = "tasks";

/// The tasks.
#[derive(Debug, Default)]
pub struct Tasks {
    list: SearchedList,
    choice: Choice,
}

/// Whether there is room for await chains.
const fn roomy(area: Rect) -> bool {
    area.height >= 7
}

/// Whether there is room for all that a row may say.
const fn is_wide(area: Rect) -> bool {
    area.width >= 52
}

impl Tasks {
    fn rows(&self, snapshot: &Snapshot<'_>, area: Rect) -> (Rows, Listed) {
        // A task is searched for wherever it stands.
        let flat = Choice { shape: Some(Shape::Flat), own: true, ..self.choice.clone() };
        let choice = if self.list.is_searched() { &flat } else { &self.choice };
        let rows = Rows::of(snapshot, choice, roomy(area));
        let theme = Theme::default();
        let text = |n: usize| {
            let item = rows.get(snapshot, n);
            item.map_or_else(String::new, |item| row(snapshot, &theme, &item, true).text())
        };
        let listed = self.list.listed(rows.len(), text);
        (rows, listed)
    }

    /// Unfolds what is folded, or folds it. False: the row is of another kind.
    fn fold(&mut self, item: &Item, open: Option<bool>) -> bool {
        match item {
            Item::Group(group, _, is_open) => {
                if open.unwrap_or(!is_open) {
                    self.choice.open.insert(*group);
                } else {
                    self.choice.open.remove(group);
                }
                true
            }
            Item::Own(_, is_open) => {
                self.choice.own = open.unwrap_or(!is_open);
                true
            }
            Item::Task(..) | Item::Frame(..) => false,
        }
    }
}

impl View for Tasks {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let (rows, listed) = self.rows(snapshot, Rect::new(0, 0, 80, 8));
        let pending = snapshot.state.pending();
        let groups = match rows.groups() {
            0 => String::new(),
            1 => " in 1 group".to_owned(),
            n => format!(" in {n} groups"),
        };
        let order = self.choice.order.word();
        let mut line = Line::from(vec![
            Span::styled("tasks", theme.style(Role::Title)),
            Span::styled(format!(": {pending}{groups}{order}"), theme.style(Role::Text)),
        ]);
        line.spans.extend(self.list.title(&listed, theme));
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("enter", "all about the selected task; unfolds a group"),
            ("w", "why it waits"),
            ("v", "in groups, flat, as a tree"),
            ("o", "in another order"),
            ("h l", "fold, unfold"),
            ("/", "only those with that text"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let (rows, listed) = self.rows(snapshot, area);
        let selected = self.list.current(&listed).and_then(|row| rows.get(snapshot, row));
        match (action, selected) {
            (Action::Shape, _) => {
                let is_grouped = rows.groups() > 0;
                let shown = if is_grouped { Shape::Groups } else { Shape::Tree };
                self.choice.shape = Some(self.choice.shape.unwrap_or(shown).next());
                self.list.follow();
            }
            (Action::Sort, _) => {
                self.choice.order = self.choice.order.next();
                self.list.follow();
            }
            (Action::Open, Some(item)) if self.fold(&item, None) => {}
            (Action::Right, Some(item)) if self.fold(&item, Some(true)) => {}
            (Action::Left, Some(item)) if self.fold(&item, Some(false)) => {}
            (Action::Open, Some(item)) => {
                return item.task().map_or(Effect::Done, |id| Effect::About {
                    task: id.0,
                    text: details::details(snapshot, id),
                });
            }
            (Action::Why, Some(item)) => {
                return item.task().map_or(Effect::Done, |id| Effect::Why(id.0));
            }
            _ => {
                return Effect::of_list(self.list.update(action, &listed, area));
            }
        }
        Effect::Done
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let (rows, listed) = self.rows(snapshot, area);
        let before = self.list.selected(&listed);
        let row = self.list.click(at, &listed, area);
        let item = row.and_then(|at| rows.get(snapshot, listed.at(at)?));
        // A second click on a group unfolds it.
        if row.is_some() && row == before {
            let _ = item.is_some_and(|item| self.fold(&item, None));
        }
        Effect::of_list(row.is_some())
    }

    fn filter(&mut self, text: &str) -> bool {
        self.list.filter(text);
        true
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let (rows, listed) = self.rows(snapshot, area);
        if listed.is_empty() {
            let done = snapshot.state.tasks().next().is_some();
            let text = match (self.list.is_searched(), done) {
                (true, _) => NONE_FOUND,
                (false, true) => "  (none pending)",
                (false, false) => "  (none)",
            };
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let selected = self.list.selected(&listed);
        let changed = || rows.changed(snapshot).and_then(|row| listed.place(row));
        let at = selected.or_else(changed).unwrap_or(0);
        let first = list::window(listed.len(), area.height.into(), at);
        let drawn = |number: usize| {
            let item = listed.at(number).and_then(|row| rows.get(snapshot, row));
            item.map_or_else(Row::new, |item| row(snapshot, theme, &item, is_wide(area)))
        };
        list::draw(drawn, listed.len(), first, selected, theme, area, buffer);
    }
}
