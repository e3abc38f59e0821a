//! A run: from the cursor through the history to the live edge, and on with the source, until its
//! goal, a breakpoint or the end is reached.

mod arrival;
mod history;
mod live_edge;

use std::time::Duration;

use web_time::Instant;

use super::answer::{Answer, Outcome, Trouble};
use super::brake::Full;
use super::breaks::Hit;
use super::goal::Goal;
use super::long_walk::Slice;
use super::source::Origin;
use super::values_over_time::Asking;
use super::{RunState, Session, UnderWay};

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
}
