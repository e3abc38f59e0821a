//! Operations that the kernel completes by itself, by `io_uring`: they are handed over
//! with their buffers, which stay here until the kernel is done with them.
#![cfg_attr(target_os = "linux", allow(unsafe_code, reason = "the kernel is handed memory"))]

use rustix::net::SocketAddrAny;

pub(crate) use system::Ring;

/// What the kernel is asked to do with a descriptor.
#[derive(Debug)]
pub(crate) enum Operation {
    /// Take what has come, up to this many bytes; from a socket with these flags.
    Receive { size: usize, flags: Option<i32> },
    /// Send all of this; to a socket with these flags.
    Send { data: Vec<u8>, flags: Option<i32> },
    /// Take the next connection of a listening socket.
    Accept,
    /// Connect to this address.
    Connect(Box<SocketAddrAny>),
    /// Nothing: it is complete once the descriptor can be read, or written.
    Ready { writes: bool },
}

/// What came of an operation.
#[derive(Debug)]
pub(crate) struct Completed {
    /// The number that it was given.
    pub(crate) token: u64,
    /// What the kernel says: a number of bytes, a descriptor; an error's number below zero.
    pub(crate) result: i32,
    /// What was received.
    pub(crate) data: Vec<u8>,
}

/// Why no operations can be handed over here; `None`: they can.
#[must_use]
pub fn no_ring() -> Option<String> {
    Ring::new().err().map(|error| format!("the system refuses it ({error})"))
}

#[cfg(target_os = "linux")]
mod system {
    use std::collections::BTreeMap;
    use std::fmt;
    use std::io;
    use std::os::fd::{AsRawFd, RawFd};

    use io_uring::types::Fd;
    use io_uring::{IoUring, Probe, opcode, squeue};
    use rustix::io::Errno;

    use super::super::is_copy;
    use super::{Completed, Operation};

    /// How many operations are handed over at once.
    const AT_ONCE: u32 = 64;

    /// What one operation takes or sends at most.
    const LARGEST: usize = 1 << 24;

    /// The number of what cancels; operations count from 1.
    const CANCELS: u64 = 0;

    /// All that is used here, with what the kernel calls it.
    const NEEDED: [u8; 8] = [
        opcode::Recv::CODE,
        opcode::Read::CODE,
        opcode::Send::CODE,
        opcode::Write::CODE,
        opcode::Accept::CODE,
        opcode::Connect::CODE,
        opcode::PollAdd::CODE,
        opcode::AsyncCancel::CODE,
    ];

    /// What the kernel works with until an operation is complete.
    #[derive(Debug)]
    struct Flying {
        fd: RawFd,
        what: Operation,
        /// Where received bytes go.
        room: Vec<u8>,
        /// How many bytes were sent.
        sent: usize,
    }

    /// A ring of operations.
    pub(crate) struct Ring {
        kernel: IoUring,
        flying: BTreeMap<u64, Flying>,
        done: Vec<Completed>,
        last: u64,
    }

