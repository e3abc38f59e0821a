//! Places where a test may want a panic.

use std::sync::OnceLock;

/// Panics where a test wants it; nothing unless the binary says what does.
static POINT: OnceLock<fn(&str)> = OnceLock::new();

/// Names what is called at each place where a test may want a panic.
pub fn set_fault(point: fn(&str)) {
    let _ = POINT.set(point);
}

/// A place where a test may want a panic.
pub(crate) fn fault(name: &str) {
    if let Some(point) = POINT.get() {
        point(name);
    }
}
