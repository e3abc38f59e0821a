//! Who ran when, and when the loop slept, since the source last started over. A click goes there.
//!
//! The axis is loop time, or the number of the record where no time passes: then every run would
//! fall in one column.

mod axis;
#[cfg(test)]
mod tests;
mod whole;

use std::borrow::Cow;

use loopscope_protocol::HandleId;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span as TextSpan};

use self::axis::Axis;
use self::whole::WholeTimeline;
use super::digest::{Era, Lane, Span};
use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::row::Row;
use crate::widgets::text::fit;

/// The view's name.
pub const ID: &str = "timeline";

/// The timeline.
#[derive(Debug, Default)]
pub struct Timelines {
    /// The axis that the user chose; `None`: whichever shows more.
    by_time: Option<bool>,
    /// The first lane in sight.
    top: usize,
    /// How often a board's window was doubled, or halved.
    zoom: i8,
}

/// What a column of a board's window stands for, in nanoseconds and in records. All of a board's
/// history would soon be one bar.
const COLUMN: [u64; 2] = [4, 50_000_000];

/// How often a window may be doubled or halved.
const MOST_ZOOM: i8 = 12;

/// One row of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Track {
    /// Everything that ran.
    All,
    /// When the loop slept.
    Asleep,
    /// The runs of one task or callback.
    One(Lane),
}

impl Timelines {
    fn axis(&self, snapshot: &Snapshot<'_>, area: Rect) -> Axis {
        let label = label_width(area.width);
        let columns = area.width.saturating_sub(label);
        // What was before the source last started over has other times.
        let (era, last) = snapshot.digest.era(snapshot.position);
        let (times, records) = match snapshot.digest.whole() {
            Some(whole) => (whole.times, whole.records),
            None => (era.times().unwrap_or((0, 0)), (era.from, last)),
        };
        let by_time = self.by_time.unwrap_or(times.1 - times.0 >= 1_000_000);
        let axis = Axis::new(by_time, times, records, columns);
        if !snapshot.board {
            return axis;
        }
        let here =
            if by_time { snapshot.state.t().unwrap_or(times.1) } else { snapshot.position as u64 };
        let unit = COLUMN[usize::from(by_time)];
        let unit = if self.zoom < 0 { unit >> -self.zoom } else { unit << self.zoom };
        axis.window(unit.max(1), here, snapshot.is_live())
    }

    fn tracks(&self, lanes: &[Lane], height: u16) -> Vec<Track> {
        if height < 3 {
            return vec![Track::All, Track::Asleep];
        }
        let room = usize::from(height) - 1;
        let top = self.top.min(lanes.len().saturating_sub(room));
        let one = lanes.iter().skip(top).take(room).map(|lane| Track::One(*lane));
        one.chain([Track::Asleep]).collect()
    }
}

const fn label_width(width: u16) -> u16 {
    if width >= 110 { 24 } else { 8 }
}

