//! A loop's life: made, run, turn by turn, stopped, closed.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{By, Fd, LoopEvent as Event, LoopId};

use crate::record::Record;
use crate::state::loops::Outer;
use crate::state::ready::Ready;
use crate::state::timers::Timers;
use crate::state::{At, Handler, Loop, Phase, Run, Sleep, State};

/// How many loops are kept after they are closed.
const KEEP_CLOSED: usize = 64;

impl Loop {
    fn new(id: LoopId, phase: Phase, known: bool) -> Self {
        Self {
            id,
            phase,
            at: if known { At::Idle } else { At::Unknown },
            run: None,
            stop_requested: false,
            stop_by: By::Outside,
            current: None,
            current_since: None,
            interrupted: None,
            turn: 0,
            sleep: None,
            outer: Vec::new(),
            turned: false,
            handler: if known {
                Handler::DEFAULT
            } else {
                Handler { which: None, ..Handler::DEFAULT }
            },
            ready: Ready::default(),
            ready_known: known,
            timers: Timers::default(),
            timers_known: known,
        }
    }

    /// A record showed that the loop runs.
    pub(super) fn now_runs(&mut self) {
        if self.phase == Phase::Unknown {
            self.phase = Phase::Running;
        }
    }
}

impl State {
    /// The loop of that id; one that is not known is added with nothing known about it.
    pub(super) fn loop_mut(&mut self, id: LoopId) -> &mut Loop {
        if !self.loops.contains_key(&id) && id > self.index.last_dropped {
            self.unknown_id(|| format!("Loop {} was never made.", id.0));
        }
        self.loops.get_or_insert_with(id, || Loop::new(id, Phase::Unknown, false))
    }

    pub(super) fn apply_loop(&mut self, record: &Record, event: Event, on: LoopId) {
        match event {
            Event::LoopNew {} => self.make(on),
            Event::HandlerCall { .. } => self.counts.handler_calls += 1,
            Event::AsyncgensShutdown { .. } | Event::ExecutorShutdown {} => {}
            Event::LoopRun { how, task } => {
                let ended_before = self.task(task).is_some_and(|task| task.state.is_done());
                self.start_run(record, Run { how, task, ended_before }, on);
            }
            Event::LoopStopRequest { by } => {
                let the_loop = self.loop_at(record, on);
                the_loop.stop_requested = true;
                the_loop.stop_by = by;
                if the_loop.phase == Phase::Running {
                    the_loop.phase = Phase::Stopping;
                }
            }
            Event::LoopStopped { .. } => self.stop_run(record, on),
            Event::LoopClose { .. } => {
                self.loop_at(record, on);
                self.close(on);
            }
            Event::TurnBegin { ready, timers, .. } => {
                self.loop_at(record, on);
                self.begin_turn(on, ready, timers);
            }
            Event::TurnEnd { ready, timers } => {
                let the_loop = self.loop_at(record, on);
                the_loop.at = At::Between;
                the_loop.turned = true;
                // An exception may have left the batch: its rest stays queued.
                the_loop.ready.end_batch();
                the_loop.now_runs();
                self.compare(on, ready, timers, false);
            }
            Event::PollBegin { timeout } => self.begin_poll(record, timeout, on),
            Event::PollEnd { ready } => self.end_poll(record, ready, on),
            Event::HandlerSet { which, name, place } => {
                self.loop_at(record, on).handler = Handler { which: Some(which), name, place };
            }
        }
    }

    /// The loop, in the turn that the record says.
    fn loop_at(&mut self, record: &Record, on: LoopId) -> &mut Loop {
        let the_loop = self.loop_mut(on);
        the_loop.turn = record.turn;
        the_loop
    }

    fn make(&mut self, on: LoopId) {
        if self.loops.get(&on).is_some_and(|old| old.phase != Phase::Unknown) {
            self.odd(|| format!("Loop {} was made twice.", on.0));
            self.drop_queues(on);
            self.drop_pending(on);
        }
        let mut new = Loop::new(on, Phase::New, !self.in_snapshot);
        new.at = At::Idle;
        new.handler = Handler::DEFAULT;
        self.loops.insert(on, new);
    }

    fn start_run(&mut self, record: &Record, run: Run, on: LoopId) {
        let may_nest = self.is_micropython();
        let the_loop = self.loop_at(record, on);
        let phase = the_loop.phase;
        let nested = may_nest && phase.is_running();
        if nested {
            the_loop.outer.push(Outer {
                run: the_loop.run,
                current: the_loop.current.take(),
                current_since: the_loop.current_since,
            });
        }
        the_loop.run = Some(run);
        the_loop.turned = false;
        the_loop.phase = if the_loop.stop_requested { Phase::Stopping } else { Phase::Running };
        the_loop.at = At::Between;
        if self.in_snapshot {
            // It says that the loop runs, not where it is.
            self.loop_mut(on).at = At::Unknown;
        }
        if phase.is_running() && !nested {
            self.odd(|| format!("Loop {} started to run, but runs already.", on.0));
        } else if phase == Phase::Closed {
            self.odd(|| format!("Loop {} started to run, but is closed.", on.0));
        }
    }

