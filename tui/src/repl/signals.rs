//! Signals in line mode: Ctrl-C is counted while a program runs; what asks us to leave puts the
//! terminal back first.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals as Iterated;

/// Receives signals.
#[derive(Debug)]
pub(super) struct Signals {
    count: Arc<AtomicUsize>,
    /// How many were looked at.
    seen: usize,
    /// How many were there when the present command began.
    before: usize,
}

impl Signals {
    /// `at_prompt` says whether the terminal is changed while a line is edited.
    pub(super) fn start(at_prompt: bool) -> io::Result<Self> {
        let count = Arc::new(AtomicUsize::new(0));
        let terminal: Option<Termios> = if at_prompt { tcgetattr(io::stdin()).ok() } else { None };
        let mut signals = Iterated::new([SIGINT, SIGTERM, SIGHUP])?;
        let counter = Arc::clone(&count);
        let listen = move || {
            for signal in &mut signals {
                if signal == SIGINT {
                    counter.fetch_add(1, Ordering::Release);
                    continue;
                }
                if let Some(terminal) = &terminal {
                    let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, terminal);
                }
                // The child dies with us; what was recorded is in the files but for the last moment.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(listen)?;
        Ok(Self { count, seen: 0, before: 0 })
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
}
