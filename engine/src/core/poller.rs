//! What the operating system says is ready: a level-triggered poll over watched descriptors, and
//! the self-pipe by which signals and other threads wake it.

mod many;

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use loopscope_protocol::WatchHow;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;

use many::Many;

/// Up to this many are named anew at each poll; more than that are handed to the system once, so that a turn
/// does not cost more the more there are.
const FEW: usize = 16;

/// A descriptor that its owner keeps open while it is watched. One that is closed all the same is
/// left out of the poll from then on, as epoll does.
pub type WatchedFd = BorrowedFd<'static>;

/// What is wanted of a descriptor, with what to hand back when it is so.
#[derive(Clone, Debug)]
pub struct Interest<J> {
    fd: WatchedFd,
    read: Option<J>,
    write: Option<J>,
}

impl<J> Interest<J> {
    const fn flags(&self) -> PollFlags {
        match (&self.read, &self.write) {
            (Some(_), Some(_)) => PollFlags::IN.union(PollFlags::OUT),
            (Some(_), None) => PollFlags::IN,
            (None, Some(_)) => PollFlags::OUT,
            (None, None) => PollFlags::empty(),
        }
    }
}

/// The watched descriptors of one loop.
#[derive(Debug)]
pub struct Poller<J> {
    watched: BTreeMap<RawFd, Interest<J>>,
    /// The system's own copy of them, once they are many.
    many: Option<Many>,
}

/// The self-pipe: bytes written by a signal handler or a thread wake the poll.
#[derive(Debug)]
pub(crate) struct SelfPipe {
    pub(crate) read: OwnedFd,
    pub(crate) write: OwnedFd,
}

impl SelfPipe {
    pub(crate) fn new() -> io::Result<Self> {
        use rustix::pipe::{PipeFlags, pipe_with};
        let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Self { read, write })
    }

    pub(crate) fn wake(&self) {
        // A full pipe wakes as well as another byte would.
        let _ = rustix::io::write(&self.write, &[0]);
    }

    /// Empties the pipe, and gives the numbers of the signals that wrote to it, in order.
    pub(crate) fn drain(&self) -> Vec<u8> {
        let mut signals = Vec::new();
        let mut bytes = [0; 256];
        while let Ok(n @ 1..) = rustix::io::read(&self.read, &mut bytes) {
            signals.extend(bytes[..n].iter().filter(|&&byte| byte != 0));
        }
        signals
    }
}

impl<J> Default for Poller<J> {
    fn default() -> Self {
        Self { watched: BTreeMap::new(), many: None }
    }
}

