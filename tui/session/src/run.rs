//! A run: from the cursor through the history to the live edge, and on with the source, until its
//! goal, a breakpoint or the end is reached.

use std::time::{Duration, Instant};

use loopscope_model::control::OwnedRequest;
use loopscope_model::record::seconds;
use loopscope_model::state::At;
use loopscope_protocol::Capability;

use super::answer::{Answer, Outcome, Trouble};
use super::brake::Full;
use super::breaks::Hit;
use super::goal::{Goal, Until, Verdict};
use super::{Session, UnderWay};

/// The most records that one call looks at, so that a front end stays responsive.
const BUDGET: usize = 20_000;

/// How long a source may take to hold after a pause before the user gets an answer without it: it
/// sleeps, or one handle is busy.
const PATIENCE: Duration = Duration::from_millis(300);

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Its goal is here.
    Goal,
    /// A breakpoint.
    Hit(Hit),
    /// The time for it is over.
    Late,
    /// It could not be tested.
    Failed(Trouble),
    /// The user paused it, or `resume` may go on.
    Paused,
    /// The user paused it, but the program has not come to a record since.
    Waiting,
    /// It ran for as long as one command may.
    Limit(Full),
    /// Nothing more will come.
    Ended,
}

impl Session {
    /// Starts a run.
    pub(super) fn start(&mut self, goal: Goal) -> Outcome {
        self.interrupted = None;
        self.link.pausing = None;
        self.link.landed = None;
        self.link.broken = None;
        self.link.asked = !self.link.held;
        self.set_limits();
        let names = self.source.names();
        self.breaks.arm(self.timeline.record(self.cursor.position()), self.cursor.state(), names);
        self.under_way = UnderWay::Run(goal);
        Outcome::Started
    }

    /// Goes on with the run. `Some`: it is over.
    pub(super) fn walk(&mut self) -> Option<Result<Answer, Trouble>> {
        let UnderWay::Run(mut goal) = std::mem::take(&mut self.under_way) else { return None };
        let end = self.walk_to(&mut goal);
        match end {
            None => {
                self.under_way = UnderWay::Run(goal);
                None
            }
            Some(end) => Some(self.arrive(end, goal)),
        }
    }

    fn walk_to(&mut self, goal: &mut Goal) -> Option<End> {
        if self.link.landed.is_none() {
            // In the history a pause counts at once; a program is followed to where it holds.
            if self.link.pausing.is_some() && self.link.held && !self.link.asked {
                return Some(End::Paused);
            }
            // What cannot hold may send faster than it is followed.
            if let Some(full) = self.link.full
                && !self.can_hold()
            {
                return Some(End::Limit(full));
            }
            let end = self.through_history(goal)?;
            self.link.landed = end.map(|end| (end, Instant::now()));
        }
        if let Some((end, since)) = &self.link.landed {
            // A source that cannot hold runs on; only the view stands.
            if self.link.held || !self.can_hold() {
                let end = end.clone();
                self.link.landed = None;
                return Some(end);
            }
            // Each place where a run may end is one where the source was told to hold. If it did
            // not, it must be told again.
            let late = !self.link.told || since.elapsed() > PATIENCE;
            if late && self.link.pausing.is_none() {
                self.link.pausing = Some(Instant::now());
                self.request(OwnedRequest::Pause);
            }
            return None;
        }
        self.at_edge(goal)
    }

    /// Walks to the live edge. `None`: there is more to walk in another call. `Some(None)`: the
    /// cursor is at the edge and the goal is not reached.
    fn through_history(&mut self, goal: &mut Goal) -> Option<Option<End>> {
        let names = self.source.names();
        for _ in 0..BUDGET {
            let next = self.cursor.position() + 1;
            let Some(record) = self.timeline.record(next) else { return Some(None) };
            self.cursor.seek(&self.timeline, next);
            let state = self.cursor.state();
            let hit = if goal.breaks { self.breaks.test(record, state, names) } else { None };
            let end = match goal.test(record, state, names) {
                Err(trouble) => End::Failed(trouble),
                Ok(Verdict::Here) => End::Goal,
                Ok(Verdict::Late) => End::Late,
                Ok(Verdict::Before) => {
                    self.cursor.seek(&self.timeline, next - 1);
                    End::Goal
                }
                Ok(Verdict::On) => match hit {
                    Some(hit) => End::Hit(hit),
                    None => continue,
                },
            };
            return Some(Some(end));
        }
        None
    }