impl View for Timelines {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let axis = self.axis(snapshot, Rect::new(0, 0, 80, 2));
        let by = if axis.by_time() { ": by loop time" } else { ": by record" };
        let mut line = Line::from(vec![
            TextSpan::styled("timeline", theme.style(Role::Title)),
            TextSpan::styled(by, theme.style(Role::Text)),
        ]);
        if let Some(percent) = whole::percent_read(snapshot) {
            let text = format!(", {percent} % read");
            line.push_span(TextSpan::styled(text, theme.style(Role::Faint)));
        }
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("h l", "scrub: a column back or forward"),
            ("enter", "the other axis: loop time or records"),
            ("pgup pgdn", "on a board: a longer or a shorter time"),
            ("click", "go there"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let axis = self.axis(snapshot, area);
        let here = axis.column(snapshot.position, snapshot.state.t());
        match action {
            Action::Open => self.by_time = Some(!axis.by_time()),
            Action::Left => return Effect::Seek(axis.before(snapshot, here)),
            Action::Right => return Effect::Seek(axis.after(snapshot, here)),
            Action::Top => return Effect::Seek(0),
            Action::Bottom => return Effect::Seek(snapshot.history.len()),
            Action::PageUp => self.zoom = (self.zoom + 1).min(MOST_ZOOM),
            Action::PageDown => self.zoom = (self.zoom - 1).max(-MOST_ZOOM),
            Action::Up => self.top = self.top.saturating_sub(1),
            Action::Down => {
                let last = lanes(snapshot, &axis, whole::of(snapshot, &axis).as_ref())
                    .len()
                    .saturating_sub(usize::from(area.height));
                self.top = (self.top + 1).min(last + 1);
            }
            _ => return Effect::Ignored,
        }
        Effect::Done
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let start = area.x + label_width(area.width);
        if at.x < start || at.x >= area.right() {
            return Effect::Ignored;
        }
        Effect::Seek(self.axis(snapshot, area).position(snapshot, at.x - start))
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        if snapshot.history.is_empty() {
            let text = "  (nothing has happened yet)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let axis = self.axis(snapshot, area);
        let label = label_width(area.width);
        let here = axis.column(snapshot.position, snapshot.state.t());
        let whole = whole::of(snapshot, &axis);
        let lanes = lanes(snapshot, &axis, whole.as_ref());
        let tracks = self.tracks(&lanes, area.height);
        let (era, last) = snapshot.digest.era(snapshot.position);
        let gaps = match &whole {
            Some(whole) => whole.gaps(&axis),
            None => gaps(snapshot, &axis, era.from..last + 1),
        };
        for (y, track) in (area.y..area.bottom()).zip(&tracks) {
            let hidden = lanes.len().saturating_sub(tracks.len() - 1);
            let (name, role) = match track {
                Track::All => ("loop".to_owned(), Role::Text),
                Track::Asleep if hidden > 0 && tracks.len() > 2 => {
                    (format!("asleep +{hidden}{}", theme.glyphs.below), Role::Asleep)
                }
                Track::Asleep => ("asleep".to_owned(), Role::Asleep),
                Track::One(lane) => {
                    let role = if matches!(lane, Lane::Task(_)) { Role::Task } else { Role::Text };
                    (words::lane(snapshot, *lane), role)
                }
            };
            let name = fit(&name, usize::from(label) - 1, theme);
            buffer.set_string(area.x, y, name, theme.style(role));
            for column in 0..axis.columns() {
                if gaps[usize::from(column)] {
                    // What ran here nobody knows.
                    buffer.set_string(area.x + label + column, y, "?", theme.style(Role::Warning));
                    continue;
                }
                let cell = match &whole {
                    Some(whole) => whole.cell(snapshot, theme, &axis, *track, column),
                    None => cell(snapshot, theme, &axis, &era, *track, column, column > here),
                };
                let (sign, style) = match cell {
                    Some(drawn) => drawn,
                    None if column == here => (theme.glyphs.boxes[0][5], theme.style(Role::Border)),
                    None => continue,
                };
                buffer.set_string(area.x + label + column, y, sign, style);
            }
        }
    }

    fn footer(&self, snapshot: &Snapshot<'_>, theme: &Theme, width: u16) -> Line<'static> {
        if snapshot.history.is_empty() {
            return Line::default();
        }
        let axis = self.axis(snapshot, Rect::new(0, 0, width, 2));
        let label = usize::from(label_width(width));
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
        if let Some(cell) = cells.get_mut(here) {
            *cell = (theme.glyphs.here.to_owned(), theme.style(Role::Running));
        }
        for (text, style) in cells {
            line.push_span(TextSpan::styled(text, style));
        }
        line
    }
}

/// Who has a row: everybody who ever ran; of a board, who ran in sight, and those first who have
/// not ended.
fn lanes<'a>(
    snapshot: &Snapshot<'a>,
    axis: &Axis,
    whole: Option<&WholeTimeline<'_>>,
) -> Cow<'a, [Lane]> {
    let digest = snapshot.digest;
    if let Some(whole) = whole {
        return Cow::Owned(whole.lanes(snapshot, axis));
    }
    if !snapshot.board {
        return Cow::Borrowed(digest.lanes());
    }
    let (era, _) = digest.era(snapshot.position);
    // The last run of it that begins in sight or before.
    let last_run = |lane: &Lane| {
        let runs = digest.lane_runs(*lane, &era);
        let at = |index: &usize| &digest.runs()[*index];
        let upto = runs.partition_point(|index| axis.starts_by(at(index), axis.columns()));
        runs[..upto].last().copied().filter(|index| !axis.columns_of(at(index)).is_empty())
    };
    let ran = digest.lanes().iter().filter_map(|lane| Some((*lane, last_run(lane)?)));
    let (live, mut ended): (Vec<_>, Vec<_>) = ran.partition(|(lane, _)| lives(snapshot, *lane));
    ended.sort_by_key(|(_, run)| std::cmp::Reverse(*run));
    live.into_iter().chain(ended).map(|(lane, _)| lane).collect()
}

