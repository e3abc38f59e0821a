//! Where records come from: a program in a child process, a board, or a recording. One trait for
//! all, so that everything above it is written once.
//!
//! A source does not know what a command, a breakpoint or a cursor is: that is the session's.

#[cfg(feature = "live")]
pub mod board;
#[cfg(feature = "live")]
pub mod ending;
#[cfg(feature = "live")]
pub mod local;
mod never;
pub mod none;
pub mod outlets;
pub mod replay;
#[cfg(any(test, feature = "script"))]
pub mod script;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use loopscope_model::Names;
use loopscope_model::control::OwnedRequest;
use loopscope_model::link::{Health, Processor};
use loopscope_model::stream::Arrived;
use loopscope_protocol::{Capabilities, Dialect, ExitHow, KindSet};
use thiserror::Error;

/// A stream of records that may be asked for more.
///
/// A source that can pause starts out held before its first record, and holds again after each
/// [`Reply::Held`](loopscope_protocol::Reply::Held).
pub trait Source: fmt::Debug {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Asks for something. The answers come through [`Source::poll`].
    fn request(&mut self, request: OwnedRequest) -> Result<(), SourceError>;

    /// What has arrived, waiting at most `timeout` for the first of it. Nothing means that there
    /// was nothing.
    fn poll(&mut self, timeout: Duration) -> Result<Vec<Arrived>, SourceError>;

    /// The names that the records so far refer to.
    fn names(&self) -> &Names;

    /// What to call it: the program's or the recording's file name.
    fn name(&self) -> String;

    /// The folder that its source files are named from, where that is known.
    fn folder(&self) -> Option<&Path> {
        None
    }

    /// Whether nothing more will come.
    fn is_ended(&self) -> bool;

    /// The bytes that came since the last call, as they came: what a recording holds. Empty where
    /// they are not kept.
    fn take_bytes(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// Whether it is a recording: complete, and nothing can be asked of it.
    fn is_recording(&self) -> bool {
        false
    }

    /// Whether there is nothing to look at at all.
    fn is_nothing(&self) -> bool {
        false
    }

    /// Whether it runs without being asked, as a board does: it is not held at first, and if it
    /// cannot pause it never is.
    fn runs_by_itself(&self) -> bool {
        false
    }

    /// How the link to it is, if it is a board.
    fn health(&self) -> Option<LinkHealth> {
        None
    }

    /// The sentence about how it was lost, if it was: a board that is gone.
    fn lost(&self) -> Option<String> {
        None
    }

    /// A sentence about what is wrong with it, if anything is: a recording may be harmed.
    fn warning(&self) -> Option<String> {
        None
    }

    /// The same program from its start, by the rules of `dialect`; `None`: by those that it has.
    fn again(&self, dialect: Option<Dialect>) -> Result<Box<dyn Source>, SourceError> {
        let _ = dialect;
        Err(SourceError(format!(
            "`{}` cannot be run once more by other rules, since it is not a program that runs here; \
             name a recording to compare with",
            self.name()
        )))
    }

    /// The kinds of events that it never sends, although they may happen.
    fn never_sends(&self) -> KindSet {
        KindSet::NONE
    }

    /// Ends it at once, if it is a process. `why` is what its end is to be called.
    fn kill(&mut self, why: ExitHow) {
        let _ = why;
    }
}

/// How the link to a board is, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkHealth {
    /// The link itself.
    pub link: Health,
    /// Records that came.
    pub records: u64,
    /// Records in the last second.
    pub rate: u64,
    /// Gaps in the stream.
    pub gaps: u64,
    /// Records that are missing, at least.
    pub lost: u64,
    /// Records that the board says it has dropped since its start, if it has said so.
    pub dropped: Option<u32>,
    /// Whether the board may be paused and stepped.
    pub control: bool,
}

impl LinkHealth {
    /// The link in a few words for a status line: rate, losses, gaps.
    pub fn summary(&self) -> String {
        let state = match (&self.link.connected, &self.link.processor) {
            (false, _) => "not connected",
            (true, Processor::Halted(_)) => "halted",
            (true, Processor::Sleeping) => "sleeping",
            (true, _) => "live",
        };
        format!("{state}  {}/s  lost {}  gaps {}", self.rate, self.lost, self.gaps)
    }

    /// The same in sentences' length, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("link {}  records {}", self.summary(), self.records)];
        let dropped = self.dropped.map_or_else(|| "?".to_owned(), |count| count.to_string());
        lines.push(format!(
            "bytes {}  harmed {}  dropped on the board {dropped}  resets {}  reconnected {}",
            self.link.bytes, self.link.garbage, self.link.resets, self.link.returns
        ));
        if let Processor::Halted(why) = &self.link.processor {
            lines.push(format!("The processor is halted: {why}."));
        }
        lines.push(if self.control {
            "It may be paused and stepped.".to_owned()
        } else {
            "It is only watched; attach with --control to pause and step it.".to_owned()
        });
        lines
    }
}

/// A source that will not do what it was asked, in a sentence that says what, why and what next.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct SourceError(pub String);
