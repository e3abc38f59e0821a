//! How the timeline is drawn: a row for each that ran, with what it did in each column, and the axis
//! below them.

use std::cmp::Ordering;
use std::ops::Range;

use loopscope_protocol::HandleId;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span as TextSpan};

use super::axis::Axis;
use super::cells::Cells;
use super::rows::lanes;
use super::tracks::Track;
use super::whole::{self, WholeTimeline};
use super::{Timelines, label_width};
use crate::theme::{Role, Theme};
use crate::views::Snapshot;
use crate::views::calls::lint_positions;
use crate::views::digest::{Lane, Span};
use crate::widgets::row::Row;
use crate::widgets::text::fit;

impl Timelines {
    /// The rows, and in their names who they are of.
    pub(super) fn draw(
        &self,
        snapshot: &Snapshot<'_>,
        theme: &Theme,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        if snapshot.history.is_empty() {
            let text = "  (nothing has happened yet)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let axis = self.axis(snapshot, area);
        let label = label_width(snapshot, area.width);
        let here = axis.column(snapshot.position, snapshot.state.t());
        let whole = whole::of(snapshot, &axis);
        let tracks = self.tracks(snapshot, lanes(snapshot, &axis, whole.as_ref()), area.height);
        let cells = Cells::new(snapshot, &axis, &tracks);
        let (era, last) = snapshot.digest.era(snapshot.position);
        let gaps = match &whole {
            Some(whole) => whole.gaps(&axis),
            None => gaps(snapshot, &axis, era.from..last + 1),
        };
        // Without room for rows there is one for all.
        let mut rows: Vec<(Option<usize>, Track<'_>)> = if area.height < 3 {
            vec![(None, Track::All)]
        } else {
            tracks.shown().map(|(number, track)| (Some(number), track)).collect()
        };
        rows.push((None, Track::Asleep));
        let [above, below] = if area.height < 3 { [0, 0] } else { tracks.hidden() };
        for (n, (y, (number, track))) in
            (area.y..area.bottom()).zip(rows.iter().copied()).enumerate()
        {
            let (name, role) = match track {
                Track::Asleep if above + below > 0 => {
                    let part = |sign: &str, hidden: usize| match hidden {
                        0 => String::new(),
                        some => format!("{sign}{some}"),
                    };
                    let hidden = part(theme.glyphs.above, above) + &part(theme.glyphs.below, below);
                    (format!("asleep {hidden}"), Role::Asleep)
                }
                Track::Asleep => (track.name(snapshot), Role::Asleep),
                Track::One(Lane::Task(_)) | Track::Group(..) => (track.name(snapshot), Role::Task),
                Track::All | Track::One(_) => (track.name(snapshot), Role::Text),
            };
            let is_pinned = number.is_some_and(|number| number < tracks.pinned());
            let name = if is_pinned { format!("*{name}") } else { name };
            let name = fit(&name, usize::from(label) - 1, theme);
            let is_selected = number.is_some() && number == self.selected;
            let role = if is_selected { Role::Here } else { role };
            buffer.set_string(area.x, y, name, theme.style(role));
            let had = whole.as_ref().map(|whole| whole.columns(&axis, track));
            for column in 0..axis.columns() {
                if gaps[usize::from(column)] {
                    // What ran here nobody knows.
                    buffer.set_string(area.x + label + column, y, "?", theme.style(Role::Warning));
                    continue;
                }
                let cell = match &had {
                    Some(had) => had[usize::from(column)].map(|had| {
                        WholeTimeline::cell(snapshot, theme, &axis, track, (column, had))
                    }),
                    None => cells.cell(theme, track, n, column, here),
                };
                let (sign, style) = match cell {
                    Some(drawn) => drawn,
                    None if column == here => (theme.glyphs.boxes[0][5], theme.style(Role::Border)),
                    None => continue,
                };
                buffer.set_string(area.x + label + column, y, sign, style);
            }
        }
        if let Some((woken, wake)) = self.selected.zip(self.wake(snapshot, &tracks)) {
            wake.draw((&tracks, &rows), woken, &axis, theme, (area, label), buffer);
        }
    }

    /// The axis, with the cursor and what deserves attention on it.
    pub(super) fn draw_axis(
        &self,
        snapshot: &Snapshot<'_>,
        theme: &Theme,
        width: u16,
    ) -> Line<'static> {
        if snapshot.history.is_empty() {
            return Line::default();
        }
        let axis = self.axis(snapshot, Rect::new(0, 0, width, 2));
        let label = usize::from(label_width(snapshot, width));
        let border = theme.style(Role::Border);
        let here = usize::from(axis.column(snapshot.position, snapshot.state.t()));
        let mut line = Line::from(TextSpan::styled(theme.glyphs.line.repeat(label), border));
        let mut cells: Vec<(String, Style)> =
            vec![(theme.glyphs.line.to_owned(), border); usize::from(axis.columns())];
        for (column, text) in axis.ticks() {
            let text = format!("{text} ");
            // The marker of the cursor covers no label: the label moves on.
            let column = usize::from(column);
            let covered = (column..column + text.len()).contains(&here);
            let column = if covered { here + 1 } else { column };
            for (offset, c) in text.chars().enumerate() {
                if let Some(cell) = cells.get_mut(column + offset) {
                    *cell = (c.to_string(), theme.style(Role::Faint));
                }
            }
        }
        let mut mark = |position: usize, sign: &str, role: Role| {
            let Some(record) = snapshot.history.record(position) else { return };
            let t = record.t.unwrap_or(0);
            if axis.side(position, t) != Ordering::Equal {
                return;
            }
            if let Some(cell) = cells.get_mut(usize::from(axis.column_at(position, t))) {
                *cell = (sign.to_owned(), theme.style(role));
            }
        };
        // Where something deserves attention.
        for position in lint_positions(snapshot) {
            mark(position, "!", Role::Warning);
        }
        if let Some(anchor) = self.anchor {
            mark(anchor, theme.glyphs.tick, Role::Changed);
        }
        if let Some(cell) = cells.get_mut(here) {
            *cell = (theme.glyphs.here.to_owned(), theme.style(Role::Running));
        }
        for (text, style) in cells {
            line.push_span(TextSpan::styled(text, style));
        }
        line
    }
}

/// In which columns something lies of which nobody knows who ran.
fn gaps(snapshot: &Snapshot<'_>, axis: &Axis, era: Range<usize>) -> Vec<bool> {
    let mut columns = vec![false; usize::from(axis.columns())];
    let unknown = snapshot.digest.load().unknown();
    // Where no time passed nothing is hidden.
    let unknown = unknown.filter(|(_, [begin, end])| begin < end || !axis.by_time());
    for ([from, to], [begin, end]) in unknown.filter(|([from, _], _)| era.contains(from)) {
        let (to, end, handle) = (Some(to), Some(end), HandleId::NONE);
        for column in axis.columns_of(&Span { from, to, begin, end, handle }) {
            columns[usize::from(column)] = true;
        }
    }
    columns
}
