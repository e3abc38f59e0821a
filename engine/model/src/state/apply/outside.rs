//! What connects a loop to the outside: descriptors, signals, executors, sockets, processes.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{Fd, HandleHow, HandleId, LoopId, OutsideEvent as Event, WatchHow};

use crate::record::Record;
use crate::state::index::Outside;
use crate::state::{HandleState, Job, Process, Server, SignalHandler, State, Transport, Watcher};

impl State {
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
            Event::ExecutorSubmit { job: id, name, by } => {
                self.index.sure.insert(Outside::Job(id));
                self.jobs.insert(id, Job { id, loop_id, name, by, known });
            }
            Event::ExecutorDone { job } => {
                self.index.sure.remove(&Outside::Job(job));
                let known = self.jobs.remove(&job).is_some();
                self.end_of(known, || format!("Job {} ended, but was never given.", job.0));
            }
            Event::ServerNew { id, .. } => {
                let address = record.texts.clone();
                self.index.sure.insert(Outside::Server(id));
                self.servers.insert(id, Server { id, loop_id, address, known });
            }
            Event::ServerClose { id } => {
                self.index.sure.remove(&Outside::Server(id));
                let known = self.servers.remove(&id).is_some();
                self.end_of(known, || format!("Server {} closed, but was never made.", id.0));
            }
            Event::TransportNew { id, fd, .. } => {
                let address = record.texts.clone();
                self.index.sure.insert(Outside::Transport(id));
                self.transports.insert(id, Transport { id, loop_id, fd, address, known });
            }
            Event::TransportClose { id } => {
                self.index.sure.remove(&Outside::Transport(id));
                let known = self.transports.remove(&id).is_some();
                self.end_of(known, || format!("Transport {} closed, but was never made.", id.0));
            }
            Event::ProcessNew { id, pid } => {
                self.index.sure.insert(Outside::Process(id));
                self.processes.insert(id, Process { id, loop_id, pid, known });
            }
            Event::ProcessExit { id, .. } => {
                self.index.sure.remove(&Outside::Process(id));
                let known = self.processes.remove(&id).is_some();
                self.end_of(known, || format!("Process {} ended, but was never made.", id.0));
            }
        }
    }

    /// Something came to its end; `known` says that its beginning was seen.
    fn end_of(&mut self, known: bool, text: impl FnOnce() -> String) {
        if !known {
            self.unknown_id(text);
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
