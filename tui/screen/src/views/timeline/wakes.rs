//! Who woke whom: an arrow from the step that made the selected row's last step ready to that row.

use std::cmp::Ordering;

use loopscope_model::record::seconds;
use loopscope_protocol::{By, Kind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Timelines;
use super::axis::Axis;
use super::tracks::{Track, Tracks};
use crate::theme::{Role, Theme};
use crate::views::digest::{Lane, Queued, Span};
use crate::views::{Snapshot, words};

/// How many runs before a moment may be of other loops, or hold the one that is looked for.
const LOOKED_AT: usize = 64;

/// How the last step of the selected row came to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wake {
    /// Whose step it is.
    lane: Lane,
    run: Span,
    queued: Queued,
    /// Who made it ready; nobody where that was a timer, or came from outside.
    waker: Option<Lane>,
}

impl Timelines {
    /// How the last step of the selected row up to the cursor came to be.
    pub(super) fn wake(&self, snapshot: &Snapshot<'_>, tracks: &Tracks<'_>) -> Option<Wake> {
        let digest = snapshot.digest;
        let (era, _) = digest.era(snapshot.position);
        let Track::One(lane) = tracks.get(self.selected?)? else { return None };
        let runs = digest.lane_runs(lane, &era);
        let begun = runs.partition_point(|run| digest.runs()[*run].from <= snapshot.position);
        let run = *runs.get(begun.checked_sub(1)?)?;
        let queued = digest.queued(run)?;
        Some(Wake { lane, run: digest.runs()[run], queued, waker: waker(snapshot, queued) })
    }
}

/// Who ran when something was made ready, if that did it.
fn waker(snapshot: &Snapshot<'_>, queued: Queued) -> Option<Lane> {
    let By::Handle(by) = queued.by else { return None };
    let digest = snapshot.digest;
    let upto = digest.runs().partition_point(|run| run.from <= queued.from);
    let mut before = (upto.saturating_sub(LOOKED_AT)..upto).rev();
    let run = before.find(|run| digest.runs()[*run].handle == by)?;
    let lane = *digest.run_lanes().get(run)?;
    digest.lanes().get(usize::try_from(lane).ok()?).copied()
}

impl Wake {
    /// The position at which it was made ready.
    pub(super) const fn made_ready(&self) -> usize {
        self.queued.from
    }

    /// It in a few words.
    pub(super) fn told(&self, snapshot: &Snapshot<'_>) -> String {
        let name = words::lane(snapshot, self.lane);
        let by = match self.queued.by {
            _ if self.waker == Some(self.lane) => ", made ready by itself".to_owned(),
            By::Handle(id) => format!(", made ready by {}", words::handle_name(snapshot, id)),
            By::Py => ", made ready by py".to_owned(),
            By::Outside => {
                let record = snapshot.history.record(self.queued.from);
                let was_due = record.is_some_and(|record| record.kind() == Kind::TimerDue);
                if was_due { ", as it was due".to_owned() } else { String::new() }
            }
        };
        let waited = match self.run.begin.saturating_sub(self.queued.begin) {
            0 => String::new(),
            waited => format!(", ready for {} before", words::duration(waited)),
        };
        let runs = self.run.to.is_none_or(|to| to > snapshot.position);
        let verb = if runs { "runs" } else { "ran" };
        format!("{name} {verb} at {:.3}{by}{waited}", seconds(self.run.begin))
    }

    /// Draws the arrow over the rows, in the column in which it was made ready. `rows` are those in
    /// sight, with their numbers among all; `label` is how wide their names are.
    pub(super) fn draw(
        &self,
        (tracks, rows): (&Tracks<'_>, &[(Option<usize>, Track<'_>)]),
        woken: usize,
        axis: &Axis,
        theme: &Theme,
        (area, label): (Rect, u16),
        buffer: &mut Buffer,
    ) {
        let Some(waker) = self.waker.filter(|waker| *waker != self.lane) else { return };
        // Its own row says more than that of its group.
        let own = rows.iter().position(|(_, track)| *track == Track::One(waker));
        let group = || rows.iter().position(|(_, track)| track.lanes().contains(&waker));
        let from = own.or_else(group);
        let to = rows.iter().position(|(number, _)| *number == Some(woken));
        let Some(to) = to.filter(|to| from != Some(*to)) else { return };
        // One that is not in sight stands before or behind those that are.
        let number = match from {
            Some(from) => rows[from].0,
            None => tracks.number(waker),
        };
        let Some(number) = number else { return };
        let (glyphs, style) = (theme.glyphs, theme.style(Role::Changed));
        let y = |row: usize| area.y + u16::try_from(row).unwrap_or(0);
        if let Some(from) = from.filter(|_| label > 0) {
            // Behind the name, so that who it was is seen however far away the arrow begins.
            buffer.set_string(area.x + label - 1, y(from), glyphs.wakes, style);
        }
        let (at, t) = (self.queued.from, self.queued.begin);
        if axis.side(at, t) != Ordering::Equal {
            return;
        }
        let x = area.x + label + axis.column_at(at, t);
        // From a row that is not in sight the arrow comes over the first row or the last one.
        let is_above = number < woken;
        let (begin, sign) = match from {
            Some(from) => (from, glyphs.wakes),
            None if is_above => (0, glyphs.above),
            None => (rows.len().saturating_sub(2), glyphs.below),
        };
        for row in begin.min(to)..=begin.max(to) {
            let sign = match row {
                _ if row == to && is_above => glyphs.wakes_down,
                _ if row == to => glyphs.wakes_up,
                _ if row == begin => sign,
                _ => glyphs.wakes_line,
            };
            buffer.set_string(x, y(row), sign, style);
        }
    }
}