    impl fmt::Debug for Ring {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Ring").field("flying", &self.flying.len()).finish_non_exhaustive()
        }
    }

    impl Ring {
        /// A new ring. The kernel may refuse it: it is too old, or a policy forbids `io_uring`.
        pub(crate) fn new() -> io::Result<Self> {
            let kernel = IoUring::new(AT_ONCE)?;
            let mut probe = Probe::new();
            kernel.submitter().register_probe(&mut probe)?;
            let knows_all = NEEDED.iter().all(|code| probe.is_supported(*code));
            // Without this a thread of the kernel's would sit and wait for each operation.
            if !knows_all || !kernel.params().is_feature_fast_poll() {
                return Err(io::ErrorKind::Unsupported.into());
            }
            Ok(Self { kernel, flying: BTreeMap::new(), done: Vec::new(), last: CANCELS })
        }

        /// What can be read once an operation is complete.
        pub(crate) fn fd(&self) -> RawFd {
            self.kernel.as_raw_fd()
        }

        /// Hands an operation over, and gives the number by which it comes back.
        pub(crate) fn begin(&mut self, fd: RawFd, what: Operation) -> io::Result<u64> {
            let room = match &what {
                Operation::Receive { size, .. } => vec![0; (*size).min(LARGEST)],
                _ => Vec::new(),
            };
            self.last += 1;
            self.flying.insert(self.last, Flying { fd, what, room, sent: 0 });
            let token = self.last;
            if let Err(error) = self.hand_over(token) {
                self.flying.remove(&token);
                return Err(error);
            }
            Ok(token)
        }

        fn hand_over(&mut self, token: u64) -> io::Result<()> {
            let Some(flying) = self.flying.get_mut(&token) else { return Ok(()) };
            let entry = flying.entry().user_data(token);
            self.push(&entry)
        }

        fn push(&mut self, entry: &squeue::Entry) -> io::Result<()> {
            if is_copy() {
                // The original's operations are not for a copy to meddle with.
                return Err(Errno::BADF.into());
            }
            // SAFETY: whatever memory an entry of ours points to belongs to a `Flying` or to no
            // one, and lies on the heap, where it stays while the `Flying` is moved. A `Flying` is
            // let go only when the kernel has told the end of its operation (`take`), or was never
            // told of it, or not at all (`drop`). Nobody here looks at `room` meanwhile.
            while unsafe { self.kernel.submission().push(entry) }.is_err() {
                self.submit()?;
            }
            self.submit()
        }

        fn submit(&mut self) -> io::Result<()> {
            loop {
                match self.kernel.submit() {
                    Ok(_) => return Ok(()),
                    // Too much has come back that nobody took.
                    Err(error) if error.raw_os_error() == Some(Errno::BUSY.raw_os_error()) => {
                        self.take();
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }

        /// Takes what has come back. Gives what became of the latest that was to cancel another.
        fn take(&mut self) -> Option<i32> {
            let mut cancelled = None;
            loop {
                let next = self.kernel.completion().next();
                let Some(entry) = next else { return cancelled };
                let (token, result) = (entry.user_data(), entry.result());
                if token == CANCELS {
                    cancelled = Some(result);
                    continue;
                }
                let Some(mut flying) = self.flying.remove(&token) else { continue };
                if flying.is_more_to_send(result) {
                    self.flying.insert(token, flying);
                    if self.hand_over(token).is_ok() {
                        continue;
                    }
                    let Some(back) = self.flying.remove(&token) else { continue };
                    flying = back;
                }
                self.done.push(flying.completed(token, result));
            }
        }

        /// What has been completed since it was last asked.
        pub(crate) fn harvest(&mut self) -> Vec<Completed> {
            if !is_copy() {
                self.take();
            }
            std::mem::take(&mut self.done)
        }

        /// Gives an operation up. It comes back all the same: with an error, or complete where it
        /// was too late. True: something is there to harvest.
        pub(crate) fn cancel(&mut self, token: u64) -> bool {
            if is_copy() || !self.flying.contains_key(&token) {
                return !self.done.is_empty();
            }
            let entry = opcode::AsyncCancel::new(token).build().user_data(CANCELS);
            if self.push(&entry).is_err() {
                return !self.done.is_empty();
            }
            // It is at its end as soon as its waiting is, unless the kernel is just about it.
            let already = -Errno::ALREADY.raw_os_error();
            while self.take() != Some(already)
                && self.flying.contains_key(&token)
                && self.kernel.submit_and_wait(1).is_ok()
            {}
            !self.done.is_empty()
        }
    }

    impl Flying {
        /// What the kernel is told. The pointers are those of `room` and `what`.
        fn entry(&mut self) -> squeue::Entry {
            let fd = Fd(self.fd);
            match &self.what {
                Operation::Receive { flags, .. } => {
                    let (start, size) = (self.room.as_mut_ptr(), length(self.room.len()));
                    match flags {
                        Some(flags) => opcode::Recv::new(fd, start, size).flags(*flags).build(),
                        None => opcode::Read::new(fd, start, size).offset(u64::MAX).build(),
                    }
                }
                Operation::Send { data, flags } => {
                    let left = data.get(self.sent..).unwrap_or_default();
                    let (start, size) = (left.as_ptr(), length(left.len().min(LARGEST)));
                    match flags {
                        Some(flags) => opcode::Send::new(fd, start, size).flags(*flags).build(),
                        None => opcode::Write::new(fd, start, size).offset(u64::MAX).build(),
                    }
                }
                Operation::Accept => {
                    opcode::Accept::new(fd, std::ptr::null_mut(), std::ptr::null_mut())
                        .flags(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK)
                        .build()
                }
                Operation::Connect(address) => {
                    opcode::Connect::new(fd, address.as_ptr().cast(), address.addr_len()).build()
                }
                Operation::Ready { writes } => {
                    let events = if *writes { libc::POLLOUT } else { libc::POLLIN };
                    opcode::PollAdd::new(fd, u32::try_from(events).unwrap_or_default()).build()
                }
            }
        }

        /// Counts what was sent, and says whether there is more.
        fn is_more_to_send(&mut self, result: i32) -> bool {
            let Operation::Send { data, .. } = &self.what else { return false };
            let Ok(sent @ 1..) = usize::try_from(result) else { return false };
            self.sent += sent;
            self.sent < data.len()
        }

        fn completed(self, token: u64, result: i32) -> Completed {
            let mut data = Vec::new();
            let mut result = result;
            match (&self.what, usize::try_from(result)) {
                (Operation::Receive { .. }, Ok(size)) => {
                    data = self.room;
                    data.truncate(size);
                }
                (Operation::Send { .. }, Ok(_)) => {
                    result = i32::try_from(self.sent).unwrap_or(i32::MAX);
                }
                _ => {}
            }
            Completed { token, result, data }
        }
    }

    fn length(size: usize) -> u32 {
        u32::try_from(size).unwrap_or(u32::MAX)
    }

    impl Drop for Ring {
        fn drop(&mut self) {
            let tokens: Vec<u64> = self.flying.keys().copied().collect();
            for token in tokens {
                self.cancel(token);
            }
            // What the kernel may still write to is never given back.
            std::mem::forget(std::mem::take(&mut self.flying));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::convert::Infallible;
    use std::io;
    use std::os::fd::RawFd;

    use super::{Completed, Operation};

    /// There is none.
    #[derive(Debug)]
    pub(crate) struct Ring(Infallible);

    impl Ring {
        pub(crate) fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) fn fd(&self) -> RawFd {
            match self.0 {}
        }

        pub(crate) fn begin(&mut self, _fd: RawFd, _what: Operation) -> io::Result<u64> {
            match self.0 {}
        }

        pub(crate) fn harvest(&mut self) -> Vec<Completed> {
            match self.0 {}
        }

        pub(crate) fn cancel(&mut self, _token: u64) -> bool {
            match self.0 {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
