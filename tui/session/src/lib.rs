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
mod brake;
mod breaks;
mod changes;
mod command;
mod comparison;
mod complete;
mod control;
mod diffing;
mod execute;
mod export;
mod files;
mod goal;
mod goto;
mod help;
mod info;
mod labels;
mod line_stop;
mod log_line;
mod logpoint;
mod long_walk;
mod look;
mod looking;
mod parse;
mod passed;
mod picture;
mod place;
mod program_text;
mod progress;
mod reading;
mod recording;
mod restart;
mod run;
mod run_state;
mod saved;
mod settings;
pub mod source;
mod stop;
mod table;
#[cfg(test)]
mod tests;
mod tick;
mod values;
mod values_over_time;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use loopscope_model::control::OwnedRequest;
use loopscope_model::history::Keep;
use loopscope_model::{Cursor, History, State};
use loopscope_protocol::{Kind, KindSet};
use web_time::Instant;

pub use answer::{Answer, Outcome, Tick, Trouble};
pub use breaks::{Breakpoint, Breaks, Trigger};
pub use changes::{Changes, Mark};
pub use command::{Command, Events, Format, FrameMove, Target, TaskRef, ToWrite, Topic, Unit};
pub use comparison::Comparison;
pub use complete::{Completion, complete, wants_file};
pub use execute::LARGEST_SCRIPT;
pub use export::{export, write_export};
pub use files::Unfinished;
pub use help::help;
pub use parse::{duration, parse};
pub use picture::picture_to;
pub use program_text::program_text;
pub use progress::{GoOn, Progress};
pub use run_state::RunState;
pub use settings::{SETTINGS, Settings};
pub use table::{Group, ROWS, Row};
pub use values::Values;

use brake::Brake;
use goal::Goal;
use line_stop::LineStop;
use long_walk::LongWalk;
use looking::{Look, Selected};
use run::Run;
use run_state::Change;
use source::outlets::Outlets;
use source::{Origin, Source, SourceError};
use values_over_time::Display;

/// How long the end of a source that was ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How much of a board's history is kept at least: it may be watched for days.
const BOARD_KEEP: Keep = Keep::Bytes(512 << 20);

/// How long a recording is folded before anything of it is shown.
const FIRST_FOLD: Duration = Duration::from_millis(300);

/// One source with its history and a cursor.
#[derive(Debug)]
pub struct Session {
    source: Source,
    run_state: RunState,
    brake: Brake,
    /// When the last record came.
    last_record: Instant,
    history: History,
    cursor: Cursor,
    /// How many bytes of text came with the records.
    text: u64,
    outlets: Outlets,
    /// Where the program's files are, if that is known.
    folder: Option<PathBuf>,
    under_way: UnderWay,
    changes: Changes,
    /// The state at the last stop.
    stopped: State,
    breaks: Breaks,
    /// What logpoints have printed in the run under way.
    logged: log_line::Logged,
    displays: Vec<Display>,
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
    /// What is wrong with the source was told.
    warned: bool,
    /// The line at which the program holds, if it does not hold at a record.
    line_stop: Option<LineStop>,
    /// The lines that the source was asked to hold at.
    lines_asked: Vec<String>,
    /// The frame that was chosen.
    selected: Option<Selected>,
    /// How often the program was started anew.
    starts: u32,
    /// The program's file, as it was when it was looked at.
    watched: saved::Watched,
}

/// What a command waits for.
#[derive(Debug, Default)]
#[allow(clippy::large_enum_variant, reason = "a session has one of it")]
enum UnderWay {
    /// Nothing.
    #[default]
    Nothing,
    /// A run comes to its goal.
    Run(Run),
    /// A statement runs.
    Statement,
    /// The history is walked through.
    LongWalk(LongWalk),
    /// A statement has run.
    StatementOver(Result<Answer, Trouble>),
    /// The program is asked for what it has.
    Look(Look),
    /// It has answered.
    LookOver(Result<Answer, Trouble>),
}

