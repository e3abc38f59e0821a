//! Who ran when, who was ready or waited, and when the loop slept, since the source last started over.
//! A click goes there.
//!
//! The axis is loop time, or the number of the record where no time passes: then every run would
//! fall in one column.

mod axis;
mod cells;
mod draw;
mod rows;
#[cfg(test)]
mod tests;
mod tracks;
mod wakes;
mod whole;

use loopscope_model::record::seconds;
use loopscope_model::titles::count;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span as TextSpan};

use self::axis::Axis;
use self::rows::all_lanes;
use self::tracks::Pin;
use super::digest::Lane;
use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::search::Search;
use crate::widgets::text::width;

/// The view's name.
pub const ID: &str = "timeline";

/// The timeline.
#[derive(Debug, Default)]
pub struct Timelines {
    /// The axis that the user chose; `None`: whichever shows more.
    by_time: Option<bool>,
    /// How often the window was doubled, or halved.
    zoom: i8,
    /// By how many halves of the window it was moved on.
    pan: i64,
    /// One row for the tasks of each coroutine; `None`: where there are many.
    grouped: Option<bool>,
    /// The rows that stay at the top.
    pinned: Vec<Pin>,
    /// The row that is selected, among all.
    selected: Option<usize>,
    /// From where to measure.
    anchor: Option<usize>,
    search: Search,
}

/// What a column of a board's window stands for, in nanoseconds and in records. All of a board's
/// history would soon be one bar.
const COLUMN: [u64; 2] = [4, 50_000_000];

/// How often a window may be doubled or halved.
const MOST_ZOOM: i8 = 12;

/// Who has less than this of a column, in thousandths, has a light one.
const LITTLE: u64 = 333;

impl Timelines {
    fn axis(&self, snapshot: &Snapshot<'_>, area: Rect) -> Axis {
        let columns = area.width.saturating_sub(label_width(snapshot, area.width));
        let (times, records) = extent(snapshot);
        let by_time = self.is_by_time(times);
        let axis = Axis::new(by_time, times, records, columns);
        let here =
            if by_time { snapshot.state.t().unwrap_or(times.1) } else { snapshot.position as u64 };
        if !snapshot.board {
            return axis.zoomed(self.zoom.min(0).unsigned_abs(), here, self.pan);
        }
        let unit = COLUMN[usize::from(by_time)];
        let unit = if self.zoom < 0 { unit >> -self.zoom } else { unit << self.zoom };
        axis.window(unit.max(1), here, snapshot.is_live())
    }

    /// Whether columns are times and not records: what the user chose, or whichever shows more.
    fn is_by_time(&self, times: (u64, u64)) -> bool {
        self.by_time.unwrap_or(times.1 - times.0 >= 1_000_000)
    }

    /// What lies between the place from which to measure and the cursor.
    fn measured(&self, snapshot: &Snapshot<'_>) -> Option<String> {
        let anchor = self.anchor?;
        let records = count(snapshot.position.abs_diff(anchor), "record");
        let then = snapshot.history.record(anchor).and_then(|record| record.t);
        let took = then.zip(snapshot.state.t()).map(|(then, now)| seconds(now.abs_diff(then)));
        let took = took.map_or_else(String::new, |took| format!("{took:.6} s, "));
        let seq = snapshot.history.record(anchor).map_or(0, |record| record.seq);
        Some(format!("from #{seq}: {took}{records}"))
    }

    /// What the selected row does at the cursor, and who made it ready.
    fn told(&self, snapshot: &Snapshot<'_>) -> Option<String> {
        self.selected?;
        let axis = self.axis(snapshot, Rect::new(0, 0, 80, 8));
        let tracks = self.tracks(snapshot, all_lanes(snapshot, &axis), 8);
        self.wake(snapshot, &tracks).map(|wake| wake.told(snapshot))
    }
}

/// The first and the last time, and the first and the last position, that it is about.
fn extent(snapshot: &Snapshot<'_>) -> ((u64, u64), (usize, usize)) {
    if let Some(whole) = snapshot.digest.whole() {
        return (whole.times, whole.records);
    }
    // What was before the source last started over has other times.
    let (era, last) = snapshot.digest.era(snapshot.position);
    (era.times().unwrap_or((0, 0)), (era.from, last))
}

/// How many lanes are looked at for how long names are: each frame asks.
const NAMES: usize = 50;

/// The width of the names: of a board the same always, so that nothing moves while records come.
fn label_width(snapshot: &Snapshot<'_>, columns: u16) -> u16 {
    let most = if columns >= 110 { 24 } else { 8 };
    if snapshot.board || snapshot.digest.whole().is_some() {
        return most;
    }
    let most = if columns >= 110 { 24 } else { 14 };
    let names = snapshot.digest.lanes().iter().take(NAMES);
    let longest = names.map(|lane| width(&words::lane(snapshot, *lane))).max().unwrap_or(0);
    u16::try_from(longest + 2).unwrap_or(most).clamp(8, most)
}

