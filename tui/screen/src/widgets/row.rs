//! One row of a panel: a left part, and a right part that stands at the right edge if there is
//! room for both.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text::fit_line;
use crate::theme::{Role, Theme};

/// From this width on the right part of a row stands no longer at the edge of its panel.
const WIDEST: usize = 76;

/// One row of a panel.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What stands at the left, and matters more.
    pub left: Line<'static>,
    /// What stands at the right.
    pub right: Line<'static>,
    /// What stands at the right says nothing that is not in the left part too.
    pub is_spare: bool,
}

impl Row {
    /// A row without anything in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A row with only a left part.
    pub fn of(text: impl Into<String>, role: Role, theme: &Theme) -> Self {
        Self::new().put(text, role, theme)
    }

    /// With more text at the left.
    #[must_use]
    pub fn put(mut self, text: impl Into<String>, role: Role, theme: &Theme) -> Self {
        let text: String = text.into();
        if !text.is_empty() {
            self.left.push_span(Span::styled(text, theme.style(role)));
        }
        self
    }

    /// With more text at the right.
    #[must_use]
    pub fn put_right(mut self, text: impl Into<String>, role: Role, theme: &Theme) -> Self {
        let text: String = text.into();
        if !text.is_empty() {
            self.right.push_span(Span::styled(text, theme.style(role)));
        }
        self
    }

    /// With a right part that is left out where the left one has no room beside it.
    #[must_use]
    pub const fn spare(mut self, is_spare: bool) -> Self {
        self.is_spare = is_spare;
        self
    }

    /// What stands in it.
    pub fn text(&self) -> String {
        let spans = self.left.spans.iter().chain(&self.right.spans);
        spans.map(|span| &*span.content).collect::<Vec<_>>().join(" ")
    }

    /// With `style` added to everything in it.
    #[must_use]
    pub fn patch(mut self, style: Style) -> Self {
        for span in self.left.spans.iter_mut().chain(&mut self.right.spans) {
            span.style = span.style.patch(style);
        }
        self
    }

    /// How far its right part may stand away: in a very wide panel nobody sees that the two belong
    /// together.
    pub fn reach(&self) -> u16 {
        let needed = self.left.width() + self.right.width() + 2;
        u16::try_from(needed.max(WIDEST)).unwrap_or(u16::MAX)
    }

    /// Draws it into the first row of `area`. Where there is no room for both, a short right part
    /// stays whole and the left one is cut, else the other way round; a mark says so.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let columns = usize::from(area.width);
        if area.height == 0 || columns == 0 {
            return;
        }
        let fits = self.left.width() + self.right.width() < columns;
        let right_width = if self.is_spare && !fits { 0 } else { self.right.width() };
        let (left_room, right_room) = if right_width == 0 {
            (columns, 0)
        } else if right_width <= (columns / 3).max(columns.saturating_sub(self.left.width() + 1)) {
            (columns - right_width - 1, right_width)
        } else {
            let left = self.left.width().min(columns.saturating_sub(2));
            (left, columns - left - 1)
        };
        let left = fit_line(self.left.clone(), left_room, theme);
        buffer.set_line(area.x, area.y, &left, area.width);
        if right_room > 0 {
            let right = fit_line(self.right.clone(), right_room, theme);
            let wide = u16::try_from(right.width()).unwrap_or(area.width).min(area.width);
            buffer.set_line(area.right() - wide, area.y, &right, wide);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(left: &str, right: &str, width: u16) -> String {
        let theme = Theme::default();
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        Row::of(left, Role::Text, &theme).put_right(right, Role::Faint, &theme).draw(
            &theme,
            area,
            &mut buffer,
        );
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn what_is_spare_makes_room() {
        let theme = Theme::default();
        let area = Rect::new(0, 0, 12, 1);
        let drawn = |right: &str| {
            let mut buffer = Buffer::empty(area);
            let row = Row::of("2.5 wake-up", Role::Text, &theme).spare(true);
            row.put_right(right, Role::Faint, &theme).draw(&theme, area, &mut buffer);
            buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect::<String>()
        };
        assert_eq!(drawn("in 1 s"), "2.5 wake-up ");
        assert_eq!(drawn(""), "2.5 wake-up ");
    }

    #[test]
    fn the_longer_part_gives_way() {
        assert_eq!(drawn("h4 fetch", "wakeup", 20), "h4 fetch      wakeup");
        assert_eq!(drawn("h4 fetch", "wakeup", 15), "h4 fetch wakeup");
        assert_eq!(drawn("h4 fetch", "wakeup", 12), "h4 fetch wa…");
        assert_eq!(drawn("h4 fetch", "wakeup", 9), "h4 fet… …");
        assert_eq!(drawn("h4 display_date", "by h2", 16), "h4 displa… by h2");
        assert_eq!(drawn("h4 fetch", "", 6), "h4 fe…");
        assert_eq!(drawn("h4", "x", 0), "");
    }
}