    /// At the live edge: has the source ended, or is it to run on?
    fn at_edge(&mut self, goal: &Goal) -> Option<End> {
        if let Some(sentence) = self.link.broken.take() {
            return Some(End::Failed(Trouble::new(sentence)));
        }
        if self.program_ended() && self.link.held {
            return Some(End::Ended);
        }
        if self.link.held && self.link.pausing.is_some() {
            return Some(self.link.full.map_or(End::Paused, End::Limit));
        }
        if self.link.held {
            let ran = self.timeline.len() as u64;
            let limit = self.link.limits.records;
            if limit.is_some_and(|limit| ran >= limit) {
                let full = Full::Records(self.settings.limit);
                self.link.full = Some(full);
                return Some(End::Limit(full));
            }
            let left = limit.map_or(0, |limit| limit - ran);
            let until = goal.stop_when(self.timeline.live().seq(), self.breaks.kinds(), left);
            self.link.held = false;
            self.link.asked = true;
            self.link.told = true;
            self.request(OwnedRequest::Run { until });
            return None;
        }
        if !self.can_hold() {
            return self.at_edge_of_what_runs_on(goal);
        }
        if self.link.pausing.is_some_and(|since| since.elapsed() > PATIENCE) {
            return Some(End::Waiting);
        }
        if self.slept_past(goal) {
            // Not now, but as soon as it comes to a record.
            self.link.pausing = Some(Instant::now());
            self.request(OwnedRequest::Pause);
            return Some(End::Late);
        }
        None
    }

    /// At the live edge of a source that cannot hold: the view waits for what comes.
    fn at_edge_of_what_runs_on(&self, goal: &Goal) -> Option<End> {
        if self.link.pausing.is_some() {
            return Some(End::Paused);
        }
        self.slept_past(goal).then_some(End::Late)
    }

    /// Whether the loop has slept for so long, without a record, that the goal's time is over.
    fn slept_past(&self, goal: &Goal) -> bool {
        let live = self.timeline.live();
        let (Some(latest), Some(now)) = (goal.latest, live.t()) else { return false };
        live.focus().is_some_and(|each| each.at == At::Polling)
            && self.link.last.elapsed()
                > Duration::from_nanos(latest.saturating_sub(now)) + PATIENCE
    }

    /// The run is over: says where the cursor is now, and why.
    fn arrive(&mut self, end: End, goal: Goal) -> Result<Answer, Trouble> {
        if !matches!(end, End::Waiting) && (self.link.held || !self.can_hold()) {
            self.link.pausing = None;
        }
        let here = self.position();
        self.move_to(here);
        match end {
            End::Goal => Ok(self.stop("goal", "")),
            End::Hit(hit) => {
                for line in self.breaks.count(hit.number).into_iter().rev() {
                    let place = format!("commands of breakpoint {}", hit.number);
                    self.queue.push_front((place, line));
                }
                Ok(self.stop("breakpoint", &hit.text).with("breakpoint", hit.number))
            }
            End::Paused => {
                self.interrupted = Some(goal);
                let note = if self.source_runs() && !self.program_ended() {
                    "Only the view is paused: `resume` goes on, `goto end` follows the board again."
                } else {
                    "Paused; `resume` goes on."
                };
                Ok(self.stop("paused", note))
            }
            End::Waiting => {
                let more = if self.source.capabilities().has(Capability::Interrupt) {
                    "; `interrupt` raises KeyboardInterrupt in it"
                } else {
                    ""
                };
                let text = format!("{} It is held at its next record{more}.", self.why_no_record());
                self.interrupted = Some(goal);
                Ok(self.stop("paused", &text))
            }
            End::Limit(full) => {
                self.interrupted = Some(goal);
                Err(Trouble::new(full.sentence()))
            }
            End::Failed(trouble) => Err(trouble),
            End::Late => {
                let event = goal.expected.unwrap_or_default();
                let latest = goal.latest.map_or(0.0, seconds);
                Err(Trouble::new(format!(
                    "Expected {event} up to t {latest:.6}, but it did not come: {}.",
                    self.position_words()
                )))
            }
            End::Ended => self.ended(&goal),
        }
    }

    fn ended(&mut self, goal: &Goal) -> Result<Answer, Trouble> {
        let how = self.ending();
        if let Some(event) = &goal.expected {
            return Err(Trouble::new(format!("Expected {event}, but it did not come: {how}")));
        }
        if let Until::Seq(seq) = goal.until {
            return Err(Trouble::new(format!(
                "There is no record {seq}, only {}: {how}",
                self.timeline.live().seq()
            )));
        }
        let mut answer = self.stop("end", &how).with("ended", true);
        if let Some(exit) = self.timeline.live().exit() {
            answer = answer.with("exit_code", exit.code);
        }
        Ok(answer)
    }

    /// Why a program that was asked to pause has not come to a record.
    fn why_no_record(&self) -> &'static str {
        match self.timeline.live().focus() {
            Some(each) if each.at == At::Polling => "The loop sleeps.",
            Some(each) if each.at == At::Running => {
                "The handle that runs has not come to a record yet; it may be busy or blocked."
            }
            _ => "The program has not come to a record yet; it may be busy or blocked.",
        }
    }
}
