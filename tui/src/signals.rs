//! Signals: one thread receives those that ask this process to leave or to go on, and another one
//! those that ask it to stop, whatever front end it has. What a stop and an end mean for the terminal
//! is the front end's to say, and a panic asks it the same way (see `panics.rs`).
//!
//! What the terminal and others send while a program runs without a screen is handed on to it; that
//! is [`crate::headless`]'s.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use loopscope_model::fault;
use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal, kill, raise};
use nix::unistd::{Pid, getpgrp, getsid};
use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
};
use signal_hook::iterator::Signals as Received;

/// How long a front end may take to notice that it is to leave, before it is left without it.
const NOTICE: Duration = Duration::from_secs(1);

/// How long it may take to leave then: a program has to be ended, and files brought to their end.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long after a stop it may take to be seen that it is over.
const BACK: Duration = Duration::from_millis(300);

/// A front end, as far as signals and panics are concerned. It is asked from other threads, at any
/// moment.
pub(crate) trait Front: Send + Sync + 'static {
    /// Puts the terminal back as it was; where it is so, nothing.
    fn give_back(&self);

    /// Makes ready for a stop.
    fn before_stop(&self) {
        self.give_back();
    }

    /// Goes on after a stop: takes the terminal again, if it was given back or changed.
    fn take_again(&self);

    /// Wakes whoever waits for input, so that it looks at what signals want.
    fn wake(&self) {}
}

/// A front end that leaves the terminal alone.
pub(crate) struct Plain;

impl Front for Plain {
    fn give_back(&self) {}

    fn take_again(&self) {}
}

/// What an interrupt asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// To leave, as the other signals do.
    Leaves,
    /// Something that the front end decides: it is counted.
    IsCounted,
}

/// The front end of this process.
static FRONT: OnceLock<Arc<dyn Front>> = OnceLock::new();

/// How many times this process was told to go on after a stop.
static GONE_ON: AtomicUsize = AtomicUsize::new(0);

/// From now on this is the front end that stops and panics ask.
pub(crate) fn set_front(front: Arc<dyn Front>) {
    let _ = FRONT.set(front);
}

/// This process was told to go on.
pub(crate) fn goes_on() {
    GONE_ON.fetch_add(1, Ordering::Release);
}

#[derive(Debug, Default)]
struct Calls {
    /// The signal that asks to leave; 0: none.
    leave: AtomicI32,
    /// Whether somebody has seen that.
    noticed: AtomicBool,
    interrupts: AtomicUsize,
    continued: AtomicBool,
}

/// What signals have asked for.
#[derive(Clone)]
pub(crate) struct Signals {
    calls: Arc<Calls>,
    front: Arc<dyn Front>,
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals").field("calls", &self.calls).finish_non_exhaustive()
    }
}

impl Signals {
    /// Receives signals from now on, to the end of the process.
    pub(crate) fn start(front: impl Front, interrupt: Interrupt) -> io::Result<Self> {
        let front: Arc<dyn Front> = Arc::new(front);
        set_front(Arc::clone(&front));
        // What was ignored before we came, as by `nohup`, stays ignored.
        let ignored = ignored();
        let wanted = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCONT, SIGALRM, SIGUSR1, SIGUSR2];
        let wanted = wanted.into_iter().filter(|number| ignored & 1 << (number - 1) == 0);
        let mut received = Received::new(wanted)?;
        let signals = Self { calls: Arc::default(), front };
        let shared = signals.clone();
        let listen = move || {
            for number in received.forever() {
                fault::point("signals");
                match number {
                    SIGCONT => {
                        goes_on();
                        shared.front.take_again();
                        shared.calls.continued.store(true, Ordering::Release);
                    }
                    SIGINT if interrupt == Interrupt::IsCounted => {
                        shared.calls.interrupts.fetch_add(1, Ordering::Release);
                    }
                    number => shared.call_away(number),
                }
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(listen)?;
        Ok(signals)
    }

    /// Asks the front end to leave, and leaves without it if it does not.
    fn call_away(&self, number: i32) {
        self.calls.leave.store(number, Ordering::Release);
        self.front.wake();
        std::thread::sleep(NOTICE);
        if self.calls.noticed.load(Ordering::Acquire) {
            std::thread::sleep(FAREWELL);
        }
        self.front.give_back();
        std::process::exit(128 + number);
    }

    /// The exit code with which a signal asks us to leave, if one does.
    pub(crate) fn leaving(&self) -> Option<i32> {
        let number =
            Some(self.calls.leave.load(Ordering::Acquire)).filter(|number| *number != 0)?;
        self.calls.noticed.store(true, Ordering::Release);
        Some(128 + number)
    }

    /// How many interrupts came, where they are counted.
    pub(crate) fn interrupts(&self) -> usize {
        self.calls.interrupts.load(Ordering::Acquire)
    }

    /// Whether the process has gone on after a stop since this was last asked.
    pub(crate) fn has_continued(&self) -> bool {
        self.calls.continued.swap(false, Ordering::AcqRel)
    }

    /// Wakes the front end, to look at something else than a signal.
    pub(crate) fn wake(&self) {
        self.front.wake();
    }
}

/// Puts the terminal back, whichever front end has it, and wakes that.
pub(crate) fn give_back() {
    if let Some(front) = FRONT.get() {
        front.give_back();
    }
}

/// Wakes the front end.
pub(crate) fn wake() {
    if let Some(front) = FRONT.get() {
        front.wake();
    }
}

/// Receives stops from now on, for whatever front end there will be. To be called while there is one
/// thread: any that does not leave them to ours would be stopped with the terminal as it is.
pub fn receive_stops() {
    let stops = stops();
    if ignored() & 1 << (SIGTSTP - 1) != 0 || stops.thread_block().is_err() {
        return;
    }
    let listen = move || {
        loop {
            match stops.wait() {
                Ok(_) => {
                    fault::point("stops");
                    stop();
                }
                Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    };
    if std::thread::Builder::new().name("stops".into()).spawn(listen).is_err() {
        let _ = stops.thread_unblock();
    }
}

fn stops() -> SigSet {
    SigSet::from(Signal::SIGTSTP)
}

/// Gives the terminal back and stops this process, as Ctrl-Z does, until it is told to go on. False:
/// there is no shell that could tell it so.
pub(crate) fn stop() -> bool {
    // The leader of a session has nobody behind it; the system would ignore such a stop as well.
    if getsid(None) == Ok(getpgrp()) {
        return false;
    }
    let before = GONE_ON.load(Ordering::Acquire);
    if let Some(front) = FRONT.get() {
        front.before_stop();
    }
    // The signal itself, with what it does to whoever has no use for it: a shell tells it from others.
    let stopped = stops().thread_unblock().and_then(|()| raise(Signal::SIGTSTP));
    let _ = stops().thread_block();
    if FRONT.get().is_some() {
        let since = Instant::now();
        while GONE_ON.load(Ordering::Acquire) == before && since.elapsed() < BACK {
            std::thread::sleep(Duration::from_millis(5));
        }
        if GONE_ON.load(Ordering::Acquire) == before {
            // The system ignores a stop as well where no shell has us as a job: so it is over.
            let _ = kill(Pid::this(), Signal::SIGCONT);
        }
    }
    stopped.is_ok()
}

/// The signals that this process ignores, as bits, where the operating system tells.
pub(crate) fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored_in(&status).unwrap_or(0)
}

fn ignored_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_bits_from_one() {
        let status = "Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t00\n";
        assert_eq!(ignored_in(status), Some(1 | 1 << 12));
        assert_eq!(ignored_in("Name:\tx\n"), None);
    }
}