    fn stop_run(&mut self, record: &Record, on: LoopId) {
        let the_loop = self.loop_at(record, on);
        let phase = the_loop.phase;
        the_loop.phase = Phase::Stopped;
        the_loop.at = At::Idle;
        the_loop.stop_requested = false;
        the_loop.ready.end_batch();
        let current = the_loop.current.take();
        if !phase.is_running() && phase != Phase::Unknown {
            self.odd(|| format!("Loop {} stopped, but was not running.", on.0));
        }
        if let Some(id) = current {
            self.odd(|| format!("Loop {} stopped while h{} still runs.", on.0, id.0));
            self.retire(id);
        }
        self.back_to_outer(on);
    }

    fn begin_poll(&mut self, record: &Record, timeout: Option<f64>, on: LoopId) {
        let strict = self.is_strict();
        let the_loop = self.loop_at(record, on);
        let phase = the_loop.phase;
        the_loop.at = At::Polling;
        the_loop.sleep = Some(Sleep {
            since: record.t,
            timeout,
            until: None,
            ready: 0,
            taken: 0,
            last_taken: Fd(i32::MIN),
            disturbed: false,
        });
        the_loop.now_runs();
        if strict && !phase.is_running() && phase != Phase::Unknown {
            self.odd(|| format!("Loop {} polls, but does not run.", on.0));
        }
    }

    fn end_poll(&mut self, record: &Record, ready: u32, on: LoopId) {
        let strict = self.is_strict();
        let the_loop = self.loop_at(record, on);
        let before = the_loop.at;
        the_loop.at = At::Timers;
        the_loop.now_runs();
        if let Some(sleep) = &mut the_loop.sleep {
            sleep.until = record.t;
            sleep.ready = ready;
        }
        if strict && before != At::Polling && before != At::Unknown {
            self.odd(|| format!("Loop {} woke up, but was not polling.", on.0));
        }
    }

    /// A run has ended: if it was inside another one, that goes on.
    fn back_to_outer(&mut self, on: LoopId) {
        let the_loop = self.loop_mut(on);
        if let Some(outer) = the_loop.outer.pop() {
            the_loop.phase = Phase::Running;
            the_loop.at = At::Running;
            the_loop.run = outer.run;
            the_loop.current = outer.current;
            the_loop.current_since = outer.current_since;
        }
    }

    fn begin_turn(&mut self, on: LoopId, ready: u32, timers: u32) {
        let the_loop = self.loop_mut(on);
        the_loop.at = At::Ready;
        the_loop.now_runs();
        the_loop.ready.begin_batch(ready as usize);
        self.compare(on, ready, timers, true);
    }

    /// Compares the queues with what the loop says about them. If the two agree nothing is missing.
    fn compare(&mut self, on: LoopId, ready: u32, timers: u32, fixed: bool) {
        let (exact, keeping) = (self.is_exact(), self.keeping());
        let the_loop = self.loop_mut(on);
        let listed = the_loop.ready.len();
        let agree = listed == ready as usize;
        let was_known = the_loop.ready_known;
        // A batch holds all that is ready; so the unknown ones, which came first, are counted.
        the_loop.ready_known = agree || (was_known && listed > ready as usize);
        let in_heap = the_loop.timers.len();
        let timers_agree = in_heap == timers as usize;
        let timers_were_known = the_loop.timers_known;
        the_loop.timers_known = timers_agree || (timers_were_known && in_heap > timers as usize);
        if the_loop.timers_known {
            the_loop.timers.know_if_empty(keeping);
        }
        let complete = the_loop.ready_known && the_loop.timers_known;
        if exact && was_known && !agree {
            let what = if fixed { "The batch has" } else { "After the batch there are" };
            self.odd(|| format!("{what} {ready} handles, but {listed} are known to be ready."));
        }
        if exact && timers_were_known && !timers_agree {
            self.odd(|| format!("The heap has {timers} timers, but {in_heap} are known."));
        }
        if complete && self.uncertain {
            self.drop_lost_handles(on);
        }
    }

    /// What closing drops: the queues, the watchers and the signals of the loop.
    fn close(&mut self, on: LoopId) {
        let the_loop = self.loop_mut(on);
        let phase = the_loop.phase;
        the_loop.phase = Phase::Closed;
        the_loop.at = At::Idle;
        the_loop.stop_requested = false;
        the_loop.ready_known = true;
        the_loop.timers_known = true;
        if phase.is_running() {
            self.odd(|| format!("Loop {} was closed while it runs.", on.0));
        }
        self.drop_queues(on);
        self.close_outside(on);
        self.drop_idle_handles(on);
        if self.uncertain {
            self.drop_lost_handles(on);
        }
        if phase != Phase::Closed {
            self.index.closed.push_back(on);
        }
        if self.index.closed.len() > KEEP_CLOSED
            && let Some(old) = self.index.closed.pop_front()
            && self.loops.get(&old).is_some_and(|old| old.phase == Phase::Closed)
        {
            self.loops.remove(&old);
            self.index.last_dropped = self.index.last_dropped.max(old);
        }
    }
}
