//! A machine that has started, and who answers its program's calls while no debugger looks at the
//! processor: a thread that does.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::dap::Ports;
use crate::processor::{Board, Core};
use crate::qemu::Machine;
use crate::server::{Over, Shared, lock};
use crate::{Error, Options};

/// How long to wait between two looks: after a call, since the next one may follow at once, and at
/// most.
const SHORT: Duration = Duration::from_micros(100);
const LONG: Duration = Duration::from_millis(2);

/// Starts a machine, with its ports in front of it.
pub(crate) fn started(options: &Options) -> Result<Shared<Machine>, Error> {
    let machine = Machine::start(options)?;
    let mut core = Core::new(machine, options.held).with_console(options.console.clone());
    if !options.held {
        core.start()?;
    }
    Ok(Arc::new(Mutex::new(Ports::new(core))))
}

/// The thread. Dropping it ends it.
pub(crate) struct Attendant {
    over: Over,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Attendant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attendant").finish_non_exhaustive()
    }
}

impl Attendant {
    /// One for a board whose program may say something, if it may.
    pub(crate) fn of<B: Board + Send + 'static>(
        options: &Options,
        board: &Shared<B>,
    ) -> Result<Option<Self>, Error> {
        if options.console.is_none() {
            return Ok(None);
        }
        let (over, board) = (Over::default(), Arc::clone(board));
        let told = over.clone();
        let attend = move || {
            let mut wait = SHORT;
            while !told.is_it() {
                // A board that is lost says so to its clients.
                let Ok(answered) = lock(&board).core.look() else { return };
                wait = if answered { SHORT } else { (wait * 2).min(LONG) };
                thread::sleep(wait);
            }
        };
        let thread = thread::Builder::new()
            .name("semihosting".into())
            .spawn(attend)
            .map_err(|why| Error::NoRoom { what: "a thread", why })?;
        Ok(Some(Self { over, thread: Some(thread) }))
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        self.over.tell();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
