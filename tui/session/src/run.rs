//! A run: from the cursor through the history to the live edge, and on with the source, until its
//! goal, a breakpoint or the end is reached.

use std::time::Duration;

use loopscope_model::Record;
use loopscope_model::lint::{self, Finding};
use loopscope_model::record::seconds;
use loopscope_model::state::At;
use loopscope_protocol::{Capability, Event, LintRule};
use web_time::Instant;

use super::answer::{Answer, Outcome, Trouble};
use super::brake::Full;
use super::breaks::Hit;
use super::goal::{Goal, Until, Verdict};
use super::logpoint::log;
use super::long_walk::Slice;
use super::source::Origin;
use super::values_over_time::Asking;
use super::{RunState, Session, UnderWay};

/// How many records are looked at between two looks at the time.
const PORTION: usize = 2048;

/// How long a source may take to hold after a pause before the user gets an answer without it: it
/// sleeps, or one handle is busy.
const PATIENCE: Duration = Duration::from_millis(300);

/// What a script is told that would follow a board for ever.
const NO_END: &str = "A board has no end to wait for: this is its newest record, and it runs on. `--timeout SECONDS` follows it for that long; `expect EVENT within 5s` waits for something.";

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
    /// The number of the last record when it began: what is newer has come meanwhile.
    since: u64,
    /// The source holds at a line.
    at_line: bool,
    /// What the program is asked for, and for which record it was asked for what is watched.
    asking: Option<Asking>,
    watches_asked: Option<u64>,
    displays_asked: bool,
    /// A watch whose value has changed.
    changed: Option<Hit>,
    /// How it has ended, while it is still asked for what is displayed.
    over: Option<End>,
}

impl Run {
    /// Notes that the user wants it to stop. False: that is noted already.
    pub(super) fn stop(&mut self) -> bool {
        let is_new = self.stopping.is_none();
        self.stopping.get_or_insert_with(Instant::now);
        is_new
    }

    /// It is no failure if what it goes on to does not come.
    pub(super) fn may_never_come(&mut self) {
        self.goal.wanted = None;
    }

    /// Notes that the source holds at a line.
    pub(super) const fn hold_at_line(&mut self) {
        self.at_line = true;
    }

    /// Whether the program is asked for something.
    pub(super) const fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// What the program is asked for, while its answer is taken.
    pub(super) const fn asking(&mut self) -> &mut Option<Asking> {
        &mut self.asking
    }

