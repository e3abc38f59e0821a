//! Who has a row in the timeline, and what keys do to the rows.

use std::cmp::Reverse;

use ratatui::layout::Rect;

use super::axis::Axis;
use super::tracks::Lanes;
use super::whole::{self, WholeTimeline};
use super::{Timelines, lives};
use crate::keys::Action;
use crate::views::digest::Lane;
use crate::views::{Effect, Snapshot};

impl Timelines {
    /// What a key does to the rows.
    pub(super) fn update_rows(
        &mut self,
        action: Action,
        snapshot: &Snapshot<'_>,
        axis: &Axis,
        area: Rect,
    ) -> Effect {
        let tracks = self.tracks(snapshot, all_lanes(snapshot, axis), area.height);
        let last = tracks.len().saturating_sub(1);
        match action {
            Action::Up => self.selected = Some(self.selected.map_or(0, |at| at.saturating_sub(1))),
            Action::Down => self.selected = Some(self.selected.map_or(0, |at| (at + 1).min(last))),
            Action::Shape => {
                self.grouped = Some(!self.grouped.unwrap_or(tracks.is_grouped()));
                self.selected = None;
            }
            Action::Pin => {
                let track = self.selected.and_then(|at| tracks.get(at));
                let Some(pin) = track.and_then(|track| track.pin()) else { return Effect::Done };
                match self.pinned.iter().position(|it| *it == pin) {
                    Some(at) => {
                        self.pinned.remove(at);
                    }
                    None => self.pinned.push(pin),
                }
                self.selected = None;
            }
            _ => return Effect::Ignored,
        }
        Effect::Done
    }
}

/// Who has a row, wherever that is known from.
pub(super) fn all_lanes(snapshot: &Snapshot<'_>, axis: &Axis) -> Lanes {
    lanes(snapshot, axis, whole::of(snapshot, axis).as_ref())
}

/// Who has a row: everybody who ever ran; of a board, who ran in sight, and those first who have
/// not ended.
pub(super) fn lanes(
    snapshot: &Snapshot<'_>,
    axis: &Axis,
    whole: Option<&WholeTimeline<'_>>,
) -> Lanes {
    let digest = snapshot.digest;
    if let Some(whole) = whole {
        return Lanes::These(whole.lanes(snapshot, axis));
    }
    if !snapshot.board {
        return Lanes::All;
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
    ended.sort_by_key(|(_, run)| Reverse(*run));
    Lanes::These(live.into_iter().chain(ended).map(|(lane, _)| lane).collect())
}
