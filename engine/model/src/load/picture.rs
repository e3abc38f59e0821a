//! Who ran when, between two starts of the source, in parts of equal length. These are as long as they
//! need to be, so that the picture takes the same room however long that is.
//!
//! What is asked of a part that was cut more finely than what is asked for is exact: all of a part
//! belongs to one column. Who has a row of its own is limited too. Where that is not enough, tasks
//! that ended long ago and ran only shortly lose theirs: what they had is in the row of the rest.

use std::ops::Range;

use loopscope_protocol::TaskId;

use super::tally::Closed;
use super::{Slice, Who};
use crate::id_map::IdMap;

/// How many parts there are at most.
const PARTS: u64 = 1024;

/// How many have a row of their own at most; half of these when there would be more.
const MOST_ROWS: usize = 2048;

/// What a picture is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Loop time, in nanoseconds.
    Time,
    /// Positions of the history.
    Records,
}

/// Whose time is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// That of one, or of nobody.
    Of(Who),
    /// That of all tasks and callbacks.
    All,
    /// That of those without a row.
    Rest,
}

/// Parts of equal length, as long as all of them need to be.
#[derive(Clone, Copy, Debug)]
struct Scale {
    start: u64,
    length: u64,
}

/// What one had, in one part: how much of its length.
type Part = (u16, u64);

/// What one had in each part, by both axes. Parts in which it did not run are left out; one in which
/// it ran and that took no time has a 0.
#[derive(Clone, Debug, Default)]
struct Parts([Vec<Part>; 2]);

/// The row of one.
#[derive(Clone, Debug)]
struct Line {
    who: Who,
    parts: Parts,
    ended: bool,
}

/// Who ran when, between two starts of the source.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The position of its first record; 0 for the first one.
    from: usize,
    scales: [Scale; 2],
    lines: Vec<Line>,
    rows: IdMap<Who, usize>,
    /// How many rows are of tasks that have ended.
    ended: usize,
    all: Parts,
    asleep: Parts,
    unknown: Parts,
    rest: Parts,
    /// How many have no row any more.
    without: usize,
    /// The highest number of a task that ran and got no row.
    highest: u32,
    /// There is no room for rows of callbacks.
    is_full: bool,
}

impl Picture {
    pub(super) fn new(from: usize, t: u64) -> Self {
        let scale = |start| Scale { start, length: 1 };
        Self {
            from,
            scales: [scale(t), scale(from as u64)],
            lines: Vec::new(),
            rows: IdMap::default(),
            ended: 0,
            all: Parts::default(),
            asleep: Parts::default(),
            unknown: Parts::default(),
            rest: Parts::default(),
            without: 0,
            highest: 0,
            is_full: false,
        }
    }

    /// The position of its first record.
    pub const fn from(&self) -> usize {
        self.from
    }

