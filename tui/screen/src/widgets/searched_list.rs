//! A list that one moves in, and that may be searched: what the views of many things have in common.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::list::{self, Scroll};
use super::row::Row;
use super::search::{Listed, Search};
use crate::keys::Action;
use crate::theme::{Role, Theme};

/// What is said where a search has found nothing.
pub const NONE_FOUND: &str = "  (none with that text; esc lists all)";

/// Where a list stands, and what it is searched for.
#[derive(Clone, Debug, Default)]
pub struct SearchedList {
    scroll: Scroll,
    search: Search,
}

impl SearchedList {
    /// The rows that are listed, of `len`; `row` is what stands in one.
    pub fn listed(&self, len: usize, row: impl Fn(usize) -> String) -> Listed {
        self.search.listed(len, row)
    }

    /// Whether something is searched for.
    pub const fn is_searched(&self) -> bool {
        self.search.is_on()
    }

    /// What the title of the list says of its search.
    pub fn title(&self, listed: &Listed, theme: &Theme) -> Vec<Span<'static>> {
        self.search.title(listed, theme)
    }

    /// The place that is selected, if one is.
    pub fn selected(&self, listed: &Listed) -> Option<usize> {
        self.scroll.selected(listed.len())
    }

    /// The number of the row that a key is about: the selected one, or else the first.
    pub fn current(&self, listed: &Listed) -> Option<usize> {
        listed.at(self.selected(listed).unwrap_or(0))
    }

    /// The place of the first row that is drawn.
    pub fn first(&self, listed: &Listed, area: Rect) -> usize {
        list::window(listed.len(), area.height.into(), self.selected(listed).unwrap_or(0))
    }

    /// Takes an action of moving in the list, or of listing all rows again. False: it is neither.
    pub fn update(&mut self, action: Action, listed: &Listed, area: Rect) -> bool {
        self.search.update(&mut self.scroll, action, listed, area.height.into())
    }

    /// Searches for a text from now on.
    pub fn filter(&mut self, text: &str) {
        self.search.set(text);
        self.follow();
    }

    /// Selects nothing: the view shows what it wants again.
    pub fn follow(&mut self) {
        self.scroll.select(None);
    }

    /// Selects the row at a position of the screen. Its place, if there is one.
    pub fn click(&mut self, at: Position, listed: &Listed, area: Rect) -> Option<usize> {
        let row = list::row_at(area, at, listed.len(), self.first(listed, area));
        self.scroll.select(row);
        row
    }

    /// Draws what is listed; `row` draws the row of a number.
    pub fn draw(
        &self,
        row: impl Fn(usize) -> Row,
        listed: &Listed,
        theme: &Theme,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        if listed.is_empty() {
            Row::of(NONE_FOUND, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let drawn = |place: usize| listed.at(place).map_or_else(Row::new, &row);
        let (first, selected) = (self.first(listed, area), self.selected(listed));
        list::draw(drawn, listed.len(), first, selected, theme, area, buffer);
    }
}
