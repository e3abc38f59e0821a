//! Who had the processor in the whole of a history that is too long to keep each slice: what each had
//! had at places along the way, and a picture of who ran when.
//!
//! It reads the history once, in portions, and takes the same room however long that is.

use std::collections::VecDeque;
use std::ops::Range;

use loopscope_protocol::Event;

use super::picture::{Axis, Picture, Track};
use super::tally::{Closed, Tally};
use super::{Load, Who};
use crate::history::History;
use crate::record::Record;

/// How many records lie between two places at least, and how many for each of whom something is
/// known there.
const APART: usize = 1 << 16;
const APART_FOR_EACH: usize = 4;

/// How many records are walked over at once to a place at which nothing was kept: a few milliseconds'
/// worth, for which a key can wait.
const AT_ONCE: usize = 1 << 16;

/// Of how many things it is known at all places together what they had had.
const MOST_SUMS: usize = 1 << 17;

/// How many pictures there are: those of before the last starts of the source are gone.
const MOST_PICTURES: usize = 64;

/// Who had the processor in the whole of a history.
#[derive(Clone, Debug)]
pub struct Overview {
    tally: Tally,
    /// What each had had at places along the way, thinned where it would be too much.
    kept: Vec<Tally>,
    /// The place last asked for, or how far the walk to it has come.
    asked: Option<Tally>,
    apart: usize,
    /// How many tasks had ended where this was last kept.
    ended: usize,
    pictures: VecDeque<Picture>,
}

impl Default for Overview {
    fn default() -> Self {
        Self {
            tally: Tally::default(),
            kept: Vec::new(),
            asked: None,
            apart: APART,
            ended: 0,
            pictures: VecDeque::new(),
        }
    }
}

impl Overview {
    /// Up to which position it has read.
    pub const fn position(&self) -> usize {
        self.tally.position
    }

    /// Reads on to a position.
    pub fn read_on(&mut self, history: &History, to: usize) {
        if self.position() < history.first() {
            // What was dropped before it was looked at is as if it had been lost.
            let pictures = &mut self.pictures;
            self.tally.skip_to(history.first(), &mut |closed| picture(pictures, &closed));
        }
        history.walk(self.position(), to.min(history.len()), |record| self.see(record));
    }

    /// Takes in the next record.
    fn see(&mut self, record: &Record) {
        let Self { tally, pictures, .. } = self;
        tally.see(record, &mut |closed| picture(pictures, &closed));
        let start = tally.starts.start(tally.position);
        if pictures.back().is_none_or(|last| last.from() < start)
            && let Some(t) = tally.last
        {
            pictures.push_back(Picture::new(start, t));
            if pictures.len() > MOST_PICTURES {
                pictures.pop_front();
            }
            self.ended = 0;
        }
        if let Event::TaskDone { task, .. } = record.event
            && let Some(last) = self.pictures.back_mut()
        {
            last.end(task);
        }
        let kept = self.kept.last().map_or(0, |kept| kept.position);
        if self.position() - kept >= self.apart
            && self.position() - kept >= APART_FOR_EACH * self.tally.size()
        {
            self.keep();
        }
    }

    /// Keeps what each has had so far.
    fn keep(&mut self) {
        // Those that had ended long ago are asked for no more.
        self.tally.forget_ended(self.ended);
        self.ended = self.tally.ended();
        self.kept.push(self.tally.clone());
        let size = |kept: &[Tally]| kept.iter().map(|tally| tally.size() + 16).sum::<usize>();
        while size(&self.kept) > MOST_SUMS && self.kept.len() > 1 {
            let mut number = 0;
            self.kept.retain(|_| {
                number += 1;
                number % 2 == 0
            });
            self.apart *= 2;
        }
    }

    /// Who had the processor behind a position, with what each had had before. `None`: it has not
    /// read so far, or the walk to that place is not over, and goes on when it is asked for again.
    pub fn load_behind(&mut self, history: &History, position: usize) -> Option<Load> {
        if position > self.position() {
            return None;
        }
        let upto = self.kept.partition_point(|kept| kept.position <= position);
        let kept = upto.checked_sub(1).map(|at| &self.kept[at]);
        let begins = kept.map_or(0, |kept| kept.position);
        let asked = self.asked.take();
        let asked = asked.filter(|asked| (begins..=position).contains(&asked.position));
        let mut tally = asked.or_else(|| kept.cloned()).unwrap_or_default();
        if tally.position < history.first() {
            tally.skip_to(history.first(), &mut |_| {});
        }
        let to = position.min(tally.position + AT_ONCE);
        history.walk(tally.position, to, |record| tally.see(record, &mut |_| {}));
        let is_there = tally.position >= position;
        let tally = self.asked.insert(tally);
        is_there.then(|| Load::going_on(tally.clone()))
    }

    /// Who ran when, since the start of the source that counts at a position.
    pub fn picture(&self, position: usize) -> Option<&Picture> {
        let upto = self.pictures.partition_point(|picture| picture.from() <= position);
        upto.checked_sub(1).map(|at| &self.pictures[at])
    }

    /// How much one had between two points of a picture's axis; `None`: it did not run there.
    pub fn had(
        &self,
        picture: &Picture,
        track: Track,
        axis: Axis,
        range: &Range<u64>,
    ) -> Option<u64> {
        let had = picture.had(track, axis, range);
        let Some(Range { start: begin, end }) = self.open(picture, track, axis) else { return had };
        let begins = begin.max(range.start);
        if begins >= range.end || end < range.start {
            return had;
        }
        Some(had.unwrap_or(0) + end.min(range.end).saturating_sub(begins))
    }

    /// From where to where one ran in a picture, perhaps a little more; `None`: it did not run. It is
    /// asked first where many are asked about, most of which ran in few places.
    pub fn extent(&self, picture: &Picture, track: Track, axis: Axis) -> Option<Range<u64>> {
        let open = self.open(picture, track, axis);
        match (picture.extent(track, axis), open) {
            (Some(one), Some(open)) => Some(one.start.min(open.start)..one.end.max(open.end)),
            (one, open) => one.or(open),
        }
    }

    /// What lasts, and is in no picture yet, if it belongs there.
    fn open(&self, picture: &Picture, track: Track, axis: Axis) -> Option<Range<u64>> {
        let open = self.tally.open_to_now();
        let is_last = self.pictures.back().is_some_and(|last| last.from() == picture.from());
        let is_its = match track {
            Track::Of(who) => who == open.who,
            Track::All => matches!(open.who, Who::Task(_) | Who::Callback(_)),
            Track::Rest => false,
        };
        (is_last && is_its).then_some(match axis {
            Axis::Time => open.begin..open.end,
            Axis::Records => open.from as u64..open.to as u64,
        })
    }
}

/// A slice has ended: it belongs into the picture that was begun last.
fn picture(pictures: &mut VecDeque<Picture>, closed: &Closed) {
    if let Some(last) = pictures.back_mut() {
        last.add(closed);
    }
}

#[cfg(test)]
mod tests;
