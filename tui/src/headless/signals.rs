//! Signals while a program runs without a screen. It shares our process group, so it gets what is
//! sent to the group by itself, by the terminal above all; what is sent to us alone is handed on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use loopscope_model::fault;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::Cause;

use super::ear::{Ear, SIGNALS};
use crate::signals::ignored;

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
        // What was ignored before we came, as by `nohup`, stays ignored, for the program as well.
        let ignored = ignored();
        let numbers = SIGNALS.map(|signal| signal as i32);
        let numbers = numbers.into_iter().filter(|number| ignored & 1 << (number - 1) == 0);
        let mut signals = SignalsInfo::<WithOrigin>::new(numbers)?;
        let child = Arc::new(AtomicI32::new(NOBODY));
        let to = Arc::clone(&child);
        let listen = move || {
            // Without it everything that some process sent counts as sent to us alone.
            let ear = Ear::start().ok();
            for origin in &mut signals {
                fault::point("signals");
                let number = origin.signal;
                let to_group = ear.as_ref().is_some_and(|ear| ear.group_got(number));
                let by_terminal = !matches!(origin.cause, Cause::Sent(_));
                if to_group || by_terminal {
                    continue;
                }
                let Ok(signal) = Signal::try_from(number) else { continue };
                match to.load(Ordering::Acquire) {
                    GONE => {}
                    // Before there is a child there is nothing that could be lost by leaving.
                    NOBODY => std::process::exit(128 + number),
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
