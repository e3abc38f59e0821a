//! A list of which only a window is drawn, however long it is. Marks at the right edge say how
//! many rows lie above and below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::row::Row;
use super::text::width;
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
        let mark = if row == first && first > 0 {
            format!("{}{first}", theme.glyphs.above)
        } else if row + 1 == end && end < len {
            format!("{}{}", theme.glyphs.below, len - end)
        } else {
            String::new()
        };
        let place = Rect::new(area.x, y, area.width, 1);
        marked(
            rows(row),
            (mark.as_str(), Role::Faint),
            selected == Some(row),
            theme,
            place,
            buffer,
        );
    }
}

/// The columns that a row has left at least beside a mark that names a key.
const BESIDE: usize = 20;

/// Draws a text, from the row `first` on. The mark of the rows below names the key that turns the
/// page; it may cover the end of its row, with which the next page begins once more. So that all of it
/// is read, the mark of the rows above covers nothing.
pub fn draw_text(
    rows: &[Row],
    first: usize,
    page_key: Option<&str>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let room = usize::from(area.width);
    let end = rows.len().min(first + usize::from(area.height));
    for (y, row) in (area.y..area.bottom()).zip(first..end) {
        let mut mark = String::new();
        let mut role = Role::Faint;
        if row + 1 == end && end < rows.len() {
            mark = format!("{}{}", theme.glyphs.below, rows.len() - end);
            let named = page_key.map(|key| format!("{mark} {key}"));
            if let Some(named) = named.filter(|named| width(named) + BESIDE < room) {
                (mark, role) = (named, Role::Key);
            }
        } else if row == first && first > 0 {
            mark = format!("{}{first}", theme.glyphs.above);
            if rows[row].left.width() + width(&mark) >= room {
                mark.clear();
            }
        }
        let place = Rect::new(area.x, y, area.width, 1);
        marked(rows[row].clone(), (mark.as_str(), role), false, theme, place, buffer);
    }
}

/// Draws a row that makes room for a mark at the right edge of its place.
fn marked(
    mut row: Row,
    (mark, role): (&str, Role),
    is_selected: bool,
    theme: &Theme,
    mut place: Rect,
    buffer: &mut Buffer,
) {
    let wide = u16::try_from(width(mark)).unwrap_or(0);
    if wide > 0 && wide + 4 < place.width {
        buffer.set_string(place.right() - wide, place.y, mark, theme.style(role));
        place.width -= wide + 1;
    }
    if is_selected {
        let style = theme.style(Role::Selected);
        buffer.set_style(place, style);
        row = row.patch(style);
    }
    place.width = place.width.min(row.reach());
    row.draw(theme, place, buffer);
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

    /// Four rows of a text of six, from the row `first` on, on a screen that is `columns` wide.
    fn text(first: usize, page_key: Option<&str>, columns: u16, theme: &Theme) -> Vec<String> {
        let area = Rect::new(0, 0, columns, 4);
        let mut buffer = Buffer::empty(area);
        let row = |n: usize| format!("row {n}, as long as {columns} columns allow.....");
        let row = |n| row(n).chars().take(usize::from(columns)).collect::<String>();
        let rows: Vec<Row> = (0..6).map(|n| Row::of(row(n), Role::Text, theme)).collect();
        draw_text(&rows, first, page_key, theme, area, &mut buffer);
        let lines = buffer.content.chunks(usize::from(columns));
        lines.map(|cells| cells.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
    }

    #[test]
    fn the_mark_below_a_text_names_the_key_where_there_is_room() {
        let theme = Theme::default();
        let named = text(0, Some("PgDn"), 30, &theme);
        assert_eq!(
            named[2..],
            ["row 2, as long as 30 columns a", "row 3, as long as 30 … ↓2 PgDn"]
        );
        let narrow = text(0, Some("PgDn"), 24, &theme);
        assert_eq!(narrow[3], "row 3, as long as 24… ↓2");
        assert!(text(0, None, 30, &theme)[3].ends_with(" ↓2"), "the keys are another panel's");
        let ascii = text(0, Some("PgDn"), 30, &Theme::new(crate::theme::Palette::Plain, true));
        assert_eq!(ascii[3], "row 3, as long as 30.. v2 PgDn");
    }

    #[test]
    fn the_mark_above_a_text_covers_nothing_of_it() {
        let page = text(2, Some("PgDn"), 30, &Theme::default());
        assert_eq!(page[0], "row 2, as long as 30 columns a");
        let wide = text(2, Some("PgDn"), 60, &Theme::default());
        assert!(wide[0].ends_with(" ↑2") && wide[0].contains("allow....."), "{wide:?}");
        assert!(!wide.concat().contains("PgDn"), "it is read to its end: {wide:?}");
    }
}
