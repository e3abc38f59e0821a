//! What a thread writes while somebody listens to it.

use std::cell::RefCell;

use loopscope_protocol::Stream;

use super::current;

thread_local! {
    /// What this thread writes while somebody listens.
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// How many bytes are heard that are told nowhere else. What writes without end is recorded behind
/// them, so that somebody notices.
const MOST_HEARD: usize = 1 << 16;

/// What this thread writes while somebody listens is no output of the program's. False: nobody does,
/// or has heard enough.
pub(super) fn hear(text: &[u8]) -> bool {
    HEARD.with_borrow_mut(|heard| match heard {
        Some(heard) if heard.len() < MOST_HEARD => {
            heard.push_str(&String::from_utf8_lossy(text));
            true
        }
        _ => false,
    })
}

/// What is told nowhere else is heard by whoever listens, however much it is.
pub(super) fn add(text: &str) {
    HEARD.with_borrow_mut(|heard| {
        if let Some(heard) = heard {
            heard.push_str(text);
        }
    });
}

/// Does `work`, and gives what this thread writes meanwhile.
pub(crate) fn listen<R>(work: impl FnOnce() -> R) -> (R, String) {
    let before = HEARD.replace(Some(String::new()));
    let result = work();
    if let Some(output) = current() {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let _ = output.flush(stream);
        }
    }
    (result, HEARD.replace(before).unwrap_or_default())
}
