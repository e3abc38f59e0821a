//! Running the program once more from its start, as its file is now.

use loopscope_model::{Cursor, State};
use loopscope_protocol::ExitHow;
use web_time::Instant;

use super::answer::{Answer, Trouble};
use super::brake::Brake;
use super::changes::Changes;
use super::run_state::RunState;
use super::source::Origin;
use super::source::outlets::Outlets;
use super::values::Values;
use super::values_over_time::Shown;
use super::{Session, UnderWay};

impl Session {
    /// Ends the program and starts it anew. Breakpoints, displays and settings stay; the history is
    /// that of the new run.
    pub(super) fn restart(&mut self) -> Result<Answer, Trouble> {
        match self.origin() {
            Origin::Program => {}
            Origin::Board => {
                return Err(Trouble::new(
                    "A board is not restarted from here; reset it, and its new start is seen.",
                ));
            }
            Origin::Process => {
                return Err(Trouble::new(
                    "A process that ran already is not ours to start anew; `loopscope repl FILE` runs its program.",
                ));
            }
            Origin::Recording | Origin::Nothing => {
                return Err(Trouble::new(
                    "There is no program to restart; `loopscope repl FILE` runs one.",
                ));
            }
        }
        let again = self.source.again(None);
        let source = again.map_err(|error| Trouble::new(format!("{error}.")))?;
        self.source.kill(ExitHow::Killed);
        let recorded = !self.outlets.is_empty();
        self.end_files();
        self.outlets = Outlets::default();
        self.source = source;
        self.history = self.source.take_history();
        self.cursor = Cursor::new();
        self.run_state = RunState::Held;
        self.under_way = UnderWay::Nothing;
        self.last_record = Instant::now();
        self.text = 0;
        self.brake = Brake::default();
        self.changes = Changes::default();
        self.stopped = State::default();
        self.interrupted = None;
        self.bookmarks.clear();
        self.line_stop = None;
        self.lines_asked.clear();
        self.selected = None;
        self.breaks.forget();
        for display in &mut self.displays {
            if let Shown::Python { values, .. } = &mut display.shown {
                *values = Values::default();
            }
        }
        self.starts += 1;
        self.keep();
        let note = if recorded {
            "Restarted. What was recorded into files is the run before; `record FILE` records this one."
        } else {
            "Restarted."
        };
        Ok(self.stop("restart", note))
    }

    /// How often the program was started anew: another number is another history.
    pub const fn starts(&self) -> u32 {
        self.starts
    }
}
