//! The short forms: what happens all the time, without what the records before say.

use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{
    By, Event, Fd, FutureHow, FutureId, HandleHow, HandleId, JobId, LoopId, ObjectId, On, TaskId,
    WatchHow,
};

use super::known::Stand;
use super::numbers::Numbers;
use super::{Came, Notes};

/// What stands in the one number that a form begins with: its code, the loop in three bytes, and above
/// them what the form is about, such as a task.
struct Begins {
    code: i64,
    loop_id: u32,
    about: u32,
}

impl Begins {
    fn read(number: i64) -> Result<Self, Malformed> {
        let part = |bits: i64| u32::try_from(bits).map_err(|_| Malformed::Bad);
        let (loop_id, about) = (part((number >> 8) & 0xff_ffff)?, part(number >> 32)?);
        Ok(Self { code: number & 0xff, loop_id, about })
    }
}

/// The first of them.
pub(super) const POLL: i64 = 128;
const TURN: i64 = 129;
const RUN: i64 = 130;
/// About a task. Its handle is the last one that was made for it.
const STEP_RUN: i64 = 131;
const DONE: i64 = 132;
const SOON_NEW: i64 = 133;
const YIELD: i64 = 134;
const YIELD_AGAIN: i64 = 135;
const POLL_TURN: i64 = 136;
const WAKE: i64 = 137;
/// About the transport that has to bring something, or about none.
const WAIT: i64 = 138;
/// About a site.
const NEW: i64 = 139;
const POLL_ONE: i64 = 140;
/// About a descriptor that is watched to be read from.
const READY: i64 = 141;
/// About a task, which is woken by the future that it waits for.
const WAKE_WAITER: i64 = 142;

/// In [`POLL`]: the turn before it has ended, or has only polled, or has begun.
const POLLED: i64 = 0;
const ENDED: i64 = 2;

impl Notes {
    pub(super) fn short(
        &mut self,
        code: i64,
        from: &mut Numbers<'_>,
        came: &mut Vec<Came>,
    ) -> Result<(), Malformed> {
        let Begins { code, loop_id: id, about } = Begins::read(code)?;
        let loop_id = LoopId(id);
        let known = self.loops.entry(id).or_default();
        let running = known.running.last().copied();
        let by = running.map_or(By::Outside, |(handle, _)| By::Handle(handle));
        match code {
            POLL => {
                let (time, found, phase) = (from.next()?, from.id()?, from.next()?);
                let (ready, timers) = (from.id()?, from.id()?);
                if phase == POLLED {
                    self.begin_turn(loop_id, 0, timers, came);
                }
                if phase != ENDED {
                    self.record(loop_id, Event::TurnEnd { ready, timers }, came);
                }
                self.time(time);
                self.poll(loop_id, found, came);
            }
            POLL_TURN => {
                // Nothing was found, and the time is that of what was before.
                let (ready, timers) = (from.id()?, from.id()?);
                self.record(loop_id, Event::TurnEnd { ready, timers }, came);
                self.poll(loop_id, 0, came);
                self.begin_turn(loop_id, ready, timers, came);
            }
            TURN => {
                let (ready, timers) = (from.id()?, from.id()?);
                self.begin_turn(loop_id, ready, timers, came);
            }
            POLL_ONE => {
                // Only the handle is ready that runs, and nothing is scheduled.
                let handle = HandleId(from.id()?);
                known.running.push((handle, TaskId::NONE));
                self.record(loop_id, Event::TurnEnd { ready: 1, timers: 0 }, came);
                self.poll(loop_id, 0, came);
                self.begin_turn(loop_id, 1, 0, came);
                self.record(loop_id, Event::HandleRun { handle, task: TaskId::NONE }, came);
            }
            RUN => {
                let (handle, task) = (HandleId(from.id()?), TaskId::NONE);
                known.running.push((handle, task));
                self.record(loop_id, Event::HandleRun { handle, task }, came);
            }
            DONE => {
                let time = from.next()?;
                self.time(time);
                self.done(loop_id, came)?;
            }
            STEP_RUN => self.step(loop_id, TaskId(about), came)?,
            READY => {
                let fd = Fd(i32::try_from(about).map_err(|_| Malformed::Bad)?);
                let handle = *self.readers.get(&(loop_id, fd)).ok_or(Malformed::Bad)?;
                let how = WatchHow::Read;
                self.record(loop_id, Event::WatcherReady { fd, how, handle }, came);
            }
            SOON_NEW | NEW => {
                if code == SOON_NEW {
                    let time = from.next()?;
                    self.time(time);
                }
                let handle = HandleId(from.id()?);
                let site = if code == SOON_NEW { from.next()? } else { i64::from(about) };
                let site = self.sites.get(&site).ok_or(Malformed::Bad)?;
                let (how, name, place) = (site.how, site.name, site.place);
                self.line = site.line;
                let (task, future) = (TaskId::NONE, FutureId::NONE);
                let event = Event::HandleNew { handle, how, name, place, by, task, future };
                self.record(loop_id, event, came);
            }
            YIELD | YIELD_AGAIN => {
                let (time, handle) = (from.next()?, HandleId(from.id()?));
                let (_, task) = running.ok_or(Malformed::Bad)?;
                let said = if code == YIELD { from.next()? } else { 0 };
                let known = self.tasks.get_mut(&task).ok_or(Malformed::Bad)?;
                if code == YIELD {
                    known.stand = said;
                }
                let (name, place, stand) = (known.name, known.place, known.stand);
                self.time(time);
                self.suspend(loop_id, task, On::Nothing, stand, came)?;
                let (how, future) = (HandleHow::Step, FutureId::NONE);
                let event = Event::HandleNew { handle, how, name, place, by, task, future };
                self.record(loop_id, event, came);
                self.done(loop_id, came)?;
            }
            WAKE | WAKE_WAITER => {
                let (time, handle) = (from.next()?, HandleId(from.id()?));
                let task = if code == WAKE { TaskId(from.id()?) } else { TaskId(about) };
                let known = *self.tasks.get(&task).ok_or(Malformed::Bad)?;
                let (name, place) = (known.name, known.place);
                let future = if code == WAKE { FutureId(from.id()?) } else { known.waits };
                if future == FutureId::NONE {
                    return Err(Malformed::Bad);
                }
                let line = self.line;
                self.time(time);
                self.texts = ["None".to_owned(), String::new()];
                let how = FutureHow::Result;
                self.record(loop_id, Event::FutureDone { future, how, by }, came);
                self.line = line;
                let how = HandleHow::Wakeup;
                let event = Event::HandleNew { handle, how, name, place, by, task, future };
                self.record(loop_id, event, came);
            }
            WAIT => {
                let (time, future) = (from.next()?, FutureId(from.id()?));
                let stand = from.next()?;
                let (_, task) = running.ok_or(Malformed::Bad)?;
                let known = *self.stands.get(&stand).ok_or(Malformed::Bad)?;
                self.time(time);
                // What awaits it has made it.
                self.line = known.goes_on;
                let name = known.future;
                self.record(loop_id, Event::FutureNew { future, name, by }, came);
                if about != 0 {
                    self.line = known.goes_on;
                    let (transport, none) = (ObjectId(about), ObjectId::NONE);
                    let (job, server, process) = (JobId::NONE, none, none);
                    let event = Event::FutureOutside { future, job, transport, server, process };
                    self.record(loop_id, event, came);
                }
                self.suspend(loop_id, task, On::Future(future), stand, came)?;
                self.done(loop_id, came)?;
            }
            _ => return Err(Malformed::Bad),
        }
        Ok(())
    }

