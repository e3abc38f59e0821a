//! What views draw: one position in one history, with everything that belongs to it.

use loopscope_model::history::RecordRef;
use loopscope_model::link::LinkStatus;
use loopscope_model::{History, Names, State};
use loopscope_session::{Changes, Progress};

use super::digest::Digest;
use super::lesson_page::Page;
use super::sources::SourceTexts;

/// What the source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It holds at the live edge.
    Paused,
    /// It runs, but the view stands: a board that cannot be held, or that nobody holds.
    Standing,
    /// It runs.
    Running,
    /// It runs in slow motion.
    Slow,
    /// Nothing more will come from it.
    Ended,
    /// It is a recording.
    Recording,
}

/// A breakpoint or a watch, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakRow {
    /// Its number.
    pub number: u32,
    /// How the user wrote it.
    pub text: String,
    /// Whether it counts.
    pub enabled: bool,
    /// Whether it goes away once it was hit.
    pub temporary: bool,
    /// How often it was hit.
    pub hits: u32,
}

/// One position in one history.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot<'a> {
    /// What the program or recording is called.
    pub name: &'a str,
    /// Whether the records are a board's, live or recorded.
    pub board: bool,
    /// The link to the board, where there is one.
    pub link: Option<&'a LinkStatus>,
    /// Whether the board is paused, by us.
    pub held: bool,
    /// The whole history so far.
    pub history: &'a History,
    /// How far a command is that takes its time.
    pub progress: Option<Progress>,
    /// What ids stand for.
    pub names: &'a Names,
    /// What is known from the whole history rather than from one state.
    pub digest: &'a Digest,
    /// The texts of the program's files.
    pub sources: &'a SourceTexts,
    /// The cursor: how many records are applied.
    pub position: usize,
    /// The state there.
    pub state: &'a State,
    /// What changed since the last stop.
    pub changes: &'a Changes,
    /// What the source is doing.
    pub activity: Activity,
    /// What just happened, in a sentence.
    pub happened: &'a str,
    /// What happens next, in a sentence.
    pub next: &'a str,
    /// The line at which the program holds, as file and line, if it does not hold at a record.
    pub line: Option<&'a (String, u32)>,
    /// Breakpoints and watches.
    pub breaks: &'a [BreakRow],
    /// Expressions that are shown at each stop, with their values.
    pub displays: &'a [(String, String)],
    /// Bookmarks: names and positions.
    pub bookmarks: &'a [(String, usize)],
    /// What the lesson says here, in a lesson.
    pub lesson: Option<&'a Page>,
}

impl Snapshot<'_> {
    /// The record that led here.
    pub fn record(&self) -> Option<RecordRef> {
        self.history.record(self.position)
    }

    /// How many records have come that the cursor has not reached.
    pub fn behind(&self) -> usize {
        self.history.len().saturating_sub(self.position)
    }

    /// Whether nothing of what the board does now is seen, since the link to it is away or gone.
    pub const fn is_away(&self) -> bool {
        match self.link {
            Some(link) => !link.is_up(),
            None => false,
        }
    }

    /// Whether the cursor is at the end of what is known.
    pub fn is_live(&self) -> bool {
        self.position == self.history.len()
    }
}
