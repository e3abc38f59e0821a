//! Signals while a program runs without a screen: all that come to us are the program's. It is in a
//! session of its own, so none reaches it in another way.
//!
//! What the terminal sends, by Ctrl-C above all, is for everything in the foreground; so it goes to
//! the program's whole process group. What another process sends to us goes to the program alone.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use loopscope_model::fault;
use loopscope_session::source::kept::Lifeline;
use nix::sys::signal::Signal;
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::Cause;

use crate::signals::{Front, goes_on, ignored, set_front};

/// All signals that this is about.
const SIGNALS: [Signal; 9] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGALRM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGWINCH,
    Signal::SIGCONT,
];

/// Who gets them.
#[derive(Debug)]
enum To {
    /// There is no program yet.
    Nobody,
    Program(Lifeline),
    /// There is none any more.
    Gone,
}

/// Receives our signals. From its start on none of them ends us.
#[derive(Debug)]
pub(super) struct Forward(Arc<Mutex<To>>);

impl Forward {
    pub(super) fn start() -> io::Result<Self> {
        // What was ignored before we came, as by `nohup`, stays ignored, for the program as well.
        let ignored = ignored();
        let numbers = SIGNALS.map(|signal| signal as i32);
        let numbers = numbers.into_iter().filter(|number| ignored & 1 << (number - 1) == 0);
        let mut signals = SignalsInfo::<WithOrigin>::new(numbers)?;
        let forward = Self(Arc::new(Mutex::new(To::Nobody)));
        let to = Arc::clone(&forward.0);
        set_front(Arc::new(Self(Arc::clone(&forward.0))));
        let listen = move || {
            for origin in &mut signals {
                fault::point("signals");
                if origin.signal == Signal::SIGCONT as i32 {
                    goes_on();
                }
                if let Ok(signal) = Signal::try_from(origin.signal) {
                    arrived(&lock(&to), signal, !matches!(origin.cause, Cause::Sent(_)));
                }
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(listen)?;
        Ok(forward)
    }

    /// From now on they are handed on to this program.
    pub(super) fn to(&self, line: Lifeline) {
        *lock(&self.0) = To::Program(line);
    }

    /// The program has ended.
    pub(super) fn stop(&self) {
        *lock(&self.0) = To::Gone;
    }
}

impl Front for Forward {
    fn give_back(&self) {}

    fn take_again(&self) {}

    /// The program stands still as we do.
    fn before_stop(&self) {
        if let To::Program(line) = &*lock(&self.0) {
            line.send(Signal::SIGTSTP, true);
        }
    }
}

fn arrived(to: &To, signal: Signal, by_terminal: bool) {
    match to {
        // Everything that a stop of the terminal's has stopped goes on.
        To::Program(line) => line.send(signal, by_terminal || signal == Signal::SIGCONT),
        // Before there is a program there is nothing that could be lost by leaving.
        To::Nobody if !matches!(signal, Signal::SIGWINCH | Signal::SIGCONT) => {
            std::process::exit(128 + signal as i32)
        }
        To::Nobody | To::Gone => {}
    }
}

fn lock(to: &Mutex<To>) -> MutexGuard<'_, To> {
    to.lock().unwrap_or_else(PoisonError::into_inner)
}
