//! The counters that number loops, handles, tasks, futures, jobs and the like, from 1 within each
//! kind.

use std::sync::atomic::{AtomicU32, Ordering};

use loopscope_protocol::{FutureId, HandleId, JobId, LoopId, ObjectId, TaskId};

/// The counters of one run. An id is used again only after the other 4,294,967,294 of its kind.
#[derive(Debug, Default)]
pub struct Ids {
    loops: AtomicU32,
    handles: AtomicU32,
    tasks: AtomicU32,
    futures: AtomicU32,
    jobs: AtomicU32,
    queues: AtomicU32,
    servers: AtomicU32,
    transports: AtomicU32,
    processes: AtomicU32,
}

fn next(counter: &AtomicU32) -> u32 {
    match counter.fetch_add(1, Ordering::Relaxed).wrapping_add(1) {
        // 0 stands for none.
        0 => next(counter),
        id => id,
    }
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

    /// The next wait queue's.
    pub fn queue(&self) -> ObjectId {
        ObjectId(next(&self.queues))
    }

    /// The next server's.
    pub fn server(&self) -> ObjectId {
        ObjectId(next(&self.servers))
    }

    /// The next transport's.
    pub fn transport(&self) -> ObjectId {
        ObjectId(next(&self.transports))
    }

    /// The next child process's.
    pub fn process(&self) -> ObjectId {
        ObjectId(next(&self.processes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_is_the_one_that_stands_for_none() {
        let ids = Ids { handles: AtomicU32::new(u32::MAX - 1), ..Ids::default() };
        assert_eq!([ids.handle(), ids.handle()], [HandleId(u32::MAX), HandleId(1)]);
    }
}