/// Whether one may run again.
fn lives(snapshot: &Snapshot<'_>, lane: Lane) -> bool {
    match lane {
        Lane::Task(id) => snapshot.state.task(id).is_some_and(|task| !task.state.is_done()),
        Lane::Callback(_) => true,
        Lane::Others => false,
    }
}

/// In which columns something lies of which nobody knows who ran.
fn gaps(snapshot: &Snapshot<'_>, axis: &Axis, era: std::ops::Range<usize>) -> Vec<bool> {
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

/// Who has less than this of a column, in thousandths, has a light one.
const LITTLE: u64 = 333;

/// What stands in one cell of a track.
fn cell(
    snapshot: &Snapshot<'_>,
    theme: &Theme,
    axis: &Axis,
    era: &Era,
    track: Track,
    column: u16,
    future: bool,
) -> Option<(&'static str, Style)> {
    let digest = snapshot.digest;
    let current = snapshot.state.focus().and_then(|the_loop| the_loop.current);
    let inside = |span: &Span| axis.touches(span, column);
    let now = era.times().map_or(0, |(_, end)| end);
    // Where time is virtual no step takes any.
    let shaded = snapshot.board && axis.by_time();
    let (span, little) = match track {
        Track::Asleep => {
            let sleeps = digest.sleeps_of(era);
            let upto = sleeps.partition_point(|span| axis.starts_by(span, column));
            sleeps[..upto].iter().rev().take(4).find(|span| inside(span))?;
            let role = if future { Role::Faint } else { Role::Asleep };
            return Some((theme.glyphs.asleep, theme.style(role)));
        }
        Track::One(lane) => {
            let at = |index: &usize| &digest.runs()[*index];
            let runs = digest.lane_runs(lane, era);
            let upto = runs.partition_point(|index| axis.starts_by(at(index), column));
            let span = runs[..upto].iter().rev().take(4).map(at).find(|span| inside(span))?;
            (span, shaded && axis.permille(runs[..upto].iter().map(at), column, now) < LITTLE)
        }
        Track::All => {
            let runs = digest.runs_of(era);
            let upto = runs.partition_point(|span| axis.starts_by(span, column));
            let span = runs[..upto].iter().rev().take(4).find(|span| inside(span))?;
            (span, shaded && axis.permille(runs[..upto].iter(), column, now) < LITTLE)
        }
    };
    let runs_now = current == Some(span.handle)
        && span.from <= snapshot.position
        && span.to.is_none_or(|to| to > snapshot.position);
    Some(match (runs_now, future) {
        (true, _) => (theme.glyphs.busy, theme.style(Role::Running)),
        (_, true) => (theme.glyphs.busy_faint, theme.style(Role::Faint)),
        _ if little => (theme.glyphs.busy_little, theme.style(Role::Ready)),
        _ => (theme.glyphs.busy, theme.style(Role::Ready)),
    })
}
