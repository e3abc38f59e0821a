//! How the time was shared at one position: over the last while, and in all.

use std::collections::BTreeMap;

use super::tally::Tally;
use super::{Late, Load, Longest, Passed, Slice, Sum, Who};

/// What one had of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Who.
    pub who: Who,
    /// How long it ran, in nanoseconds.
    pub busy: u64,
    /// How many times it ran from beginning to end.
    pub steps: u32,
    /// The longest of these.
    pub longest: Option<Longest>,
}

/// How a stretch of time was shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// The time of which it is known who had it, in nanoseconds.
    pub known: u64,
    /// The time of which it is not: in gaps, and after them until a record tells.
    pub unknown: u64,
    /// How long the loop slept.
    pub asleep: u64,
    /// How long the loop itself took.
    pub inside: u64,
    /// Tasks and callbacks, most of the time first.
    pub rows: Vec<Share>,
    /// How many timers ran.
    pub timers: usize,
    /// The one that ran longest after it was due.
    pub latest: Option<Late>,
}

impl Shares {
    /// A share of the time that is known, in tenths of a percent.
    pub fn permille(&self, busy: u64) -> Option<u64> {
        busy.saturating_mul(1000).checked_div(self.known)
    }

    /// Adds a slice that ends there, of a stretch that begins at `since`.
    fn add(&mut self, slice: &Slice, since: u64, end: u64, rows: &mut BTreeMap<Who, Share>) {
        let begin = slice.begin.max(since);
        let long = end.saturating_sub(begin);
        match slice.who {
            Who::Unknown => {
                self.unknown += long;
                return;
            }
            Who::Asleep => self.asleep += long,
            Who::Loop => self.inside += long,
            who @ (Who::Task(_) | Who::Callback(_)) => {
                let none = Share { who, busy: 0, steps: 0, longest: None };
                let row = rows.entry(who).or_insert(none);
                row.busy += long;
                // A step that the stretch cuts is not the longest: its length is not known.
                let is_seen = begin == slice.begin && since <= slice.began.1;
                if slice.whole && is_seen && end == slice.end {
                    row.steps += 1;
                    let all = slice.spent + long;
                    if row.longest.is_none_or(|longest| longest.ns < all) {
                        row.longest = Some(Longest { ns: all, at: slice.began.0 });
                    }
                }
            }
        }
        self.known += long;
    }
}

impl Load {
    /// The slices that had begun at a position, the latest first, cut at the time there.
    fn back_from(&self, position: usize, now: u64) -> impl Iterator<Item = (Slice, u64)> + '_ {
        let upto = self.slices.partition_point(|slice| slice.from <= position);
        let open = self.tally.open;
        let open = (open.from <= position).then_some(open);
        let all = open.into_iter().chain(self.slices[..upto].iter().rev().copied());
        all.map(move |slice| {
            let closed = slice.to > 0 && slice.to <= position;
            (slice, if closed { slice.end } else { now.max(slice.begin) })
        })
    }

    /// How the last `window` nanoseconds before a position were shared. `now` is the time there.
    pub fn over(&self, window: u64, position: usize, now: u64) -> Shares {
        let since = now.saturating_sub(window);
        let start = self.starts().start(position);
        let mut shares = Shares::default();
        let mut rows = BTreeMap::new();
        for (slice, end) in self.back_from(position, now) {
            if end <= since && slice.begin < since || slice.from < start {
                break;
            }
            shares.add(&slice, since, end, &mut rows);
        }
        shares.rows = rows.into_values().collect();
        shares.rows.sort_by_key(|row| (std::cmp::Reverse(row.busy), row.who));
        let upto = self.late.partition_point(|late| late.at <= position);
        let late = self.late[..upto].iter().rev();
        for late in late.take_while(|late| late.t >= since && late.at >= start) {
            shares.timers += 1;
            if shares.latest.is_none_or(|latest| latest.by < late.by) {
                shares.latest = Some(*late);
            }
        }
        shares
    }

    /// What one had in all before a position, since the source last started over.
    pub fn in_all(&self, who: Who, position: usize, now: u64) -> Share {
        let starts = self.starts().count(position);
        let sums = self.sums.get(&(starts, who)).map_or(&[][..], Vec::as_slice);
        let upto = sums.partition_point(|sum| sum.to <= position);
        let before = || self.before(position).map_or_else(Sum::default, |tally| tally.sum(who));
        let Sum { mut busy, steps, longest, .. } =
            upto.checked_sub(1).map_or_else(before, |last| sums[last]);
        if let Some((slice, end)) = self.under_way(position, now).filter(|(s, _)| s.who == who) {
            busy += end.saturating_sub(slice.begin);
        }
        Share { who, busy, steps, longest }
    }

    /// The step that took longest of all that had ended at a position since the source last started
    /// over, and whose it was: also of a task that has ended since.
    pub fn longest(&self, position: usize) -> Option<(Who, Longest)> {
        let upto = self.longest.partition_point(|(.., ended)| *ended <= position);
        let seen = self.longest[..upto].last().map(|(who, longest, _)| (*who, *longest));
        let before = || self.before(position)?.longest;
        seen.filter(|(_, longest)| longest.at >= self.starts().start(position)).or_else(before)
    }

    /// What was before the first record that was seen, if that counts at a position.
    fn before(&self, position: usize) -> Option<&Tally> {
        let (starts, tally) = self.base.as_ref()?;
        (self.starts().count(position) == *starts).then_some(tally)
    }

    /// The time before a position of which it is known who had it, and that of which it is not.
    pub fn passed(&self, position: usize, now: u64) -> [u64; 2] {
        let Some((slice, end)) = self.back_from(position, now).next() else { return [0, 0] };
        let Passed { mut known, mut unknown } = slice.before;
        let long = end.saturating_sub(slice.begin);
        if slice.who == Who::Unknown {
            unknown += long;
        } else {
            known += long;
        }
        [known, unknown]
    }

    /// The slice that lasts at a position.
    fn under_way(&self, position: usize, now: u64) -> Option<(Slice, u64)> {
        self.back_from(position, now)
            .next()
            .filter(|(slice, _)| slice.to == 0 || slice.to > position)
    }
}
