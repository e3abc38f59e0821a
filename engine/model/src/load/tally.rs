//! Who has the processor, from one record to the next, and what each has had since the source last
//! started over. It takes no more room than there are tasks that live, however many records it sees.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    Event, Family, HandleEvent, HandleId, LoopEvent, NameId, RunEvent, TaskEvent, TaskId,
};

use super::priorities::{Doing, Priorities, Turn};
use super::{Longest, Passed, Slice, Sum, Who};
use crate::id_map::IdMap;
use crate::record::Record;
use crate::starts::Starts;

/// Who has the processor, and what each has had.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    pub(super) position: usize,
    pub(super) open: Slice,
    /// The time of the last record.
    pub(super) last: Option<u64>,
    /// Where the source has started over: numbers mean other tasks then.
    pub(super) starts: Starts,
    /// What each has had since then, up to the end of its last slice.
    sums: IdMap<Who, Sum>,
    /// The step that took longest since then.
    pub(super) longest: Option<(Who, Longest)>,
    names: IdMap<HandleId, NameId>,
    /// Tasks that have ended, and are not forgotten yet.
    ended: Vec<TaskId>,
    in_snapshot: bool,
    /// Nothing was seen to end yet.
    is_fresh: bool,
    /// The loop waits for no time, only looks.
    is_looking: bool,
    /// Which loop has the processor.
    priorities: Priorities,
}

/// A slice that has come to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub(super) slice: Slice,
    /// What who had it has had in all, with it.
    pub(super) sum: Sum,
    /// How often the source had started over before.
    pub(super) starts: usize,
    /// It took longer than all before it since then.
    pub(super) is_longest: bool,
    /// The loop only looked, which is no sleep.
    pub(super) is_look: bool,
}

impl Default for Tally {
    fn default() -> Self {
        let before = Passed::default();
        Self {
            position: 0,
            open: Slice {
                who: Who::Loop,
                from: 0,
                to: 0,
                begin: 0,
                end: 0,
                whole: true,
                spent: 0,
                began: (0, 0),
                before,
            },
            last: None,
            starts: Starts::default(),
            sums: IdMap::default(),
            longest: None,
            names: IdMap::default(),
            ended: Vec::new(),
            in_snapshot: false,
            is_fresh: true,
            is_looking: false,
            priorities: Priorities::default(),
        }
    }
}

impl Tally {
    /// Of what comes behind a position, at this time: who has the processor there is not known.
    pub(super) fn behind(position: usize, t: Option<u64>) -> Self {
        let mut tally = Self { position, starts: Starts::behind(position), ..Self::default() };
        tally.open = Slice { who: Who::Unknown, from: position, to: position, ..tally.open };
        tally.open.begin = t.unwrap_or(0);
        tally.open.began = (position, tally.open.begin);
        tally.last = t;
        tally
    }

    /// What lasts, as if it ended now.
    pub(super) fn open_to_now(&self) -> Slice {
        let end = self.last.unwrap_or(self.open.begin).max(self.open.begin);
        Slice { to: self.position, end, ..self.open }
    }

    /// What one has had since the source last started over.
    pub(super) fn sum(&self, who: Who) -> Sum {
        self.sums.get(&who).copied().unwrap_or_default()
    }

    /// How many there are of whom something is known.
    pub(super) fn size(&self) -> usize {
        self.sums.len() + self.names.len()
    }

    /// Forgets the tasks that had ended when this was last done.
    pub(super) fn forget_ended(&mut self, upto: usize) {
        for task in self.ended.drain(..upto.min(self.ended.len())) {
            self.sums.remove(&Who::Task(task));
        }
    }

    /// How many tasks have ended and are not forgotten.
    pub(super) const fn ended(&self) -> usize {
        self.ended.len()
    }

