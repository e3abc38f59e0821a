//! The commands as values. What they are called and what they take is in [`super::table`]; how a
//! line becomes one is in [`super::parse()`].

use loopscope_protocol::{Dialect, Kind, KindSet};

/// A command as the parser understood it. Expressions are kept as they were written; the parser
/// has checked that they can be read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// An empty line: the last step once more.
    Repeat,
    /// A comment: nothing.
    Nothing,
    /// `step [N]`, `next [N]`, `turn [N]`.
    Forward(Unit, u32),
    /// `rstep [N]`, `rnext [N]`, `rturn [N]`.
    Back(Unit, u32),
    /// `continue`: to the next breakpoint, or the end.
    Continue,
    /// `rcontinue`: to the last breakpoint before the cursor, or the start.
    BackContinue,
    /// `until EVENT [if EXPR]`.
    Until(Events),
    /// `finish TASK`; without one, the task that runs.
    Finish(Option<TaskRef>),
    /// `goto PLACE`.
    Goto(Target),
    /// `break EVENT [if EXPR]` and `tbreak`.
    Break {
        /// Where.
        events: Events,
        /// Whether it goes away when it is hit.
        temporary: bool,
    },
    /// `logpoint EVENT [if EXPR] "TEXT"`.
    Logpoint {
        /// At which records.
        events: Events,
        /// What it prints, with expressions in braces.
        text: String,
    },
    /// `watch EXPR`.
    Watch(String),
    /// `delete [N]...`: all of them without a number.
    Delete(Vec<u32>),
    /// `disable [N]...`.
    Disable(Vec<u32>),
    /// `enable [N]...`.
    Enable(Vec<u32>),
    /// `commands [N]`: the lines up to `end` belong to a breakpoint, the last one by default.
    Commands(Option<u32>),
    /// `end`.
    End,
    /// `info TOPIC`.
    Info(Topic),
    /// `info locals [TASK]`.
    Locals(Option<TaskRef>),
    /// `frame [N]`, `up [N]`, `down [N]`.
    Frame(FrameMove),
    /// `line [N]`.
    Line(u32),
    /// `restart`.
    Restart,
    /// `where [TASK]`.
    Where(Option<TaskRef>),
    /// `why [TASK]`.
    Why(Option<TaskRef>),
    /// `why late [TASK|hN]`.
    WhyLate(Option<Late>),
    /// `print EXPR`.
    Print(String),
    /// `display [EXPR]`: at each stop.
    Display(Option<String>),
    /// `undisplay [N]...`.
    Undisplay(Vec<u32>),
    /// `list [LINE]`.
    List(Option<u32>),
    /// `py STATEMENT`.
    Py(String),
    /// `bookmark [NAME]`.
    Bookmark(Option<String>),
    /// `record FILE [--force]`.
    Record(ToWrite),
    /// `export FILE [FORMAT] [--force]`.
    Export(ToWrite, Option<Format>),
    /// `diff FILE`.
    Diff(String),
    /// `diff DIALECT`.
    DiffDialect(Dialect),
    /// `lesson`.
    Lesson,
    /// `predict WORDS`.
    Predict,
    /// `attach`.
    Attach,
    /// `detach`.
    Detach,
    /// `pause`.
    Pause,
    /// `resume`.
    Resume,
    /// `interrupt`.
    Interrupt,
    /// `assert EXPR`.
    Assert(String),
    /// `expect EVENT [if EXPR] [within DURATION]`.
    Expect {
        /// What is to come.
        events: Events,
        /// How soon, in nanoseconds of loop time.
        within: Option<u64>,
    },
    /// `source FILE`.
    Source(String),
    /// `set [NAME VALUE]`.
    Set(Option<(String, String)>),
    /// `help [TOPIC]`.
    Help(Option<String>),
    /// `quit`.
    Quit,
}

impl Command {
    /// Whether it walks through the whole history.
    pub(super) const fn walks(&self) -> bool {
        matches!(
            self,
            Self::Export(..) | Self::Diff(..) | Self::DiffDialect(..) | Self::Logpoint { .. }
        )
    }

    /// Whether the program itself is asked.
    pub(super) const fn looks(&self) -> bool {
        matches!(
            self,
            Self::Locals(..)
                | Self::Frame(..)
                | Self::Print(..)
                | Self::Watch(..)
                | Self::Display(..)
        )
    }

    /// Whether it moves the cursor or needs the program held.
    pub(super) const fn moves(&self) -> bool {
        match self {
            Self::Forward(..)
            | Self::Back(..)
            | Self::Continue
            | Self::BackContinue
            | Self::Until(..)
            | Self::Finish(..)
            | Self::Goto(..)
            | Self::Line(..)
            | Self::Restart
            | Self::Py(..)
            | Self::Resume
            | Self::Expect { .. } => true,
            Self::Repeat
            | Self::Nothing
            | Self::Break { .. }
            | Self::Watch(..)
            | Self::Logpoint { .. }
            | Self::Delete(..)
            | Self::Disable(..)
            | Self::Enable(..)
            | Self::Commands(..)
            | Self::End
            | Self::Info(..)
            | Self::Locals(..)
            | Self::Frame(..)
            | Self::Where(..)
            | Self::Why(..)
            | Self::WhyLate(..)
            | Self::Print(..)
            | Self::Display(..)
            | Self::Undisplay(..)
            | Self::List(..)
            | Self::Bookmark(..)
            | Self::Record(..)
            | Self::Export(..)
            | Self::Diff(..)
            | Self::DiffDialect(..)
            | Self::Lesson
            | Self::Predict
            | Self::Attach
            | Self::Detach
            | Self::Pause
            | Self::Interrupt
            | Self::Assert(..)
            | Self::Source(..)
            | Self::Set(..)
            | Self::Help(..)
            | Self::Quit => false,
        }
    }
}

