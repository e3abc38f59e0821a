//! A box over the other panels with text in it that can be scrolled and searched: help, details,
//! answers. Some of its rows may be things of which one is chosen.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::frames::Frames;
use super::list;
use super::row::Row;
use super::text::wrap;
use crate::keys::Action;
use crate::theme::{Role, Theme};

/// A box with rows of text.
#[derive(Clone, Debug, Default)]
pub struct Popup {
    /// Its title.
    pub title: String,
    /// What stands in the border below it, besides how it is closed.
    pub keys: String,
    rows: Vec<Row>,
    /// Which rows are shown, and for which text they were looked through.
    shown: Vec<usize>,
    search: String,
    top: usize,
    /// The rows of which one is chosen, and which of them is.
    choices: Vec<usize>,
    at: usize,
    /// The position of the history to which it leads.
    goes: Option<usize>,
    /// How many rows there was room for when it was last drawn.
    height: Cell<usize>,
}

impl Popup {
    /// A box with these rows. Rows are cut where they are too long: see [`Popup::text`].
    pub fn new(title: impl Into<String>, rows: Vec<Row>) -> Self {
        let shown = (0..rows.len()).collect();
        Self { title: title.into(), rows, shown, height: Cell::new(10), ..Self::default() }
    }

    /// A box with a text, wrapped to `columns`.
    pub fn text(title: impl Into<String>, text: &str, columns: u16, theme: &Theme) -> Self {
        let columns = usize::from(columns.saturating_sub(8)).clamp(20, 76);
        let rows = wrap(&super::text::clean_lines(text), columns)
            .into_iter()
            .map(|line| Row::of(line, Role::Text, theme))
            .collect();
        Self::new(title, rows)
    }

    /// With these rows, by number, of which one is chosen: at first the one in that place.
    #[must_use]
    pub fn with_choices(mut self, choices: Vec<usize>, at: usize) -> Self {
        self.at = at.min(choices.len().saturating_sub(1));
        self.choices = choices;
        self
    }

    /// Where it leads, and the key that goes there.
    pub fn set_goes(&mut self, position: Option<usize>, key: &str) {
        self.goes = position.filter(|_| !key.is_empty());
        if self.goes.is_some() {
            self.keys = format!("{key} goes to the cause");
        }
    }

    /// Where it leads.
    pub const fn goes(&self) -> Option<usize> {
        self.goes
    }

    /// Which of the choices is chosen; `None`: there are none.
    pub fn chosen(&self) -> Option<usize> {
        (!self.choices.is_empty()).then_some(self.at)
    }

    /// Shows only the rows in which that text stands; an empty one: all of them.
    pub fn search(&mut self, text: &str) {
        let wanted = text.to_lowercase();
        text.clone_into(&mut self.search);
        let fits = |row: &usize| {
            let Row { left, right, .. } = &self.rows[*row];
            let spans = left.spans.iter().chain(&right.spans);
            let whole: String = spans.map(|span| span.content.as_ref()).collect();
            whole.to_lowercase().contains(&wanted)
        };
        self.shown = (0..self.rows.len()).filter(|row| wanted.is_empty() || fits(row)).collect();
        self.top = 0;
    }

    /// Scrolls, or chooses. Tells whether the action was one of that.
    pub fn update(&mut self, action: Action) -> bool {
        let page = self.height.get().saturating_sub(1).max(1);
        let (now, count) = match self.choices.len() {
            0 => (self.top, self.shown.len()),
            count => (self.at, count),
        };
        let last = count.saturating_sub(1);
        let next = match action {
            Action::Up => now.saturating_sub(1),
            Action::Down => (now + 1).min(last),
            Action::PageUp => now.saturating_sub(page),
            Action::PageDown => (now + page).min(last),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return false,
        };
        if self.choices.is_empty() {
            // What is below the last row is nothing to scroll to.
            self.top = next.min(count.saturating_sub(self.height.get().max(1)));
        } else {
            self.at = next;
        }
        true
    }