    /// Takes in the next record. Hands out what has come to its end with it.
    #[inline]
    pub(super) fn see(&mut self, record: &Record, closed: &mut impl FnMut(Closed)) {
        self.position += 1;
        let is_start = self.starts.see(record);
        if let Event::RunStart { dialect, .. } = record.event {
            self.priorities.begin(dialect);
        }
        let Some(t) = record.t.or(self.last) else { return };
        if is_start {
            self.restart(t, closed);
        } else if self.last.is_none() {
            self.open.begin = t;
            self.open.began.1 = t;
        }
        if record.event == (Event::LoopNew {}) {
            self.priorities.add(record.loop_id);
        }
        let lost =
            matches!(record.event, Event::Gap { .. }) || record.garbage >= crate::state::BLIND_SPOT;
        if lost {
            // Up to the last record it was as it seemed; what came then is not known.
            self.turn_to(Who::Unknown, self.last.unwrap_or(t), false, closed);
            self.priorities.forget();
        }
        self.last = Some(t);
        if let Some(who) = self.takes_over(record, t).filter(|_| !self.in_snapshot) {
            let doing = self.doing(t);
            match self.priorities.turn(record.loop_id, who, doing) {
                Turn::To(who) => self.turn_to(who, t, true, closed),
                Turn::Over(who) => {
                    self.close(t, false, closed);
                    self.begin(who, t, true);
                }
                Turn::Back(doing) => self.go_on(doing, t, closed),
            }
        }
        if let Event::PollBegin { timeout } = record.event {
            self.is_looking = timeout.is_some_and(|seconds| seconds <= 0.0);
        }
    }

    /// Records up to a position were not seen: who had the processor then is not known.
    pub(super) fn skip_to(&mut self, position: usize, closed: &mut impl FnMut(Closed)) {
        let last = self.last.unwrap_or(self.open.begin);
        self.turn_to(Who::Unknown, last, false, closed);
        self.priorities.forget();
        self.position = position;
        self.starts.skip_to(position);
    }

    /// Who has the processor from this record on, where it says that.
    fn takes_over(&mut self, record: &Record, t: u64) -> Option<Who> {
        match record.event.family() {
            Family::Run(event) => {
                self.see_snapshot(event, t);
                None
            }
            Family::Loop(event) => match event {
                LoopEvent::PollBegin { .. } => Some(Who::Asleep),
                LoopEvent::PollEnd { .. }
                | LoopEvent::LoopRun { .. }
                | LoopEvent::LoopStopped { .. } => Some(Who::Loop),
                LoopEvent::LoopNew {}
                | LoopEvent::LoopClose { .. }
                | LoopEvent::LoopStopRequest { .. }
                | LoopEvent::TurnBegin { .. }
                | LoopEvent::TurnEnd { .. }
                | LoopEvent::AsyncgensShutdown { .. }
                | LoopEvent::ExecutorShutdown {}
                | LoopEvent::HandlerSet { .. }
                | LoopEvent::HandlerCall { .. } => None,
            },
            Family::Handle(event) => self.see_handle(event),
            Family::Task(event) => match event {
                TaskEvent::TaskStep { task } => Some(Who::Task(task)),
                TaskEvent::TaskSuspend { task, .. } | TaskEvent::TaskDone { task, .. } => {
                    if let TaskEvent::TaskDone { .. } = event {
                        self.ended.push(task);
                    }
                    let is_anothers = matches!(self.open.who, Who::Task(other) if other != task);
                    (!is_anothers).then_some(Who::Loop)
                }
                TaskEvent::TaskNew { .. }
                | TaskEvent::TaskCancel { .. }
                | TaskEvent::TaskTimeout { .. } => None,
            },
            Family::Future(_)
            | Family::Outside(_)
            | Family::Work(_)
            | Family::Connection(_)
            | Family::Sync(_) => None,
        }
    }

    fn see_snapshot(&mut self, event: RunEvent, t: u64) {
        match event {
            RunEvent::SnapshotBegin {} => {
                self.in_snapshot = true;
                if self.is_fresh {
                    // The history begins in the middle: somebody has run for a while.
                    (self.open.who, self.open.begin) = (Who::Unknown, t);
                    self.open.began.1 = t;
                }
            }
            RunEvent::SnapshotEnd {} => self.in_snapshot = false,
            RunEvent::RunStart { .. }
            | RunEvent::Clock { .. }
            | RunEvent::ProgramExit { .. }
            | RunEvent::Output { .. }
            | RunEvent::Lint { .. }
            | RunEvent::Gap { .. }
            | RunEvent::Log { .. }
            | RunEvent::Remark { .. } => {}
        }
    }

