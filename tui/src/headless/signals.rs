//! Signals while a program runs without a screen. It shares our process group, so it gets what the
//! terminal sends by itself; what somebody sends to us alone is handed on to it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::{Cause, Origin};

/// No process to hand signals on to.
const NOBODY: i32 = 0;
/// There is none any more.
const GONE: i32 = -1;

/// Receives our signals. From its start on none of them ends us.
#[derive(Debug)]
pub(super) struct Forward {
    child: Arc<AtomicI32>,
}

impl Forward {
    pub(super) fn start() -> io::Result<Self> {
        let mut signals = SignalsInfo::<WithOrigin>::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP])?;
        let child = Arc::new(AtomicI32::new(NOBODY));
        let to = Arc::clone(&child);
        let listen = move || {
            for origin in &mut signals {
                if !is_for_us_alone(&origin) {
                    continue;
                }
                let Ok(signal) = Signal::try_from(origin.signal) else { continue };
                match to.load(Ordering::Acquire) {
                    GONE => {}
                    // Before there is a child there is nothing that could be lost by leaving.
                    NOBODY => std::process::exit(128 + origin.signal),
                    pid => drop(kill(Pid::from_raw(pid), signal)),
                }
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(listen)?;
        Ok(Self { child })
    }

    /// From now on they are handed on to this process.
    pub(super) fn to(&self, pid: u32) {
        self.child.store(i32::try_from(pid).unwrap_or(GONE), Ordering::Release);
    }

    /// The process has ended, and its number may soon be another's.
    pub(super) fn stop(&self) {
        self.child.store(GONE, Ordering::Release);
    }
}

/// The terminal sends to the whole group, as the kernel; a person or a program sends to one.
fn is_for_us_alone(origin: &Origin) -> bool {
    origin.signal != SIGQUIT && matches!(origin.cause, Cause::Sent(_))
}