/// Which frame to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameMove {
    /// The one with that number; without one, the one that is looked at.
    To(Option<u32>),
    /// That many frames outwards.
    Up(u32),
    /// That many frames inwards.
    Down(u32),
}

/// What `why late` is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Late {
    /// A handle.
    Handle(u32),
    /// A task: its last step.
    Task(TaskRef),
}

/// What a step counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Every record.
    Record,
    /// A handle that is about to run.
    Handle,
    /// A turn whose batch is fixed.
    Turn,
}

impl Unit {
    /// The records at which such a step ends; `None`: all.
    pub const fn kinds(self) -> Option<KindSet> {
        match self {
            Self::Record => None,
            Self::Handle => Some(KindSet::NONE.with(Kind::HandleRun)),
            Self::Turn => Some(KindSet::NONE.with(Kind::TurnBegin)),
        }
    }

    /// What it is called.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Handle => "handle",
            Self::Turn => "turn",
        }
    }
}

/// Records of certain kinds, perhaps with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    /// The kind as it was written, or a group such as `handle-*`.
    pub name: String,
    /// The kinds.
    pub kinds: KindSet,
    /// The condition.
    pub condition: Option<String>,
    /// The line that stands in the event's place, as `file:line`: where the program can hold at lines,
    /// that is where it stops, and the kinds and the condition are for what is recorded.
    pub line: Option<String>,
    /// The condition without the line.
    pub asked: Option<String>,
}

impl Events {
    /// All records of one kind.
    pub fn of(kind: Kind) -> Self {
        let kinds = KindSet::NONE.with(kind);
        Self { name: kind.word().to_owned(), kinds, condition: None, line: None, asked: None }
    }
}

impl std::fmt::Display for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        let condition = if self.line.is_some() { &self.asked } else { &self.condition };
        condition.as_ref().map_or(Ok(()), |condition| write!(f, " if {condition}"))
    }
}

/// A file that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToWrite {
    /// Its path.
    pub path: String,
    /// Whether a file that is there may be written over, whatever it is.
    pub force: bool,
}

/// How a command names a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskRef {
    /// By its number.
    Number(u32),
    /// By its own name or its coroutine's.
    Name(String),
}

/// A place in the history.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// The record of that number.
    Record(u64),
    /// A part of what there is.
    Percent(f64),
    /// The last record up to that loop time, in seconds.
    Time(f64),
    /// Before the first record.
    Start,
    /// After the last one; a live program runs on to its end.
    End,
    /// A bookmark.
    Bookmark(String),
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in the order of the help.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// How it is written.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it is, in a few words.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

named! {
    /// What `info` can tell.
    Topic {
        /// The loop's place in its life.
        Loop = "loop" "running, stopping, stopped or closed",
        /// The ready queue.
        Ready = "ready" "the ready queue in order, this batch and the next",
        /// The timers.
        Timers = "timers" "the timers by due time",
        /// The tasks.
        Tasks = "tasks" "the tasks and what they wait for",
        /// Watched descriptors and signals.
        Watchers = "watchers" "the watched descriptors, signals and executor jobs",
        /// Servers.
        Servers = "servers" "the servers, and how many connections each has",
        /// Connections and pipes.
        Transports = "transports" "the connections and pipes: the other end, bytes, what is paused",
        /// Child processes.
        Processes = "processes" "the child processes that run",
        /// Executors' jobs.
        Jobs = "jobs" "the functions that executors have been given",
        /// What tasks meet at.
        Locks = "locks" "locks, semaphores, events, conditions, barriers and queues: who has them, who waits",
        /// The exception handlers in force.
        Handlers = "handlers" "the exception handler in force",
        /// The locals of frames.
        Locals = "locals" "what the variables hold: of the task that is named behind it, or of what runs",
        /// What was watched.
        Values = "values" "what the watched expressions were, and since when",
        /// Calls of the exception handler.
        Exceptions = "exceptions" "the calls of the exception handler with their context",
        /// Breakpoints and watches.
        Breakpoints = "breakpoints" "breakpoints and watches",
        /// Diagnoses.
        Lints = "lints" "what deserves attention, and anomalies",
        /// Where records come from.
        Source = "source" "the program or recording, its clock and its end",
        /// Bookmarks.
        Bookmarks = "bookmarks" "the bookmarks",
        /// What the program wrote.
        Output = "output" "what the program has written",
        /// Records around the cursor.
        Records = "records" "the records around the cursor",
    }
}

named! {
    /// What a history can be exported to.
    Format {
        /// One JSON object a line.
        Jsonl = "jsonl" "one JSON object a line, as --events writes",
        /// A table.
        Csv = "csv" "one row a record",
        /// For the Perfetto viewer.
        Perfetto = "perfetto" "a trace for ui.perfetto.dev: who ran, waited and was ready, with counters and causes",
        /// A picture of the screen.
        Svg = "svg" "a picture of the screen, for slides and pages",
    }
}
