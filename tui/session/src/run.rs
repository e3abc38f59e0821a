//! A run: from the cursor through the history to the live edge, and on with the source, until its
//! goal, a breakpoint or the end is reached.

use std::time::Duration;

use loopscope_model::Record;
use loopscope_model::record::seconds;
use loopscope_model::state::At;
use loopscope_protocol::{Capability, Event, LintRule};
use web_time::Instant;

use super::answer::{Answer, Outcome, Trouble};
use super::brake::Full;
use super::breaks::Hit;
use super::goal::{Goal, Until, Verdict};
use super::long_walk::Slice;
use super::source::Origin;
use super::{RunState, Session, UnderWay};

/// How many records are looked at between two looks at the time.
const PORTION: usize = 2048;

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
    /// Nothing can ever wake the loop: with the sentence about it.
    Deadlock(String),
    /// Nothing more will come.
    Ended,
}

/// A run under way.
#[derive(Debug)]
pub(super) struct Run {
    goal: Goal,
    /// Whether the source runs, or ran, on behalf of it: it is followed to where that holds.
    follows: bool,
    /// Since when it is to stop, at the user's wish.
    stopping: Option<Instant>,
    /// It has come to its end, but the source does not hold yet; and since when.
    landed: Option<(End, Instant)>,
    /// The sentence of a source that does not do what the run needs.
    refused: Option<String>,
}

impl Run {
    /// Notes that the user wants it to stop. False: that is noted already.
    pub(super) fn stop(&mut self) -> bool {
        let is_new = self.stopping.is_none();
        self.stopping.get_or_insert_with(Instant::now);
        is_new
    }

    /// Notes that the source does not do what it was asked.
    pub(super) fn refuse(&mut self, sentence: String) {
        self.refused = Some(sentence);
    }

    /// Whether it has come to its end, and waits only for the source to hold.
    pub(super) const fn has_landed(&self) -> bool {
        self.landed.is_some()
    }
}

impl Session {
    /// Starts a run.
    pub(super) fn start(&mut self, goal: Goal) -> Outcome {
        self.interrupted = None;
        self.set_limits();
        let names = self.history.names();
        self.breaks.arm(
            self.history.record(self.cursor.position()).as_deref(),
            self.cursor.state(),
            names,
        );
        self.under_way = UnderWay::Run(Run {
            goal,
            follows: self.run_state.runs(),
            stopping: None,
            landed: None,
            refused: None,
        });
        Outcome::Started
    }

    /// Goes on with the run. `Some`: it is over.
    pub(super) fn walk(&mut self) -> Option<Result<Answer, Trouble>> {
        let UnderWay::Run(mut run) = std::mem::take(&mut self.under_way) else { return None };
        match self.walk_to(&mut run) {
            None => {
                self.under_way = UnderWay::Run(run);
                None
            }
            Some(end) => Some(self.arrive(end, run.goal)),
        }
    }

    fn walk_to(&mut self, run: &mut Run) -> Option<End> {
        if run.landed.is_none() {
            // In the history a pause counts at once; a program is followed to where it holds.
            if run.stopping.is_some() && !self.run_state.runs() && !run.follows {
                return Some(End::Paused);
            }
            // What cannot hold may send faster than it is followed.
            if let Some(full) = self.brake.full
                && self.run_state == RunState::Following
            {
                return Some(End::Limit(full));
            }
            let slice = Slice::begin();
            let end = loop {
                match self.through_history(&mut run.goal) {
                    Some(end) => break end,
                    None if slice.is_over() => return None,
                    None => {}
                }
            };
            run.landed = end.map(|end| (end, Instant::now()));
        }
        let Some((_, since)) = &run.landed else { return self.at_edge(run) };
        let is_to_hold = match self.run_state {
            // Each place where a run may end is one where the source was told to hold. If it did
            // not, it must be told again.
            RunState::Running { told } => !told || since.elapsed() > PATIENCE,
            RunState::Pausing => false,
            // What cannot hold runs on; only the view stands.
            RunState::Following
            | RunState::Held
            | RunState::Empty
            | RunState::Ended
            | RunState::Lost(_) => return run.landed.take().map(|(end, _)| end),
        };
        if is_to_hold && self.ask_to_pause().is_err() {
            return run.landed.take().map(|(end, _)| end);
        }
        None
    }

