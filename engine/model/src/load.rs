//! Who had the processor: how long each task ran, how long the loop slept, and how late timers
//! were. From records alone, for any position in the history.
//!
//! The time between two records belongs to somebody only where both are known: what passes in a gap,
//! and after it until a record says who runs, belongs to nobody.

mod overview;
mod picture;
mod priorities;
mod shares;
mod tally;

use loopscope_protocol::{Event, HandleId, NameId, TaskId};

use crate::id_map::IdMap;
use crate::record::Record;
use crate::starts::Starts;

use tally::{Closed, Tally};

pub use overview::Overview;
pub use picture::{Axis, Picture, Track};
pub use shares::{Share, Shares};

/// Who the processor works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A step of a task.
    Task(TaskId),
    /// Callbacks of that name.
    Callback(NameId),
    /// The loop itself: between the handles, and before the first.
    Loop,
    /// Nobody: the loop waits.
    Asleep,
    /// Not known since a gap.
    Unknown,
}

/// A step that took longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Longest {
    /// How long it took, in nanoseconds.
    pub ns: u64,
    /// The position of the record with which it began.
    pub at: usize,
}

/// A stretch of time that belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slice {
    who: Who,
    /// The position of the record that began it.
    from: usize,
    /// The position of the record that ended it.
    to: usize,
    begin: u64,
    end: u64,
    /// It ends a step of which neither the beginning nor the end was lost.
    whole: bool,
    /// How long its step had lasted before it, up to where another one interrupted it.
    spent: u64,
    /// The position and the time of the record with which its step began.
    began: (usize, u64),
    /// The time that passed before it since the last restart.
    before: Passed,
}

/// How much time has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Passed {
    known: u64,
    unknown: u64,
}

/// What one had come to by some record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    /// The position of that record.
    to: usize,
    busy: u64,
    steps: u32,
    longest: Option<Longest>,
}

/// A timer that has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The position of the record with which it began to run.
    at: usize,
    t: u64,
    /// The timer's handle.
    pub handle: HandleId,
    /// How long after its due time that was, in nanoseconds.
    pub by: u64,
}

/// Who had the processor. Kept up with the history as it grows.
#[derive(Clone, Debug, Default)]
pub struct Load {
    tally: Tally,
    /// What each had before the first record that was seen, and which start of the source that was.
    base: Option<(usize, Box<Tally>)>,
    slices: Vec<Slice>,
    /// Those that no known runner had.
    gaps: Vec<usize>,
    /// The steps that took longer than all before them since the source last started over.
    longest: Vec<(Who, Longest, usize)>,
    sums: IdMap<(usize, Who), Vec<Sum>>,
    due: IdMap<HandleId, u64>,
    late: Vec<Late>,
}

impl Load {
    /// Of what comes behind a position, at this time: who has the processor there is not known.
    pub fn behind(position: usize, t: Option<u64>) -> Self {
        Self { tally: Tally::behind(position, t), ..Self::default() }
    }

    /// Of what comes behind a place, where it is known what was before.
    fn going_on(tally: Tally) -> Self {
        let base = Some((tally.starts.all(), Box::new(tally.clone())));
        Self { tally, base, ..Self::default() }
    }

    /// The same, in the room that another one has had until now.
    #[must_use]
    pub fn in_room_of(mut self, other: Self) -> Self {
        let Self { slices: mut room, .. } = other;
        room.clear();
        room.append(&mut self.slices);
        self.slices = room;
        self
    }

    /// Takes in the next record.
    pub fn see(&mut self, record: &Record) {
        let Self { tally, slices, gaps, longest, sums, .. } = self;
        let (starts, known) = (tally.starts.all(), tally.last);
        tally.see(record, &mut |closed| {
            let Closed { slice, sum, starts, is_longest, .. } = closed;
            if slice.who == Who::Unknown {
                gaps.push(slices.len());
            }
            sums.entry((starts, slice.who)).or_default().push(sum);
            if let (true, Some(step)) = (is_longest, sum.longest) {
                longest.push((slice.who, step, slice.to));
            }
            slices.push(slice);
        });
        let lost =
            matches!(record.event, Event::Gap { .. }) || record.garbage >= crate::state::BLIND_SPOT;
        if lost || tally.starts.all() > starts {
            self.due.clear();
        }
        if let Some(t) = record.t.or(known) {
            self.see_timers(record, t);
        }
    }

    /// Records up to a position were not seen.
    pub fn skip_to(&mut self, position: usize) {
        let Self { tally, slices, gaps, .. } = self;
        tally.skip_to(position, &mut |closed| {
            if closed.slice.who == Who::Unknown {
                gaps.push(slices.len());
            }
            slices.push(closed.slice);
        });
        self.due.clear();
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "it is about timers alone")]
    fn see_timers(&mut self, record: &Record, t: u64) {
        match record.event {
            Event::SnapshotBegin {} => self.due.clear(),
            Event::TimerNew { handle, when, .. } => {
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a time before the start counts as the start, one beyond all time as the end"
                )]
                self.due.insert(handle, (when * 1e9).round() as u64);
            }
            Event::HandleNew { handle, .. }
            | Event::TimerCancel { handle, .. }
            | Event::TimerDrop { handle, .. } => {
                self.due.remove(&handle);
            }
            Event::HandleRun { handle, .. } => {
                if let Some(due) = self.due.remove(&handle) {
                    let (at, by) = (self.tally.position, t.saturating_sub(due));
                    self.late.push(Late { at, t, handle, by });
                }
            }
            _ => {}
        }
    }

    /// The time of the last record before the last gap, if that is the last thing that was seen.
    pub fn before_gap(&self) -> Option<u64> {
        let open = &self.tally.open;
        (open.who == Who::Unknown).then_some(open.begin)
    }

    /// The stretches of which it is not known who had them, in order: the positions and the times of
    /// beginning and end. The last one may not have ended.
    pub fn unknown(&self) -> impl Iterator<Item = ([usize; 2], [u64; 2])> + '_ {
        let open = self.tally.open_to_now();
        let open = Some(open).filter(|open| open.who == Who::Unknown);
        let closed = self.gaps.iter().map(|index| self.slices[*index]);
        closed.chain(open).map(|slice| ([slice.from, slice.to], [slice.begin, slice.end]))
    }

    /// Where the source has started over.
    pub const fn starts(&self) -> &Starts {
        &self.tally.starts
    }
}

#[cfg(test)]
mod tests;
