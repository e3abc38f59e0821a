//! What Zephyr's events mean, as Loopscope's records: threads are tasks of one loop, and what runs at a
//! time is a step. The idle thread is no task: while it runs, the loop sleeps.
//!
//! The trace does not say whether a thread that is switched out waits: by what comes next of it, it was
//! made ready again, or simply goes on.

use std::collections::BTreeMap;

use loopscope_protocol::wire::{Encoder, Item, VERSION};
use loopscope_protocol::{
    By, Capabilities, ChainId, Dialect, Event, FutureId, HandleHow, HandleId, LoopId, NameId,
    ObjectId, On, Place, Reply, RunHow, TaskHow, TaskId,
};

use super::CtfEvent;

/// Times are nanoseconds.
const TICKS_PER_SECOND: u32 = 1_000_000_000;

#[derive(Debug, Default)]
struct Thread {
    name: String,
    task: TaskId,
    /// The handle by which it is queued, or was last.
    handle: HandleId,
    queued: bool,
    ended: bool,
}

impl Thread {
    fn is_idle(&self) -> bool {
        self.name == "idle" || self.name.starts_with("idle ")
    }
}

/// All that a trace tells, as it is read.
#[derive(Default)]
struct Telling {
    out: Vec<u8>,
    encoder: Encoder,
    now: u64,
    threads: BTreeMap<u64, Thread>,
    /// Objects that threads wait for, in the order in which they were met.
    objects: BTreeMap<u64, u32>,
    tasks: u32,
    names: BTreeMap<String, NameId>,
    running: Option<u64>,
    /// What the running thread is about to wait for.
    waits: On,
    sleeps: bool,
    in_interrupt: bool,
}

