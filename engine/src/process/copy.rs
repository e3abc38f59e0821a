//! A copy of the process, made by `fork`: it must not speak for the original.

use std::sync::atomic::{AtomicBool, Ordering};

static COPY: AtomicBool = AtomicBool::new(false);

/// Whether this process is a copy that the program made of itself. Nothing that happens here is
/// recorded, and nothing holds.
#[inline]
pub(crate) fn is_copy() -> bool {
    COPY.load(Ordering::Relaxed)
}

/// From now on it is.
pub(crate) fn now_a_copy() {
    COPY.store(true, Ordering::Relaxed);
}