impl Session {
    /// A session on a source. All records of a recording are there at once.
    pub fn new(source: impl Into<Source>) -> Self {
        let mut source = source.into();
        let history = source.take_history();
        let run_state = match source.origin() {
            Origin::Nothing => RunState::Empty,
            Origin::Recording | Origin::Program => RunState::Held,
            Origin::Process | Origin::Board => {
                RunState::Following.after(Change::CanHold(source.can_hold()))
            }
        };
        let mut session = Self {
            source,
            run_state,
            last_record: Instant::now(),
            history,
            cursor: Cursor::new(),
            text: 0,
            outlets: Outlets::default(),
            folder: None,
            under_way: UnderWay::Nothing,
            brake: Brake::default(),
            changes: Changes::default(),
            stopped: State::default(),
            breaks: Breaks::default(),
            logged: log_line::Logged::default(),
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
            warned: false,
            line_stop: None,
            lines_asked: Vec::new(),
            selected: None,
            starts: 0,
            watched: saved::Watched::default(),
        };
        // What is wrong with a recording is told when it is opened.
        session.warned = session.source.warning().is_some();
        if session.origin().runs_without_us() {
            session.settings.keep = BOARD_KEEP;
            session.keep();
        }
        if session.origin() == Origin::Recording {
            session.take_in(Duration::ZERO);
            session.fold_first();
        }
        if session.origin() == Origin::Process {
            // Where everything is known that there was when we came.
            session.take_in(Duration::ZERO);
            let told = KindSet::NONE.with(Kind::SnapshotEnd);
            let known = session.history.find_kinds(0, told).unwrap_or(session.live_edge());
            session.move_to(known);
        }
        session
    }

    /// Folds a recording from its beginning, for a moment: a short one is folded whole.
    fn fold_first(&mut self) {
        let until = Instant::now() + FIRST_FOLD;
        while !self.history.folding().is_over() && Instant::now() < until {
            self.fold_some();
        }
    }

    /// Drops what need not be kept. A view of what is dropped goes to where the rest begins.
    fn keep(&mut self) {
        self.history.set_keep(self.settings.keep);
        self.stay_within();
    }

    /// The cursor does not stand before what is kept.
    fn stay_within(&mut self) {
        if self.position() < self.history.first() {
            self.move_to(self.history.first());
        }
    }

    /// Says where the program's files are, so that `list` finds them.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Writes records to these files too, from the first one on. They are in their places from now
    /// on.
    pub fn set_outlets(&mut self, outlets: Outlets) {
        self.outlets = outlets;
        self.outlets.begin();
        self.begin_recording();
        if self.outlets.has_events() {
            for record in self.history.records() {
                self.outlets.record(&record, self.history.names());
            }
        }
    }

    // ---- ending -----------------------------------------------------------------------------

    /// Ends the program at once. Its history stays.
    pub fn kill(&mut self, why: loopscope_protocol::ExitHow) {
        self.source.kill(why);
    }

    /// Ends what is unfinished, and waits a moment for its end, which is a record too.
    pub fn finish(&mut self, why: loopscope_protocol::ExitHow) {
        if !self.run_state().is_over() {
            self.kill(why);
        }
        let since = Instant::now();
        while !self.run_state().is_over() && since.elapsed() < LAST_WORDS {
            let _ = self.tick(Duration::from_millis(20));
        }
        self.end_files();
    }

    // ---- what changes the state of the run --------------------------------------------------

    /// Raises `KeyboardInterrupt` in the program, as soon as it can be.
    pub fn interrupt(&mut self) -> Result<(), SourceError> {
        if self.program_ended() { Ok(()) } else { self.source.request(OwnedRequest::Interrupt) }
    }

    fn ask_to_run(
        &mut self,
        until: loopscope_protocol::StopWhen,
        to_next_line: bool,
    ) -> Result<(), SourceError> {
        self.line_stop = None;
        self.source.request(if to_next_line {
            OwnedRequest::Line { until }
        } else {
            OwnedRequest::Run { until }
        })?;
        self.changed(Change::AskedToRun);
        Ok(())
    }

    fn ask_to_pause(&mut self) -> Result<(), SourceError> {
        self.source.request(OwnedRequest::Pause)?;
        self.changed(Change::AskedToPause);
        Ok(())
    }

    fn changed(&mut self, change: Change) {
        self.run_state = self.run_state.after(change);
    }
}