    /// Walks on to the live edge, for a portion. `None`: there is more to walk. `Some(None)`: the
    /// cursor is at the edge and the goal is not reached.
    fn through_history(&mut self, goal: &mut Goal) -> Option<Option<End>> {
        let names = self.history.names();
        let here = self.cursor.position();
        let records = self.history.range(here, here.saturating_add(PORTION));
        let at_end = records.len() < PORTION;
        for record in records {
            let record = &*record;
            self.cursor.follow(record);
            let state = self.cursor.state();
            let hit = if goal.breaks { self.breaks.test(record, state, names) } else { None };
            let end = match goal.test(record, state, names) {
                Err(trouble) => End::Failed(trouble),
                Ok(Verdict::Here) => End::Goal,
                Ok(Verdict::Late) => End::Late,
                Ok(Verdict::Before) => {
                    self.cursor.seek(&self.history, self.cursor.position() - 1);
                    End::Goal
                }
                Ok(Verdict::On) => match hit {
                    Some(hit) => End::Hit(hit),
                    None => match self.deadlock_at(record) {
                        Some(sentence) => End::Deadlock(sentence),
                        None => continue,
                    },
                },
            };
            return Some(Some(end));
        }
        at_end.then_some(None)
    }

    /// What is said of a program that would now wait for ever. A recording of one comes to its end,
    /// and so does one that was interrupted later.
    fn deadlock_at(&self, record: &Record) -> Option<String> {
        let Event::Lint { rule: LintRule::Deadlock, text, .. } = record.event else { return None };
        let is_here = self.origin() == Origin::Program && record.seq == self.history.seq();
        (is_here && !self.settings.wait_forever).then(|| record.shown(text).into_owned())
    }

    /// At the live edge: has the source ended, or is it to run on?
    fn at_edge(&mut self, run: &mut Run) -> Option<End> {
        if let Some(sentence) = run.refused.take() {
            return Some(End::Failed(Trouble::new(sentence)));
        }
        match self.run_state {
            RunState::Empty | RunState::Ended | RunState::Lost(_) => Some(End::Ended),
            RunState::Held if self.program_ended() => Some(End::Ended),
            RunState::Held if run.stopping.is_some() => {
                Some(self.brake.full.map_or(End::Paused, End::Limit))
            }
            RunState::Held => self.run_on(run),
            // The view waits for what comes.
            RunState::Following if run.stopping.is_some() => Some(End::Paused),
            RunState::Following => self.slept_past(&run.goal).then_some(End::Late),
            RunState::Running { .. } | RunState::Pausing => {
                if run.stopping.is_some_and(|since| since.elapsed() > PATIENCE) {
                    // Too much is the reason, whether it holds already or not.
                    return Some(self.brake.full.map_or(End::Waiting, End::Limit));
                }
                self.slept_past(&run.goal).then(|| {
                    // Not now, but as soon as it comes to a record. A source that is gone
                    // meanwhile says so by itself.
                    let _ = self.ask_to_pause();
                    End::Late
                })
            }
        }
    }

    /// Makes a source that holds run to where the run may end.
    fn run_on(&mut self, run: &mut Run) -> Option<End> {
        let ran = self.history.len() as u64;
        let limit = self.brake.limits.records;
        if limit.is_some_and(|limit| ran >= limit) {
            let full = Full::Records(self.settings.limit);
            self.brake.full = Some(full);
            return Some(End::Limit(full));
        }
        let left = limit.map_or(0, |limit| limit - ran);
        let until = run.goal.stop_when(self.history.live().seq(), self.breaks.kinds(), left);
        run.follows = true;
        match self.ask_to_run(until) {
            Ok(()) => None,
            Err(error) => Some(End::Failed(Trouble::new(error.to_string()))),
        }
    }

    /// Whether the loop has slept for so long, without a record, that the goal's time is over.
    fn slept_past(&self, goal: &Goal) -> bool {
        let live = self.history.live();
        let (Some(latest), Some(now)) = (goal.latest, live.t()) else { return false };
        live.focus().is_some_and(|each| each.at == At::Polling)
            && self.last_record.elapsed()
                > Duration::from_nanos(latest.saturating_sub(now)) + PATIENCE
    }

    /// The run is over: says where the cursor is now, and why.
    fn arrive(&mut self, end: End, goal: Goal) -> Result<Answer, Trouble> {
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
                let note = if self.run_state.runs() && !self.program_ended() {
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
            End::Deadlock(sentence) if !self.settings.deadlock_fails => {
                Ok(self.stop("deadlock", &sentence))
            }
            End::Deadlock(sentence) => Err(Trouble::new(format!(
                "{sentence} The program is held here; `set wait-forever on` lets it wait."
            ))),
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
                self.history.seq()
            )));
        }
        let mut answer = self.stop("end", &how).with("ended", true);
        if let Some(exit) = self.history.exit() {
            answer = answer.with("exit_code", exit.code);
        }
        Ok(answer)
    }

    /// Why a program that was asked to pause has not come to a record.
    fn why_no_record(&self) -> &'static str {
        match self.history.live().focus() {
            Some(each) if each.at == At::Polling => "The loop sleeps.",
            Some(each) if each.at == At::Running => {
                "The handle that runs has not come to a record yet; it may be busy or blocked."
            }
            _ => "The program has not come to a record yet; it may be busy or blocked.",
        }
    }
}
