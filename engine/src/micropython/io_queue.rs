//! `asyncio.core.IOQueue`: the tasks that wait for streams, at most one reader and one writer each.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use loopscope_protocol::{Fd, HandleHow, LintRule, ObjectId, On, TaskId, WatchHow};
use rustpython_vm::builtins::PyType;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Constructor;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::by_stream::ByStream;
use super::pollable::{self, READABLE, WRITABLE, Wanted};
use super::program::program;
use super::task::PyTask;
use crate::dialect::Rules;
use crate::run::Run;

#[derive(Debug)]
struct Watched {
    fd: Option<Fd>,
    number: ObjectId,
    read: Option<PyRef<PyTask>>,
    write: Option<PyRef<PyTask>>,
}

impl Watched {
    fn slot(&mut self, how: WatchHow) -> &mut Option<PyRef<PyTask>> {
        match how {
            WatchHow::Read => &mut self.read,
            WatchHow::Write => &mut self.write,
        }
    }

    fn events(&self) -> i32 {
        let reads = if self.read.is_some() { READABLE } else { 0 };
        reads | if self.write.is_some() { WRITABLE } else { 0 }
    }

    fn is_waited_for(&self) -> bool {
        self.read.is_some() || self.write.is_some()
    }
}

/// The streams that are waited for, and who waits at which.
#[derive(Debug, Default)]
struct Waiting {
    streams: ByStream<Watched>,
    /// Each task with the places of the streams that it waits for.
    tasks: BTreeSet<(TaskId, u64)>,
}

impl Waiting {
    /// `task` waits for `stream`; gives the one whose place it took.
    fn put(
        &mut self,
        stream: &PyObjectRef,
        fd: Option<Fd>,
        how: WatchHow,
        task: &PyRef<PyTask>,
    ) -> Option<PyRef<PyTask>> {
        let place = self.streams.place(stream).unwrap_or_else(|| {
            let number = Run::current().ids.queue();
            self.streams.push(stream.clone(), Watched { fd, number, read: None, write: None })
        });
        let before = self.take(place, how).map(|(_, before)| before);
        if let Some(watched) = self.streams.at_mut(place) {
            *watched.slot(how) = Some(task.clone());
            self.tasks.insert((task.id(), place));
        }
        before
    }

    /// The task that waits at a place does so no more.
    fn take(&mut self, place: u64, how: WatchHow) -> Option<(Option<Fd>, PyRef<PyTask>)> {
        let watched = self.streams.at_mut(place)?;
        let task = watched.slot(how).take()?;
        let both = [&watched.read, &watched.write];
        if !both.into_iter().flatten().any(|waiting| waiting.is(&task)) {
            self.tasks.remove(&(task.id(), place));
        }
        Some((watched.fd, task))
    }

    /// Forgets the stream at a place where nobody waits for it.
    fn tidy(&mut self, place: u64) -> Option<(PyObjectRef, Watched)> {
        let idle = self.streams.at(place).is_some_and(|watched| !watched.is_waited_for());
        idle.then(|| self.streams.remove(place)).flatten()
    }

    /// Where a task waits, in the order of the streams.
    fn places(&self, task: TaskId) -> Vec<u64> {
        self.tasks.range((task, 0)..=(task, u64::MAX)).map(|&(_, place)| place).collect()
    }
}

/// Streams in the order in which they were first waited for.
#[pyclass(name = "IOQueue", module = false)]
#[derive(Debug, PyPayload)]
pub(super) struct PyIoQueue {
    waiting: PyMutex<Waiting>,
    /// It was replaced: the loop does not ask it any more.
    retired: AtomicBool,
}

impl Constructor for PyIoQueue {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        let queue = Self::new();
        queue.retired.store(true, Ordering::Relaxed);
        Ok(queue)
    }
}

const BOTH: [WatchHow; 2] = [WatchHow::Read, WatchHow::Write];

impl PyIoQueue {
    /// The loop's.
    pub(super) fn new() -> Self {
        Self { waiting: PyMutex::new(Waiting::default()), retired: AtomicBool::new(false) }
    }

