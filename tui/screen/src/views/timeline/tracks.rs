//! Which rows the timeline has: one for each task and each callback, or one for all tasks of a
//! coroutine; those that are pinned first.

use std::borrow::Cow;

use loopscope_protocol::NameId;

use super::Timelines;
use crate::views::digest::{Groups, Lane};
use crate::views::{Snapshot, words};
use crate::widgets::search::Listed;

/// One row of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Track<'a> {
    /// Everything that ran.
    All,
    /// When the loop slept.
    Asleep,
    /// The runs of one task or callback.
    One(Lane),
    /// Those of all tasks of a coroutine.
    Group(NameId, &'a [Lane]),
}

/// What a row is known by while the tasks come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pin {
    One(Lane),
    Group(NameId),
}

impl Track<'_> {
    pub(super) const fn pin(&self) -> Option<Pin> {
        match self {
            Self::All | Self::Asleep => None,
            Self::One(lane) => Some(Pin::One(*lane)),
            Self::Group(name, _) => Some(Pin::Group(*name)),
        }
    }

    /// Whose runs it shows.
    pub(super) const fn lanes(&self) -> &[Lane] {
        match self {
            Self::All | Self::Asleep => &[],
            Self::One(lane) => std::slice::from_ref(lane),
            Self::Group(_, lanes) => lanes,
        }
    }

    pub(super) fn name(&self, snapshot: &Snapshot<'_>) -> String {
        match self {
            Self::All => "loop".to_owned(),
            Self::Asleep => "asleep".to_owned(),
            Self::One(lane) => words::lane(snapshot, *lane),
            Self::Group(name, lanes) => {
                let name = snapshot.names.name(*name);
                let name = crate::widgets::text::clean(words::short(&name)).into_owned();
                format!("{name} x{}", lanes.len())
            }
        }
    }
}

/// Who has rows.
#[derive(Clone, Debug)]
pub(super) enum Lanes {
    /// Everybody who ever ran.
    All,
    /// These.
    These(Vec<Lane>),
}

/// The rows: all of them, of which some are in sight. No row is made before it is looked at, because
/// there may be a hundred thousand.
pub(super) struct Tracks<'a> {
    lanes: Cow<'a, [Lane]>,
    /// Where the tasks of a coroutine have a row together.
    groups: Option<Cow<'a, Groups>>,
    /// Those with what is searched for.
    listed: Listed,
    /// The places of the pinned ones among these, in order: they stand first.
    pins: Vec<usize>,
    /// How many stand above those in sight.
    pub(super) first: usize,
    /// How many are in sight, pinned ones among them.
    pub(super) room: usize,
}

