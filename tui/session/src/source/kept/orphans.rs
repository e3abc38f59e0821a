//! Processes of programs whose keeper was killed: the system makes them children of ours, and they
//! are ended here.

use std::collections::BTreeSet;
use std::io;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::unistd::Pid;

/// The keepers that are at work. They are no orphans.
static KEEPERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

fn keepers() -> MutexGuard<'static, BTreeSet<i32>> {
    KEEPERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a keeper, which is no orphan from its first moment on: another thread that ends orphans
/// meanwhile waits until it is known.
pub(super) fn start_keeper(start: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
    let mut keepers = keepers();
    let keeper = start()?;
    keepers.extend(i32::try_from(keeper.id()));
    Ok(keeper)
}

/// A keeper has ended.
pub(super) fn may_be_one(keeper: Option<Pid>) {
    if let Some(keeper) = keeper {
        keepers().remove(&keeper.as_raw());
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
    // No keeper starts while children are told apart.
    let keepers = keepers();
    for _ in 0..ROUNDS {
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    /// A child in a session of its own, as a keeper is.
    fn sleeper() -> io::Result<Child> {
        let child = Command::new("setsid").args(["sleep", "60"]).spawn()?;
        let pid = i32::try_from(child.id()).map(Pid::from_raw).expect("a number");
        while nix::unistd::getsid(Some(pid)) == nix::unistd::getsid(None) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(child)
    }

    #[test]
    fn a_keeper_that_starts_while_orphans_are_ended_is_none() {
        let (started, is_started) = channel();
        let ends = std::thread::spawn(move || {
            is_started.recv().expect("it starts");
            end();
        });
        let mut keeper = start_keeper(|| {
            let child = sleeper();
            started.send(()).expect("it is waited for");
            // Time enough for the other thread to look.
            std::thread::sleep(Duration::from_millis(50));
            child
        })
        .expect("util-linux is there");
        ends.join().expect("it ends orphans");
        assert!(keeper.try_wait().expect("it is ours").is_none(), "it was taken for an orphan");
        let orphan = sleeper().expect("util-linux is there").id();
        end();
        may_be_one(i32::try_from(keeper.id()).ok().map(Pid::from_raw));
        let proc = std::path::PathBuf::from(format!("/proc/{orphan}"));
        assert!(!proc.exists(), "an orphan is ended");
        let _ = keeper.kill();
        let _ = keeper.wait();
    }
}
