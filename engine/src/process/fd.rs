//! The one place in the engine that turns a raw descriptor number into something that can be
//! polled, read and written.
#![allow(unsafe_code, reason = "a Python program names its descriptors by number")]

use std::os::fd::{BorrowedFd, RawFd};

use crate::core::WatchedFd;

/// The descriptor `fd`, for as long as its owner keeps it open; `None` if no descriptor can have
/// that number.
pub(crate) fn borrow(fd: RawFd) -> Option<WatchedFd> {
    if fd < 0 {
        return None;
    }
    // SAFETY: the only value that a `BorrowedFd` must not hold is -1, which was refused above.
    // Whether the number is open is for the operating system to say: every use ends in a system
    // call (poll, fstat, read, write, dup), which answers `EBADF` for a closed one, and no memory
    // is reached through a descriptor here. That the program may close it and get the same number
    // again for something else is its own doing, as it is with CPython's `add_reader(fd, ...)`.
    Some(unsafe { BorrowedFd::borrow_raw(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_numbers_are_no_descriptors() {
        assert!(borrow(-1).is_none());
        assert!(borrow(RawFd::MIN).is_none());
        assert!(borrow(0).is_some());
    }
}
