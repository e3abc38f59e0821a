//! Panels that share their borders, with the right sign where lines meet.
//!
//! Each panel adds the lines of its rectangle; neighbours overlap by one row or column. What is
//! drawn in a cell follows from which of its four arms there are, so no case is special.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::text::fit_line;
use crate::theme::{Role, Theme};

/// Up, right, down, left: 0 nothing, 1 a thin arm, 2 a thick one.
type Arms = [u8; 4];

/// The sign for each combination of arms, the last arm counting fastest.
const SIGNS: &str = concat!(
    " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳",
    "╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈",
    "╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋",
);

/// A set of panels.
#[derive(Debug)]
pub struct Frames {
    area: Rect,
    arms: Vec<Arms>,
    titles: Vec<(u16, u16, Line<'static>)>,
}

impl Frames {
    /// No panels yet, within `area`.
    pub fn new(area: Rect) -> Self {
        Self {
            area,
            arms: vec![[0; 4]; usize::from(area.width) * usize::from(area.height)],
            titles: Vec::new(),
        }
    }

    fn join(&mut self, x: u16, y: u16, arm: usize, weight: u8) {
        if !self.area.contains((x, y).into()) {
            return;
        }
        let at = usize::from(y - self.area.y) * usize::from(self.area.width)
            + usize::from(x - self.area.x);
        self.arms[at][arm] = self.arms[at][arm].max(weight);
    }

    /// Adds a panel. `rect` includes its border. The focused one has a thick border.
    pub fn add(&mut self, rect: Rect, focused: bool) {
        if rect.width < 2 || rect.height < 2 {
            return;
        }
        let weight = if focused { 2 } else { 1 };
        let (right, bottom) = (rect.right() - 1, rect.bottom() - 1);
        for x in rect.x..right {
            for y in [rect.y, bottom] {
                self.join(x, y, 1, weight);
                self.join(x + 1, y, 3, weight);
            }
        }
        for y in rect.y..bottom {
            for x in [rect.x, right] {
                self.join(x, y, 2, weight);
                self.join(x, y + 1, 0, weight);
            }
        }
    }

    /// Writes a title into the border of the row `y`, between the columns of `rect`.
    pub fn title(&mut self, rect: Rect, y: u16, title: Line<'static>, theme: &Theme) {
        let room = usize::from(rect.width).saturating_sub(4);
        if room > 0 && !title.spans.is_empty() {
            let mut line = Line::from(" ");
            line.spans.extend(fit_line(title, room, theme).spans);
            line.push_span(" ");
            self.titles.push((rect.x + 1, y, line));
        }
    }

    /// Writes a text into the border below a panel, from its first column on.
    pub fn footer(&mut self, rect: Rect, text: Line<'static>) {
        self.titles.push((rect.x + 1, rect.bottom() - 1, text));
    }

    /// Draws all borders, then all titles.
    pub fn draw(&self, theme: &Theme, buffer: &mut Buffer) {
        let signs: Vec<char> = SIGNS.chars().collect();
        // The places in the order in which `join` counts them: a large terminal has more cells than
        // a `u16` counts.
        for (place, arms) in self.area.positions().zip(&self.arms) {
            if *arms == [0; 4] {
                continue;
            }
            let heavy = arms.contains(&2);
            let sign = if theme.is_ascii() {
                ascii_sign(*arms)
            } else {
                signs[arms.iter().fold(0, |all, arm| all * 3 + usize::from(*arm))]
            };
            let style = theme.style(if heavy { Role::Focus } else { Role::Border });
            buffer[place].set_char(sign).set_style(style);
        }
        for (x, y, title) in &self.titles {
            let room = self.area.right().saturating_sub(*x);
            let wide = u16::try_from(title.width()).unwrap_or(room).min(room);
            for column in *x..*x + wide {
                // A title has its own looks, not the border's.
                buffer[(column, *y)].reset();
            }
            buffer.set_line(*x, *y, title, room);
        }
    }
}

fn ascii_sign(arms: Arms) -> char {
    let [up, right, down, left] = arms;
    match (up.max(down) > 0, right.max(left) > 0) {
        (true, true) => '+',
        (true, false) => '|',
        (false, _) if right.max(left) == 2 => '=',
        (false, _) => '-',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(theme: &Theme) -> String {
        let area = Rect::new(0, 0, 16, 5);
        let mut buffer = Buffer::empty(area);
        let mut frames = Frames::new(area);
        frames.add(Rect::new(0, 0, 8, 5), false);
        frames.add(Rect::new(7, 0, 9, 3), true);
        frames.add(Rect::new(7, 2, 9, 3), false);
        frames.title(Rect::new(7, 0, 9, 3), 0, Line::from("ready: 3"), theme);
        frames.draw(theme, &mut buffer);
        let mut out = String::new();
        for cells in buffer.content.chunks(16) {
            out.extend(cells.iter().map(ratatui::buffer::Cell::symbol));
            out.push('\n');
        }
        out
    }

    #[test]
    fn lines_meet_well() {
        insta::assert_snapshot!(picture(&Theme::default()), @r"
        ┌──────┲ read… ┓
        │      ┃       ┃
        │      ┡━━━━━━━┩
        │      │       │
        └──────┴───────┘
        ");
    }

    #[test]
    fn lines_meet_in_ascii_too() {
        let theme = Theme::new(crate::theme::Palette::Plain, true);
        insta::assert_snapshot!(picture(&theme), @r"
        +------+ rea.. +
        |      |       |
        |      +=======+
        |      |       |
        +------+-------+
        ");
    }

    #[test]
    fn a_terminal_of_more_cells_than_a_short_number_has_its_borders_too() {
        let area = Rect::new(0, 0, 400, 170);
        let mut buffer = Buffer::empty(area);
        let mut frames = Frames::new(area);
        frames.add(area, false);
        frames.draw(&Theme::default(), &mut buffer);
        let corner = |x, y| buffer[(x, y)].symbol();
        assert_eq!(
            [corner(0, 0), corner(399, 0), corner(0, 169), corner(399, 169)],
            ["┌", "┐", "└", "┘"]
        );
        assert!((1..399).all(|x| buffer[(x, 169)].symbol() == "─"));
        assert!((1..169).all(|y| buffer[(399, y)].symbol() == "│"));
    }

    #[test]
    fn every_combination_has_a_sign() {
        assert_eq!(SIGNS.chars().count(), 81);
        assert_eq!(SIGNS.chars().filter(|c| *c == ' ').count(), 1);
    }
}
