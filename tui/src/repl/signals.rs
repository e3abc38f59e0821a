//! What reaches line mode from outside its commands: Ctrl-C, which is counted while a program runs;
//! signals that ask it to leave; and the end of its time.
//!
//! Whatever waits for records notices all of these by itself. What waits for a line does not: it is
//! left after a moment, and then the terminal is put back first.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals as Iterated;

use crate::exit::{code, complain};

/// How long line mode may take to notice by itself that it is to leave.
const GRACE: Duration = Duration::from_secs(1);

/// Receives signals, and keeps the time.
#[derive(Debug)]
pub(super) struct Signals {
    count: Arc<AtomicUsize>,
    /// The signal that asks us to leave; 0: none.
    leave: Arc<AtomicI32>,
    /// How many interrupts were looked at.
    seen: usize,
    /// How many were there when the present command began.
    before: usize,
}

/// The terminal as it was before a line editor changed it.
#[derive(Clone)]
struct Before(Option<Termios>);

impl Before {
    fn put_back(&self) {
        if let Some(terminal) = &self.0 {
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, terminal);
        }
    }
}

impl Signals {
    /// `at_prompt` says whether the terminal is changed while a line is edited.
    pub(super) fn start(at_prompt: bool, deadline: Option<Instant>) -> io::Result<Self> {
        let terminal = Before(if at_prompt { tcgetattr(io::stdin()).ok() } else { None });
        let count = Arc::new(AtomicUsize::new(0));
        let leave = Arc::new(AtomicI32::new(0));
        let mut signals = Iterated::new([SIGINT, SIGTERM, SIGHUP])?;
        let (counter, number, before) = (Arc::clone(&count), Arc::clone(&leave), terminal.clone());
        let listen = move || {
            for signal in &mut signals {
                if signal == SIGINT {
                    counter.fetch_add(1, Ordering::Release);
                    continue;
                }
                number.store(signal, Ordering::Release);
                std::thread::sleep(GRACE);
                before.put_back();
                // The program dies with us.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(listen)?;
        if let Some(deadline) = deadline {
            let wait = move || {
                std::thread::sleep(deadline.saturating_duration_since(Instant::now()) + GRACE);
                terminal.put_back();
                std::process::exit(complain(
                    code::TIMEOUT,
                    "the time of --timeout was over while line mode waited for a command",
                ));
            };
            std::thread::Builder::new().name("deadline".into()).spawn(wait)?;
        }
        Ok(Self { count, leave, seen: 0, before: 0 })
    }

    /// A command begins: what came before does not concern it.
    pub(super) fn forget(&mut self) {
        self.seen = self.count.load(Ordering::Acquire);
        self.before = self.seen;
    }

    /// If Ctrl-C was pressed since the last look: how often since the command began.
    pub(super) fn interrupts(&mut self) -> Option<usize> {
        let now = self.count.load(Ordering::Acquire);
        let new = now > self.seen;
        self.seen = now;
        new.then_some(now - self.before)
    }

    /// The exit code with which a signal asks us to leave.
    pub(super) fn leaving(&self) -> Option<i32> {
        let signal = self.leave.load(Ordering::Acquire);
        (signal != 0).then_some(128 + signal)
    }
}