    fn see_handle(&mut self, event: HandleEvent) -> Option<Who> {
        match event {
            HandleEvent::HandleNew { handle, name, .. }
            | HandleEvent::TimerNew { handle, name, .. } => {
                self.names.insert(handle, name);
                None
            }
            HandleEvent::HandleRun { handle, task } => {
                // A handle runs once. A task's step begins with the record of that.
                let name = self.names.remove(&handle).unwrap_or_default();
                Some(if task.is_some() { Who::Loop } else { Who::Callback(name) })
            }
            HandleEvent::HandleDone { .. } => Some(Who::Loop),
            HandleEvent::TimerDrop { handle, .. } | HandleEvent::HandleSkip { handle } => {
                self.names.remove(&handle);
                None
            }
            HandleEvent::TimerDue { .. }
            | HandleEvent::TimerCancel { .. }
            | HandleEvent::HandleCancel { .. } => None,
        }
    }

    /// From the present record on the time belongs to another one. `whole`: nothing was lost.
    fn turn_to(&mut self, who: Who, t: u64, whole: bool, closed: &mut impl FnMut(Closed)) {
        if self.open.who == who && matches!(who, Who::Loop | Who::Asleep | Who::Unknown) {
            return;
        }
        self.close(t, whole, closed);
        self.begin(who, t, whole);
    }

    /// The slice that lasts comes to its end. `ends`: what goes on in it does, too, and none of it
    /// was lost.
    fn close(&mut self, t: u64, ends: bool, closed: &mut impl FnMut(Closed)) {
        let open = self.open;
        self.is_fresh = false;
        let slice = Slice { to: self.position, end: t, whole: ends && open.whole, ..open };
        let long = slice.end.saturating_sub(slice.begin);
        let before = &mut self.open.before;
        if slice.who == Who::Unknown {
            before.unknown += long;
        } else {
            before.known += long;
        }
        let sum = self.sums.entry(slice.who).or_default();
        sum.to = self.position;
        sum.busy += long;
        let mut is_longest = false;
        if slice.whole {
            let this = Longest { ns: slice.spent + long, at: slice.began.0 };
            sum.steps += 1;
            if sum.longest.is_none_or(|longest| longest.ns < this.ns) {
                sum.longest = Some(this);
            }
            is_longest = matches!(slice.who, Who::Task(_) | Who::Callback(_))
                && self.longest.is_none_or(|(_, longest)| longest.ns < this.ns);
            if is_longest {
                self.longest = Some((slice.who, this));
            }
        }
        let sum = *sum;
        let is_look = slice.who == Who::Asleep && self.is_looking;
        closed(Closed { slice, sum, starts: self.starts.all(), is_longest, is_look });
    }

    fn begin(&mut self, who: Who, t: u64, whole: bool) {
        let (from, began) = (self.position, (self.position, t));
        self.open = Slice { who, from, begin: t, whole, spent: 0, began, ..self.open };
    }

    /// What goes on until now.
    fn doing(&self, t: u64) -> Doing {
        let Slice { who, spent, began, whole, begin, .. } = self.open;
        Doing { who, spent: spent + t.saturating_sub(begin), began, whole }
    }

    /// What was interrupted goes on.
    fn go_on(&mut self, doing: Doing, t: u64, closed: &mut impl FnMut(Closed)) {
        let Doing { who, spent, began, whole } = doing;
        if self.open.who == who && matches!(who, Who::Loop | Who::Asleep | Who::Unknown) {
            return;
        }
        self.close(t, true, closed);
        self.begin(who, t, whole);
        (self.open.spent, self.open.began) = (spent, began);
    }

    /// The source has started over: what was counted was somebody else's.
    fn restart(&mut self, t: u64, closed: &mut impl FnMut(Closed)) {
        self.turn_to(Who::Unknown, self.last.unwrap_or(t), false, &mut |mut before| {
            // The record with which it starts over is not of what was before.
            before.starts -= 1;
            closed(before);
        });
        self.sums.clear();
        self.names.clear();
        self.ended.clear();
        self.longest = None;
        self.priorities.restart();
        self.begin(Who::Unknown, t, false);
        self.open.before = Passed::default();
    }
}