/// The records of a trace.
pub(super) fn records(events: &[CtfEvent<'_>]) -> Vec<u8> {
    let mut it = Telling::default();
    let hello = Reply::Hello {
        version: VERSION,
        capabilities: Capabilities::default(),
        ticks_per_second: TICKS_PER_SECOND,
        dialect: Dialect::Other,
        pid: 0,
    };
    it.item(&Item::Reply(hello));
    it.tell(&Event::LoopNew {});
    it.tell(&Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    let goes_on = goes_on(events);
    for (event, goes_on) in events.iter().zip(goes_on) {
        it.take(event, goes_on);
    }
    it.out
}

/// Of each event by which a thread is switched out: whether it runs again without being made ready.
fn goes_on(events: &[CtfEvent<'_>]) -> Vec<bool> {
    let mut next: BTreeMap<u64, bool> = BTreeMap::new();
    let mut found = vec![false; events.len()];
    for (at, event) in events.iter().enumerate().rev() {
        let Some(thread) = event.number("thread_id") else { continue };
        match event.name {
            "thread_switched_out" => found[at] = next.get(&thread).copied().unwrap_or(false),
            "thread_switched_in" => {
                next.insert(thread, true);
            }
            name if makes_ready(name) => {
                next.insert(thread, false);
            }
            _ => {}
        }
    }
    found
}

/// The number of the next thing of that many.
fn after(count: usize) -> u32 {
    u32::try_from(count).map_or(u32::MAX, |count| count.saturating_add(1))
}

fn makes_ready(name: &str) -> bool {
    matches!(name, "thread_ready" | "thread_sched_ready" | "thread_resume" | "thread_wakeup")
}

impl Telling {
    fn item(&mut self, item: &Item<'_>) {
        self.out.extend_from_slice(self.encoder.item(item));
    }

    fn tell(&mut self, event: &Event) {
        self.out.extend_from_slice(self.encoder.event(self.now, LoopId(1), event));
    }

    fn take(&mut self, event: &CtfEvent<'_>, goes_on: bool) {
        self.now = event.time;
        let thread = event.number("thread_id");
        if let Some(id) = thread {
            let thread = self.threads.entry(id).or_default();
            let name = event.text("name");
            if !name.is_empty() {
                name.clone_into(&mut thread.name);
            }
        }
        match (event.name, thread) {
            ("isr_enter", _) => self.in_interrupt = true,
            ("isr_exit" | "isr_exit_to_scheduler", _) => self.in_interrupt = false,
            ("idle", _) => self.sleep(),
            ("thread_switched_in", Some(id)) => self.switched_in(id),
            ("thread_switched_out", Some(id)) if self.running == Some(id) => self.leave(goes_on),
            ("thread_abort" | "thread_sched_abort", Some(id)) => self.ends(id),
            // A number may be another thread's after the end of the first.
            ("thread_create", Some(id)) => {
                let name = event.text("name").to_owned();
                if self.threads.get(&id).is_some_and(|thread| thread.ended) {
                    self.threads.insert(id, Thread { name, ..Thread::default() });
                }
            }
            (name, Some(id)) if makes_ready(name) => self.ready(id),
            (name, None) if name.ends_with("_blocking") => {
                let object = event.number("id").or_else(|| event.number("event_id"));
                if let (Some(object), false) = (object, self.in_interrupt) {
                    let next = after(self.objects.len());
                    self.waits = On::Queue(ObjectId(*self.objects.entry(object).or_insert(next)));
                }
            }
            _ => {}
        }
    }

    /// Who causes what happens now.
    fn by(&self) -> By {
        let thread = self.running.filter(|_| !self.in_interrupt).map(|id| &self.threads[&id]);
        match thread {
            Some(thread) if thread.handle.is_some() && !thread.is_idle() => {
                By::Handle(thread.handle)
            }
            _ => By::Outside,
        }
    }

    /// The task of a thread, which is told when something is first done to it: its name is known then.
    fn task(&mut self, id: u64) -> TaskId {
        let thread = &self.threads[&id];
        if thread.task.is_some() {
            return thread.task;
        }
        let name = match &*thread.name {
            "" | "unknown" => format!("thread {id:#x}"),
            name => name.to_owned(),
        };
        let name = self.name(name);
        let by = self.by();
        self.tasks += 1;
        let task = TaskId(self.tasks);
        self.thread(id).task = task;
        let (place, label) = (Place::NONE, NameId::NONE);
        self.tell(&Event::TaskNew { task, name, place, label, by });
        task
    }

    fn thread(&mut self, id: u64) -> &mut Thread {
        self.threads.entry(id).or_default()
    }

    fn name(&mut self, name: String) -> NameId {
        if let Some(known) = self.names.get(&name) {
            return *known;
        }
        let id = NameId(after(self.names.len()));
        self.item(&Item::Name { id, name: name.as_bytes() });
        self.names.insert(name, id);
        id
    }

    fn ready(&mut self, id: u64) {
        let thread = self.thread(id);
        let counts = !thread.queued && !thread.ended && !thread.is_idle();
        if counts && self.running != Some(id) {
            self.queue(id, None);
        }
    }

    /// Puts a thread into the ready queue. `own`: it does so itself.
    fn queue(&mut self, id: u64, own: Option<HandleId>) {
        let task = self.task(id);
        let by = own.map_or_else(|| self.by(), By::Handle);
        let thread = self.thread(id);
        let is_first = !thread.handle.is_some();
        // Task k has the handles 2k-1 and 2k in turn.
        let first = HandleId(task.0 * 2 - 1);
        let handle = if thread.handle == first { HandleId(first.0 + 1) } else { first };
        thread.handle = handle;
        thread.queued = true;
        let how = if is_first || own.is_some() { HandleHow::Step } else { HandleHow::Wakeup };
        let (name, place, future) = (NameId::NONE, Place::NONE, FutureId::NONE);
        self.tell(&Event::HandleNew { handle, how, name, place, by, task, future });
    }

    fn switched_in(&mut self, id: u64) {
        if self.running.is_some() {
            // That it was switched out is not in the trace.
            self.leave(true);
        }
        self.in_interrupt = false;
        self.waits = On::Waker;
        if self.thread(id).is_idle() {
            self.running = Some(id);
            return;
        }
        if std::mem::take(&mut self.sleeps) {
            self.tell(&Event::PollEnd { ready: 0 });
        }
        // It is ready, also if that is not in the trace.
        if !self.thread(id).queued {
            self.queue(id, None);
        }
        self.running = Some(id);
        let thread = self.thread(id);
        thread.queued = false;
        let (handle, task) = (thread.handle, thread.task);
        self.tell(&Event::HandleRun { handle, task });
        self.tell(&Event::TaskStep { task });
    }

    /// The step of the thread that runs is over.
    fn leave(&mut self, goes_on: bool) {
        let Some(id) = self.running.take() else { return };
        let thread = self.thread(id);
        let (handle, task, ended) = (thread.handle, thread.task, thread.ended);
        if thread.is_idle() {
            return;
        }
        if !ended {
            if goes_on {
                self.queue(id, Some(handle));
            }
            let on = if goes_on { On::Nothing } else { self.waits };
            let (place, chain) = (Place::NONE, ChainId::NONE);
            self.tell(&Event::TaskSuspend { task, on, place, chain });
        }
        self.tell(&Event::HandleDone { handle, task });
    }

    fn ends(&mut self, id: u64) {
        if self.thread(id).ended || self.thread(id).is_idle() {
            return;
        }
        let task = self.task(id);
        let by = self.by();
        // Who ran when the trace began is not in it.
        let is_running = self.running.is_none_or(|running| running == id);
        let thread = self.thread(id);
        thread.ended = true;
        let (handle, queued) = (thread.handle, std::mem::take(&mut thread.queued));
        if queued {
            self.tell(&Event::HandleCancel { handle, by });
            self.tell(&Event::HandleSkip { handle });
        }
        let how = if is_running { TaskHow::Result } else { TaskHow::Cancelled };
        self.tell(&Event::TaskDone { task, how });
    }

    /// An interrupt of the idle time does not end it.
    fn sleep(&mut self) {
        self.in_interrupt = false;
        if !std::mem::replace(&mut self.sleeps, true) {
            self.tell(&Event::PollBegin { timeout: None });
        }
    }
}
