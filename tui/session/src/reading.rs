//! What a session says of itself: what a view reads, and what a front end asks between two commands.

use std::path::Path;

use loopscope_model::history::RecordRef;
use loopscope_model::link::LinkStatus;
use loopscope_model::{History, Names, State};
use loopscope_protocol::{Kind, KindSet};

use super::breaks::Breaks;
use super::changes::Changes;
use super::command::Unit;
use super::run_state::RunState;
use super::settings::Settings;
use super::source::{self, Origin};
use super::{Completion, Session, UnderWay, complete};

impl Session {
    /// The whole history so far.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// What ids stand for.
    pub fn names(&self) -> &Names {
        self.history.names()
    }

    /// The state at the cursor.
    pub const fn state(&self) -> &State {
        self.cursor.state()
    }

    /// The record at the cursor: the one that led to [`Session::state`]. `None` at the start.
    pub fn record(&self) -> Option<RecordRef> {
        self.history.record(self.position())
    }

    /// Where the cursor is: how many records are applied. 0 is before the first record. On a
    /// stream without loss this is the number of the record at the cursor.
    pub const fn position(&self) -> usize {
        self.cursor.position()
    }

    /// The number of the record at the cursor; 0 at the start.
    pub const fn seq(&self) -> u64 {
        self.cursor.state().seq()
    }

    /// The position after the last record there is.
    pub fn live_edge(&self) -> usize {
        self.history.len()
    }

    /// Whether the cursor is at the live edge.
    pub fn is_live(&self) -> bool {
        self.position() == self.live_edge()
    }

    /// Whether a command is under way: call [`Session::tick`].
    pub fn is_running(&self) -> bool {
        !matches!(self.under_way, UnderWay::Nothing) || !self.queue.is_empty()
    }

    /// What the source is doing.
    pub const fn run_state(&self) -> &RunState {
        &self.run_state
    }

    /// Whether the program holds, and has not ended: it waits for us.
    pub fn is_held(&self) -> bool {
        self.run_state == RunState::Held && !self.program_ended()
    }

    /// Whether a program runs that was not ended: it may hang, although nothing waits for it.
    pub fn program_runs(&self) -> bool {
        let is_program = self.origin() == Origin::Program && !self.program_ended();
        is_program && matches!(self.run_state, RunState::Running { .. } | RunState::Pausing)
    }

    /// What kind of thing the records come from.
    pub fn origin(&self) -> Origin {
        self.source.origin()
    }

    /// Whether nothing more of the program will run.
    pub fn program_ended(&self) -> bool {
        self.source.is_ended() || self.history.live().exit().is_some()
    }

    /// A sentence about what is wrong with the source, if anything is.
    pub fn warning(&self) -> Option<String> {
        self.source.warning()
    }

    /// Whether records were lost or harmed on their way.
    pub fn is_harmed(&self) -> bool {
        let gaps = KindSet::NONE.with(Kind::Gap);
        self.source.warning().is_some()
            || self.history.count(self.live_edge(), gaps) > 0
            || self.history.has_garbage()
    }

    /// How the link to the source is, if that is a board that is attached, or was.
    pub fn link(&self) -> Option<LinkStatus> {
        let mut link = self.source.link()?;
        if self.run_state == RunState::Held {
            // The rate is counted while records come.
            link.rate = 0;
        }
        Some(link)
    }

    /// The sentence about how the source was lost, if it was: a board that is gone.
    pub fn lost(&self) -> Option<&str> {
        match &self.run_state {
            RunState::Lost(sentence) => Some(sentence),
            _ => None,
        }
    }

    /// Whether the records are a board's, live or recorded.
    pub fn is_board(&self) -> bool {
        self.source.is_of_board()
    }

    /// The records at which a step of that size ends; `None`: all. A board sends no `turn-begin`:
    /// there a turn begins when the loop wakes.
    pub(super) fn kinds_of(&self, unit: Unit) -> Option<KindSet> {
        match unit {
            Unit::Turn if self.is_board() => Some(KindSet::NONE.with(Kind::PollEnd)),
            unit => unit.kinds(),
        }
    }

    /// What to call the source: a file name.
    pub fn name(&self) -> String {
        self.source.name()
    }

    /// The folder of the program's files, if it is known.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// What changed from the last stop to this one.
    pub const fn changes(&self) -> &Changes {
        &self.changes
    }

    /// The breakpoints and watches.
    pub const fn breaks(&self) -> &Breaks {
        &self.breaks
    }

    /// Bookmarks: a name and a position, in order of position.
    pub fn bookmarks(&self) -> &[(String, usize)] {
        &self.bookmarks
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes settings without a command.
    pub const fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// The last answer or refusal, as one or more lines; empty if there was none.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line that is under way or was executed last: the user's, or one on its behalf.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Whether the next lines are the `commands` of a breakpoint, up to `end`.
    pub const fn is_collecting(&self) -> bool {
        self.collecting.is_some()
    }

    /// The next sentence about a file that could not be written, each once.
    pub fn trouble_with_files(&mut self) -> Option<String> {
        self.outlets.trouble()
    }

    /// A sentence about what has become wrong with the source while it was watched, once.
    pub fn new_warning(&mut self) -> Option<String> {
        if self.warned {
            return None;
        }
        let warning = self.source.warning();
        self.warned = warning.is_some();
        warning
    }

    /// What another thread can wait for, to know that the program has gone: once.
    pub fn end(&mut self) -> Option<source::End> {
        self.source.end()
    }

    /// Whether records go to files.
    pub const fn writes_files(&self) -> bool {
        !self.outlets.is_empty()
    }

    /// Whether a file of records could not be written to its end.
    pub const fn files_failed(&self) -> bool {
        self.outlets.failed()
    }

    /// The sentences about files that commands have written over, once.
    pub fn notices(&mut self) -> Vec<String> {
        self.outlets.files().notices()
    }

    /// How commands may name the tasks: numbers and names.
    pub fn task_names(&self) -> Vec<String> {
        let names = self.names();
        let of_task = |task: &loopscope_model::state::Task| {
            [task.id.0.to_string(), names.name(task.label).into_owned()]
        };
        self.state().tasks().flat_map(of_task).collect()
    }

    /// What could stand at the end of `line`.
    pub fn complete(&self, line: &str) -> Completion {
        complete(line, &self.task_names(), &self.bookmarks)
    }
}
