//! What the operating system says is ready: a level-triggered poll over watched descriptors, and
//! the self-pipe by which signals and other threads wake it.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use loopscope_protocol::WatchHow;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;

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

/// The watched descriptors of one loop.
#[derive(Debug)]
pub struct Poller<J> {
    watched: BTreeMap<RawFd, Interest<J>>,
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
        Self { watched: BTreeMap::new() }
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
        Ok(match how {
            WatchHow::Read => entry.read.replace(job),
            WatchHow::Write => entry.write.replace(job),
        })
    }

    /// Watches `fd` no more, and gives back what was handed in for it.
    pub fn remove(&mut self, fd: RawFd, how: WatchHow) -> Option<J> {
        let entry = self.watched.get_mut(&fd)?;
        let job = match how {
            WatchHow::Read => entry.read.take(),
            WatchHow::Write => entry.write.take(),
        };
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
    }

    /// The descriptors to poll now. Taken out so that no lock is held while the poll sleeps.
    pub(crate) fn set(&self) -> Vec<(WatchedFd, PollFlags)> {
        let flags = |entry: &Interest<J>| {
            let mut flags = PollFlags::empty();
            if entry.read.is_some() {
                flags |= PollFlags::IN;
            }
            if entry.write.is_some() {
                flags |= PollFlags::OUT;
            }
            flags
        };
        self.watched.values().map(|entry| (entry.fd, flags(entry))).collect()
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

/// What a poll found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) woken: bool,
    pub(crate) ready: Vec<(RawFd, PollFlags)>,
}

/// Polls. `None` as timeout: for ever. `Err(INTR)` where a signal interrupted it.
pub(crate) fn wait(
    set: &[(WatchedFd, PollFlags)],
    pipe: Option<&SelfPipe>,
    timeout: Option<Duration>,
) -> io::Result<Found> {
    let mut fds: Vec<PollFd<'_>> =
        set.iter().map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)).collect();
    if let Some(pipe) = pipe {
        fds.push(PollFd::new(&pipe.read, PollFlags::IN));
    }
    let timeout = timeout.map(|length| Timespec {
        tv_sec: i64::try_from(length.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(length.subsec_nanos()),
    });
    poll(&mut fds, timeout.as_ref())?;
    let mut found = Found::default();
    for (at, fd) in fds.iter().enumerate() {
        let flags = fd.revents();
        if flags.is_empty() {
            continue;
        }
        match set.get(at) {
            Some((watched, _)) => found.ready.push((watched.as_raw_fd(), flags)),
            None => found.woken = true,
        }
    }
    Ok(found)
}
