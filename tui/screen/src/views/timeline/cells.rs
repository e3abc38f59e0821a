//! What stands in the cells of the timeline where each run is known: what ran and how much of all
//! that was, what was ready, what waited, and when the loop slept.

use std::cmp::Ordering;

use loopscope_protocol::TaskId;
use ratatui::style::Style;

use super::LITTLE;
use super::axis::Axis;
use super::tracks::{Track, Tracks};
use crate::theme::{Role, Theme};
use crate::views::Snapshot;
use crate::views::digest::{Era, Lane, Queued, Span};

/// How many tasks of a group are looked at for who waits.
const LOOKED_AT: usize = 16;

/// A picture of the runs in sight: for each row in sight how many begin in each column.
pub(super) struct Cells<'a, 's> {
    snapshot: &'a Snapshot<'s>,
    axis: &'a Axis,
    era: Era,
    /// By row in sight, then by column; behind them a row for what is not in sight.
    counts: Vec<u32>,
    /// By column: all runs that begin there.
    all: Vec<u32>,
    /// How many rows are in sight, which is also the number of the row for what is not.
    shown: u16,
    /// The rows of lanes and of groups, by their numbers in the digest.
    lane_rows: Vec<u16>,
    group_rows: Vec<u16>,
}

/// What a task does at a point of the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    Nothing,
    Waits,
    Ready,
}

impl<'a, 's> Cells<'a, 's> {
    pub(super) fn new(snapshot: &'a Snapshot<'s>, axis: &'a Axis, tracks: &Tracks<'_>) -> Self {
        let digest = snapshot.digest;
        let (era, _) = digest.era(snapshot.position);
        let groups = digest.groups();
        let shown = u16::try_from(tracks.shown().count()).unwrap_or(u16::MAX - 1);
        // A table and no map: each run in sight is looked up for each frame.
        let mut lane_rows = vec![shown; digest.lanes().len()];
        let mut group_rows = vec![shown; groups.all().len()];
        for (row, (_, track)) in (0..shown).zip(tracks.shown()) {
            let of = match track {
                Track::One(lane) => {
                    digest.lane_number(lane).and_then(|number| lane_rows.get_mut(number as usize))
                }
                Track::Group(name, _) => {
                    groups.number(name).and_then(|number| group_rows.get_mut(number))
                }
                Track::All | Track::Asleep => None,
            };
            if let Some(of) = of {
                *of = row;
            }
        }
        let columns = usize::from(axis.columns());
        let mut cells = Self {
            snapshot,
            axis,
            era,
            counts: vec![0; columns * (usize::from(shown) + 1)],
            all: vec![0; columns],
            shown,
            lane_rows,
            group_rows,
        };
        cells.count();
        cells
    }

    /// Which rows a lane belongs to: its own, and that of its group.
    fn rows(&self, lane: u32) -> [u16; 2] {
        let lane = lane as usize;
        let group = self.snapshot.digest.groups().of_lane(lane);
        let group = group.and_then(|group| self.group_rows.get(group));
        [self.lane_rows.get(lane), group].map(|row| row.copied().unwrap_or(self.shown))
    }

    /// Counts the runs that begin in each column.
    fn count(&mut self) {
        let digest = self.snapshot.digest;
        let (runs, before) = (digest.runs_of(&self.era), digest.runs_before(&self.era));
        let lanes = digest.run_lanes();
        let begin_of =
            |span: &Span| if self.axis.by_time() { span.begin } else { span.from as u64 };
        let start = self.axis.ends().0;
        let mut from = runs.partition_point(|span| begin_of(span) < start);
        let columns = self.all.len();
        for (at, column) in (0..self.axis.columns()).enumerate() {
            let upto = runs.partition_point(|span| self.axis.starts_by(span, column)).max(from);
            self.all[at] = u32::try_from(upto - from).unwrap_or(u32::MAX);
            let last = lanes.len().min(before + upto);
            for lane in &lanes[last.min(before + from)..last] {
                for row in self.rows(*lane) {
                    self.counts[usize::from(row) * columns + at] += 1;
                }
            }
            from = upto;
        }
    }

    /// How many runs of a row in sight begin in a column.
    fn count_of(&self, row: usize, column: u16) -> u32 {
        let at = row * self.all.len() + usize::from(column);
        self.counts.get(at).copied().unwrap_or(0)
    }

    /// What stands in one cell; `row` is the number of the row in sight.
    pub(super) fn cell(
        &self,
        theme: &Theme,
        track: Track<'_>,
        row: usize,
        column: u16,
        here: u16,
    ) -> Option<(&'static str, Style)> {
        let digest = self.snapshot.digest;
        let is_future = column > here;
        if track == Track::Asleep {
            let sleeps = digest.sleeps_of(&self.era);
            let upto = sleeps.partition_point(|span| self.axis.starts_by(span, column));
            let inside = |span: &&Span| self.axis.touches(span, column);
            sleeps[..upto].iter().rev().take(4).find(inside)?;
            let role = if is_future { Role::Faint } else { Role::Asleep };
            return Some((theme.glyphs.asleep, theme.style(role)));
        }
        if let Some(span) = self.run_in(track, row, column) {
            return Some(self.run(theme, track, row, column, is_future, span));
        }
        let tasks = track.lanes().iter().take(LOOKED_AT).filter_map(|lane| match lane {
            Lane::Task(id) => Some(*id),
            Lane::Callback(_) | Lane::Others => None,
        });
        let glyph = match tasks.map(|task| self.does(task, column)).max()? {
            Does::Nothing => return None,
            Does::Waits => theme.glyphs.waits,
            Does::Ready => theme.glyphs.queued,
        };
        let role = if is_future || glyph == theme.glyphs.waits { Role::Faint } else { Role::Ready };
        Some((glyph, theme.style(role)))
    }

