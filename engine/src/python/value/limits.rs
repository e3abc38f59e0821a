//! Python of the program's that runs on our behalf, when it does not expect it: while a record is
//! made. It may take only so long, nothing of it is recorded, and whatever it raises stays here.
//!
//! It is stopped as a signal stops a program, by somebody who looks at the time meanwhile. That
//! reaches only the thread in which Python takes signals, so on others none of the program's runs.

use std::cell::Cell;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Thread;
use std::time::Duration;

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::{AsObject, PyResult, VirtualMachine};

use crate::core::quietly;
use crate::process::is_copy;
use crate::run::Run;

/// How often it is looked whether something takes too long.
const LOOK: Duration = Duration::from_millis(40);

/// At how many looks what writes a value is stopped.
pub(super) const SHORT: u64 = 4;

/// The same of what somebody has asked for, and waits for.
pub(crate) const LONG: u64 = 50;

/// At how many looks what runs is stopped.
static PATIENCE: AtomicU64 = AtomicU64::new(SHORT);

static SENDER: OnceLock<UserSignalSender> = OnceLock::new();

/// How often something has begun and ended, together: it is odd while something runs.
static RUNS: AtomicU64 = AtomicU64::new(0);

static WATCHER: OnceLock<Option<Thread>> = OnceLock::new();

thread_local! {
    /// What runs on this thread was stopped.
    static STOPPED: Cell<bool> = const { Cell::new(false) };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread is the one that the interpreter stops.
    static IS_FIRST: Cell<bool> = const { Cell::new(false) };
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Troubled {
    /// Where it runs, nobody could stop it.
    NotHere,
    /// It raised that.
    Raised(String),
    /// It took too long.
    TooLong,
}

impl fmt::Display for Troubled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHere => f.write_str("is not asked in another thread"),
            Self::Raised(what) => write!(f, "raised {what}"),
            Self::TooLong => f.write_str("takes too long"),
        }
    }
}

/// The interpreter, whose first thread is this one, hears by `sender` that something is to be stopped.
pub(crate) fn stop_by(sender: UserSignalSender) {
    let _ = SENDER.set(sender);
    IS_FIRST.set(true);
}

/// Runs `work` within limits, up to that many looks.
pub(crate) fn within_limits<R>(
    vm: &VirtualMachine,
    patience: u64,
    work: impl FnOnce() -> PyResult<R>,
) -> Result<R, Troubled> {
    let raised = |error: &PyBaseExceptionRef| Troubled::Raised(super::of_exception(error, vm));
    // One inside of another is within the limits of that.
    if RUNNING.get() {
        return work()
            .map_err(|error| if STOPPED.get() { Troubled::TooLong } else { raised(&error) });
    }
    if !IS_FIRST.get() || is_copy() || !is_watched() {
        return Err(Troubled::NotHere);
    }
    let clock = &Run::current().clock;
    let before = clock.moment();
    RUNNING.set(true);
    STOPPED.set(false);
    PATIENCE.store(patience, Ordering::Relaxed);
    RUNS.fetch_add(1, Ordering::Release);
    let tracing = vm.use_tracing.replace(false);
    let result = quietly(work);
    vm.use_tracing.set(tracing);
    RUNS.fetch_add(1, Ordering::Release);
    RUNNING.set(false);
    clock.go_back_to(before);
    let was_stopped = STOPPED.replace(false);
    result.map_err(|error| {
        if was_stopped {
            return Troubled::TooLong;
        }
        // An interrupt was meant for the program.
        if error.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt) {
            super::interrupt_again();
        }
        raised(&error)
    })
}

/// Whether somebody looks at the time.
fn is_watched() -> bool {
    let begin = || {
        let watch = std::thread::Builder::new().name("patience".into()).spawn(watch);
        watch.ok().map(|handle| handle.thread().clone())
    };
    match WATCHER.get_or_init(begin) {
        Some(watcher) => {
            watcher.unpark();
            true
        }
        None => false,
    }
}

/// Looks now and then, as long as there is something to look at.
fn watch() {
    let mut before = RUNS.load(Ordering::Acquire);
    // How often it was looked since something has begun or ended.
    let mut looks = 0;
    loop {
        std::thread::park_timeout(LOOK);
        let now = RUNS.load(Ordering::Acquire);
        looks = if now == before { looks + 1 } else { 0 };
        before = now;
        let runs = now % 2 == 1;
        if runs && looks >= PATIENCE.load(Ordering::Relaxed) {
            stop(now);
        } else if !runs && looks > 2 {
            std::thread::park();
            looks = 0;
        }
    }
}

/// Has the interpreter raise an exception in what runs, if it is still this.
fn stop(run: u64) {
    let Some(sender) = SENDER.get() else { return };
    let _ = sender.send(Box::new(move |vm| {
        if !RUNNING.get() || RUNS.load(Ordering::Acquire) != run {
            return Ok(());
        }
        STOPPED.set(true);
        Err(vm.new_runtime_error("it takes too long"))
    }));
}
