//! What one run of a program shares: its clock, counters, records and rules. There is one run a
//! process, because there is one interpreter a process.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use loopscope_protocol::{ClockHow, Dialect, Event, LoopId, Ties};

use crate::core::{Clock, Ids, Trace};

/// The surroundings of a program.
#[derive(Debug)]
pub struct Run {
    /// The counters that number what the program makes.
    pub ids: Arc<Ids>,
    /// The only source of time.
    pub clock: Arc<Clock>,
    /// Where records go.
    pub trace: Arc<Trace>,
    /// Whose rules.
    pub dialect: Dialect,
    /// The order among tied timers.
    pub ties: Ties,
    /// The seed of everything that is random.
    pub seed: u64,
    /// Whether the program is ended where nothing can ever wake its loop.
    pub ends_deadlock: bool,
    /// Whether CPython's loop is one of completions.
    pub proactor: bool,
    /// The program's folder: places are shown relative to it.
    pub folder: PathBuf,
}

static RUN: OnceLock<Run> = OnceLock::new();

impl Run {
    /// Makes this the run of the process.
    ///
    /// # Panics
    ///
    /// If there is one already.
    pub fn install(self) -> &'static Self {
        assert!(RUN.set(self).is_ok(), "a process has one run");
        Self::current()
    }

    /// The run of the process.
    ///
    /// # Panics
    ///
    /// Before [`Run::install`].
    #[must_use]
    pub fn current() -> &'static Self {
        RUN.get().expect("the run is installed before the interpreter starts")
    }

    /// A real outside source appears that belongs to no loop.
    pub fn outside(&self, how: ClockHow) {
        if self.clock.go_real() {
            self.trace.emit(LoopId::NONE, Event::Clock { how });
        }
    }
}
