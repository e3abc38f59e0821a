//! One turn of the loop, as `BaseEventLoop._run_once` does it: prune, poll, due timers, batch.

use std::os::fd::RawFd;
use std::sync::atomic::Ordering;
use std::time::Duration;

use loopscope_protocol::{Event, Fd, HandleHow, HandleId, LintRule, TaskId, WatchHow};
use rustix::event::PollFlags;

use super::clock::{FIRST_LOOK, LAST_LOOK, Sleeper, WorkTime, poll_timeout, seconds};
use super::current::enter;
use super::job::{Job, JobRunner};
use super::loop_core::{LoopCore, Queue};
use super::poller::{Found, wait};
use super::timers::Timer;

/// Timers due within this of now are due: the resolution of the monotonic clock.
const RESOLUTION: f64 = 1e-9;

/// CPython's longest sleep in a poll.
const LONGEST_POLL: f64 = 24.0 * 3600.0;

/// Only a heap larger than this is rebuilt...
const MIN_SCHEDULED: usize = 100;
/// ...and only when more than this share of it is cancelled.
const MIN_CANCELLED: f64 = 0.5;

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl<J: Job> LoopCore<J> {
    /// Runs one turn. An escape leaves the rest of the batch queued.
    pub fn turn<R: JobRunner<J>>(&self, runner: &R) -> Result<(), R::Escape> {
        let mut timeout = self.begin();
        let on = self.trace.is_on();
        // What a thread has done meanwhile counts, also when the thread is gone by now.
        if timeout.is_none()
            && !self.may_be_woken()
            && let Some(sentence) = runner.who_hangs()
            && !self.may_be_woken()
        {
            self.records().lint(LintRule::Deadlock, TaskId::NONE, &sentence);
            runner.hangs(&sentence);
        }
        if on {
            self.trace.emit(self.id, Event::PollBegin { timeout });
            // A py command at the pause may have made something ready: then the poll does not sleep.
            if timeout != Some(0.0) && !self.queue.lock().ready.is_empty() {
                timeout = Some(0.0);
            }
        }
        let is_timed = timeout != Some(0.0) && runner.times_polls();
        let began = if is_timed { self.clock.read() } else { 0 };
        let found = self.poll(runner, timeout)?;
        if is_timed {
            let took = seconds(self.clock.read().saturating_sub(began));
            runner.polled(timeout, took, found.ready.len() + usize::from(found.woken))?;
        }
        if on {
            let ready = count(found.ready.len() + usize::from(found.woken));
            self.trace.emit(self.id, Event::PollEnd { ready });
        }
        if found.woken || !found.ready.is_empty() {
            self.take_ready(runner, &found);
        }
        self.take_due();
        self.run_batch(runner)
    }

    /// Drops cancelled timers, and says how long the poll may sleep.
    fn begin(&self) -> Option<f64> {
        let mut queue = self.queue.lock();
        if queue.timers.is_empty() {
            return (!queue.ready.is_empty() || self.is_stopping()).then_some(0.0);
        }
        let dropped = prune(&mut queue);
        let timeout = if !queue.ready.is_empty() || self.is_stopping() {
            Some(0.0)
        } else {
            // The lock is held over the look at the clock, which takes no lock itself.
            queue
                .timers
                .first()
                .map(|timer| (timer.when - seconds(self.clock.read())).clamp(0.0, LONGEST_POLL))
        };
        drop(queue);
        for timer in dropped {
            timer.job.set_in_heap(false);
            let event = Event::TimerDrop { handle: timer.job.id(), when: timer.when };
            self.trace.emit(self.id, event);
        }
        timeout
    }

    /// Whether it watches a descriptor or a signal, or has been woken already.
    fn may_be_woken(&self) -> bool {
        self.watched.load(Ordering::Relaxed) > 0
            || self.woken.load(Ordering::SeqCst)
            || self.lengths() != (0, 0)
            || self.is_stopping()
    }

    fn poll<R: JobRunner<J>>(&self, runner: &R, timeout: Option<f64>) -> Result<Found, R::Escape> {
        let virtual_clock = self.clock.is_virtual();
        // With nothing registered and nothing to wait for there is nothing to ask the system.
        let watching = self.watched.load(Ordering::Relaxed) > 0;
        let sleeps = match timeout {
            None => true,
            Some(timeout) => timeout > 0.0 && !virtual_clock,
        };
        let mut found = Found::default();
        let asleep = (virtual_clock && timeout != Some(0.0) && runner.has_company())
            .then(|| self.clock.fall_asleep(timeout.map(poll_timeout)));
        if let Some(sleeper) = &asleep {
            self.asleep.store(sleeper.id(), Ordering::SeqCst);
        }
        if let (Some(sleeper), Some(_)) = (&asleep, timeout) {
            found = self.poll_in_company(runner, sleeper, timeout, watching)?;
        } else if watching || (sleeps && !self.woken.load(Ordering::SeqCst)) {
            // Woken already, and nothing else to learn: no need to ask either.
            found = self.ask(runner, timeout, virtual_clock)?;
        }
        self.asleep.store(0, Ordering::SeqCst);
        if self.woken.load(Ordering::SeqCst) {
            self.woken.store(false, Ordering::SeqCst);
            found.woken = true;
        }
        if virtual_clock
            && asleep.is_none()
            && !found.woken
            && found.ready.is_empty()
            && let Some(timeout) = timeout
            && timeout > 0.0
        {
            self.clock.advance_poll(timeout);
        }
        Ok(found)
    }

    /// Sleeps by the virtual clock while there are other threads: time passes at once while all of
    /// them sleep too, or wait; while one is at work, no faster than the machine's.
    fn poll_in_company<R: JobRunner<J>>(
        &self,
        runner: &R,
        sleeper: &Sleeper<'_>,
        timeout: Option<f64>,
        watching: bool,
    ) -> Result<Found, R::Escape> {
        let length = timeout.map_or(Duration::MAX, poll_timeout);
        let mut time = WorkTime::begin();
        let mut look = FIRST_LOOK;
        loop {
            let left = time.left(length);
            let is_alone = left.is_zero() || sleeper.is_alone(|| runner.others());
            // What the last of them did before it fell asleep is seen by asking now.
            let wait = if is_alone { Duration::ZERO } else { left.min(look) };
            let found = if is_alone && !watching {
                Found::default()
            } else {
                self.ask(runner, Some(wait.as_secs_f64()), false)?
            };
            let is_woken = || self.woken.load(Ordering::SeqCst);
            if is_woken() || found.woken || !found.ready.is_empty() {
                return Ok(found);
            }
            if left.is_zero() {
                sleeper.end();
                return Ok(found);
            }
            // Whoever has woken this loop meanwhile did so before it fell asleep itself.
            let others = || if is_woken() { usize::MAX } else { runner.others() };
            if is_alone && sleeper.pass(others) {
                return Ok(found);
            }
            look = (look * 2).min(LAST_LOOK);
        }
    }

    fn ask<R: JobRunner<J>>(
        &self,
        runner: &R,
        timeout: Option<f64>,
        virtual_clock: bool,
    ) -> Result<Found, R::Escape> {
        // The pipe exists before the flag is looked at, so no wake-up falls between the two.
        let pipe = self.self_pipe();
        let woken = self.woken.load(Ordering::SeqCst);
        let length = match timeout {
            _ if woken => Some(Duration::ZERO),
            None => None,
            Some(_) if virtual_clock => Some(Duration::ZERO),
            Some(timeout) => Some(poll_timeout(timeout)),
        };
        let deadline = length.map(|length| (self.clock.peek(), length));
        let mut left = length;
        if left != Some(Duration::ZERO) {
            self.trace.flush();
            runner.about_to_sleep()?;
        }
        loop {
            let set = self.poller.lock().set();
            if let Ok(found) = runner.blocking(|| wait(&set, pipe.as_deref(), left)) {
                return Ok(found);
            }
            runner.interrupted()?;
            if let Some((start, length)) = deadline {
                let passed = self.clock.peek().saturating_sub(start);
                left = Some(length.saturating_sub(Duration::from_nanos(passed)));
            }
        }
    }

    fn take_ready<R: JobRunner<J>>(&self, runner: &R, found: &Found) {
        if found.woken {
            // The self-pipe is a watcher like any other, made when it is first needed.
            let mut id = HandleId(self.pipe_handle.load(Ordering::Relaxed));
            if !id.is_some() {
                id = self.ids.handle();
                self.pipe_handle.store(id.0, Ordering::Relaxed);
                if self.trace.is_on() {
                    let event = Event::HandleNew {
                        handle: id,
                        how: HandleHow::Reader,
                        name: self.trace.name("self-pipe"),
                        place: loopscope_protocol::Place::NONE,
                        by: loopscope_protocol::By::Outside,
                        task: TaskId::NONE,
                        future: loopscope_protocol::FutureId::NONE,
                    };
                    self.trace.emit(self.id, event);
                }
            }
            self.ready_one(-1, WatchHow::Read, runner.self_pipe(id));
        }
        if !found.ready.is_empty() {
            let found: &[(RawFd, PollFlags)] = &found.ready;
            let ready = self.poller.lock().ready(found);
            for (fd, how, job) in ready {
                self.ready_one(fd, how, job);
            }
        }
    }

    fn ready_one(&self, fd: RawFd, how: WatchHow, job: J) {
        let handle = job.id();
        self.enqueue(job);
        self.trace.emit(self.id, Event::WatcherReady { fd: Fd(fd), how, handle });
    }

    fn take_due(&self) {
        let end = seconds(self.clock.read()) + RESOLUTION;
        loop {
            let mut queue = self.queue.lock();
            if queue.timers.first().is_none_or(|timer| timer.when >= end) {
                return;
            }
            let Some(timer) = queue.timers.pop() else { return };
            timer.job.set_in_heap(false);
            let handle = timer.job.id();
            if timer.job.is_cancelled() {
                queue.cancelled_timers = queue.cancelled_timers.saturating_sub(1);
            }
            queue.ready.push_back(timer.job);
            drop(queue);
            self.trace.emit(self.id, Event::TimerDue { handle, when: timer.when });
        }
    }

    fn run_batch<R: JobRunner<J>>(&self, runner: &R) -> Result<(), R::Escape> {
        if self.trace.is_on() {
            return self.run_batch_traced(runner);
        }
        let mut left = usize::MAX;
        while left > 0 {
            let job = {
                let mut queue = self.queue.lock();
                // The batch is what is ready when its first handle is taken.
                left = left.min(queue.ready.len());
                match queue.ready.pop_front() {
                    Some(job) if left > 0 => job,
                    _ => break,
                }
            };
            left -= 1;
            job.left_queue();
            if !job.is_cancelled() {
                let _at_work = enter(job.id());
                runner.run(job)?;
            }
        }
        Ok(())
    }

    fn run_batch_traced<R: JobRunner<J>>(&self, runner: &R) -> Result<(), R::Escape> {
        let turn = self.turns.fetch_add(1, Ordering::Relaxed) + 1;
        let (batch, timers) = self.lengths();
        let event = Event::TurnBegin { turn, ready: count(batch), timers: count(timers) };
        self.trace.emit(self.id, event);
        let mut result = Ok(());
        for _ in 0..batch {
            let Some(job) = self.queue.lock().ready.pop_front() else { break };
            job.left_queue();
            let handle = job.id();
            if job.is_cancelled() {
                self.trace.emit(self.id, Event::HandleSkip { handle });
                continue;
            }
            let task = job.task();
            self.trace.emit(self.id, Event::HandleRun { handle, task });
            // A py command at the pause may have cancelled it.
            if !job.is_cancelled() {
                let _at_work = enter(handle);
                result = runner.run(job);
            }
            self.trace.emit(self.id, Event::HandleDone { handle, task });
            if result.is_err() {
                break;
            }
        }
        let (ready, timers) = self.lengths();
        self.trace.emit(self.id, Event::TurnEnd { ready: count(ready), timers: count(timers) });
        result
    }
}

/// What asyncio drops at the start of a turn: of many timers all that are cancelled, if they are
/// more than half; else those at the head of the heap.
fn prune<J: Job>(queue: &mut Queue<J>) -> Vec<Timer<J>> {
    let len = queue.timers.len();
    #[allow(clippy::cast_precision_loss, reason = "a share")]
    let share = queue.cancelled_timers as f64 / len as f64;
    if len > MIN_SCHEDULED && share > MIN_CANCELLED {
        queue.cancelled_timers = 0;
        return queue.timers.rebuild(|job| !job.is_cancelled());
    }
    let mut dropped = Vec::new();
    while queue.timers.first().is_some_and(|timer| timer.job.is_cancelled()) {
        queue.cancelled_timers = queue.cancelled_timers.saturating_sub(1);
        dropped.extend(queue.timers.pop());
    }
    dropped
}
