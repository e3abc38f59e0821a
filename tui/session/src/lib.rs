//! A session: one source, its history, a cursor in it, and every command of the REPL. The line
//! mode and the screen are two front ends of this.
//!
//! No terminal, no printing and no waiting here: a command that makes the program run only starts
//! the run, and the front end calls [`Session::tick`] until it is over.
//!
//! Going back moves only the cursor. Going on replays the history up to its end, the *live edge*,
//! and resumes the source from there.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "children and boards are waited for in real time")]

mod answer;
mod anywhere;
mod brake;
mod breaks;
mod changes;
mod command;
mod comparison;
mod complete;
mod execute;
mod export;
mod files;
mod goal;
mod help;
mod info;
mod labels;
mod link;
mod look;
mod parse;
mod place;
mod run;
mod settings;
pub mod source;
mod stop;
mod table;
#[cfg(test)]
mod tests;
mod tick;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use loopscope_model::{Cursor, Names, Record, State, Timeline};

pub use answer::{Answer, Outcome, Tick, Trouble};
pub use breaks::{Breakpoint, Breaks, Trigger};
pub use changes::{Changes, Mark};
pub use command::{Command, Events, Format, Target, TaskRef, Topic, Unit};
pub use comparison::Comparison;
pub use complete::{Completion, complete, wants_file};
pub use execute::LARGEST_SCRIPT;
pub use export::export;
pub use files::Unfinished;
pub use help::help;
pub use parse::{duration, parse};
pub use settings::{SETTINGS, Settings};
pub use table::{Group, ROWS, Row};

use goal::Goal;
use link::Link;
use loopscope_model::expr::Expr;
use loopscope_protocol::{Kind, KindSet};
use source::Source;
use source::outlets::Outlets;

/// One source with its history and a cursor.
#[derive(Debug)]
pub struct Session {
    source: Box<dyn Source>,
    timeline: Timeline,
    cursor: Cursor,
    /// All bytes that came, so that a recording can be asked for later.
    bytes: Vec<u8>,
    /// How many bytes of text came with the records.
    text: u64,
    outlets: Outlets,
    /// Where the program's files are, if that is known.
    folder: Option<PathBuf>,
    under_way: UnderWay,
    link: Link,
    changes: Changes,
    /// The state at the last stop.
    stopped: State,
    breaks: Breaks,
    displays: Vec<(u32, String, Expr)>,
    last_display: u32,
    bookmarks: Vec<(String, usize)>,
    settings: Settings,
    message: String,
    last_step: Option<Command>,
    /// The line under way.
    line: String,
    /// What `pause` interrupted.
    interrupted: Option<Goal>,
    /// Lines still to be executed on behalf of a command, with what to call their place.
    queue: VecDeque<(String, String)>,
    /// How many files were sourced since the user's last command.
    sourced: u32,
    /// The breakpoint whose commands are being written, and those so far.
    collecting: Option<(u32, Vec<String>)>,
}

/// What a command waits for.
#[derive(Debug, Default)]
enum UnderWay {
    /// Nothing.
    #[default]
    Nothing,
    /// A run comes to its goal.
    Run(Goal),
    /// A statement has run.
    Python(Option<Result<Answer, Trouble>>),
}

impl Session {
    /// A session on a source that holds before its first record, or on one that runs by itself. A
    /// recording is taken in at once.
    pub fn new(source: Box<dyn Source>) -> Self {
        let held = !source.runs_by_itself();
        let mut session = Self {
            source,
            timeline: Timeline::new(),
            cursor: Cursor::new(),
            bytes: Vec::new(),
            text: 0,
            outlets: Outlets::default(),
            folder: None,
            under_way: UnderWay::Nothing,
            link: Link::new(held),
            changes: Changes::default(),
            stopped: State::default(),
            breaks: Breaks::default(),
            displays: Vec::new(),
            last_display: 0,
            bookmarks: Vec::new(),
            settings: Settings::default(),
            message: String::new(),
            last_step: None,
            line: String::new(),
            interrupted: None,
            queue: VecDeque::new(),
            sourced: 0,
            collecting: None,
        };
        if session.is_recording() {
            session.take_all_in();
        }
        session
    }

