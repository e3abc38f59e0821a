//! The counters that number loops, handles, tasks, futures and jobs, from 1 within each kind.

use std::sync::atomic::{AtomicU32, Ordering};

use loopscope_protocol::{FutureId, HandleId, JobId, LoopId, ObjectId, TaskId};

/// The counters of one run. Ids are never reused.
#[derive(Debug, Default)]
pub struct Ids {
    loops: AtomicU32,
    handles: AtomicU32,
    tasks: AtomicU32,
    futures: AtomicU32,
    jobs: AtomicU32,
    objects: AtomicU32,
}

fn next(counter: &AtomicU32) -> u32 {
    counter.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

impl Ids {
    /// The next loop's.
    pub fn new_loop(&self) -> LoopId {
        LoopId(next(&self.loops))
    }

    /// The next handle's or timer's.
    pub fn handle(&self) -> HandleId {
        HandleId(next(&self.handles))
    }

    /// The next task's.
    pub fn task(&self) -> TaskId {
        TaskId(next(&self.tasks))
    }

    /// The next future's.
    pub fn future(&self) -> FutureId {
        FutureId(next(&self.futures))
    }

    /// The next executor job's.
    pub fn job(&self) -> JobId {
        JobId(next(&self.jobs))
    }

    /// The next server's, transport's or process's.
    pub fn object(&self) -> ObjectId {
        ObjectId(next(&self.objects))
    }
}
