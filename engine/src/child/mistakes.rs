//! A mistake of our own in one of the child's threads: it is told, what was recorded goes out, and
//! the process ends. A thread that is silently gone would leave a program that cannot be stopped or
//! whose records are held back.

use std::io::Write as _;
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::process::is_copy;
use crate::python::ending;

/// The exit code, as the binary has it.
const PANIC: i32 = 101;

/// How long the farewell may take: it may find a lock that nobody will ever open.
const FAREWELL: Duration = Duration::from_secs(2);

static HAPPENED: AtomicBool = AtomicBool::new(false);

/// From now on a panic is told as this module says.
pub(super) fn watch() {
    panic::set_hook(Box::new(tell));
}

fn tell(info: &PanicHookInfo<'_>) {
    if HAPPENED.swap(true, Ordering::AcqRel) {
        return;
    }
    let current = std::thread::current();
    let name = current.name().unwrap_or("one without a name");
    let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
    let sentence = format!(
        "a mistake in Loopscope itself, in the engine's thread `{name}` at {}: {}; please report this",
        place.as_deref().unwrap_or("an unknown place"),
        info.payload_as_str().unwrap_or("no words"),
    );
    // Another thread: this one may hold a lock, which it gives back when it has unwound.
    let leave = move || {
        let (done, over) = channel();
        let farewell = move || {
            let _aside = super::aside();
            if is_copy() || !ending::tell_mistake(&sentence, PANIC) {
                let _ = writeln!(std::io::stderr(), "loopscope: {sentence}");
            }
            let _ = done.send(());
        };
        if std::thread::Builder::new().name("farewell".into()).spawn(farewell).is_ok() {
            let _ = over.recv_timeout(FAREWELL);
        }
        std::process::exit(PANIC);
    };
    if std::thread::Builder::new().name("leaving".into()).spawn(leave).is_err() {
        std::process::exit(PANIC);
    }
}

/// After a panic the process ends as that says, whatever else would end it now.
pub(super) fn wait_for_the_end() {
    while HAPPENED.load(Ordering::Acquire) {
        std::thread::park();
    }
}