    /// Says where the program's files are, so that `list` finds them.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Writes records to these files too, from the first one on.
    pub fn set_outlets(&mut self, outlets: Outlets) {
        self.outlets = outlets;
        let names = self.source.names();
        self.outlets.bytes(&self.bytes);
        for record in self.timeline.records() {
            self.outlets.record(record, names);
        }
    }

    // ---- what a view reads ------------------------------------------------------------------

    /// The whole history so far.
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What ids stand for.
    pub fn names(&self) -> &Names {
        self.source.names()
    }

    /// The state at the cursor.
    pub const fn state(&self) -> &State {
        self.cursor.state()
    }

    /// The record at the cursor: the one that led to [`Session::state`]. `None` at the start.
    pub fn record(&self) -> Option<&Record> {
        self.timeline.record(self.position())
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
    pub const fn live_edge(&self) -> usize {
        self.timeline.len()
    }

    /// Whether the cursor is at the live edge.
    pub const fn is_live(&self) -> bool {
        self.position() == self.live_edge()
    }

    /// Whether a command is under way: call [`Session::tick`].
    pub fn is_running(&self) -> bool {
        !matches!(self.under_way, UnderWay::Nothing) || !self.queue.is_empty()
    }

    /// Whether the source runs at this moment, so that records may come by themselves.
    pub const fn source_runs(&self) -> bool {
        !self.link.held
    }

    /// Whether nothing more of the program will run.
    pub fn program_ended(&self) -> bool {
        self.source.is_ended() || self.timeline.live().exit().is_some()
    }

    /// Whether this is a recording: nothing can be asked of a program.
    pub fn is_recording(&self) -> bool {
        self.source.is_recording()
    }

    /// Whether there is no program and no recording.
    pub fn is_empty_handed(&self) -> bool {
        self.source.is_nothing()
    }

    /// Whether nothing more will come from the source: its process is gone, or it was read.
    pub fn source_ended(&self) -> bool {
        self.source.is_ended()
    }

    /// A sentence about what is wrong with the source, if anything is.
    pub fn warning(&self) -> Option<String> {
        self.link.broken.clone().or_else(|| self.source.warning())
    }

    /// Whether records were lost or harmed on their way.
    pub fn is_harmed(&self) -> bool {
        let corrupt = |(_, anomaly): &(usize, loopscope_model::state::Anomaly)| {
            anomaly.kind == loopscope_model::state::AnomalyKind::Corrupt
        };
        self.source.warning().is_some()
            || self.timeline.live().counts().gaps > 0
            || self.timeline.anomalies(self.timeline.len()).iter().any(corrupt)
    }

    /// How the link to the source is, if that is a board.
    pub fn health(&self) -> Option<source::LinkHealth> {
        self.source.health()
    }

    /// The sentence about how the source was lost, if it was: a board that is gone.
    pub fn lost(&self) -> Option<String> {
        self.source.lost()
    }

    /// Whether the records are a board's, live or recorded.
    pub fn is_board(&self) -> bool {
        self.source.never_sends().has(Kind::TurnBegin)
    }

    /// Whether it waits for us: it was paused, and has not ended.
    pub fn is_held(&self) -> bool {
        self.link.held && !self.program_ended()
    }

    /// Whether the source runs on although the view stands: one that cannot be made to hold.
    pub fn runs_on(&self) -> bool {
        self.source_runs() && !self.is_running() && !self.program_ended()
    }

    /// The records at which a step of that size ends; `None`: all. A board sends no `turn-begin`:
    /// there a turn begins when the loop wakes.
    fn kinds_of(&self, unit: Unit) -> Option<KindSet> {
        match unit {
            Unit::Turn if self.is_board() => Some(KindSet::NONE.with(Kind::PollEnd)),
            unit => unit.kinds(),
        }
    }

    /// Whether the source can be made to hold.
    pub(crate) fn can_hold(&self) -> bool {
        self.source.capabilities().has(loopscope_protocol::Capability::Pause)
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

    /// A sentence about a file that could not be written, once.
    pub fn trouble_with_files(&mut self) -> Option<String> {
        self.outlets.trouble()
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

    // ---- ending -----------------------------------------------------------------------------

    /// Ends the program at once. Its history stays.
    pub fn kill(&mut self, why: loopscope_protocol::ExitHow) {
        self.source.kill(why);
    }
}
