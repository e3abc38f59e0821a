//! What a loop's poll waits for beside time: the self-pipe that wakes it, descriptors and signals.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use loopscope_protocol::{ClockHow, Event, Fd, HandleHow, HandleId, Signal, WatchHow};

use super::super::job::Job;
use super::super::poller::{SelfPipe, WatchedFd};
use super::super::trace::{HandleInfo, Trace};
use super::LoopCore;

impl<J: Job> LoopCore<J> {
    // ---- waking ------------------------------------------------------------------------------

    /// Wakes the poll, from any thread.
    pub fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
        let asleep = self.asleep.swap(0, Ordering::SeqCst);
        if asleep != 0 {
            self.clock.wake(asleep);
        }
        if let Some(pipe) = &*self.pipe.read() {
            pipe.wake();
        }
    }

    pub(in super::super) fn self_pipe(&self) -> Option<Arc<SelfPipe>> {
        if let Some(pipe) = &*self.pipe.read() {
            return Some(Arc::clone(pipe));
        }
        if self.is_closed() {
            return None;
        }
        let mut pipe = self.pipe.write();
        if pipe.is_none() {
            *pipe = SelfPipe::new().ok().map(Arc::new);
        }
        pipe.clone()
    }

    /// The end of the self-pipe that a signal handler writes signal numbers to.
    pub fn wakeup_fd(&self) -> Option<RawFd> {
        self.self_pipe().map(|pipe| pipe.write.as_raw_fd())
    }

    /// What the self-pipe's reader does: empties it, and says which signals wrote to it.
    pub fn read_self_pipe(&self) -> Vec<u8> {
        self.pipe.read().as_ref().map(|pipe| pipe.drain()).unwrap_or_default()
    }

    // ---- outside sources ---------------------------------------------------------------------

    /// A real outside source appears.
    pub fn outside(&self, how: ClockHow) {
        if self.clock.go_real() {
            self.trace.emit(self.id, Event::Clock { how });
        }
    }

    /// Watches a descriptor. Gives back the job that watched it for the same before.
    pub fn watch(
        &self,
        fd: WatchedFd,
        how: WatchHow,
        job: J,
        info: impl FnOnce(&Trace) -> HandleInfo,
    ) -> io::Result<Option<J>> {
        let raw = fd.as_raw_fd();
        let handle = job.id();
        let before = self.poller.lock().add(fd, how, job)?;
        if before.is_none() {
            self.watched.fetch_add(1, Ordering::Relaxed);
        }
        self.outside(ClockHow::Watcher);
        if self.trace.is_on() {
            if before.is_some() {
                self.trace.emit(self.id, Event::WatcherRemove { fd: Fd(raw), how });
            }
            self.records().descriptor(fd);
            let made = match how {
                WatchHow::Read => HandleHow::Reader,
                WatchHow::Write => HandleHow::Writer,
            };
            self.announce(handle, made, info);
            self.trace.emit(self.id, Event::WatcherAdd { fd: Fd(raw), how, handle });
        }
        Ok(before)
    }

    /// Watches a descriptor no more. Gives back the job that watched it.
    pub fn unwatch(&self, fd: RawFd, how: WatchHow) -> Option<J> {
        let job = self.poller.lock().remove(fd, how)?;
        self.watched.fetch_sub(1, Ordering::Relaxed);
        self.trace.emit(self.id, Event::WatcherRemove { fd: Fd(fd), how });
        Some(job)
    }

    /// The job that watches a descriptor.
    pub fn watcher(&self, fd: RawFd, how: WatchHow) -> Option<J> {
        self.poller.lock().get(fd, how).cloned()
    }

    /// A signal has a handler now. `new` says that it had none before.
    pub fn signal_added(
        &self,
        signal: u8,
        handle: HandleId,
        new: bool,
        info: impl FnOnce(&Trace) -> HandleInfo,
    ) {
        if new {
            self.watched.fetch_add(1, Ordering::Relaxed);
        }
        self.outside(ClockHow::Signal);
        if self.trace.is_on() {
            self.announce(handle, HandleHow::Signal, info);
            self.trace.emit(self.id, Event::SignalAdd { signal: Signal(signal), handle });
        }
    }

    /// A signal has no handler any more.
    pub fn signal_removed(&self, signal: u8) {
        self.watched.fetch_sub(1, Ordering::Relaxed);
        self.trace.emit(self.id, Event::SignalRemove { signal: Signal(signal) });
    }

    /// A signal arrived: its handle goes to the end of the ready queue.
    pub fn signal_arrived(&self, signal: u8, job: J) {
        let handle = job.id();
        self.enqueue(job);
        self.trace.emit(self.id, Event::SignalArrived { signal: Signal(signal), handle });
        self.wake();
    }
}