impl<J: Clone> Poller<J> {
    /// Whether nothing is watched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.watched.is_empty()
    }

    /// Watches `fd`, and gives back what was handed in for it before. Like epoll it refuses a
    /// closed descriptor (`EBADF`) and a regular file or directory (`EPERM`).
    pub fn add(&mut self, fd: WatchedFd, how: WatchHow, job: J) -> io::Result<Option<J>> {
        let raw = fd.as_raw_fd();
        if !self.watched.contains_key(&raw) {
            let kind = FileType::from_raw_mode(fstat(fd)?.st_mode);
            if matches!(kind, FileType::RegularFile | FileType::Directory) {
                return Err(Errno::PERM.into());
            }
        }
        let entry = self.watched.entry(raw).or_insert(Interest { fd, read: None, write: None });
        entry.fd = fd;
        let before = match how {
            WatchHow::Read => entry.read.replace(job),
            WatchHow::Write => entry.write.replace(job),
        };
        let flags = entry.flags();
        match &self.many {
            Some(many) => many.set(fd, flags),
            None if self.watched.len() > FEW => {
                self.many = Many::new(self.watched.values().map(|entry| (entry.fd, entry.flags())));
            }
            None => {}
        }
        Ok(before)
    }

    /// Watches `fd` no more, and gives back what was handed in for it.
    pub fn remove(&mut self, fd: RawFd, how: WatchHow) -> Option<J> {
        let entry = self.watched.get_mut(&fd)?;
        let job = match how {
            WatchHow::Read => entry.read.take(),
            WatchHow::Write => entry.write.take(),
        };
        if let Some(many) = &self.many {
            many.set(entry.fd, entry.flags());
        }
        if entry.read.is_none() && entry.write.is_none() {
            self.watched.remove(&fd);
        }
        job
    }

    /// What was handed in for `fd`.
    #[must_use]
    pub fn get(&self, fd: RawFd, how: WatchHow) -> Option<&J> {
        let entry = self.watched.get(&fd)?;
        match how {
            WatchHow::Read => entry.read.as_ref(),
            WatchHow::Write => entry.write.as_ref(),
        }
    }

    /// Everything that is watched.
    pub fn iter(&self) -> impl Iterator<Item = (RawFd, WatchHow, &J)> {
        self.watched.iter().flat_map(|(&fd, entry)| {
            let read = entry.read.iter().map(move |job| (fd, WatchHow::Read, job));
            read.chain(entry.write.iter().map(move |job| (fd, WatchHow::Write, job)))
        })
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.watched.clear();
        self.many = None;
    }

    /// The descriptors to poll now. Taken out so that no lock is held while the poll sleeps.
    pub(crate) fn set(&self) -> Set {
        match &self.many {
            Some(many) => Set::Many(many.clone(), self.watched.len()),
            None => {
                Set::Few(self.watched.values().map(|entry| (entry.fd, entry.flags())).collect())
            }
        }
    }

    /// The jobs of the descriptors that were found ready, reader before writer.
    pub(crate) fn ready(&mut self, found: &[(RawFd, PollFlags)]) -> Vec<(RawFd, WatchHow, J)> {
        let mut jobs = Vec::new();
        for &(fd, flags) in found {
            if flags.contains(PollFlags::NVAL) {
                self.watched.remove(&fd);
                continue;
            }
            let Some(entry) = self.watched.get(&fd) else { continue };
            // As in CPython's epoll selector: whatever is not "writable" counts as readable, and
            // whatever is not "readable" as writable, so hang-ups and errors reach both.
            if flags.intersects(!PollFlags::OUT)
                && let Some(job) = &entry.read
            {
                jobs.push((fd, WatchHow::Read, job.clone()));
            }
            if flags.intersects(!PollFlags::IN)
                && let Some(job) = &entry.write
            {
                jobs.push((fd, WatchHow::Write, job.clone()));
            }
        }
        jobs
    }
}

/// What to poll.
#[derive(Debug)]
pub(crate) enum Set {
    Few(Vec<(WatchedFd, PollFlags)>),
    /// All that were handed to the system, and how many they are.
    Many(Many, usize),
}

/// What a poll found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) woken: bool,
    pub(crate) ready: Vec<(RawFd, PollFlags)>,
}

/// Polls. `None` as timeout: for ever. `Err(INTR)` where a signal interrupted it.
pub(crate) fn wait(
    set: &Set,
    pipe: Option<&SelfPipe>,
    timeout: Option<Duration>,
) -> io::Result<Found> {
    let timeout = timeout.map(|length| Timespec {
        tv_sec: i64::try_from(length.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(length.subsec_nanos()),
    });
    let few = match set {
        Set::Few(few) => few,
        Set::Many(many, count) => return many.wait(*count, pipe, timeout.as_ref()),
    };
    let mut fds: Vec<PollFd<'_>> =
        few.iter().map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)).collect();
    if let Some(pipe) = pipe {
        fds.push(PollFd::new(&pipe.read, PollFlags::IN));
    }
    poll(&mut fds, timeout.as_ref())?;
    let any = |fd: &PollFd<'_>| (!fd.revents().is_empty()).then(|| fd.revents());
    let woken = fds.get(few.len()).and_then(any).is_some();
    let ready = few.iter().zip(&fds);
    let ready = ready.filter_map(|((fd, _), polled)| Some((fd.as_raw_fd(), any(polled)?)));
    Ok(Found { woken, ready: ready.collect() })
}