impl View for Timelines {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        // Where the axis begins and ends is asked for only where it is told: each frame has a title.
        let axis = || self.axis(snapshot, Rect::new(0, 0, 80, 2));
        let by = if self.is_by_time(extent(snapshot).0) { ": by loop time" } else { ": by record" };
        let mut line = Line::from(vec![
            TextSpan::styled("timeline", theme.style(Role::Title)),
            TextSpan::styled(by, theme.style(Role::Text)),
        ]);
        let mut put = |text: String, role: Role| {
            line.push_span(TextSpan::styled(text, theme.style(role)));
        };
        if !snapshot.board && self.zoom < 0 {
            put(format!(", {}", axis().words()), Role::Text);
        }
        if let Some(percent) = whole::percent_read(snapshot) {
            put(format!(", {percent} % read"), Role::Faint);
        }
        if let Some(measured) = self.measured(snapshot) {
            put(format!(" {} {measured}", theme.glyphs.dot), Role::Changed);
        }
        if let Some(told) = self.told(snapshot) {
            put(format!(" {} {told}", theme.glyphs.dot), Role::Faint);
        }
        if self.search.is_on() {
            let tracks = self.tracks(snapshot, all_lanes(snapshot, &axis()), 8);
            put(format!(", {} found", count(tracks.len(), "row")), Role::Changed);
        }
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("h l", "scrub: a column back or forward"),
            ("enter", "to where the selected row was woken; else the other axis: time or records"),
            ("pgup pgdn", "a longer or a shorter time"),
            ("< >", "what lies before, what comes behind"),
            ("up down", "select a row: an arrow shows who woke it, the title says so"),
            ("v", "the tasks of a coroutine as one row, or each as its own"),
            ("*", "the selected row stays at the top"),
            ("x", "measure from here; again: no longer"),
            ("/", "only rows with that text"),
            ("click", "go there"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let axis = self.axis(snapshot, area);
        let here = axis.column(snapshot.position, snapshot.state.t());
        match action {
            Action::Open if self.selected.is_some() => {
                let tracks = self.tracks(snapshot, all_lanes(snapshot, &axis), area.height);
                let wake = self.wake(snapshot, &tracks);
                return wake.map_or(Effect::Done, |wake| Effect::Seek(wake.made_ready()));
            }
            Action::Open => self.by_time = Some(!axis.by_time()),
            Action::Left => return Effect::Seek(axis.before(snapshot, here)),
            Action::Right => return Effect::Seek(axis.after(snapshot, here)),
            Action::Top => return Effect::Seek(0),
            Action::Bottom => return Effect::Seek(snapshot.history.len()),
            Action::PageUp => {
                let most = if snapshot.board { MOST_ZOOM } else { 0 };
                self.zoom = (self.zoom + 1).min(most);
            }
            Action::PageDown => self.zoom = (self.zoom - 1).max(-MOST_ZOOM),
            Action::PanLeft => self.pan -= 1,
            Action::PanRight => self.pan += 1,
            Action::Measure if self.anchor == Some(snapshot.position) => self.anchor = None,
            Action::Measure => self.anchor = Some(snapshot.position),
            Action::Close if self.search.is_on() => self.search.set(""),
            Action::Close if self.selected.is_some() => self.selected = None,
            Action::Close if self.anchor.is_some() => self.anchor = None,
            _ => return self.update_rows(action, snapshot, &axis, area),
        }
        Effect::Done
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let start = area.x + label_width(snapshot, area.width);
        if at.x < start || at.x >= area.right() {
            return Effect::Ignored;
        }
        Effect::Seek(self.axis(snapshot, area).position(snapshot, at.x - start))
    }

    fn follow(&mut self) {
        self.pan = 0;
    }

    fn filter(&mut self, text: &str) -> bool {
        self.search.set(text);
        self.selected = None;
        true
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        self.draw(snapshot, theme, area, buffer);
    }

    fn footer(&self, snapshot: &Snapshot<'_>, theme: &Theme, width: u16) -> Line<'static> {
        self.draw_axis(snapshot, theme, width)
    }
}

/// Whether one may run again.
fn lives(snapshot: &Snapshot<'_>, lane: Lane) -> bool {
    match lane {
        Lane::Task(id) => snapshot.state.task(id).is_some_and(|task| !task.state.is_done()),
        Lane::Callback(_) => true,
        Lane::Others => false,
    }
}