    /// A run of a track that is in a column.
    fn run_in(&self, track: Track<'_>, row: usize, column: u16) -> Option<&'s Span> {
        let digest = self.snapshot.digest;
        let inside = |span: &&'s Span| self.axis.touches(span, column);
        match track {
            Track::One(lane) => {
                let runs = digest.lane_runs(lane, &self.era);
                let at = |index: &usize| &digest.runs()[*index];
                let upto = runs.partition_point(|index| self.axis.starts_by(at(index), column));
                runs[..upto].iter().rev().take(4).map(at).find(inside)
            }
            Track::All => {
                let runs = digest.runs_of(&self.era);
                let upto = runs.partition_point(|span| self.axis.starts_by(span, column));
                runs[..upto].iter().rev().take(4).find(inside)
            }
            Track::Group(..) => {
                let (runs, before) = (digest.runs_of(&self.era), digest.runs_before(&self.era));
                let upto = runs.partition_point(|span| self.axis.starts_by(span, column));
                // Those of others that begin here as well are passed over.
                let first = upto.saturating_sub(4096);
                let is_theirs = |run: usize| {
                    let lane = digest.run_lanes().get(before + run);
                    lane.is_some_and(|lane| {
                        self.rows(*lane).iter().any(|of| usize::from(*of) == row)
                    })
                };
                let mut back = (first..upto).rev();
                let found = back.find(|run| is_theirs(*run) && inside(&&runs[*run]));
                found.map(|run| &runs[run])
            }
            Track::Asleep => None,
        }
    }

    fn run(
        &self,
        theme: &Theme,
        track: Track<'_>,
        row: usize,
        column: u16,
        is_future: bool,
        span: &Span,
    ) -> (&'static str, Style) {
        let snapshot = self.snapshot;
        let current = snapshot.state.focus().and_then(|the_loop| the_loop.current);
        let runs_now = current == Some(span.handle)
            && span.from <= snapshot.position
            && span.to.is_none_or(|to| to > snapshot.position);
        if runs_now {
            return (theme.glyphs.busy, theme.style(Role::Running));
        }
        // Where time is virtual no step takes any; there a row has its part of the runs.
        let glyph = if snapshot.board {
            let little = self.axis.by_time() && self.permille(track, column) < LITTLE;
            match (is_future, little) {
                (true, _) => theme.glyphs.busy_faint,
                (false, true) => theme.glyphs.busy_little,
                (false, false) => theme.glyphs.busy,
            }
        } else {
            let here = self.count_of(row, column);
            let all = self.all[usize::from(column)];
            match here {
                // It began before, and lasts.
                _ if track == Track::All || here == 0 => theme.glyphs.busy,
                here => {
                    let level = (4 * here).div_ceil(all.max(1)).clamp(1, 4);
                    theme.glyphs.levels[level as usize - 1]
                }
            }
        };
        (glyph, theme.style(if is_future { Role::Faint } else { Role::Ready }))
    }

    /// How much of the time of a column the runs of a track take, in thousandths.
    fn permille(&self, track: Track<'_>, column: u16) -> u64 {
        let digest = self.snapshot.digest;
        let now = self.era.times().map_or(0, |(_, end)| end);
        if let Track::One(lane) = track {
            let runs = digest.lane_runs(lane, &self.era);
            let at = |index: &usize| &digest.runs()[*index];
            let upto = runs.partition_point(|index| self.axis.starts_by(at(index), column));
            return self.axis.permille(runs[..upto].iter().map(at), column, now);
        }
        let runs = digest.runs_of(&self.era);
        let upto = runs.partition_point(|span| self.axis.starts_by(span, column));
        self.axis.permille(runs[..upto].iter(), column, now)
    }

    /// What a task that does not run does in a column.
    fn does(&self, task: TaskId, column: u16) -> Does {
        let digest = self.snapshot.digest;
        let runs = digest.lane_runs(Lane::Task(task), &self.era);
        let at = |index: &usize| &digest.runs()[*index];
        let next = runs.partition_point(|index| self.axis.starts_by(at(index), column));
        let is_by = |position: usize, t: u64| match self.axis.side(position, t) {
            Ordering::Less => true,
            Ordering::Equal => self.axis.column_at(position, t) <= column,
            Ordering::Greater => false,
        };
        let queued = match runs.get(next) {
            Some(run) => digest.queued(*run),
            None => self.ready_now(task),
        };
        if queued.is_some_and(|queued| is_by(queued.from, queued.begin)) {
            return Does::Ready;
        }
        // Before its first run it is not there yet, and after its end no more.
        let has_begun = next > 0;
        let has_ended = digest.end_of(task).is_some_and(|(position, t)| is_by(position, t));
        let known = digest.era(self.snapshot.position).1;
        let is_past = is_by(known, self.era.times().map_or(0, |(_, end)| end));
        if has_begun && !has_ended && (!is_past || runs.get(next).is_none()) {
            Does::Waits
        } else {
            Does::Nothing
        }
    }

    /// What will step a task that is ready at the end of what is known.
    fn ready_now(&self, task: TaskId) -> Option<Queued> {
        let handle = self.snapshot.history.live().task(task)?.handle?;
        self.snapshot.digest.ready_since(handle)
    }
}