    /// Notes a watch whose value has changed.
    pub(super) fn note_change(&mut self, hit: Option<Hit>) {
        self.changed = self.changed.take().or(hit);
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
            since: self.history.seq(),
            at_line: false,
            asking: None,
            watches_asked: None,
            displays_asked: false,
            changed: None,
            over: None,
        });
        Outcome::Started
    }

    /// Starts a run that may have no end. A board has none that a script could wait for: it is let
    /// run on, and the view goes to what came last.
    pub(super) fn follow(&mut self, goal: Goal) -> Outcome {
        let is_endless = goal.has_no_end() && (!goal.breaks || self.breaks.is_empty());
        if !is_endless
            || self.settings.follows_boards
            || self.origin() != Origin::Board
            || self.program_ended()
        {
            return self.start(goal);
        }
        if self.run_state == RunState::Held {
            let until = goal.stop_when(self.history.live().seq(), self.breaks.kinds(), 0);
            if let Err(error) = self.ask_to_run(until, false) {
                return Outcome::Failed(Trouble::new(error.to_string()));
            }
        }
        self.move_to(self.live_edge());
        Outcome::Done(self.stop("newest", NO_END))
    }

    /// Goes on with the run. `Some`: it is over.
    pub(super) fn walk(&mut self) -> Option<Result<Answer, Trouble>> {
        let UnderWay::Run(mut run) = std::mem::take(&mut self.under_way) else { return None };
        if self.asks_on(&mut run) {
            self.under_way = UnderWay::Run(run);
            return None;
        }
        let end = match run.over.take() {
            Some(end) => Some(end),
            None => self.walk_to(&mut run),
        };
        match end {
            None => {
                self.under_way = UnderWay::Run(run);
                None
            }
            Some(end) => {
                if !std::mem::replace(&mut run.displays_asked, true)
                    && let Some(asking) = self.all_to_ask()
                {
                    (run.asking, run.over) = (Some(asking), Some(end));
                    self.asks_on(&mut run);
                    self.under_way = UnderWay::Run(run);
                    return None;
                }
                Some(self.arrive(end, run.goal))
            }
        }
    }

    /// Whether an answer of the program's is waited for, asking for the next one.
    fn asks_on(&mut self, run: &mut Run) -> bool {
        let Some(mut asking) = run.asking.take() else { return false };
        let waits = !self.source.is_ended() && self.ask_on(&mut asking);
        if waits {
            run.asking = Some(asking);
        }
        waits
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
                match self.through_history(&mut run.goal, run.since) {
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
    fn through_history(&mut self, goal: &mut Goal, since: u64) -> Option<Option<End>> {
        let logs = self.breaks.log();
        let wants_lints = goal.wants_lints() || goal.breaks && self.breaks.wants_lints();
        let here = self.cursor.position();
        let records = self.history.range(here, here.saturating_add(PORTION));
        let at_end = records.len() < PORTION;
        for record in records {
            let record = &*record;
            let derived = if wants_lints { self.derived_lints(record) } else { Vec::new() };
            self.cursor.follow(record);
            let (state, names) = (self.cursor.state(), self.history.names());
            if logs {
                log(&mut self.breaks, &mut self.logged, record, state, names);
            }
            let by_lines = self.is_told_by_lines(record, since);
            let mut hit =
                if goal.breaks { self.breaks.test(record, state, names, by_lines) } else { None };
            let mut verdict = goal.test(record, state, names, by_lines);
            for lint in &derived {
                if goal.breaks && hit.is_none() {
                    hit = self.breaks.test_derived(lint, state, names);
                }
                if let Ok(Verdict::On) = verdict {
                    verdict = goal.test_derived(lint, state, names);
                }
            }
            let end = match verdict {
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

    /// The diagnoses that follow from the record behind the cursor, which no source sends.
    fn derived_lints(&self, record: &Record) -> Vec<Record> {
        let findings = lint::find(self.cursor.state(), record).into_iter();
        let derived = findings.filter(Finding::is_derived);
        derived.map(|finding| finding.as_record(record, self.history.names())).collect()
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
            RunState::Held if run.at_line => {
                run.at_line = false;
                match self.ends_at_line(&mut run.goal) {
                    Ok(Some(None)) => Some(End::Goal),
                    Ok(Some(Some(hit))) => Some(End::Hit(hit)),
                    Ok(None) => self.run_on(run),
                    Err(trouble) => Some(End::Failed(trouble)),
                }
            }
            RunState::Held => {
                if let Some(hit) = run.changed.take() {
                    return Some(End::Hit(hit));
                }
                let seq = self.history.seq();
                if run.watches_asked != Some(seq)
                    && let Some(asking) = self.watches_to_ask()
                {
                    (run.asking, run.watches_asked) = (Some(asking), Some(seq));
                    self.asks_on(run);
                    return None;
                }
                self.run_on(run)
            }
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
        if let Until::Line { by_records, .. } = &mut run.goal.until {
            *by_records &= !self.holds_at_lines();
        }
        if let Err(error) = self.ask_for_lines(&run.goal) {
            return Some(End::Failed(Trouble::new(error.to_string())));
        }
        let to_next_line = matches!(run.goal.until, Until::Line { by_records: false, .. });
        let until = run.goal.stop_when(self.history.live().seq(), self.breaks.kinds(), left);
        run.follows = true;
        match self.ask_to_run(until, to_next_line) {
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

    /// The run is over: says what logpoints printed meanwhile, where the cursor is now, and why.
    fn arrive(&mut self, end: End, goal: Goal) -> Result<Answer, Trouble> {
        let arrived = self.arrive_at(end, goal);
        let logged = std::mem::take(&mut self.logged);
        match arrived {
            Ok(answer) => Ok(logged.before(answer)),
            Err(trouble) if logged.is_empty() => Err(trouble),
            Err(trouble) => Err(Trouble::new(format!("{}\n{trouble}", logged.text()))),
        }
    }

    fn arrive_at(&mut self, end: End, goal: Goal) -> Result<Answer, Trouble> {
        let here = self.position();
        let is_jump = matches!(goal.until, Until::Seq(_) | Until::Time(_) | Until::End);
        if is_jump && !goal.breaks {
            self.jump_to(here);
        } else {
            self.move_to(here);
        }
        match end {
            End::Goal => {
                let by_records = matches!(goal.until, Until::Line { by_records: true, .. });
                let note = if by_records {
                    "In what is recorded, a line is known by what it has caused."
                } else {
                    ""
                };
                Ok(self.stop("goal", note))
            }
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
                    format!(
                        "Only the view is paused: `resume` goes on, `goto end` follows the {} again.",
                        self.kind_of_source()
                    )
                } else {
                    "Paused; `resume` goes on.".to_owned()
                };
                Ok(self.stop("paused", &note))
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
        if let Some(wanted) = &goal.wanted {
            return Err(Trouble::new(format!("There was no {wanted} any more: {how}")));
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
