//! The events of the made-up board that are long to write.

use loopscope_protocol::wire::{Encoder, Item, VERSION};
use loopscope_protocol::{
    By, Capabilities, Dialect, Event, FutureId, HandleHow, HandleId, NameId, Place, Reply, RunHow,
    TaskId,
};

/// The loop runs, and says so.
pub(super) const RUN: Event = Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE };

/// Who the board is.
pub(super) fn hello(encoder: &mut Encoder) -> Vec<u8> {
    let hello = Reply::Hello {
        version: VERSION,
        capabilities: Capabilities::default(),
        ticks_per_second: 1_000_000,
        dialect: Dialect::Embassy,
        pid: 0,
    };
    encoder.item(&Item::Reply(hello)).to_vec()
}

/// A task, at the line that is its number.
pub(super) const fn new_task(task: u32, by: By) -> Event {
    Event::TaskNew {
        task: TaskId(task),
        name: NameId(1),
        place: Place { file: NameId(2), line: task },
        label: NameId::NONE,
        by,
    }
}

/// A step of a task is ready.
pub(super) const fn new_step(handle: u32, task: u32, by: By) -> Event {
    Event::HandleNew {
        handle: HandleId(handle),
        how: HandleHow::Step,
        name: NameId::NONE,
        place: Place::NONE,
        by,
        task: TaskId(task),
        future: FutureId::NONE,
    }
}

/// A task's timer.
pub(super) fn new_timer(handle: u32, task: u32, by: By) -> Event {
    Event::TimerNew {
        handle: HandleId(handle),
        when: f64::from(handle) / 1000.0,
        name: NameId::NONE,
        place: Place::NONE,
        by,
        future: FutureId::NONE,
        task: TaskId(task),
    }
}
