//! What records about descriptors and signals change.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{Fd, HandleHow, HandleId, LoopId, OutsideEvent as Event, WatchHow};

use crate::state::index::Outside;
use crate::state::{HandleState, SignalHandler, State, Watcher};

impl State {
    pub(super) fn apply_outside(&mut self, event: Event, on: LoopId) {
        let loop_id = on;
        let known = true;
        match event {
            Event::WatcherAdd { fd, how, handle } => {
                let made_by = match how {
                    WatchHow::Read => HandleHow::Reader,
                    WatchHow::Write => HandleHow::Writer,
                };
                self.adopt(handle, on, made_by);
                let watcher = Watcher { loop_id, fd, how, handle, known };
                self.index.sure.insert(Outside::Watcher((on, fd, how)));
                if let Some(old) = self.watchers.insert((on, fd, how), watcher)
                    && old.handle != handle
                {
                    self.disown(old.handle);
                }
            }
            Event::WatcherRemove { fd, how } => {
                self.index.sure.remove(&Outside::Watcher((on, fd, how)));
                match self.watchers.remove(&(on, fd, how)) {
                    Some(old) => self.disown(old.handle),
                    None => {
                        self.unknown_id(|| {
                            format!("fd {} is not watched, so it cannot end.", fd.0)
                        });
                    }
                }
            }
            Event::WatcherReady { fd, handle, .. } if fd.0 < 0 => {
                // The loop's own self-pipe, which is no watcher of the program's.
                self.adopt(handle, on, HandleHow::Reader);
                self.enqueue(handle, on);
            }
            Event::WatcherReady { fd, how, handle } => {
                match self.watchers.get_mut(&(on, fd, how)) {
                    Some(watcher) => {
                        watcher.known = true;
                        self.index.sure.insert(Outside::Watcher((on, fd, how)));
                    }
                    None => self.unknown_id(|| format!("fd {} is ready, but not watched.", fd.0)),
                }
                self.enqueue(handle, on);
            }
            Event::SignalAdd { signal, handle } => {
                self.adopt(handle, on, HandleHow::Signal);
                let handler = SignalHandler { loop_id, signal, handle, known };
                self.index.sure.insert(Outside::Signal(signal));
                if let Some(old) = self.signals.insert(signal, handler)
                    && old.handle != handle
                {
                    self.disown(old.handle);
                }
            }
            Event::SignalRemove { signal } => match self.signals.remove(&signal) {
                Some(old) => self.disown(old.handle),
                None => self.unknown_id(|| format!("Signal {} has no handler.", signal.0)),
            },
            Event::SignalArrived { signal, handle } => {
                match self.signals.get_mut(&signal) {
                    Some(handler) => {
                        handler.known = true;
                        self.index.sure.insert(Outside::Signal(signal));
                    }
                    None => self.unknown_id(|| format!("Signal {} has no handler.", signal.0)),
                }
                self.enqueue(handle, on);
            }
            // What it completes is told by records of its own.
            Event::Completion { .. } => {}
        }
    }

    /// A closed loop reads its self-pipe no more.
    pub(super) fn drop_idle_handles(&mut self, on: LoopId) {
        while let Some(next) = self.index.owned.at_or_after(&(on, HandleId::NONE))
            && next.0 == on
        {
            self.index.owned.remove(&next);
            if self.handles.get(&next.1).is_some_and(|handle| handle.state == HandleState::Idle) {
                self.disown(next.1);
            }
        }
    }

    /// A closed loop watches nothing.
    pub(super) fn close_outside(&mut self, on: LoopId) {
        let mut owned = Vec::new();
        let first = (on, Fd(i32::MIN), WatchHow::Read);
        while let Some((id, watcher)) = self.watchers.range(first..).next()
            && id.0 == on
        {
            let id = *id;
            owned.push(watcher.handle);
            self.index.sure.remove(&Outside::Watcher(id));
            self.watchers.remove(&id);
        }
        self.signals.retain(|_, handler| {
            let stays = handler.loop_id != on;
            if !stays {
                owned.push(handler.handle);
            }
            stays
        });
        for handle in owned {
            self.disown(handle);
        }
    }
}
