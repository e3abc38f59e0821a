//! Going anywhere in the history: `goto`, the steps back, bookmarks. Only a place that the program
//! has not come to yet makes it run.

use super::answer::{Answer, Outcome, Trouble};
use super::command::{Target, Unit};
use super::goal::{Goal, Until};
use super::{Session, UnderWay};

impl Session {
    pub(super) fn goto(&mut self, target: &Target) -> Outcome {
        let live = !self.program_ended();
        let edge = self.live_edge();
        let position = match target {
            Target::Start | Target::Record(0) => self.history.first(),
            Target::End if live => {
                return self.start(Goal::new(Until::End).ignoring_breaks());
            }
            Target::End => edge,
            Target::Record(seq) if self.history.first() > 0 && *seq <= self.history.first_seq() => {
                if *seq < self.history.first_seq() {
                    return Outcome::Failed(Trouble::new(format!(
                        "Record {seq} is kept no longer, only what comes behind {}; `set keep` says how much is.",
                        self.history.first_seq()
                    )));
                }
                self.history.first()
            }
            Target::Record(seq) => match self.history.position_of_seq(*seq) {
                Some(position) => position,
                None if live => {
                    return self.start(Goal::new(Until::Seq(*seq)).ignoring_breaks());
                }
                None => {
                    return Outcome::Failed(Trouble::new(format!(
                        "There is no record {seq}; the last one is {}.",
                        self.history.seq()
                    )));
                }
            },
            Target::Percent(percent) => part_of(edge, *percent),
            Target::Time(seconds) => {
                let ns = nanoseconds(*seconds);
                let here = self.position();
                let end = *self.history.era(here).end();
                match self.history.position_at_time(here, ns.saturating_add(1)) {
                    Some(after) => after - 1,
                    // A time that comes yet; by the clock of before a reset none does.
                    None if live && end == edge => {
                        return self.start(Goal::new(Until::Time(ns)).ignoring_breaks());
                    }
                    None => end,
                }
            }
            Target::Bookmark(name) => {
                let found = self.bookmarks.iter().find(|(known, _)| known == name);
                match found {
                    Some((_, position)) => *position,
                    None => {
                        return Outcome::Failed(Trouble::new(format!(
                            "There is no bookmark `{name}`; `info bookmarks` lists them."
                        )));
                    }
                }
            }
        };
        if !self.history.is_near(position) {
            self.under_way = UnderWay::ReadOn { position, stop: false };
            return Outcome::Started;
        }
        self.move_to(position);
        Outcome::Done(self.stop("goto", ""))
    }

    /// Folds a part of what lies before the place to go to. `Some`: it is over.
    pub(super) fn read_on(&mut self) -> Option<Answer> {
        let UnderWay::ReadOn { position, stop } = self.under_way else { return None };
        if stop {
            return Some(
                self.stop("paused", "The recording is not read up to there; it was left."),
            );
        }
        self.fold_some();
        if !self.history.is_near(position) {
            return None;
        }
        self.move_to(position);
        Some(self.stop("goto", ""))
    }

    pub(super) fn back(&mut self, unit: Unit, n: u32) -> Answer {
        let (here, first) = (self.position(), self.history.first());
        if here <= first {
            return self.stop("start", self.at_start());
        }
        let position = match self.kinds_of(unit) {
            None => here.saturating_sub(n as usize).max(first),
            Some(kinds) => {
                let mut at = here;
                for _ in 0..n {
                    at = self.history.rfind_kinds(at, kinds).unwrap_or(first);
                    if at <= first {
                        break;
                    }
                }
                at
            }
        };
        self.move_to(position);
        self.stop(if position <= first { "start" } else { "goal" }, "")
    }

    /// Why there is nothing before the first position.
    fn at_start(&self) -> &'static str {
        if self.history.first() > 0 {
            "What came before is kept no longer; `set keep` says how much is."
        } else {
            "This is the start; nothing is before it."
        }
    }

    /// Starts to look for the last breakpoint before the cursor.
    pub(super) fn back_to_break(&mut self) -> Outcome {
        self.fold_to_here();
        self.under_way = UnderWay::LookBack { end: self.position().saturating_sub(1), stop: false };
        Outcome::Started
    }

    /// Looks through a part of the history, so that a front end stays responsive. `Some`: it is over.
    pub(super) fn look_back(&mut self) -> Option<Answer> {
        /// How many records are looked at in one go, from there backwards.
        const WINDOW: usize = 4096;
        let UnderWay::LookBack { end, stop } = self.under_way else { return None };
        if stop {
            return Some(
                self.stop("paused", "No breakpoint was found so far; this is where it began."),
            );
        }
        let first = self.history.first();
        if end <= first || self.breaks.is_empty() {
            self.move_to(first);
            return Some(self.stop("start", "No breakpoint before; this is the start."));
        }
        let start = end.saturating_sub(WINDOW).max(first);
        let names = self.history.names();
        let mut state = self.history.at(start);
        self.breaks.arm(self.history.record(start).as_deref(), &state, names);
        let mut found = None;
        for position in start + 1..=end {
            let Some(record) = self.history.record(position) else { break };
            state.apply(&record);
            if let Some(hit) = self.breaks.test(&record, &state, names) {
                found = Some((position, hit));
            }
        }
        let Some((position, hit)) = found else {
            self.fold_to_here();
            self.under_way = UnderWay::LookBack { end: start, stop: false };
            return None;
        };
        self.move_to(position);
        Some(self.stop("breakpoint", &hit.text).with("breakpoint", hit.number))
    }

    pub(super) fn bookmark(&mut self, name: Option<&str>) -> Answer {
        let here = self.position();
        let free = || {
            let taken = |name: &String| self.bookmarks.iter().any(|(known, _)| known == name);
            // One more than there are cannot all be taken.
            let mut names = (1..=self.bookmarks.len() + 1).map(|n| format!("mark{n}"));
            names.find(|name| !taken(name)).unwrap_or_default()
        };
        let name = name.map_or_else(free, str::to_owned);
        self.bookmarks.retain(|(known, _)| *known != name);
        self.bookmarks.push((name.clone(), here));
        self.bookmarks.sort_by_key(|(_, position)| *position);
        Answer::new(format!("`goto {name}` comes back here: {}", self.position_words()))
            .with("bookmark", name)
            .with("position", here)
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a length between 0 and 100 %"
)]
fn part_of(len: usize, percent: f64) -> usize {
    (len as f64 * percent / 100.0).round() as usize
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time that the parser found to be positive; beyond the range it saturates"
)]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}
