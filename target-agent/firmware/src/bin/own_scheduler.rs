//! A scheduler that is not ours: two tasks that take turns, told to the agent call by call.
#![no_std]
#![no_main]

use loopscope_agent::protocol::{By, Dialect, HandleId, On, RunHow, TaskHow, TaskId};
use loopscope_agent::{Hold, Scheduler, emit, here, milliseconds, name, poll};
use loopscope_demos::{self as demos, entry};

/// A task: how often it runs, and how often it still will.
struct Task {
    id: TaskId,
    /// The handle by which it is queued.
    handle: HandleId,
    /// When it is due, in milliseconds.
    due: u32,
    every: u32,
    left: u32,
}

/// The handle that is used the next time: the other one of the pair.
fn next(handle: HandleId) -> HandleId {
    loopscope_agent::protocol::wire::short::other(handle)
}

struct Tasks<'a>(&'a [Task]);

impl Scheduler for Tasks<'_> {
    fn room(&self) -> Option<u32> {
        Some(40 + 60 * self.0.len() as u32)
    }

    fn snapshot(&self) {
        emit::loop_new();
        emit::loop_run(RunHow::Forever, TaskId::NONE);
        for task in self.0.iter().filter(|task| task.left > 0) {
            introduce(task);
            emit::timer_new(task.handle, task.due, By::Outside);
            emit::task_suspend(task.id, On::Timer(task.handle));
        }
    }
}

fn introduce(task: &Task) {
    let name = if task.id.0 == 1 { name!("fast") } else { name!("slow") };
    emit::task_new(task.id, name, here!(), By::Outside);
}

#[entry]
fn main() -> ! {
    demos::start(Dialect::Other);
    defmt::info!("two tasks take turns");
    let mut tasks = [
        Task { id: TaskId(1), handle: HandleId(1), due: 0, every: 100, left: u32::MAX },
        Task { id: TaskId(2), handle: HandleId(3), due: 50, every: 250, left: u32::MAX },
    ];
    emit::loop_new();
    for task in &tasks {
        introduce(task);
        emit::timer_new(task.handle, task.due, By::Outside);
    }
    emit::loop_run(RunHow::Forever, TaskId::NONE);
    loop {
        let now = milliseconds() as u32;
        let first = tasks.iter_mut().filter(|task| task.left > 0).min_by_key(|task| task.due);
        let Some(first) = first else { break };
        if first.due > now {
            let due = first.due;
            emit::poll_begin(Some(due - now));
            while (milliseconds() as u32) < due {
                let _ = poll(&Tasks(&tasks));
                demos::board::wait();
            }
            emit::poll_end();
            continue;
        }
        let (id, handle) = (first.id, first.handle);
        emit::timer_due(handle, first.due);
        while poll(&Tasks(&tasks)) == Hold::Yes {}
        emit::handle_run(handle);
        emit::task_step(id);
        if let Some(task) = tasks.iter_mut().find(|task| task.id == id) {
            defmt::debug!("task {} runs, {} ms late", id.0, now - task.due);
            task.left -= 1;
            if task.left > 0 {
                task.due += task.every;
                task.handle = next(handle);
                emit::timer_new(task.handle, task.due, By::Handle(handle));
                emit::task_suspend(id, On::Timer(task.handle));
            } else {
                emit::task_done(id, TaskHow::Result);
            }
        }
        emit::handle_done(handle);
    }
    emit::loop_stopped(RunHow::Forever);
    loop {
        let _ = poll(&Tasks(&tasks));
        demos::board::wait();
    }
}
