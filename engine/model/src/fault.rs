//! A hidden switch for tests: one named place panics, so that a test can see what becomes of a
//! mistake in any of our threads. The binary arms it from the variable `LOOPSCOPE_FAULT`; where that
//! is not set, a place costs a look at an empty cell.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that names the place, as `records` or, for the third time it is passed, `records:3`.
pub const VARIABLE: &str = "LOOPSCOPE_FAULT";

static ARMED: OnceLock<(String, AtomicU32)> = OnceLock::new();

/// From now on the place that the text names panics when it is passed. Once for a process.
pub fn arm(text: &str) {
    let (name, pass) = text.split_once(':').unwrap_or((text, "1"));
    let pass = pass.parse().unwrap_or(1);
    let _ = ARMED.set((name.to_owned(), AtomicU32::new(pass)));
}

/// A place where a test may want a panic.
///
/// # Panics
///
/// Where a test wants it.
#[track_caller]
pub fn point(name: &str) {
    if let Some((armed, left)) = ARMED.get()
        && armed == name
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        panic!("a test wanted this");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_place_panics_and_only_once() {
        point("here");
        arm("here:2");
        point("there");
        point("here");
        assert!(std::panic::catch_unwind(|| point("here")).is_err());
        point("here");
    }
}
