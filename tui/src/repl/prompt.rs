//! The terminal at the prompt: the line editor changes it while a line is written, and signals and
//! panics may come at any moment of that.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use loopscope_model::fault;
use loopscope_session::source::End;

use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::Pid;
use parking_lot::Mutex;
use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, ExternalPrinter, RepeatCount};

use crate::print;
use crate::signals::{self, Front};

/// What the line editor switches on, and off again.
const PASTE_ON: &[u8] = b"\x1b[?2004h";
const PASTE_OFF: &[u8] = b"\x1b[?2004l\r\n";

/// How long to wait before the prompt is woken again: it may just have been about to read.
const AGAIN: Duration = Duration::from_millis(50);

/// The end of the program, as far as the prompt is concerned.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// Whether no more records will come.
    is_there: AtomicBool,
    /// Whether somebody reads a line, and knows nothing of that.
    reads: AtomicBool,
}

impl Ending {
    /// Waits for the end on a thread of its own, and wakes the prompt then.
    pub(super) fn watch(end: End, prompt: Prompt) -> Arc<Self> {
        let ending = Arc::new(Self::default());
        let shared = Arc::clone(&ending);
        let wait = move || {
            let _ = end.recv();
            fault::point("end");
            shared.is_there.store(true, Ordering::Release);
            while Arc::strong_count(&shared) > 1 {
                if shared.reads.load(Ordering::Acquire) {
                    prompt.wake();
                }
                std::thread::sleep(AGAIN);
            }
        };
        // Without it the end is told before the next answer.
        let _ = std::thread::Builder::new().name("end".into()).spawn(wait);
        ending
    }

    /// Whether the program has gone.
    pub(super) fn is_there(&self) -> bool {
        self.is_there.load(Ordering::Acquire)
    }

    /// Does `read`, which the end interrupts.
    pub(super) fn interrupts<R>(&self, read: impl FnOnce() -> R) -> R {
        self.reads.store(true, Ordering::Release);
        let line = read();
        self.reads.store(false, Ordering::Release);
        line
    }
}

/// The terminal at the prompt.
#[derive(Clone)]
pub(super) struct Prompt(Arc<Mutex<Inner>>);

struct Inner {
    /// As it was before a line editor changed it.
    before: Option<Termios>,
    /// As the editor had it when it was put back.
    edited: Option<Termios>,
    /// Draws the prompt once more.
    printer: Option<Box<dyn ExternalPrinter + Send>>,
}

impl Prompt {
    /// The terminal as it is now, before anybody edits a line.
    pub(super) fn new() -> Self {
        let before = tcgetattr(io::stdin()).ok();
        Self(Arc::new(Mutex::new(Inner { before, edited: None, printer: None })))
    }

    /// From now on this draws the prompt once more.
    pub(super) fn draw_by(&self, printer: impl ExternalPrinter + Send + 'static) {
        self.0.lock().printer = Some(Box::new(printer));
    }
}

impl Front for Prompt {
    fn give_back(&self) {
        let mut inner = self.0.lock();
        let Ok(now) = tcgetattr(io::stdin()) else { return };
        // Only an editor that waits for keys has switched this off.
        if now.local_flags.contains(LocalFlags::ICANON) {
            return;
        }
        if let Some(before) = &inner.before {
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, before);
        }
        print::orders(PASTE_OFF);
        inner.edited = Some(now);
    }

    fn take_again(&self) {
        let mut inner = self.0.lock();
        let Some(edited) = inner.edited.take() else { return };
        let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &edited);
        print::orders(PASTE_ON);
        if let Some(printer) = &mut inner.printer {
            let _ = printer.print(String::new());
        }
    }

    fn wake(&self) {
        // At the prompt the editor takes it as Ctrl-C and ends the line; elsewhere it is counted,
        // and whoever counts looks first at what else there is.
        let _ = kill(Pid::this(), Signal::SIGINT);
    }
}

/// Ctrl-Z at the prompt. The editor's own way would go on before we are stopped.
pub(super) struct Suspend;

impl ConditionalEventHandler for Suspend {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        signals::stop();
        // The thread that receives signals takes the terminal again and draws.
        Some(Cmd::Noop)
    }
}
