//! Long walks through the history: reading on, looking back, exporting, recording, comparing. Whoever has the
//! session is never kept waiting by one: it goes on for a moment with each tick, says how far it is,
//! and can be left.

use std::time::Duration;

use loopscope_protocol::KindSet;
use web_time::Instant;

use super::answer::{Answer, Outcome, Trouble};
use super::diffing::Diffing;
use super::files::Writing;
use super::goto::LookBack;
use super::logpoint::Logging;
use super::progress::Progress;
use super::recording::Recording;
use super::{Session, UnderWay};

/// How long a walk goes on in one tick. A front end draws and takes keys in between.
const SLICE: Duration = Duration::from_millis(8);

/// How many records are folded between two.
const FOLD_PORTION: usize = 1 << 13;

/// A moment in which something goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice(Instant);

impl Slice {
    pub(super) fn begin() -> Self {
        Self(Instant::now() + SLICE)
    }

    pub(super) fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

/// A walk under way.
#[derive(Debug)]
pub(super) struct LongWalk {
    task: Task,
    /// Whether it is not wanted any more.
    stop: bool,
}

/// What is walked for.
#[derive(Debug)]
pub(super) enum Task {
    /// A recording is folded up to a position, where the cursor is put then.
    ReadOn {
        position: usize,
        /// Why the cursor stops there, for programs.
        reason: &'static str,
    },
    /// The last breakpoint before a place is looked for.
    LookBack(Box<LookBack>),
    /// A step back of many units.
    StepBack { from: usize, at: usize, kinds: KindSet, left: u32 },
    /// All records are written to a file.
    Export(Box<Writing>),
    /// What there is is copied to the file of a recording.
    Record(Box<Recording>),
    /// What a logpoint prints of what is there already.
    Log(Box<Logging>),
    /// The history is compared with another.
    Diff(Box<Diffing>),
}

impl Session {
    /// Starts a walk.
    pub(super) fn start_walk(&mut self, task: Task) -> Outcome {
        self.under_way = UnderWay::LongWalk(LongWalk { task, stop: false });
        Outcome::Started
    }

    /// Goes on with the walk for a moment. `Some`: it is over.
    pub(super) fn walk_on(&mut self) -> Option<Result<Answer, Trouble>> {
        let UnderWay::LongWalk(walk) = std::mem::take(&mut self.under_way) else { return None };
        let LongWalk { mut task, stop } = walk;
        if stop {
            return Some(self.leave_walk(task));
        }
        let slice = Slice::begin();
        loop {
            match self.walk_portion(task) {
                Ok(result) => return Some(result),
                Err(left) => task = left,
            }
            if slice.is_over() {
                self.under_way = UnderWay::LongWalk(LongWalk { task, stop });
                return None;
            }
        }
    }

    /// One portion of a walk. `Err`: this is what is left of it.
    fn walk_portion(&mut self, task: Task) -> Result<Result<Answer, Trouble>, Task> {
        match task {
            Task::ReadOn { position, reason } => {
                if !self.fold_towards(position) {
                    return Err(Task::ReadOn { position, reason });
                }
                self.jump_to(position);
                Ok(Ok(self.stop(reason, "")))
            }
            Task::LookBack(mut search) => {
                let answer =
                    if self.fold_towards(search.end) { self.look_back(&mut search) } else { None };
                answer.map(Ok).ok_or(Task::LookBack(search))
            }
            Task::StepBack { from, at, kinds, left } => {
                let (at, left) = self.step_back(at, kinds, left);
                if left > 0 {
                    return Err(Task::StepBack { from, at, kinds, left });
                }
                match self.arrive_back(at) {
                    Outcome::Done(answer) => Ok(Ok(answer)),
                    // It has become a walk of another kind.
                    _ => match std::mem::take(&mut self.under_way) {
                        UnderWay::LongWalk(walk) => Err(walk.task),
                        _ => Ok(Ok(Answer::default())),
                    },
                }
            }
            Task::Export(mut writing) => match self.write_on(&mut writing) {
                Ok(false) => Err(Task::Export(writing)),
                Ok(true) => Ok(writing.finish()),
                Err(trouble) => Ok(Err(trouble)),
            },
            Task::Record(mut recording) => match self.record_on(&mut recording) {
                Ok(false) => Err(Task::Record(recording)),
                Ok(true) => Ok(self.record_from_now(*recording)),
                Err(trouble) => Ok(Err(trouble)),
            },
            Task::Log(mut logging) => self.log_on(&mut logging).map(Ok).ok_or(Task::Log(logging)),
            Task::Diff(mut diffing) => match self.compare_on(&mut diffing) {
                Ok(None) => Err(Task::Diff(diffing)),
                Ok(Some(answer)) => Ok(Ok(answer)),
                Err(trouble) => Ok(Err(trouble)),
            },
        }
    }

