//! A box over the other panels with text in it that can be scrolled: help, details, answers.

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
    rows: Vec<Row>,
    top: usize,
}

impl Popup {
    /// A box with these rows. Rows are cut where they are too long: see [`Popup::text`].
    pub fn new(title: impl Into<String>, rows: Vec<Row>) -> Self {
        Self { title: title.into(), rows, top: 0 }
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

    /// Scrolls. Tells whether the action was one of scrolling.
    pub fn update(&mut self, action: Action) -> bool {
        let last = self.rows.len().saturating_sub(1);
        self.top = match action {
            Action::Up => self.top.saturating_sub(1),
            Action::Down => (self.top + 1).min(last),
            Action::PageUp => self.top.saturating_sub(10),
            Action::PageDown => (self.top + 10).min(last),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return false,
        };
        true
    }

    /// Draws it in the middle of `area`, as large as it needs to be.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let columns = self
            .rows
            .iter()
            .map(|row| {
                row.left.width() + if row.right.width() > 0 { 2 + row.right.width() } else { 0 }
            })
            .chain([self.title.len() + 4, 24])
            .max()
            .unwrap_or(24);
        let width = u16::try_from(columns + 4).unwrap_or(u16::MAX).min(area.width);
        let height =
            u16::try_from(self.rows.len() + 2).unwrap_or(u16::MAX).clamp(3, area.height.max(3));
        let place = Rect::new(
            area.x + (area.width - width) / 2,
            area.y + area.height.saturating_sub(height) / 2,
            width,
            height.min(area.height),
        );
        Clear.render(place, buffer);
        let mut frames = Frames::new(place);
        frames.add(place, true);
        let title = Line::styled(self.title.clone(), theme.style(Role::Title));
        frames.title(place, place.y, title, theme);
        let close = Line::styled("esc closes", theme.style(Role::Faint));
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
        let first = self.top.min(self.rows.len().saturating_sub(usize::from(inside.height)));
        list::draw(
            |row| self.rows[row].clone(),
            self.rows.len(),
            first,
            None,
            theme,
            inside,
            buffer,
        );
    }
}