    /// `new_event_loop()` has made another one.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
        for watched in self.waiting.lock().streams.values_mut() {
            for how in BOTH {
                if watched.slot(how).is_some() {
                    program().core.unwatch(watched.fd, how);
                }
            }
        }
    }

    /// Tells the loop how many streams there are to ask.
    fn count(&self) {
        if !self.retired.load(Ordering::Relaxed) {
            program().watched.store(self.waiting.lock().streams.len(), Ordering::Relaxed);
        }
    }

    fn queue(
        zelf: &PyRef<Self>,
        stream: &PyObjectRef,
        how: WatchHow,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let task = program().to_suspend(vm)?;
        let fd = pollable::descriptor(stream, vm)?;
        pollable::goes_real(fd);
        let before = zelf.waiting.lock().put(stream, fd.map(Fd), how, &task);
        if let Some(before) = before {
            // What an assertion would refuse, if it were not stripped.
            program().core.unwatch(fd.map(Fd), how);
            lost(&before);
        }
        zelf.count();
        if let Some(fd) = fd.and_then(crate::process::fd::borrow) {
            program().core.records().descriptor(fd);
        }
        program().core.watch(fd.map(Fd), how, &task);
        task.set_data(zelf.clone().into());
        Ok(())
    }

    /// Waits as [`pollable::wait`] does, and queues the tasks whose streams are ready.
    pub(super) fn poll(&self, timeout: Option<u64>, vm: &VirtualMachine) -> PyResult<u32> {
        let (places, wanted): (Vec<u64>, Vec<Wanted>) = {
            let all = self.waiting.lock();
            let wanted = |(place, stream, watched): (u64, &PyObjectRef, &Watched)| {
                let fd = watched.fd.map(|Fd(fd)| fd);
                (place, Wanted { stream: stream.clone(), fd, events: watched.events() })
            };
            all.streams.iter().map(wanted).unzip()
        };
        let ready = pollable::wait(&wanted, timeout, vm)?;
        let mut found = 0;
        for (place, events) in places.into_iter().zip(ready) {
            if events == 0 {
                continue;
            }
            found += 1;
            // Whatever is not "writable" wakes a reader, and whatever is not "readable" a writer.
            for (how, other) in [(WatchHow::Read, WRITABLE), (WatchHow::Write, READABLE)] {
                if events & !other == 0 {
                    continue;
                }
                let taken = self.waiting.lock().take(place, how);
                if let Some((fd, task)) = taken {
                    program().core.unwatch(fd, how);
                    program().push(&task, HandleHow::Wakeup, vm);
                }
            }
            let gone = self.waiting.lock().tidy(place);
            drop(gone);
        }
        self.count();
        Ok(found)
    }

    /// What a task waits for here.
    pub(super) fn waits_for(&self, task: &Py<PyTask>) -> Option<On> {
        let all = self.waiting.lock();
        let watched = all.streams.at(*all.places(task.id()).last()?)?;
        Some(watched.fd.map_or(On::Queue(watched.number), On::Fd))
    }
}

fn lost(task: &Py<PyTask>) {
    program().core.records().lint(
        LintRule::Lost,
        task.id(),
        "Another task took the place of this one at a stream, so nothing will wake it.",
    );
}

#[pyclass(with(Constructor), flags(HAS_WEAKREF))]
impl PyIoQueue {
    #[pymethod]
    fn queue_read(zelf: PyRef<Self>, stream: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Self::queue(&zelf, &stream, WatchHow::Read, vm)
    }

    #[pymethod]
    fn queue_write(zelf: PyRef<Self>, stream: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Self::queue(&zelf, &stream, WatchHow::Write, vm)
    }

    /// A task waits for no stream any more. On a board the stream goes with it, even where another
    /// task waits for its other side.
    #[pymethod]
    fn remove(zelf: &Py<Self>, task: PyRef<PyTask>) {
        let whole = !Rules::current().cancels_leftovers;
        let mut gone = Vec::new();
        let mut idle = Vec::new();
        {
            let mut all = zelf.waiting.lock();
            for place in all.places(task.id()) {
                for how in BOTH {
                    let waits = all.streams.at_mut(place).and_then(|watched| {
                        watched.slot(how).as_ref().map(|waiting| waiting.is(&task))
                    });
                    if waits.is_some_and(|here| here || whole) {
                        gone.extend(all.take(place, how).map(|(fd, waiting)| (fd, how, waiting)));
                    }
                }
                idle.extend(all.tidy(place));
            }
        }
        // Dropping a stream may run code.
        drop(idle);
        zelf.count();
        for (fd, how, waiting) in gone {
            program().core.unwatch(fd, how);
            if !waiting.is(&task) {
                lost(&waiting);
            }
        }
    }

    #[pymethod]
    fn wait_io_event(zelf: &Py<Self>, timeout: i64, vm: &VirtualMachine) -> PyResult<()> {
        zelf.poll(u64::try_from(timeout).ok(), vm).map(drop)
    }
}
