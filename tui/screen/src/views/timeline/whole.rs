//! The timeline of a history that is too long to keep each run: from its overview.

use loopscope_model::load::{self, Overview, Picture, Who};
use loopscope_protocol::HandleId;
use ratatui::style::Style;

use super::axis::Axis;
use super::tracks::Track;
use super::{LITTLE, lives};
use crate::theme::{Role, Theme};
use crate::views::Snapshot;
use crate::views::digest::Lane;

/// Who ran when, in a stretch of which not each run is known.
pub(super) struct WholeTimeline<'a> {
    overview: &'a Overview,
    picture: &'a Picture,
    axis: load::Axis,
}

/// What the axis shows, if not each run of it is known.
pub(super) fn of<'a>(snapshot: &Snapshot<'a>, axis: &Axis) -> Option<WholeTimeline<'a>> {
    let digest = snapshot.digest;
    digest.whole()?;
    let (begin, end) = axis.ends();
    let is_known = if axis.by_time() {
        let (era, _) = digest.era(snapshot.position);
        era.times().is_some_and(|(first, last)| first <= begin && end <= last)
    } else {
        let at = |at| usize::try_from(at).unwrap_or(usize::MAX);
        digest.has_each(at(begin), at(end))
    };
    if is_known {
        return None;
    }
    let overview = digest.overview();
    let picture = overview.picture(snapshot.position)?;
    let axis = if axis.by_time() { load::Axis::Time } else { load::Axis::Records };
    Some(WholeTimeline { overview, picture, axis })
}

/// How much of a long history was read so far, if that is not all.
pub(super) fn percent_read(snapshot: &Snapshot<'_>) -> Option<usize> {
    snapshot.digest.whole()?;
    let (read, len) = (snapshot.digest.overview().position(), snapshot.history.len());
    // What has come just now is not worth a word.
    (len - read.min(len) > len / 50).then(|| read * 100 / len.max(1))
}

const fn track_of(lane: Lane) -> load::Track {
    match lane {
        Lane::Task(task) => load::Track::Of(Who::Task(task)),
        Lane::Callback(name) => load::Track::Of(Who::Callback(name)),
        Lane::Others => load::Track::Rest,
    }
}

impl WholeTimeline<'_> {
    fn had(&self, track: load::Track, range: &std::ops::Range<u64>) -> Option<u64> {
        self.overview.had(self.picture, track, self.axis, range)
    }

    /// Who has a row: everybody; of a board, who ran in sight, and those first who have not ended.
    pub(super) fn lanes(&self, snapshot: &Snapshot<'_>, axis: &Axis) -> Vec<Lane> {
        let lanes = self.picture.rows().filter_map(|who| match who {
            Who::Task(task) => Some(Lane::Task(task)),
            Who::Callback(name) => Some(Lane::Callback(name)),
            Who::Loop | Who::Asleep | Who::Unknown => None,
        });
        let others = (self.picture.without() > 0).then_some(Lane::Others);
        if !snapshot.board {
            return lanes.chain(others).collect();
        }
        let (begin, end) = axis.ends();
        let in_sight = |lane: &Lane| self.had(track_of(*lane), &(begin..end + 1)).is_some();
        let seen = lanes.filter(in_sight);
        let (mut live, ended): (Vec<_>, Vec<_>) = seen.partition(|lane| lives(snapshot, *lane));
        live.extend(ended.into_iter().rev().chain(others));
        live
    }

    /// In which columns something lies of which nobody knows who ran.
    pub(super) fn gaps(&self, axis: &Axis) -> Vec<bool> {
        let columns = 0..axis.columns();
        let had = columns.map(|at| self.had(load::Track::Of(Who::Unknown), &axis.range(at)));
        // Where no time passed nothing is hidden.
        had.map(|had| had.is_some_and(|had| had > 0 || !axis.by_time())).collect()
    }

    /// How much of each column a track had; `None`: it did not run there.
    pub(super) fn columns(&self, axis: &Axis, track: Track<'_>) -> Vec<Option<u64>> {
        let mut columns = vec![None; usize::from(axis.columns())];
        let mut add = |of: load::Track| {
            let Some(extent) = self.overview.extent(self.picture, of, self.axis) else { return };
            // A point that lies on the edge may be either side's.
            let first = axis.column_of(extent.start).saturating_sub(1);
            let last = axis.column_of(extent.end).saturating_add(1).min(axis.columns() - 1);
            for column in first..=last {
                if let Some(had) = self.had(of, &axis.range(column)) {
                    let all = columns[usize::from(column)].get_or_insert(0u64);
                    *all = all.saturating_add(had);
                }
            }
        };
        match track {
            Track::All => add(load::Track::All),
            Track::Asleep => add(load::Track::Of(Who::Asleep)),
            Track::One(lane) => add(track_of(lane)),
            Track::Group(_, lanes) => lanes.iter().for_each(|lane| add(track_of(*lane))),
        }
        columns
    }

    /// What stands in one cell of a track that had so much there.
    pub(super) fn cell(
        snapshot: &Snapshot<'_>,
        theme: &Theme,
        axis: &Axis,
        track: Track<'_>,
        (column, had): (u16, u64),
    ) -> (&'static str, Style) {
        let here = axis.column(snapshot.position, snapshot.state.t());
        let is_future = column > here;
        let range = axis.range(column);
        if track == Track::Asleep {
            let role = if is_future { Role::Faint } else { Role::Asleep };
            return (theme.glyphs.asleep, theme.style(role));
        }
        let is_now = column == here
            && match (runs_now(snapshot), track) {
                (Some(_), Track::All) => true,
                (Some(running), Track::One(_) | Track::Group(..)) => {
                    track.lanes().contains(&running)
                }
                (_, Track::Asleep) | (None, _) => false,
            };
        let length = range.end - range.start;
        // Where time is virtual no step takes any.
        let is_shaded = snapshot.board && axis.by_time();
        match (is_now, is_future) {
            (true, _) => (theme.glyphs.busy, theme.style(Role::Running)),
            (_, true) => (theme.glyphs.busy_faint, theme.style(Role::Faint)),
            _ if is_shaded && had.saturating_mul(1000) / length < LITTLE => {
                (theme.glyphs.busy_little, theme.style(Role::Ready))
            }
            _ => (theme.glyphs.busy, theme.style(Role::Ready)),
        }
    }
}

/// Whose lane it is that runs at the cursor.
fn runs_now(snapshot: &Snapshot<'_>) -> Option<Lane> {
    let current: HandleId = snapshot.state.focus()?.current?;
    let handle = snapshot.state.handle(current)?;
    let is_step = handle.task.is_some();
    Some(if is_step { Lane::Task(handle.task) } else { Lane::Callback(handle.name) })
}
