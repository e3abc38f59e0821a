//! Descriptors of our own in the program's process: out of its way, and none of its business.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, poll};

use super::fd::borrow;

/// Ours lie above this, so that what the program opens gets the numbers it would get anywhere.
const ABOVE: RawFd = 100;
/// Where fewer are allowed than that.
const LOW: RawFd = 10;

/// The descriptors that we keep open.
static OURS: Mutex<Vec<RawFd>> = Mutex::new(Vec::new());

/// A copy of `fd` out of the program's way.
pub(crate) fn high(fd: RawFd) -> io::Result<File> {
    let fd = borrow(fd).ok_or(io::ErrorKind::InvalidInput)?;
    // Where fewer descriptors are allowed than that, somewhere lower will do.
    let copy = rustix::io::fcntl_dupfd_cloexec(fd, ABOVE)
        .or_else(|_| rustix::io::fcntl_dupfd_cloexec(fd, LOW))?;
    OURS.lock().push(copy.as_raw_fd());
    Ok(File::from(copy))
}

/// Whether a descriptor is one that we keep open.
pub(crate) fn is_ours(fd: RawFd) -> bool {
    // Nothing below them is, so most are known without a look at the list.
    fd >= LOW && OURS.lock().contains(&fd)
}

/// Those parts of the range of descriptors `from..to` that are not ours.
pub(crate) fn without_ours(from: RawFd, to: RawFd) -> Vec<(RawFd, RawFd)> {
    let mut ours = OURS.lock().clone();
    ours.sort_unstable();
    gaps(from, to, &ours)
}

fn gaps(from: RawFd, to: RawFd, ours: &[RawFd]) -> Vec<(RawFd, RawFd)> {
    let mut parts = Vec::new();
    let mut from = from;
    for &fd in ours.iter().filter(|&&fd| fd < to) {
        if fd > from {
            parts.push((from, fd));
        }
        from = from.max(fd + 1);
    }
    if from < to {
        parts.push((from, to));
    }
    parts
}

/// Writes everything, also where the descriptor does not block.
pub(crate) fn write_all(fd: impl AsFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(&fd, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&fd, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_closed_around_ours() {
        assert_eq!(gaps(3, 100, &[]), [(3, 100)]);
        assert_eq!(gaps(3, 100, &[3, 4, 50, 99, 200]), [(5, 50), (51, 99)]);
        assert_eq!(gaps(51, 60, &[3, 50]), [(51, 60)]);
        assert!(gaps(9, 3, &[5]).is_empty());
    }
}
