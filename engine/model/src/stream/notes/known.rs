//! What is known of loops, tasks, lines and readers, for what short forms leave out.

use loopscope_protocol::{
    ChainId, Event, FutureId, HandleHow, HandleId, LoopId, NameId, On, Place, TaskId, WatchHow,
};

use super::Notes;

/// What is known of a loop, for what short forms leave out.
#[derive(Clone, Debug, Default)]
pub(super) struct Loop {
    /// The handles that run, the innermost last.
    pub(super) running: Vec<(HandleId, TaskId)>,
    pub(super) turn: u32,
}

/// What is known of a task.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stepped {
    pub(super) name: NameId,
    /// Where its coroutine is defined.
    pub(super) place: Place,
    /// The line at which its next step goes on.
    pub(super) goes_on: ChainId,
    /// Where it gave the others a turn the last time.
    pub(super) stand: i64,
    /// The handle that is to step it.
    pub(super) handle: HandleId,
    /// The future that it waits for.
    pub(super) waits: FutureId,
}

/// Where a suspended coroutine stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    /// The program's innermost line.
    pub(super) place: Place,
    /// All frames.
    pub(super) chain: ChainId,
    /// Those from that line inwards.
    pub(super) goes_on: ChainId,
    /// What a future is called that is made and awaited there.
    pub(super) future: NameId,
}

/// That a line has handed a callback to the loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) how: HandleHow,
    pub(super) name: NameId,
    pub(super) place: Place,
    pub(super) line: ChainId,
}

impl Notes {
    /// The line at which a task goes on.
    pub(super) fn next_line(&self, task: TaskId) -> ChainId {
        self.tasks.get(&task).map_or(ChainId::NONE, |known| known.goes_on)
    }

    /// Notes what later short forms leave out.
    pub(super) fn follow(&mut self, loop_id: LoopId, event: &Event) {
        match *event {
            Event::TaskNew { task, name, place, .. } => {
                let goes_on = self.starts.get(&(name, place)).copied().unwrap_or_default();
                let known = Stepped { name, place, goes_on, ..Stepped::default() };
                self.tasks.insert(task, known);
            }
            Event::TaskSuspend { task, on, chain, .. } => {
                if let Some(known) = self.tasks.get_mut(&task) {
                    known.waits = if let On::Future(future) = on { future } else { FutureId::NONE };
                    if let Some(goes_on) = self.goes_on.get(&chain) {
                        known.goes_on = *goes_on;
                    }
                }
            }
            Event::WatcherAdd { fd, how: WatchHow::Read, handle } => {
                self.readers.insert((loop_id, fd), handle);
            }
            Event::WatcherRemove { fd, how: WatchHow::Read } => {
                self.readers.remove(&(loop_id, fd));
            }
            Event::HandleNew { handle, task, .. } => {
                if let Some(known) = self.tasks.get_mut(&task) {
                    known.handle = handle;
                }
            }
            Event::TaskDone { task, .. } => drop(self.tasks.remove(&task)),
            Event::SnapshotBegin {} => {
                self.tasks.clear();
                self.readers.clear();
            }
            _ => {}
        }
    }
}