    /// Draws it in the middle of `area`, as large as it needs to be.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let title = if self.search.is_empty() {
            self.title.clone()
        } else {
            format!("{}: {} of `{}`", self.title, self.shown.len(), self.search)
        };
        let wide = |row: &Row| {
            row.left.width() + if row.right.width() > 0 { 2 + row.right.width() } else { 0 }
        };
        let columns = self.rows.iter().map(wide).chain([title.len() + 4, 24]).max().unwrap_or(24);
        let width = u16::try_from(columns + 4).unwrap_or(u16::MAX).min(area.width);
        let height =
            u16::try_from(self.shown.len() + 2).unwrap_or(u16::MAX).clamp(3, area.height.max(3));
        let place = Rect::new(
            area.x + (area.width - width) / 2,
            area.y + area.height.saturating_sub(height) / 2,
            width,
            height.min(area.height),
        );
        Clear.render(place, buffer);
        let mut frames = Frames::new(place);
        frames.add(place, true);
        let title = Line::styled(title, theme.style(Role::Title));
        frames.title(place, place.y, title, theme);
        let keys = if self.keys.is_empty() { String::new() } else { format!("{}  ", self.keys) };
        let close = Line::styled(format!("{keys}esc closes"), theme.style(Role::Faint));
        if place.width > 20 && place.height > 2 {
            frames.title(place, place.bottom() - 1, close, theme);
        }
        frames.draw(theme, buffer);
        let inside = Rect::new(
            place.x + 2,
            place.y + 1,
            place.width.saturating_sub(4),
            place.height.saturating_sub(2),
        );
        let rows = usize::from(inside.height);
        self.height.set(rows);
        let chosen = self.choices.get(self.at);
        let chosen = chosen.and_then(|row| self.shown.iter().position(|shown| shown == row));
        let first = match chosen {
            Some(row) => list::window(self.shown.len(), rows, row),
            None => self.top.min(self.shown.len().saturating_sub(rows)),
        };
        let row = |row: usize| self.rows[self.shown[row]].clone();
        list::draw(row, self.shown.len(), first, chosen, theme, inside, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(popup: &Popup, width: u16, height: u16) -> String {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        popup.draw(&Theme::default(), area, &mut buffer);
        let rows = buffer.content.chunks(width.into());
        let row = |row: &[ratatui::buffer::Cell]| {
            format!("{}\n", row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>())
        };
        rows.map(row).collect()
    }

    fn numbered(count: usize) -> Popup {
        let theme = Theme::default();
        let row = |n| Row::of(format!("row {n}."), Role::Text, &theme);
        Popup::new("rows", (0..count).map(row).collect())
    }

    #[test]
    fn a_page_is_as_long_as_the_box_is_high() {
        let mut popup = numbered(100);
        let _ = drawn(&popup, 40, 22);
        assert!(popup.update(Action::PageDown));
        let text = drawn(&popup, 40, 22);
        assert!(text.contains("row 19.") && text.contains("row 38."), "{text}");
        popup.update(Action::Bottom);
        let text = drawn(&popup, 40, 22);
        assert!(text.contains("row 99.") && text.contains("row 80."), "{text}");
        popup.update(Action::Up);
        assert!(drawn(&popup, 40, 22).contains("row 79."), "one row up is one row up");
    }

    #[test]
    fn a_search_leaves_what_it_finds() {
        let mut popup = numbered(100);
        popup.search("ROW 7");
        let text = drawn(&popup, 40, 22);
        assert!(text.contains("rows: 11 of `ROW 7`") && !text.contains("row 8."), "{text}");
        popup.search("");
        assert!(drawn(&popup, 40, 22).contains("row 8."));
    }

    #[test]
    fn one_of_the_choices_is_chosen_and_in_sight() {
        let mut popup = numbered(100).with_choices((10..90).collect(), 5);
        assert_eq!(popup.chosen(), Some(5));
        popup.update(Action::Bottom);
        assert_eq!(popup.chosen(), Some(79));
        assert!(drawn(&popup, 40, 12).contains("row 89."));
        assert!(numbered(3).chosen().is_none());
    }
}
