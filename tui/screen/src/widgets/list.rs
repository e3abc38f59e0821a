//! A list of which only a window is drawn, however long it is. Marks at the right edge say how
//! many rows lie above and below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::row::Row;
use crate::keys::Action;
use crate::theme::{Role, Theme};

/// Where a list stands: the row that is selected, or whatever row the view wants to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    selected: Option<usize>,
}

impl Scroll {
    /// The selected row of a list of `len` rows.
    pub fn selected(self, len: usize) -> Option<usize> {
        self.selected.filter(|_| len > 0).map(|row| row.min(len - 1))
    }

    /// Selects a row; `None` follows the view again.
    pub fn select(&mut self, row: Option<usize>) {
        self.selected = row;
    }

    /// Moves the selection. `start` is the row to start from when none is selected. Tells whether
    /// the action was one of moving.
    pub fn update(&mut self, action: Action, len: usize, page: usize, start: usize) -> bool {
        let at = self.selected(len);
        let last = len.saturating_sub(1);
        let page = page.saturating_sub(1).max(1);
        let go = |delta: isize| match at {
            Some(at) => at.saturating_add_signed(delta).min(last),
            None => start.saturating_add_signed(delta).min(last),
        };
        let page = isize::try_from(page).unwrap_or(isize::MAX);
        self.selected = match action {
            Action::Up => Some(go(-1)),
            Action::Down => Some(go(1)),
            Action::PageUp => Some(go(-page)),
            Action::PageDown => Some(go(page)),
            Action::Top => Some(0),
            Action::Bottom => Some(last),
            Action::Close if at.is_some() => None,
            _ => return false,
        };
        true
    }
}

/// The first row to draw so that `row` is seen, with some rows before it where there are any.
pub fn window(len: usize, height: usize, row: usize) -> usize {
    let before = height / 3;
    row.saturating_sub(before.max(height.saturating_sub(1) / 2)).min(len.saturating_sub(height))
}

/// The index of the row at a position of the screen.
pub fn row_at(area: Rect, at: Position, len: usize, first: usize) -> Option<usize> {
    area.contains(at).then(|| first + usize::from(at.y - area.y)).filter(|row| *row < len)
}

/// Draws the rows of a list that are in the window from `first` on.
pub fn draw(
    rows: impl Fn(usize) -> Row,
    len: usize,
    first: usize,
    selected: Option<usize>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let height = usize::from(area.height);
    let end = len.min(first + height);
    for (line, row) in (first..end).enumerate() {
        let y = area.y + u16::try_from(line).unwrap_or(0);
        let mut place = Rect::new(area.x, y, area.width, 1);
        let mark = if row == first && first > 0 {
            format!("{}{first}", theme.glyphs.above)
        } else if row + 1 == end && end < len {
            format!("{}{}", theme.glyphs.below, len - end)
        } else {
            String::new()
        };
        let wide = u16::try_from(Span::raw(mark.as_str()).width()).unwrap_or(0);
        if wide > 0 && wide + 4 < area.width {
            place.width -= wide + 1;
            let x = area.right() - wide;
            buffer.set_string(x, y, mark, theme.style(Role::Faint));
        }
        let mut drawn = rows(row);
        if selected == Some(row) {
            let style = theme.style(Role::Selected);
            buffer.set_style(place, style);
            drawn = drawn.patch(style);
        }
        place.width = place.width.min(drawn.reach());
        drawn.draw(theme, place, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_holds_the_row() {
        for len in 0..30 {
            for height in 1..12 {
                for row in 0..len {
                    let first = window(len, height, row);
                    assert!(first <= row && row < first + height, "{len} {height} {row}");
                    assert!(first == 0 || first + height <= len, "no empty rows at the end");
                }
            }
        }
    }

    #[test]
    fn moving_stays_within_the_list() {
        let mut scroll = Scroll::default();
        assert!(scroll.update(Action::Down, 3, 2, 1));
        assert_eq!(scroll.selected(3), Some(2));
        scroll.update(Action::Down, 3, 2, 1);
        assert_eq!(scroll.selected(3), Some(2));
        assert_eq!(scroll.selected(2), Some(1), "the list became shorter");
        assert_eq!(scroll.selected(0), None);
        scroll.update(Action::Top, 3, 2, 1);
        scroll.update(Action::Up, 3, 2, 1);
        assert_eq!(scroll.selected(3), Some(0));
        assert!(scroll.update(Action::Bottom, 9, 2, 1));
        assert_eq!(scroll.selected(9), Some(8), "the end is the end");
        assert!(scroll.update(Action::Close, 9, 2, 1));
        assert_eq!(scroll.selected(9), None, "follows again");
        assert!(!scroll.update(Action::Close, 9, 2, 1), "nothing is left to close");
        assert!(!scroll.update(Action::Step, 3, 2, 1));
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let theme = Theme::default();
        let area = Rect::new(0, 0, 12, 3);
        let mut buffer = Buffer::empty(area);
        draw(
            |row| Row::of(format!("row {row}"), Role::Text, &theme),
            9,
            2,
            None,
            &theme,
            area,
            &mut buffer,
        );
        let lines: Vec<String> = buffer
            .content
            .chunks(12)
            .map(|cells| cells.iter().map(ratatui::buffer::Cell::symbol).collect())
            .collect();
        assert_eq!(lines, ["row 2     ↑2", "row 3       ", "row 4     ↓4"]);
    }
}
