//! A small event loop for tests: it makes up programs, runs them by CPython's rules and tells what
//! happens, so that the state which the records give can be compared with the true one.

use std::collections::{BTreeMap, VecDeque};

use loopscope_protocol::{
    By, Event, Fd, FutureHow, FutureId, HandleHow, HandleId, On, TaskHow, TaskId, Ties, WatchHow,
};

use crate::state::{DueKey, Keeping, TimerHeap};
use crate::story::Story;

/// What a handle does when it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Work {
    Callback,
    Step(u32),
    Complete(u32),
}

/// The truth after one record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Truth {
    pub(crate) ready: Vec<u32>,
    pub(crate) batch: usize,
    pub(crate) timers: Vec<u32>,
    pub(crate) current: Option<u32>,
    /// The tasks that are not done: true, where one waits for that future.
    pub(crate) tasks: BTreeMap<u32, Option<u32>>,
    pub(crate) pending: Vec<u32>,
}

pub(crate) struct Sim {
    pub(crate) story: Story,
    /// One for each record.
    pub(crate) truths: Vec<Truth>,
    random: u64,
    now: f64,
    last_handle: u32,
    last_future: u32,
    last_task: u32,
    ready: VecDeque<u32>,
    batch: usize,
    heap: TimerHeap,
    work: BTreeMap<u32, Work>,
    cancelled: Vec<u32>,
    current: Option<u32>,
    waits: BTreeMap<u32, Option<u32>>,
    pending: Vec<u32>,
    watcher: Option<u32>,
}

