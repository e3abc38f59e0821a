//! Where records come from: a program in a child process, a board, a recording, or nowhere.
//!
//! A source does not know what a command, a breakpoint or a cursor is: that is the session's.

#[cfg(feature = "live")]
pub mod attached;
#[cfg(feature = "live")]
pub mod board;
#[cfg(feature = "live")]
pub mod ending;
#[cfg(feature = "live")]
pub mod kept;
#[cfg(feature = "live")]
mod launch;
#[cfg(feature = "live")]
pub mod local;
#[cfg(feature = "live")]
mod meter;
mod never;
pub mod none;
pub mod outlets;
pub mod pour;
#[cfg(feature = "live")]
mod reading;
pub mod replay;
pub mod script;
#[cfg(feature = "live")]
mod successor;

use std::convert::Infallible;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use loopscope_model::History;
use loopscope_model::control::OwnedRequest;
use loopscope_model::link::{LinkState, LinkStatus};
use loopscope_model::stream::Arrived;
use loopscope_protocol::{Capabilities, Capability, Dialect, ExitHow, KindSet};
use thiserror::Error;

#[cfg(feature = "live")]
use attached::Attached;
#[cfg(feature = "live")]
use board::Board;
#[cfg(feature = "live")]
use local::Local;
use never::NEVER;
use none::Nothing;
use replay::Replay;
use script::Script;

/// A stream of records that may be asked for more.
///
/// A program starts out held before its first record, and holds again after each
/// [`Reply::Held`](loopscope_protocol::Reply::Held). A board runs without being asked.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a session has one of it, and does not move it")]
pub enum Source {
    /// Nothing to look at: a line mode that only explains.
    Nothing(Nothing),
    /// A recording: complete, and nothing can be asked of it.
    Recording(Replay),
    /// A program in a child process.
    #[cfg(feature = "live")]
    Local(Local),
    /// A Python process that runs already.
    #[cfg(feature = "live")]
    Attached(Attached),
    /// A board.
    #[cfg(feature = "live")]
    Board(Board),
    /// What a test has written.
    Script(Script),
}

/// Comes to its end when no more records will come; nothing is ever sent.
pub type End = Receiver<Infallible>;

/// What kind of thing the records come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// There is none.
    Nothing,
    /// A recording, of a program or of a board.
    Recording,
    /// A program that runs here.
    Program,
    /// A process that ran already when we came, and runs on when we go.
    Process,
    /// A board that is attached, or was.
    Board,
}

impl Origin {
    /// Whether it runs without us, and is let go rather than ended.
    pub const fn runs_without_us(self) -> bool {
        matches!(self, Self::Process | Self::Board)
    }
}

/// Calls a method that every source has.
macro_rules! each {
    ($source:expr, $it:ident => $call:expr) => {
        match $source {
            Source::Nothing($it) => $call,
            Source::Recording($it) => $call,
            #[cfg(feature = "live")]
            Source::Local($it) => $call,
            #[cfg(feature = "live")]
            Source::Attached($it) => $call,
            #[cfg(feature = "live")]
            Source::Board($it) => $call,
            Source::Script($it) => $call,
        }
    };
}

#[allow(
    clippy::match_wildcard_for_single_variants,
    reason = "how many there are depends on the features"
)]
impl Source {
    /// What it can do.
    pub fn capabilities(&self) -> Capabilities {
        each!(self, it => it.capabilities())
    }

    /// Asks for something. The answers come through [`Source::poll`].
    pub fn request(&mut self, request: OwnedRequest) -> Result<(), SourceError> {
        each!(self, it => it.request(request))
    }

    /// What has arrived, waiting at most `timeout` for the first of it. Nothing means that there
    /// was nothing.
    pub fn poll(&mut self, timeout: Duration) -> Vec<Arrived> {
        each!(self, it => it.poll(timeout))
    }

    /// What another thread can wait for, to know that a program has gone: once.
    pub fn end(&mut self) -> Option<End> {
        match self {
            #[cfg(feature = "live")]
            Self::Local(local) => local.end(),
            _ => None,
        }
    }

    /// What to call it: the program's or the recording's file name.
    pub fn name(&self) -> String {
        each!(self, it => it.name())
    }

    /// Whether nothing more will come: its process is gone, it was let go, or it was read.
    pub fn is_ended(&self) -> bool {
        each!(self, it => it.is_ended())
    }

