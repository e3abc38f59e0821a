//! What there was where a digest of a part of the history begins. It is asked when somebody wants to
//! know: with 100,000 tasks, a copy of all of it would keep a key waiting.

use std::cell::OnceCell;

use loopscope_model::state::Handle;
use loopscope_model::{IdMap, State};
use loopscope_protocol::{FutureId, HandleId, NameId, TaskId};

use super::Called;

/// What there was at a position.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    state: State,
    /// Which timer completes a future, once that was asked.
    timers: OnceCell<IdMap<FutureId, HandleId>>,
}

impl Before {
    pub(super) fn new(state: State) -> Self {
        Self { state, timers: OnceCell::new() }
    }

    /// What a handle is called by.
    pub(super) fn handle(&self, id: HandleId) -> Option<Called> {
        let Handle { name, task, future, .. } = *self.state.handle(id)?;
        Some(Called { name, task, future })
    }

    /// The coroutine of a task.
    pub(super) fn coroutine(&self, id: TaskId) -> Option<NameId> {
        self.state.task(id).map(|task| task.name)
    }

    /// The timer that completes a future.
    pub(super) fn timer(&self, id: FutureId) -> Option<HandleId> {
        let timers = self.timers.get_or_init(|| {
            let timers = self.state.handles().filter(|handle| handle.when.is_some());
            timers.map(|handle| (handle.future, handle.id)).collect()
        });
        timers.get(&id).copied()
    }
}
