//! Many descriptors at once: the system keeps the list of them and tells only of those that are ready.

pub(crate) use system::Many;

#[cfg(target_os = "linux")]
mod system {
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd, RawFd};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::buffer::spare_capacity;
    use rustix::event::{PollFlags, Timespec, epoll};

    use super::super::{Found, SelfPipe, WatchedFd};

    /// An epoll descriptor.
    #[derive(Clone, Debug)]
    pub(crate) struct Many(Arc<Kept>);

    #[derive(Debug)]
    struct Kept {
        list: OwnedFd,
        /// The self-pipe is on it.
        hears: AtomicBool,
    }

    /// By what the self-pipe is told from descriptors.
    const SELF_PIPE: u64 = u64::MAX;

    impl Many {
        /// `None` where the system has no more descriptors.
        pub(in super::super) fn new(
            all: impl IntoIterator<Item = (WatchedFd, PollFlags)>,
        ) -> Option<Self> {
            let list = epoll::create(epoll::CreateFlags::CLOEXEC).ok()?;
            let many = Self(Arc::new(Kept { list, hears: AtomicBool::new(false) }));
            for (fd, flags) in all {
                many.set(fd, flags);
            }
            Some(many)
        }

        /// From now on `fd` is watched for `flags`; for none: not at all. One that was closed is
        /// left out, as in a poll.
        pub(in super::super) fn set(&self, fd: WatchedFd, flags: PollFlags) {
            if flags.is_empty() {
                let _ = epoll::delete(&self.0.list, fd);
                return;
            }
            let data = epoll::EventData::new_u64(u64::try_from(fd.as_raw_fd()).unwrap_or_default());
            let flags = epoll::EventFlags::from_bits_truncate(u32::from(flags.bits()));
            // Another file may have its number by now, of which the system knows nothing yet.
            if epoll::modify(&self.0.list, fd, data, flags).is_err() {
                let _ = epoll::add(&self.0.list, fd, data, flags);
            }
        }

        /// Waits until any of the `count` is ready, or the self-pipe; those that are, in the order of
        /// their numbers.
        pub(in super::super) fn wait(
            &self,
            count: usize,
            pipe: Option<&SelfPipe>,
            timeout: Option<&Timespec>,
        ) -> io::Result<Found> {
            if let Some(pipe) = pipe
                && !self.0.hears.swap(true, Ordering::Relaxed)
            {
                let data = epoll::EventData::new_u64(SELF_PIPE);
                epoll::add(&self.0.list, &pipe.read, data, epoll::EventFlags::IN)?;
            }
            let mut events = Vec::with_capacity(count + 1);
            epoll::wait(&self.0.list, spare_capacity(&mut events), timeout)?;
            let mut found = Found::default();
            for event in &events {
                // Copied, because the system's struct is packed.
                let (data, flags) = (event.data, event.flags);
                if data.u64() == SELF_PIPE {
                    found.woken = true;
                } else if let (Ok(fd), Ok(bits)) =
                    (RawFd::try_from(data.u64()), u16::try_from(flags.bits() & 0xffff))
                {
                    found.ready.push((fd, PollFlags::from_bits_truncate(bits)));
                }
            }
            found.ready.sort_unstable_by_key(|(fd, _)| *fd);
            Ok(found)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::convert::Infallible;
    use std::io;

    use rustix::event::{PollFlags, Timespec};

    use super::super::{Found, SelfPipe, WatchedFd};

    /// Nothing: each poll names all descriptors.
    #[derive(Clone, Debug)]
    pub(crate) struct Many(Infallible);

    impl Many {
        pub(in super::super) fn new(
            _all: impl IntoIterator<Item = (WatchedFd, PollFlags)>,
        ) -> Option<Self> {
            None
        }

        pub(in super::super) fn set(&self, _fd: WatchedFd, _flags: PollFlags) {
            match self.0 {}
        }

        pub(in super::super) fn wait(
            &self,
            _count: usize,
            _pipe: Option<&SelfPipe>,
            _timeout: Option<&Timespec>,
        ) -> io::Result<Found> {
            match self.0 {}
        }
    }
}