impl Tracks<'_> {
    /// All rows, in one order whatever is searched for or pinned: the groups, and below them each of
    /// their tasks for itself, as far as there is room.
    fn unlisted(&self, number: usize) -> Option<Track<'_>> {
        let Some(groups) = &self.groups else {
            return self.lanes.get(number).map(|lane| Track::One(*lane));
        };
        match groups.all().get(number) {
            Some(group) if group.lanes.len() > 1 => Some(Track::Group(group.name, &group.lanes)),
            Some(group) => group.lanes.first().map(|lane| Track::One(*lane)),
            None => groups.each(number - groups.all().len()).next().map(Track::One),
        }
    }

    fn unlisted_len(&self) -> usize {
        match &self.groups {
            None => self.lanes.len(),
            Some(groups) => groups.all().len() + groups.together(),
        }
    }

    /// Where a pinned row stands in that order.
    fn place(&self, pin: Pin) -> Option<usize> {
        match (pin, &self.groups) {
            (Pin::Group(name), groups) => {
                let number = groups.as_ref()?.number(name)?;
                matches!(self.unlisted(number)?, Track::Group(..)).then_some(number)
            }
            (Pin::One(lane), None) => self.lanes.iter().position(|other| *other == lane),
            (Pin::One(lane), Some(groups)) => {
                let is_alone = |lanes: &[Lane]| lanes == std::slice::from_ref(&lane);
                let alone = groups.all().iter().position(|group| is_alone(&group.lanes));
                alone.or_else(|| {
                    let at = groups.each(0).position(|other| other == lane)?;
                    Some(groups.all().len() + at)
                })
            }
        }
    }

    /// A row, pinned ones first.
    pub(super) fn get(&self, number: usize) -> Option<Track<'_>> {
        let place = match self.pins.get(number) {
            Some(pinned) => *pinned,
            // Behind as many that stand at the top as come before it.
            None => self
                .pins
                .iter()
                .fold(number - self.pins.len(), |at, pinned| at + usize::from(*pinned <= at)),
        };
        self.unlisted(self.listed.at(place)?)
    }

    /// The number of the row of one: its own, where its group has one too.
    pub(super) fn number(&self, lane: Lane) -> Option<usize> {
        let place = self.listed.place(self.place(Pin::One(lane))?)?;
        Some(match self.pins.binary_search(&place) {
            Ok(pinned) => pinned,
            Err(before) => self.pins.len() + place - before,
        })
    }

    /// How many rows there are.
    pub(super) const fn len(&self) -> usize {
        self.listed.len()
    }

    /// How many are pinned.
    pub(super) const fn pinned(&self) -> usize {
        self.pins.len()
    }

    /// Whether the tasks of some coroutine have a row together.
    pub(super) fn is_grouped(&self) -> bool {
        self.groups.as_ref().is_some_and(|groups| groups.together() > 0)
    }

    /// Those that are in sight, with their numbers among all.
    pub(super) fn shown(&self) -> impl Iterator<Item = (usize, Track<'_>)> {
        let pinned = self.pinned().min(self.room);
        let rest = self.pinned() + self.first;
        let rows = (0..pinned).chain(rest..rest + (self.room - pinned));
        rows.filter_map(|n| Some((n, self.get(n)?)))
    }

    /// How many are not in sight above and below.
    pub(super) fn hidden(&self) -> [usize; 2] {
        let pinned = self.pinned().min(self.room);
        let rest = self.len() - self.pinned().min(self.len());
        let below = rest.saturating_sub(self.first + self.room - pinned);
        [self.first, below]
    }
}

impl Timelines {
    /// The rows for a picture of this height.
    pub(super) fn tracks<'a>(
        &self,
        snapshot: &Snapshot<'a>,
        lanes: Lanes,
        height: u16,
    ) -> Tracks<'a> {
        let room = usize::from(height).saturating_sub(1);
        let digest = snapshot.digest;
        let (lanes, known) = match lanes {
            Lanes::All => (Cow::Borrowed(digest.lanes()), Some(digest.groups())),
            Lanes::These(lanes) => (Cow::Owned(lanes), None),
        };
        // Where a few groups say what many rows would.
        let may_group = self.grouped.unwrap_or(lanes.len() > 2 * room.max(4));
        let named = || lanes.iter().map(|lane| (*lane, coroutine(snapshot, *lane)));
        let groups =
            may_group.then(|| known.map_or_else(|| Cow::Owned(Groups::of(named())), Cow::Borrowed));
        let are_few = |groups: &Cow<'_, Groups>| groups.all().len() * 2 <= lanes.len();
        let groups = groups.filter(|groups| self.grouped.is_some() || are_few(groups));
        let mut tracks =
            Tracks { lanes, groups, listed: Listed::All(0), pins: Vec::new(), first: 0, room };
        let name = |n| tracks.unlisted(n).map_or_else(String::new, |track| track.name(snapshot));
        tracks.listed = self.search.listed(tracks.unlisted_len(), name);
        let pins = self.pinned.iter().filter_map(|pin| tracks.listed.place(tracks.place(*pin)?));
        let mut pins: Vec<usize> = pins.collect();
        pins.sort_unstable();
        tracks.pins = pins;
        let left = room - tracks.pinned().min(room);
        let rest = tracks.len() - tracks.pinned();
        let selected = self.selected.unwrap_or(0).saturating_sub(tracks.pinned());
        let first = selected.saturating_sub(left / 2).min(rest.saturating_sub(left));
        tracks.first = if self.selected.is_none() { 0 } else { first };
        tracks
    }
}

/// The coroutine of a lane; none where it is no task's.
fn coroutine(snapshot: &Snapshot<'_>, lane: Lane) -> NameId {
    let name = match lane {
        Lane::Task(id) => {
            let known = snapshot.digest.coroutine(id);
            known.or_else(|| snapshot.names.task(id).map(|task| task.name))
        }
        Lane::Callback(_) | Lane::Others => None,
    };
    name.unwrap_or(NameId::NONE)
}
