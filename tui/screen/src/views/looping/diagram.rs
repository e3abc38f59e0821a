//! The drawing of the four stations: as boxes with a way back where there is room, else in two lines.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Station;
use crate::theme::{Role, Theme};
use crate::views::mark_role;
use crate::widgets::text::{fit, width};

/// Rows of the drawing with boxes.
const TALL: u16 = 7;

/// Columns that it needs.
const WIDE: u16 = 72;

/// The columns inside the boxes; the last one gets what is left.
const INSIDE: [u16; 3] = [11, 11, 9];

/// The columns between two boxes.
const GAP: u16 = 4;

/// Draws the stations; tells how many rows that took.
pub(super) fn draw(stations: &[Station], theme: &Theme, area: Rect, buffer: &mut Buffer) -> u16 {
    if area.width >= WIDE && area.height > TALL {
        boxes(stations, theme, area, buffer);
        TALL
    } else {
        lines(stations, theme, area, buffer);
        2.min(area.height)
    }
}

fn put(buffer: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) {
    if y < area.bottom() && x < area.right() {
        buffer.set_stringn(x, y, text, usize::from(area.right() - x), style);
    }
}

/// `poll ─► [timers] ─► ready ─► running` and, below each, what is there.
fn lines(stations: &[Station], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let names: usize = stations.iter().map(|station| station.name.len() + 2).sum();
    let free = usize::from(area.width).saturating_sub(names);
    let last = stations.len().saturating_sub(1);
    let dashes = (free / last.max(1)).clamp(2, 8) - 1;
    let arrow = format!("{}{}", theme.glyphs.dash.repeat(dashes), theme.glyphs.arrow);
    let mut x = area.x;
    for (number, station) in stations.iter().enumerate() {
        let (text, style) = if station.here {
            (format!("[{}]", station.name), theme.style(Role::Here))
        } else {
            (format!(" {} ", station.name), theme.style(Role::Text))
        };
        put(buffer, area, x, area.y, &text, style);
        let cell = text.len() + if number < last { dashes + 1 } else { 0 };
        if number < last {
            let moved = station.moved.is_some();
            let style = theme.style(if moved { Role::Arrived } else { Role::Faint });
            let at = x + u16::try_from(text.len()).unwrap_or(0);
            put(buffer, area, at, area.y, &arrow, style);
        }
        if area.height > 1 {
            below(station, cell, theme, area, x + 1, buffer);
        }
        x += u16::try_from(cell).unwrap_or(0);
    }
}

/// The count below a name, and what came and went.
fn below(station: &Station, cell: usize, theme: &Theme, area: Rect, x: u16, buffer: &mut Buffer) {
    let y = area.y + 1;
    let room = cell.saturating_sub(1);
    let role = if station.here { Role::Running } else { Role::Text };
    let brief = fit(&station.brief, room, theme);
    put(buffer, area, x, y, &brief, theme.style(role));
    let mut at = width(&brief) + usize::from(!brief.is_empty());
    for (shown, (mark, what)) in station.news.iter().enumerate() {
        let left = station.news.len() - shown;
        let mut text = format!("{}{what}", mark.sign());
        if at + text.len() > room && left > 0 {
            text = format!("{}{left}", mark.sign());
        }
        if at + text.len() > room {
            break;
        }
        let whole = text.ends_with(what.as_str());
        put(
            buffer,
            area,
            x + u16::try_from(at).unwrap_or(0),
            y,
            &text,
            theme.style(mark_role(*mark)),
        );
        at += text.len() + 1;
        if !whole {
            break;
        }
    }
}

/// The same as four boxes, with the way back above them.
fn boxes(stations: &[Station], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let last = stations.len().saturating_sub(1);
    let mut insides = INSIDE[..last.min(INSIDE.len())].to_vec();
    // Borders, gaps and the way back.
    let rest = u16::try_from(last).unwrap_or(0) * (GAP + 2) + 2;
    let running = (area.width - 5).saturating_sub(insides.iter().sum::<u16>() + rest);
    insides.push(running);
    let (left, right) = (area.x, area.right() - 1);
    way_back(theme, area, left, right, buffer);
    let middle = area.y + 2;
    let mut x = area.x + 2;
    for (number, (station, inside)) in stations.iter().zip(insides).enumerate() {
        let wide = usize::from(inside);
        let border = theme.style(if station.here { Role::Running } else { Role::Border });
        let [tl, tr, bl, br, h, v] = theme.glyphs.boxes[usize::from(station.here)];
        put(buffer, area, x, area.y + 1, &format!("{tl}{}{tr}", h.repeat(wide)), border);
        put(buffer, area, x, area.y + 6, &format!("{bl}{}{br}", h.repeat(wide)), border);
        for y in 2..6 {
            put(buffer, area, x, area.y + y, v, border);
            put(buffer, area, x + inside + 1, area.y + y, v, border);
        }
        let (name, role) = if station.here {
            (format!("[{}]", station.name), Role::Here)
        } else {
            (format!(" {} ", station.name), Role::Title)
        };
        put(buffer, area, x + 1, middle, &fit(&name, wide, theme), theme.style(role));
        let facts = theme.style(if station.here { Role::Running } else { Role::Text });
        for (y, text) in (middle + 1..).zip(&station.long) {
            put(buffer, area, x + 2, y, &fit(text, wide - 1, theme), facts);
        }
        let news = Station { brief: String::new(), ..station.clone() };
        let below_facts = Rect { y: middle + 2, ..area };
        below(&news, wide, theme, below_facts, x + 2, buffer);
        if number < last {
            let label = station.moved.as_deref().unwrap_or_default();
            let room = usize::from(GAP) - 1;
            let shaft =
                format!("{label}{}", theme.glyphs.dash.repeat(room.saturating_sub(width(label))));
            let text = format!("{}{}", fit(&shaft, room, theme), theme.glyphs.arrow);
            let role = if label.is_empty() { Role::Faint } else { Role::Arrived };
            put(buffer, area, x + inside + 2, middle, &text, theme.style(role));
        }
        x += inside + 2 + GAP;
    }
}

/// From the last box up, back and down into the first one.
fn way_back(theme: &Theme, area: Rect, left: u16, right: u16, buffer: &mut Buffer) {
    let faint = theme.style(Role::Faint);
    let dash = theme.glyphs.dash;
    let [bottom_left, bottom_right, top_left, top_right] = theme.glyphs.corners;
    let middle = area.y + 2;
    put(buffer, area, left, area.y, top_left, faint);
    put(buffer, area, left + 1, area.y, &dash.repeat(usize::from(right - left - 1)), faint);
    put(buffer, area, right, area.y, top_right, faint);
    for x in [left, right] {
        put(buffer, area, x, area.y + 1, theme.glyphs.boxes[0][5], faint);
    }
    put(buffer, area, left, middle, bottom_left, faint);
    put(buffer, area, left + 1, middle, theme.glyphs.arrow, faint);
    put(buffer, area, right, middle, bottom_right, faint);
    put(buffer, area, right - 1, middle, dash, faint);
    put(buffer, area, right - 2, middle, dash, faint);
}