    /// Who has a row, in the order in which they first ran.
    pub fn rows(&self) -> impl Iterator<Item = Who> + '_ {
        self.lines.iter().map(|line| line.who)
    }

    /// How many that ran have none.
    pub const fn without(&self) -> usize {
        self.without
    }

    /// A slice has ended.
    pub(super) fn add(&mut self, closed: &Closed) {
        let slice = &closed.slice;
        match slice.who {
            Who::Loop => {}
            Who::Asleep if closed.is_look => {}
            Who::Asleep | Who::Unknown => self.put(slice, |picture| match slice.who {
                Who::Asleep => &mut picture.asleep,
                _ => &mut picture.unknown,
            }),
            who @ (Who::Task(_) | Who::Callback(_)) => {
                let row = self.row(who);
                self.put(slice, |picture| &mut picture.all);
                self.put(slice, |picture| match row {
                    Some(row) => &mut picture.lines[row].parts,
                    None => &mut picture.rest,
                });
            }
        }
    }

    /// A task has ended: it runs no more.
    pub(super) fn end(&mut self, task: TaskId) {
        if let Some(row) = self.rows.get(&Who::Task(task)) {
            let before = std::mem::replace(&mut self.lines[*row].ended, true);
            self.ended += usize::from(!before);
        }
    }

    /// The row of one, a new one where it has not run yet and there is room.
    fn row(&mut self, who: Who) -> Option<usize> {
        if let Some(row) = self.rows.get(&who) {
            return Some(*row);
        }
        let had_none = match who {
            // Tasks are numbered as they are made: what a higher one ran is all of it.
            Who::Task(task) => task.0 <= self.highest,
            _ => self.is_full,
        };
        if had_none {
            return None;
        }
        if self.lines.len() >= MOST_ROWS && self.ended > 0 {
            self.make_room();
        }
        if self.lines.len() >= MOST_ROWS {
            self.without += 1;
            match who {
                Who::Task(task) => self.highest = task.0,
                _ => self.is_full = true,
            }
            return None;
        }
        self.rows.insert(who, self.lines.len());
        self.lines.push(Line { who, parts: Parts::default(), ended: false });
        Some(self.lines.len() - 1)
    }

    /// Tasks that have ended lose their rows, those first that are seen in the fewest parts.
    fn make_room(&mut self) {
        let ended = self.lines.iter().enumerate().filter(|(_, line)| line.ended);
        let mut ended: Vec<_> = ended.map(|(row, line)| (line.parts.0[0].len(), row)).collect();
        ended.sort_unstable();
        ended.truncate(MOST_ROWS / 2);
        self.ended -= ended.len();
        let mut goes = vec![false; self.lines.len()];
        for (_, row) in ended {
            goes[row] = true;
            let parts = std::mem::take(&mut self.lines[row].parts);
            self.rest.join(parts);
            self.without += 1;
        }
        let mut goes = goes.iter();
        self.lines.retain(|_| !goes.next().is_some_and(|goes| *goes));
        self.rows = self.lines.iter().enumerate().map(|(row, line)| (line.who, row)).collect();
    }

    fn put(&mut self, slice: &Slice, of: impl Fn(&mut Self) -> &mut Parts) {
        let ends = [(slice.begin, slice.end), (slice.from as u64, slice.to as u64)];
        for (axis, (begin, end)) in ends.into_iter().enumerate() {
            while self.scales[axis].part(end) >= PARTS {
                self.halve(axis);
            }
            let scale = self.scales[axis];
            let parts = &mut of(self).0[axis];
            scale.each(begin, end, |part, length| add(parts, part, length));
        }
    }

    /// Each two parts become one.
    fn halve(&mut self, axis: usize) {
        let scale = &mut self.scales[axis];
        scale.length = scale.length.saturating_mul(2);
        let lines = self.lines.iter_mut().map(|line| &mut line.parts);
        let others = [&mut self.all, &mut self.asleep, &mut self.unknown, &mut self.rest];
        for parts in lines.chain(others) {
            let before = std::mem::take(&mut parts.0[axis]);
            for (part, length) in before {
                add(&mut parts.0[axis], part / 2, length);
            }
            parts.0[axis].shrink_to_fit();
        }
    }

    fn parts(&self, track: Track, axis: Axis) -> Option<&[Part]> {
        let parts = match track {
            Track::Of(Who::Asleep) => &self.asleep,
            Track::Of(Who::Unknown) => &self.unknown,
            Track::Of(who) => &self.lines[*self.rows.get(&who)?].parts,
            Track::All => &self.all,
            Track::Rest => &self.rest,
        };
        Some(&parts.0[axis as usize])
    }

    /// From where to where one ran, as finely as the parts are cut; `None`: it did not run.
    pub(super) fn extent(&self, track: Track, axis: Axis) -> Option<Range<u64>> {
        let (parts, scale) = (self.parts(track, axis)?, self.scales[axis as usize]);
        let (first, last) = (parts.first()?.0, parts.last()?.0);
        Some(scale.begin(first)..scale.begin(last).saturating_add(scale.length))
    }

    /// How much one had between two points of an axis; `None`: it did not run there.
    pub(super) fn had(&self, track: Track, axis: Axis, range: &Range<u64>) -> Option<u64> {
        let (parts, scale) = (self.parts(track, axis)?, self.scales[axis as usize]);
        let first = scale.part(range.start.max(scale.start));
        let at = parts.partition_point(|(part, _)| u64::from(*part) < first);
        let parts = parts[at..].iter().take_while(|(part, _)| scale.begin(*part) < range.end);
        let mut had = None;
        for (part, length) in parts {
            // A part belongs to where it begins, unless it is longer than what is asked for.
            let asked = range.end - range.start;
            let share = if scale.length <= asked {
                if scale.begin(*part) < range.start {
                    continue;
                }
                *length
            } else {
                scaled(*length, asked, scale.length)
            };
            *had.get_or_insert(0) += share;
        }
        had
    }
}

/// Adds to what one had in a part, which is one of the last.
fn add(parts: &mut Vec<Part>, part: u16, length: u64) {
    let at = parts.iter().rposition(|(other, _)| *other <= part);
    match at {
        Some(at) if parts[at].0 == part => parts[at].1 += length,
        Some(at) => parts.insert(at + 1, (part, length)),
        None => parts.insert(0, (part, length)),
    }
}

fn scaled(length: u64, share: u64, of: u64) -> u64 {
    let scaled = u128::from(length) * u128::from(share) / u128::from(of.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

impl Parts {
    fn join(&mut self, other: Self) {
        for (mine, parts) in self.0.iter_mut().zip(other.0) {
            for (part, length) in parts {
                add(mine, part, length);
            }
        }
    }
}

impl Scale {
    fn part(self, at: u64) -> u64 {
        at.saturating_sub(self.start) / self.length
    }

    fn begin(self, part: u16) -> u64 {
        self.start.saturating_add(u64::from(part).saturating_mul(self.length))
    }

    /// The parts from one point to another, at least one, with how much of each lies between them.
    fn each(self, begin: u64, end: u64, mut take: impl FnMut(u16, u64)) {
        let (first, end) = (self.part(begin), end.max(begin));
        let last = self.part(end.saturating_sub(1).max(begin));
        for part in first..=last {
            let Ok(part) = u16::try_from(part) else { return };
            let from = self.begin(part).max(begin);
            let to = self.begin(part).saturating_add(self.length).min(end);
            take(part, to.saturating_sub(from));
        }
    }
}
