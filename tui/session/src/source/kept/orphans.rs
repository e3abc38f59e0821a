//! Processes of programs whose keeper was killed: the system makes them children of ours, and they
//! are ended here.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use nix::unistd::Pid;

/// The keepers that are at work. They are no orphans.
static KEEPERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// A keeper has started.
pub(super) fn not_one(keeper: Option<Pid>) {
    if let Some(keeper) = keeper {
        KEEPERS.lock().unwrap_or_else(PoisonError::into_inner).insert(keeper.as_raw());
    }
}

/// A keeper has ended.
pub(super) fn may_be_one(keeper: Option<Pid>) {
    if let Some(keeper) = keeper {
        KEEPERS.lock().unwrap_or_else(PoisonError::into_inner).remove(&keeper.as_raw());
    }
}

/// Ends all orphans, with everything below them.
#[cfg(target_os = "linux")]
pub(super) fn end() {
    use nix::sys::wait::waitpid;
    use nix::unistd::{getpid, getsid};

    /// An orphan's end may leave others, which are found in the next round.
    const ROUNDS: usize = 20;

    let own = getpid();
    let Ok(session) = getsid(None) else { return };
    for _ in 0..ROUNDS {
        let keepers = KEEPERS.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let orphans: Vec<_> = loopscope_engine::child::children(own)
            .into_iter()
            // Who is in our own session was started by us: a program's processes never are.
            .filter(|child| !keepers.contains(&child.as_raw()))
            .filter(|child| getsid(Some(*child)) != Ok(session))
            .collect();
        if orphans.is_empty() {
            return;
        }
        for orphan in orphans {
            loopscope_engine::child::end_tree(orphan);
            let _ = waitpid(orphan, None);
        }
    }
}

/// Here the system gives orphans to its first process.
#[cfg(not(target_os = "linux"))]
pub(super) fn end() {}
