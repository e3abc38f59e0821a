//! Many descriptors at once: the system keeps the list of them and tells only of those that are ready.

pub(crate) use system::Many;

#[cfg(target_os = "linux")]
mod system {
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd, RawFd};
    use std::sync::Arc;

    use rustix::buffer::spare_capacity;
    use rustix::event::{PollFd, PollFlags, Timespec, epoll};

    use super::super::WatchedFd;

    /// An epoll descriptor.
    #[derive(Clone, Debug)]
    pub(crate) struct Many(Arc<OwnedFd>);

    impl Many {
        /// `None` where the system has no more descriptors.
        pub(in super::super) fn new(
            all: impl IntoIterator<Item = (WatchedFd, PollFlags)>,
        ) -> Option<Self> {
            let many = Self(Arc::new(epoll::create(epoll::CreateFlags::CLOEXEC).ok()?));
            for (fd, flags) in all {
                many.set(fd, flags);
            }
            Some(many)
        }

        /// From now on `fd` is watched for `flags`; for none: not at all. One that was closed is
        /// left out, as in a poll.
        pub(in super::super) fn set(&self, fd: WatchedFd, flags: PollFlags) {
            if flags.is_empty() {
                let _ = epoll::delete(&*self.0, fd);
                return;
            }
            let data = epoll::EventData::new_u64(u64::try_from(fd.as_raw_fd()).unwrap_or_default());
            let flags = epoll::EventFlags::from_bits_truncate(u32::from(flags.bits()));
            // Another file may have its number by now, of which the system knows nothing yet.
            if epoll::modify(&*self.0, fd, data, flags).is_err() {
                let _ = epoll::add(&*self.0, fd, data, flags);
            }
        }

        /// The whole of it as one thing to poll: ready where any of them is.
        pub(in super::super) fn as_one(&self) -> PollFd<'_> {
            PollFd::new(&*self.0, PollFlags::IN)
        }

        /// Those of `count` that are ready now, in the order of their numbers.
        pub(in super::super) fn ready(&self, count: usize) -> io::Result<Vec<(RawFd, PollFlags)>> {
            let mut events = Vec::with_capacity(count.max(1));
            let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
            epoll::wait(&*self.0, spare_capacity(&mut events), Some(&at_once))?;
            let each = events.iter().filter_map(|event| {
                // Copied, because the system's struct is packed.
                let (data, flags) = (event.data, event.flags);
                let fd = RawFd::try_from(data.u64()).ok()?;
                let bits = u16::try_from(flags.bits() & 0xffff).ok()?;
                Some((fd, PollFlags::from_bits_truncate(bits)))
            });
            let mut ready: Vec<_> = each.collect();
            ready.sort_unstable_by_key(|(fd, _)| *fd);
            Ok(ready)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::convert::Infallible;
    use std::io;
    use std::os::fd::RawFd;

    use rustix::event::{PollFd, PollFlags};

    use super::super::WatchedFd;

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

        pub(in super::super) fn as_one(&self) -> PollFd<'_> {
            match self.0 {}
        }

        pub(in super::super) fn ready(&self, _count: usize) -> io::Result<Vec<(RawFd, PollFlags)>> {
            match self.0 {}
        }
    }
}
