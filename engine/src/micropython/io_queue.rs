//! `asyncio.core.IOQueue`: the tasks that wait for streams, at most one reader and one writer each.

use std::sync::atomic::{AtomicBool, Ordering};

use loopscope_protocol::{Fd, HandleHow, LintRule, ObjectId, On, WatchHow};
use rustpython_vm::builtins::PyType;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Constructor;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::pollable::{self, READABLE, WRITABLE, Wanted};
use super::program::program;
use super::task::PyTask;
use crate::dialect::Rules;
use crate::run::Run;

#[derive(Debug)]
struct Watched {
    wanted: Wanted,
    number: ObjectId,
    read: Option<PyRef<PyTask>>,
    write: Option<PyRef<PyTask>>,
}

impl Watched {
    fn fd(&self) -> Option<Fd> {
        self.wanted.fd.map(Fd)
    }

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

/// Streams in the order in which they were first waited for.
#[pyclass(name = "IOQueue", module = false)]
#[derive(Debug, PyPayload)]
pub(super) struct PyIoQueue {
    watched: PyMutex<Vec<Watched>>,
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
    pub(super) const fn new() -> Self {
        Self { watched: PyMutex::new(Vec::new()), retired: AtomicBool::new(false) }
    }

    /// `new_event_loop()` has made another one.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
        let mut watched = self.watched.lock();
        for watched in watched.iter_mut() {
            for how in BOTH {
                if watched.slot(how).is_some() {
                    program().core.unwatch(watched.fd(), how);
                }
            }
        }
    }

    /// Tells the loop how many streams there are to ask.
    fn count(&self) {
        if !self.retired.load(Ordering::Relaxed) {
            program().watched.store(self.watched.lock().len(), Ordering::Relaxed);
        }
    }

    fn queue(
        zelf: &PyRef<Self>,
        stream: PyObjectRef,
        how: WatchHow,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let task = program().to_suspend(vm)?;
        let fd = pollable::descriptor(&stream, vm)?;
        pollable::goes_real(fd);
        {
            let mut all = zelf.watched.lock();
            let at = all.iter().position(|watched| watched.wanted.stream.is(&stream));
            let at = at.unwrap_or_else(|| {
                let wanted = Wanted { stream, fd, events: 0 };
                let number = Run::current().ids.object();
                all.push(Watched { wanted, number, read: None, write: None });
                all.len() - 1
            });
            let before = all[at].slot(how).replace(task.clone());
            drop(all);
            if let Some(before) = before {
                // What an assertion would refuse, if it were not stripped.
                program().core.unwatch(fd.map(Fd), how);
                lost(&before);
            }
        }
        zelf.count();
        program().core.watch(fd.map(Fd), how, &task);
        task.set_data(zelf.clone().into());
        Ok(())
    }

    /// Waits as [`pollable::wait`] does, and queues the tasks whose streams are ready.
    pub(super) fn poll(&self, timeout: Option<u64>, vm: &VirtualMachine) -> PyResult<u32> {
        let wanted: Vec<Wanted> = {
            let all = self.watched.lock();
            all.iter()
                .map(|watched| Wanted { events: watched.events(), ..watched.wanted.clone() })
                .collect()
        };
        let ready = pollable::wait(&wanted, timeout, vm)?;
        let mut found = 0;
        for (wanted, events) in wanted.into_iter().zip(ready) {
            if events == 0 {
                continue;
            }
            found += 1;
            // Whatever is not "writable" wakes a reader, and whatever is not "readable" a writer.
            for (how, other) in [(WatchHow::Read, WRITABLE), (WatchHow::Write, READABLE)] {
                if events & !other == 0 {
                    continue;
                }
                if let Some((fd, task)) = self.take(&wanted.stream, how) {
                    program().core.unwatch(fd, how);
                    program().push(&task, HandleHow::Wakeup, vm);
                }
            }
        }
        self.watched.lock().retain(Watched::is_waited_for);
        self.count();
        Ok(found)
    }

    fn take(&self, stream: &PyObjectRef, how: WatchHow) -> Option<(Option<Fd>, PyRef<PyTask>)> {
        let mut all = self.watched.lock();
        let watched = all.iter_mut().find(|watched| watched.wanted.stream.is(stream))?;
        let fd = watched.fd();
        watched.slot(how).take().map(|task| (fd, task))
    }

    /// What a task waits for here.
    pub(super) fn waits_for(&self, task: &Py<PyTask>) -> Option<On> {
        let mut all = self.watched.lock();
        all.iter_mut().rev().find_map(|watched| {
            let here = BOTH
                .into_iter()
                .any(|how| watched.slot(how).as_ref().is_some_and(|waiting| waiting.is(task)));
            here.then(|| watched.fd().map_or(On::Queue(watched.number), On::Fd))
        })
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
        Self::queue(&zelf, stream, WatchHow::Read, vm)
    }

    #[pymethod]
    fn queue_write(zelf: PyRef<Self>, stream: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Self::queue(&zelf, stream, WatchHow::Write, vm)
    }

    /// A task waits for no stream any more. On a board the stream goes with it, even where another
    /// task waits for its other side.
    #[pymethod]
    fn remove(zelf: &Py<Self>, task: PyRef<PyTask>) {
        let whole = !Rules::current().cancels_leftovers;
        let mut gone = Vec::new();
        {
            let mut all = zelf.watched.lock();
            for watched in all.iter_mut() {
                let here = |slot: &Option<PyRef<PyTask>>| {
                    slot.as_ref().is_some_and(|waiting| waiting.is(&task))
                };
                let touched = here(&watched.read) || here(&watched.write);
                for how in BOTH {
                    let slot = watched.slot(how);
                    if here(slot) || (whole && touched) {
                        let waiting = slot.take();
                        gone.extend(waiting.map(|waiting| (watched.fd(), how, waiting)));
                    }
                }
            }
            all.retain(Watched::is_waited_for);
        }
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
