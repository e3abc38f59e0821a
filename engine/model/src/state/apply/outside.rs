//! What records about descriptors and signals change.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{Fd, HandleHow, HandleId, LoopId, OutsideEvent as Event, Text, WatchHow};

use crate::record::Record;
use crate::state::index::Outside;
use crate::state::{At, Descriptor, HandleState, SignalHandler, State, Watcher};

impl State {
    /// One of the descriptors that a poll has found has told of itself; one for both directions does
    /// so twice.
    fn take_descriptor(&mut self, fd: Fd, on: LoopId) {
        let Some(the_loop) = self.loops.get_mut(&on).filter(|it| it.at == At::Timers) else {
            return;
        };
        if let Some(sleep) = &mut the_loop.sleep
            && std::mem::replace(&mut sleep.last_taken, fd) != fd
        {
            sleep.taken += 1;
        }
    }

    /// Something has acted on a loop: where that is in its poll, it was outside and ends the poll.
    pub(super) fn disturb(&mut self, on: LoopId) {
        let is_polling = self.loops.get(&on).is_some_and(|the_loop| the_loop.at == At::Polling);
        if is_polling && let Some(sleep) = self.loops.get_mut(&on).and_then(|it| it.sleep.as_mut())
        {
            sleep.disturbed = true;
        }
    }

    pub(super) fn apply_outside(&mut self, record: &Record, event: Event, on: LoopId) {
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
                self.take_descriptor(fd, on);
                // The loop's own self-pipe, which is no watcher of the program's.
                self.adopt(handle, on, HandleHow::Reader);
                self.enqueue(handle, on);
            }
            Event::WatcherReady { fd, how, handle } => {
                self.take_descriptor(fd, on);
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
            Event::DescriptorPeer { fd, how, process, .. } => {
                let ends = record.texts.clone();
                let is_known = [Text::FIRST, Text::SECOND].map(|slot| !ends.get(slot).is_empty());
                if is_known.contains(&true) {
                    let how = Some(how);
                    let other = Descriptor { fd, how, ends, process, ..Descriptor::default() };
                    self.descriptors.insert(fd, other);
                } else {
                    self.descriptors.remove(&fd);
                }
            }
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