impl Sim {
    /// A program of that many turns; the same `seed` makes the same program.
    pub(crate) fn run(seed: u64, turns: usize) -> Self {
        let mut sim = Self {
            story: Story::new(),
            truths: Vec::new(),
            random: seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15) | 1,
            now: 0.0,
            last_handle: 0,
            last_future: 0,
            last_task: 0,
            ready: VecDeque::new(),
            batch: 0,
            heap: TimerHeap::default(),
            work: BTreeMap::new(),
            cancelled: Vec::new(),
            current: None,
            waits: BTreeMap::new(),
            pending: Vec::new(),
            watcher: None,
        };
        sim.story.start();
        sim.settle();
        for _ in 0..3 {
            sim.something();
        }
        for _ in 0..turns {
            if sim.ready.is_empty() && sim.heap.len() == 0 {
                sim.new_task();
            }
            sim.turn();
        }
        sim
    }

    fn dice(&mut self, sides: u64) -> u64 {
        // Xorshift: good enough for made-up programs.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % sides
    }

    /// The truth now belongs to all records that were added since the last time.
    fn settle(&mut self) {
        let truth = Truth {
            ready: self.ready.iter().copied().collect(),
            batch: self.batch,
            timers: self.heap.iter().map(|(_, id)| id.0).collect(),
            current: self.current,
            tasks: self.waits.clone(),
            pending: self.pending.clone(),
        };
        self.truths.resize(self.story.records().len(), truth);
    }

    fn push(&mut self, event: Event) {
        self.story.at(self.now).push(event);
        self.settle();
    }

    fn by(&self) -> By {
        self.current.map_or(By::Outside, |id| By::Handle(HandleId(id)))
    }

    fn handle(&mut self, how: HandleHow, work: Work, future: u32) -> u32 {
        self.last_handle += 1;
        let id = self.last_handle;
        self.work.insert(id, work);
        let name = format!("callback_{}", id % 5);
        let task = if let Work::Step(task) = work { task } else { 0 };
        if !matches!(how, HandleHow::Reader) {
            self.ready.push_back(id);
        }
        self.story.at(self.now).handle(id, how, &name, task, future);
        self.settle();
        id
    }

    fn timer(&mut self, work: Work, delay: f64, future: u32) {
        self.last_handle += 1;
        let id = self.last_handle;
        self.work.insert(id, work);
        let when = self.now + delay;
        let keeping = Keeping::Heap(Ties::Heapq, 0);
        self.heap.insert(DueKey::new(when), HandleId(id), keeping);
        self.story.at(self.now).timer(id, when, "timer", future);
        self.settle();
    }

    fn new_task(&mut self) {
        self.last_task += 1;
        let task = self.last_task;
        let (name, label) = (self.story.name("coro"), self.story.name("Task"));
        let place = self.story.place("program.py", 1);
        self.waits.insert(task, None);
        self.push(Event::TaskNew { task: TaskId(task), name, place, label, by: self.by() });
        self.handle(HandleHow::Step, Work::Step(task), 0);
    }

    /// Something that any callback may do.
    fn something(&mut self) {
        match self.dice(8) {
            0 | 1 => {
                self.handle(HandleHow::Soon, Work::Callback, 0);
            }
            2 | 3 => {
                #[allow(clippy::cast_precision_loss, reason = "a small number")]
                let delay = self.dice(4) as f64 * 0.25;
                self.timer(Work::Callback, delay, 0);
            }
            4 => self.new_task(),
            5 => self.cancel(),
            6 if self.watcher.is_none() => {
                let id = self.handle(HandleHow::Reader, Work::Callback, 0);
                self.watcher = Some(id);
                let handle = HandleId(id);
                self.push(Event::WatcherAdd { fd: Fd(5), how: WatchHow::Read, handle });
            }
            _ => {}
        }
    }

    fn cancel(&mut self) {
        let by = self.by();
        let free = |id: &u32, sim: &Self| {
            matches!(sim.work.get(id), Some(Work::Callback))
                && !sim.cancelled.contains(id)
                && sim.watcher != Some(*id)
        };
        let timers = self.heap.iter().map(|(when, id)| (when.seconds(), id.0));
        let timer = timers.into_iter().find(|(_, id)| free(id, self));
        let ready = self.ready.iter().find(|id| free(id, self)).copied();
        if let Some((when, id)) = timer {
            self.cancelled.push(id);
            self.heap.note_cancelled();
            self.push(Event::TimerCancel { handle: HandleId(id), when, by });
        } else if let Some(id) = ready {
            self.cancelled.push(id);
            self.push(Event::HandleCancel { handle: HandleId(id), by });
        }
    }

    fn first_timer(&self) -> Option<(f64, u32)> {
        self.heap.first().map(|(when, id)| (when.seconds(), id.0))
    }

    fn turn(&mut self) {
        while let Some((when, id)) =
            self.first_timer().filter(|(_, id)| self.cancelled.contains(id))
        {
            self.heap.take_dropped(DueKey::new(when), HandleId(id), |_| true);
            self.push(Event::TimerDrop { handle: HandleId(id), when });
        }
        if self.ready.is_empty() && self.heap.len() == 0 {
            self.new_task();
        }
        let timeout = match self.first_timer() {
            _ if !self.ready.is_empty() => Some(0.0),
            Some((when, _)) => Some((when - self.now).max(0.0)),
            None => None,
        };
        self.push(Event::PollBegin { timeout });
        self.now += timeout.unwrap_or(0.0) + 0.000_001;
        let woken = self.watcher.filter(|_| self.dice(3) == 0);
        self.push(Event::PollEnd { ready: u32::from(woken.is_some()) });
        if let Some(id) = woken {
            self.ready.push_back(id);
            let handle = HandleId(id);
            self.push(Event::WatcherReady { fd: Fd(5), how: WatchHow::Read, handle });
        }
        // The clock moves by a microsecond when the loop looks at it.
        let end = self.now + 1e-6 + 1e-9;
        while let Some((when, id)) = self.first_timer().filter(|(when, _)| *when < end) {
            let off = self.cancelled.contains(&id);
            self.heap.take_due(DueKey::new(when), HandleId(id), off);
            self.ready.push_back(id);
            self.push(Event::TimerDue { handle: HandleId(id), when });
        }
        self.batch = self.ready.len();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let turn = self.story.records().last().map_or(0, |record| record.turn);
        let (ready, timers) = (count(self.batch), count(self.heap.len()));
        self.push(Event::TurnBegin { turn, ready, timers });
        while self.batch > 0 {
            self.batch -= 1;
            let Some(id) = self.ready.pop_front() else { break };
            self.run_one(id);
        }
        let (ready, timers) = (count(self.ready.len()), count(self.heap.len()));
        self.push(Event::TurnEnd { ready, timers });
    }

    fn run_one(&mut self, id: u32) {
        let handle = HandleId(id);
        if self.cancelled.contains(&id) {
            return self.push(Event::HandleSkip { handle });
        }
        let work = self.work.get(&id).copied().unwrap_or(Work::Callback);
        let task = TaskId(if let Work::Step(task) = work { task } else { 0 });
        self.current = Some(id);
        self.push(Event::HandleRun { handle, task });
        self.now += 0.000_01;
        match work {
            Work::Callback => {
                self.something();
                if self.watcher == Some(id) && self.dice(3) == 0 {
                    self.watcher = None;
                    self.push(Event::WatcherRemove { fd: Fd(5), how: WatchHow::Read });
                }
            }
            Work::Complete(future) => {
                self.pending.retain(|other| *other != future);
                let (how, by) = (FutureHow::Result, self.by());
                self.push(Event::FutureDone { future: FutureId(future), how, by });
                let waiting = self.waits.iter().find(|(_, on)| **on == Some(future));
                if let Some(task) = waiting.map(|(task, _)| *task) {
                    self.waits.insert(task, None);
                    self.handle(HandleHow::Wakeup, Work::Step(task), future);
                }
            }
            Work::Step(task) => self.step(task),
        }
        self.current = None;
        self.push(Event::HandleDone { handle, task });
    }

    fn step(&mut self, task: u32) {
        let id = TaskId(task);
        self.push(Event::TaskStep { task: id });
        self.something();
        let place = self.story.place("program.py", 5);
        let chain = loopscope_protocol::ChainId::NONE;
        match self.dice(4) {
            0 => {
                self.waits.remove(&task);
                self.push(Event::TaskDone { task: id, how: TaskHow::Result });
            }
            1 => {
                self.handle(HandleHow::Step, Work::Step(task), 0);
                self.push(Event::TaskSuspend { task: id, on: On::Nothing, place, chain });
            }
            _ => {
                self.last_future += 1;
                let future = self.last_future;
                let (name, by) = (self.story.name("Future"), self.by());
                self.pending.push(future);
                self.push(Event::FutureNew { future: FutureId(future), name, by });
                #[allow(clippy::cast_precision_loss, reason = "a small number")]
                let delay = self.dice(6) as f64 * 0.1;
                self.timer(Work::Complete(future), delay, future);
                self.waits.insert(task, Some(future));
                let on = On::Future(FutureId(future));
                self.push(Event::TaskSuspend { task: id, on, place, chain });
            }
        }
    }
}