    /// The handle runs that steps a task.
    fn step(
        &mut self,
        loop_id: LoopId,
        task: TaskId,
        came: &mut Vec<Came>,
    ) -> Result<(), Malformed> {
        let handle = self.tasks.get(&task).ok_or(Malformed::Bad)?.handle;
        self.loops.entry(loop_id.0).or_default().running.push((handle, task));
        self.record(loop_id, Event::HandleRun { handle, task }, came);
        self.line = self.next_line(task);
        self.record(loop_id, Event::TaskStep { task }, came);
        Ok(())
    }

    /// A poll that did not wait.
    fn poll(&mut self, loop_id: LoopId, found: u32, came: &mut Vec<Came>) {
        self.record(loop_id, Event::PollBegin { timeout: Some(0.0) }, came);
        self.record(loop_id, Event::PollEnd { ready: found }, came);
    }

    fn suspend(
        &mut self,
        loop_id: LoopId,
        task: TaskId,
        on: On,
        stand: i64,
        came: &mut Vec<Came>,
    ) -> Result<(), Malformed> {
        let Stand { place, chain, .. } = *self.stands.get(&stand).ok_or(Malformed::Bad)?;
        self.record(loop_id, Event::TaskSuspend { task, on, place, chain }, came);
        Ok(())
    }

    /// The handle that runs has run.
    fn done(&mut self, loop_id: LoopId, came: &mut Vec<Came>) -> Result<(), Malformed> {
        let known = self.loops.entry(loop_id.0).or_default();
        let (handle, task) = known.running.pop().ok_or(Malformed::Bad)?;
        self.record(loop_id, Event::HandleDone { handle, task }, came);
        Ok(())
    }

    fn begin_turn(&mut self, loop_id: LoopId, ready: u32, timers: u32, came: &mut Vec<Came>) {
        let known = self.loops.entry(loop_id.0).or_default();
        known.turn += 1;
        let event = Event::TurnBegin { turn: known.turn, ready, timers };
        self.record(loop_id, event, came);
    }
}