    /// What a walk comes to that is not wanted any more.
    fn leave_walk(&self, task: Task) -> Result<Answer, Trouble> {
        match task {
            Task::ReadOn { .. } => {
                Ok(self.stop("paused", "The recording is not read up to there; it was left."))
            }
            Task::StepBack { .. } => {
                Ok(self.stop("paused", "The way back was left; this is where it began."))
            }
            Task::LookBack(_) => {
                Ok(self.stop("paused", "No breakpoint was found so far; this is where it began."))
            }
            Task::Log(_) => Err(Trouble::new(
                "The history was not looked through to its end; the logpoint is set for what comes.",
            )),
            Task::Export(writing) => Err(writing.left()),
            Task::Record(recording) => Err(recording.left()),
            Task::Diff(diffing) => Err(diffing.left()),
        }
    }

    /// Whether a command walks through the history: there is nothing to interrupt, and
    /// [`Session::pause`] ends it.
    pub const fn is_walking(&self) -> bool {
        matches!(self.under_way, UnderWay::LongWalk(_))
    }

    /// How far the command under way is, if that can be told: how far it has walked.
    pub fn progress(&self) -> Option<Progress> {
        let walk = match &self.under_way {
            UnderWay::LongWalk(walk) => walk,
            // A run in a recording comes to its end at the latest.
            UnderWay::Run(_) if self.run_state.is_over() => {
                return Some(Progress::new("running", self.position(), self.live_edge()));
            }
            _ => return None,
        };
        let back = |from: usize, at: usize| {
            let first = self.history.first();
            Progress::new("looking back", from.saturating_sub(at), from.saturating_sub(first))
        };
        Some(match &walk.task {
            Task::ReadOn { position, .. } => self.reading_to(*position),
            Task::LookBack(search) if !self.history.is_near(search.end) => {
                self.reading_to(search.end)
            }
            Task::LookBack(search) => back(search.from, search.end),
            Task::StepBack { from, at, .. } => back(*from, *at),
            Task::Log(logging) => logging.progress(),
            Task::Export(writing) => writing.progress(),
            Task::Record(recording) => recording.progress(),
            Task::Diff(diffing) => diffing.progress(self.live_edge()),
        })
    }

    fn reading_to(&self, position: usize) -> Progress {
        let done = usize::try_from(self.history.folding().done).unwrap_or(usize::MAX);
        Progress::new("reading", done, position)
    }

    /// Folds a part of what lies before a position. True: the state there is at hand.
    fn fold_towards(&mut self, position: usize) -> bool {
        if !self.history.is_near(position) {
            self.fold_some();
        }
        self.history.is_near(position)
    }

    /// Folds a part of what is left of a recording.
    pub(super) fn fold_some(&mut self) {
        if !self.history.folding().is_over() {
            self.history.fold_on(FOLD_PORTION);
        }
    }
}

impl LongWalk {
    /// It is not wanted any more.
    pub(super) const fn stop(&mut self) {
        self.stop = true;
    }
}