    /// What kind of thing it is.
    pub fn origin(&self) -> Origin {
        match self {
            Self::Nothing(_) => Origin::Nothing,
            Self::Recording(_) => Origin::Recording,
            #[cfg(feature = "live")]
            Self::Local(_) => Origin::Program,
            #[cfg(feature = "live")]
            Self::Attached(_) => Origin::Process,
            #[cfg(feature = "live")]
            Self::Board(_) => Origin::Board,
            Self::Script(script) if script.is_board() => Origin::Board,
            Self::Script(_) => Origin::Program,
        }
    }

    /// Whether the records are a board's, live or recorded: the one answer to that.
    pub fn is_of_board(&self) -> bool {
        match self {
            Self::Recording(replay) => replay.is_of_board(),
            _ => self.origin() == Origin::Board,
        }
    }

    /// The kinds of events that it never sends, although they may happen.
    pub fn never_sends(&self) -> KindSet {
        if self.is_of_board() { NEVER } else { KindSet::NONE }
    }

    /// Whether it can be made to hold.
    pub fn can_hold(&self) -> bool {
        self.capabilities().has(Capability::Pause)
    }

    /// How the link to it is, if it is a board or a process that was attached to.
    pub fn link(&self) -> Option<LinkStatus> {
        match self {
            Self::Nothing(_) | Self::Recording(_) => None,
            #[cfg(feature = "live")]
            Self::Local(_) => None,
            #[cfg(feature = "live")]
            Self::Attached(attached) => Some(attached.link()),
            #[cfg(feature = "live")]
            Self::Board(board) => Some(board.link()),
            Self::Script(script) => script.link(),
        }
    }

    /// The sentence about how it was lost, if it was: a board or a process that is gone.
    pub fn lost(&self) -> Option<String> {
        match self.link()?.state {
            LinkState::Gone(sentence) => Some(sentence),
            LinkState::Away | LinkState::Up(_) | LinkState::Released => None,
        }
    }

    /// The history of what it sends: a recording has it already.
    pub(crate) fn take_history(&mut self) -> History {
        match self {
            Self::Recording(replay) => replay.take_history(),
            _ => History::on(loopscope_files::store::temporary()),
        }
    }

    /// A sentence about what is wrong with it, if anything is: a recording may be
    /// harmed, and a program at its own records.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::Recording(replay) => replay.warning(),
            #[cfg(feature = "live")]
            Self::Local(local) => local.warning(),
            #[cfg(feature = "live")]
            Self::Attached(attached) => attached.warning(),
            _ => None,
        }
    }

    /// Whether it is a program that has nothing to read on its standard input.
    pub(crate) const fn reads_nothing(&self) -> bool {
        match self {
            #[cfg(feature = "live")]
            Self::Local(local) => local.reads_nothing(),
            _ => false,
        }
    }

    /// The folder that its source files are named from, where that is known.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            #[cfg(feature = "live")]
            Self::Attached(attached) => attached.folder(),
            #[cfg(feature = "live")]
            Self::Board(board) => board.folder(),
            _ => None,
        }
    }

    /// The same program from its start, by the rules of `dialect`; `None`: by those that it has.
    pub fn again(&self, dialect: Option<Dialect>) -> Result<Self, SourceError> {
        match self {
            #[cfg(feature = "live")]
            Self::Local(local) => local.again(dialect).map(Self::Local),
            _ => {
                let _ = dialect;
                Err(SourceError(format!(
                    "`{}` cannot be run once more by other rules, since it is not a program that \
                     runs here; name a recording to compare with",
                    self.name()
                )))
            }
        }
    }

    /// Ends it at once, if it is a program of ours; what runs without us is let go. `why` is what the end is
    /// to be called.
    pub fn kill(&mut self, why: ExitHow) {
        match self {
            #[cfg(feature = "live")]
            Self::Local(local) => local.kill(why),
            #[cfg(feature = "live")]
            Self::Attached(attached) => attached.leave(),
            #[cfg(feature = "live")]
            Self::Board(board) => board.leave(),
            Self::Script(script) => script.end(),
            Self::Nothing(_) | Self::Recording(_) => {
                let _ = why;
            }
        }
    }
}

macro_rules! from {
    ($($(#[$when:meta])? $variant:ident($of:ty);)*) => {$(
        $(#[$when])?
        impl From<$of> for Source {
            fn from(source: $of) -> Self {
                Self::$variant(source)
            }
        }
    )*};
}

from! {
    Nothing(Nothing);
    Recording(Replay);
    #[cfg(feature = "live")]
    Local(Local);
    #[cfg(feature = "live")]
    Attached(Attached);
    #[cfg(feature = "live")]
    Board(Board);
    Script(Script);
}

/// A source that will not do what it was asked, in a sentence that says what, why and what next.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct SourceError(pub String);
