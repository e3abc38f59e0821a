//! Going anywhere in the history: `goto`, the steps back, bookmarks. Only a place that the program
//! has not come to yet makes it run.

use loopscope_model::{State, lint};
use loopscope_protocol::KindSet;

use super::Session;
use super::answer::{Answer, Outcome, Trouble};
use super::breaks::Hit;
use super::command::{Target, Unit};
use super::goal::{Goal, Until};
use super::long_walk::Task;
use super::progress::PORTION;

/// A search for the last breakpoint before a place: stretch by stretch backwards, and each of them
/// forwards.
#[derive(Debug)]
pub(super) struct LookBack {
    pub(super) from: usize,
    /// Everything from here on was looked at.
    pub(super) end: usize,
    /// Of what lies before that.
    stretch: Option<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    start: usize,
    at: usize,
    state: State,
    found: Option<(usize, Hit)>,
}

impl Session {
    pub(super) fn goto(&mut self, target: &Target) -> Outcome {
        let live = !self.program_ended();
        let edge = self.live_edge();
        let position = match target {
            Target::Start | Target::Record(0) => self.history.first(),
            Target::End if live => {
                return self.follow(Goal::new(Until::End).ignoring_breaks());
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
        self.go_to(position, "goto")
    }

    /// Goes to a position, at once where its state is at hand.
    fn go_to(&mut self, position: usize, reason: &'static str) -> Outcome {
        if !self.history.is_near(position) {
            return self.start_walk(Task::ReadOn { position, reason });
        }
        if reason == "goto" {
            self.jump_to(position);
        } else {
            self.move_to(position);
        }
        Outcome::Done(self.stop(reason, ""))
    }

    pub(super) fn back(&mut self, unit: Unit, n: u32) -> Outcome {
        let (here, first) = (self.position(), self.history.first());
        if here <= first {
            return Outcome::Done(self.stop("start", self.at_start()));
        }
        let Some(kinds) = self.kinds_of(unit) else {
            return self.arrive_back(here.saturating_sub(n as usize).max(first));
        };
        match self.step_back(here, kinds, n) {
            (at, 0) => self.arrive_back(at),
            (at, left) => self.start_walk(Task::StepBack { from: here, at, kinds, left }),
        }
    }

    /// Goes back over a number of records of these kinds, or a part of that. Gives where that leads
    /// to, and how many are left.
    pub(super) fn step_back(&self, mut at: usize, kinds: KindSet, n: u32) -> (usize, u32) {
        /// How many are passed in one portion.
        const MOST: u32 = 1000;
        let first = self.history.first();
        for _ in 0..n.min(MOST) {
            at = self.history.rfind_kinds(at, kinds).unwrap_or(first);
            if at <= first {
                return (first, 0);
            }
        }
        (at, n.saturating_sub(MOST))
    }

    /// A step back has come to its end.
    pub(super) fn arrive_back(&mut self, position: usize) -> Outcome {
        let is_start = position <= self.history.first();
        self.go_to(position, if is_start { "start" } else { "goal" })
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
        let from = self.position();
        let end = from.saturating_sub(1);
        self.start_walk(Task::LookBack(Box::new(LookBack { from, end, stretch: None })))
    }

    /// Looks through a part of the history. `Some`: it is over.
    pub(super) fn look_back(&mut self, search: &mut LookBack) -> Option<Answer> {
        let first = self.history.first();
        if search.end <= first || self.breaks.is_empty() {
            self.move_to(first);
            return Some(self.stop("start", "No breakpoint before; this is the start."));
        }
        let names = self.history.names();
        let mut stretch = search.stretch.take().unwrap_or_else(|| {
            // From the last state that is at hand, so that each record is applied once.
            let state = self.history.nearest(search.end - 1);
            let start = usize::try_from(state.position()).unwrap_or(usize::MAX);
            self.breaks.arm(self.history.record(start).as_deref(), &state, names);
            Stretch { start, at: start, state, found: None }
        });
        let upto = stretch.at.saturating_add(PORTION).min(search.end);
        let wants_lints = self.breaks.wants_lints();
        for (position, record) in (stretch.at + 1..).zip(self.history.range(stretch.at, upto)) {
            let found = if wants_lints { lint::find(&stretch.state, &record) } else { Vec::new() };
            stretch.state.apply(&record);
            let mut hit = self.breaks.test(&record, &stretch.state, names, false);
            for finding in found.iter().filter(|finding| finding.is_derived()) {
                let lint = finding.as_record(&record, names);
                hit = hit.or_else(|| self.breaks.test_derived(&lint, &stretch.state, names));
            }
            if let Some(hit) = hit {
                stretch.found = Some((position, hit));
            }
        }
        stretch.at = upto;
        if upto < search.end {
            search.stretch = Some(stretch);
            return None;
        }
        let Some((position, hit)) = stretch.found else {
            search.end = stretch.start;
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
