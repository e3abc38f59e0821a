//! What becomes of a mistake in our own code, in whichever thread: the terminal is put back, the
//! mistake is told in a sentence, what was recorded is brought to its files, and we leave with
//! [`code::PANIC`].

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write as _;
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::exit::{code, complain};
use crate::{print, signals};

/// How long the other threads may take to leave in order.
const FAREWELL: Duration = Duration::from_secs(4);

static HAPPENED: AtomicBool = AtomicBool::new(false);

/// From now on a panic is told as this module says.
pub(crate) fn install() {
    panic::set_hook(Box::new(tell));
}

/// Whether a thread has panicked: whoever can leaves in order.
pub(crate) fn happened() -> bool {
    HAPPENED.load(Ordering::Acquire)
}

fn tell(info: &PanicHookInfo<'_>) {
    // First the terminal: what follows is to be read on it.
    signals::give_back();
    let current = thread::current();
    let name = current.name().unwrap_or("one without a name");
    let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
    let said = info.payload_as_str().unwrap_or("no words");
    complain(
        code::PANIC,
        &format!(
            "a mistake in Loopscope itself, in its thread `{name}` at {}: {said}; what was recorded is kept, please report this",
            place.as_deref().unwrap_or("an unknown place")
        ),
    );
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        let _ = writeln!(print::err(), "{trace}");
    }
    if !HAPPENED.swap(true, Ordering::AcqRel) {
        // Whoever hangs, or waits for the thread that is gone, is not waited for.
        let leave = || {
            thread::sleep(FAREWELL);
            std::process::exit(code::PANIC);
        };
        if thread::Builder::new().name("farewell".into()).spawn(leave).is_err() {
            std::process::exit(code::PANIC);
        }
    }
    signals::wake();
}
