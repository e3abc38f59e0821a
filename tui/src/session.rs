//! A session: one source, its history, a cursor in it, and every command of the REPL. The line
//! mode and the screen are two front ends of this.
//!
//! No terminal, no printing and no waiting here: a command that makes the program run only starts
//! the run, and the front end calls [`Session::tick`] until it is over.
//!
//! Going back moves only the cursor. Going on replays the history up to its end, the *live edge*,
//! and resumes the source from there.

mod answer;
mod breaks;
mod changes;
mod command;

use std::time::Duration;

use loopscope_model::{Names, Record, State, Timeline};

pub use answer::{Answer, Outcome, Tick, Trouble};
pub use breaks::{Breakpoint, Breaks, Trigger};
pub use changes::{Changes, Mark};
pub use command::Command;

use crate::source::Source;

/// One source with its history and a cursor.
#[derive(Debug)]
pub struct Session;

impl Session {
    /// A session on a source. The cursor is before the first record; a recording that is complete
    /// already is taken in at once.
    pub fn new(source: Box<dyn Source>) -> Self;

    // ---- what a view reads ------------------------------------------------------------------

    /// The whole history so far.
    pub fn timeline(&self) -> &Timeline;
    /// What ids stand for.
    pub fn names(&self) -> &Names;
    /// The state at the cursor.
    pub fn state(&self) -> &State;
    /// The record at the cursor: the one that led to [`Session::state`]. `None` at the start.
    pub fn record(&self) -> Option<&Record>;
    /// Where the cursor is: how many records are applied. 0 is before the first record. On a
    /// stream without loss this is the `seq` of the record at the cursor.
    pub fn position(&self) -> u64;
    /// The number of the record at the cursor; 0 at the start.
    pub fn seq(&self) -> u64;
    /// The position after the last record there is.
    pub fn live_edge(&self) -> u64;
    /// Whether the cursor is at the live edge.
    pub fn is_live(&self) -> bool;
    /// Whether a command is under way: call [`Session::tick`].
    pub fn is_running(&self) -> bool;
    /// Whether nothing more will come from the source.
    pub fn program_ended(&self) -> bool;
    /// Whether this is a recording: nothing runs, nothing can be asked of a program.
    pub fn is_recording(&self) -> bool;
    /// What to call the source: a file name.
    pub fn name(&self) -> String;
    /// What changed from the last stop to this one.
    pub fn changes(&self) -> &Changes;
    /// The sentence about what just happened, at the cursor.
    pub fn happened(&self) -> String;
    /// The sentence about what happens next, at the cursor.
    pub fn next(&self) -> String;
    /// The breakpoints and watches.
    pub fn breaks(&self) -> &Breaks;
    /// Bookmarks: a name and a position, in order of position.
    pub fn bookmarks(&self) -> &[(String, u64)];
    /// What `display` shows at each stop: the expression and its present value.
    pub fn displays(&self) -> Vec<(String, String)>;
    /// The last answer or refusal, as one or more lines; empty if there was none.
    pub fn message(&self) -> &str;

    // ---- what a front end does --------------------------------------------------------------

    /// Does what a line says. See [`Session::execute`].
    pub fn execute_line(&mut self, line: &str) -> Outcome;
    /// Does a command, or starts it: with [`Outcome::Started`] call [`Session::tick`] until it
    /// gives the answer.
    pub fn execute(&mut self, command: &Command) -> Outcome;
    /// Takes in what arrived, waiting at most `timeout`, and tells whether the command under way is
    /// over. Also to be called now and then while none is, for a source that sends by itself.
    pub fn tick(&mut self, timeout: Duration) -> Tick;
    /// Ends the command under way as soon as may be: the source is asked to pause.
    pub fn pause(&mut self);
    /// Raises `KeyboardInterrupt` in the program, which must be running.
    pub fn interrupt(&mut self);
    /// Moves the cursor within the history, for scrubbing with the mouse. Never runs the source.
    pub fn seek(&mut self, position: u64);
    /// What could stand at the end of `line`: the column where it starts, and the candidates.
    pub fn complete(&self, line: &str) -> (usize, Vec<String>);
}
