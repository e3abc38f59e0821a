//! A recording as a source: nothing runs, nothing can be asked, and everything is there at once.
#![allow(clippy::unused_self, reason = "every source has these")]

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use loopscope_files::store;
use loopscope_model::History;
use loopscope_model::control::{Hello, OwnedRequest};
use loopscope_model::history::{self, Progress, Store, StoreError};
use loopscope_model::recording::RecordingError;
use loopscope_model::stream::Arrived;
use loopscope_protocol::Capabilities;

use super::SourceError;
use crate::progress::GoOn;

/// How many bytes are read at once.
const PORTION: u64 = 8 << 20;

/// A recording.
#[derive(Debug)]
pub struct Replay {
    name: String,
    history: History,
    of_board: bool,
    /// Why it could not be read any further.
    broken: Option<String>,
    damage: Option<String>,
}

/// A recording that is being opened, in portions.
#[derive(Debug)]
pub struct Opening {
    name: String,
    reading: history::Opening,
    /// Why it could not be read any further.
    broken: Option<StoreError>,
}

impl Opening {
    fn begin(from: Arc<dyn Store>, name: String) -> Result<Self, RecordingError> {
        let reading = History::open(from, store::temporary())?;
        Ok(Self { name, reading, broken: None })
    }

    /// Reads about `budget` more bytes. True: there is nothing left to be read.
    pub fn advance(&mut self, budget: u64) -> bool {
        match self.reading.read_on(budget) {
            Ok(is_over) => is_over,
            Err(error) => {
                self.broken = Some(error);
                true
            }
        }
    }

    /// How many bytes are read, and of how many, where that is known.
    pub fn progress(&self) -> (usize, usize) {
        let Progress { done, of } = self.reading.history().reading();
        (usize::try_from(done).unwrap_or(usize::MAX), usize::try_from(of).unwrap_or(usize::MAX))
    }

    /// Reads all that is left.
    pub fn complete(mut self) -> Replay {
        while !self.advance(PORTION) {}
        self.finish()
    }

    /// Reads all that is left, as long as it is wanted; `None`: it is not.
    pub fn complete_if_wanted(mut self, go_on: &mut GoOn<'_>) -> Option<Replay> {
        while !self.advance(PORTION) {
            let (done, of) = self.progress();
            if !go_on(crate::progress::Progress::new("reading", done, of)) {
                return None;
            }
        }
        Some(self.finish())
    }

    /// The recording as far as it was read.
    pub fn finish(self) -> Replay {
        let history = self.reading.into_history();
        Replay {
            name: self.name,
            of_board: history.source().as_ref().is_some_and(Hello::is_board),
            broken: self.broken.map(|error| format!("{error}; what was read before stays")),
            damage: history.damage().sentence(),
            history,
        }
    }
}

impl Replay {
    /// Opens a recording.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        Ok(Self::begin(path)?.complete())
    }

    /// Begins to open a recording.
    pub fn begin(path: &Path) -> Result<Opening, SourceError> {
        let shown = path.display();
        Self::begin_file(path).map_err(|error| {
            SourceError(match error {
                RecordingError::NotARecording => {
                    format!("`{shown}`: {error}; to run a program use `loopscope run {shown}`")
                }
                RecordingError::Io(error) => format!(
                    "`{shown}` cannot be read: {error}; name a recording that `--record` or `record` wrote"
                ),
                RecordingError::Newer { .. } => format!("`{shown}`: {error}"),
            })
        })
    }

    /// Opens a recording if it is one; `None` where something else may be read from that path.
    pub fn open_if_it_is_one(path: &Path) -> Result<Option<Self>, SourceError> {
        Ok(Self::begin_if_it_is_one(path)?.map(Opening::complete))
    }

    /// Begins to open a recording if it is one, as [`Replay::open_if_it_is_one`] does.
    pub fn begin_if_it_is_one(path: &Path) -> Result<Option<Opening>, SourceError> {
        match Self::begin_file(path) {
            Ok(opening) => Ok(Some(opening)),
            Err(RecordingError::Newer { .. }) => Self::begin(path).map(Some),
            // What comes out of a pipe comes once, and its beginning is gone now.
            Err(RecordingError::NotARecording) if !is_file(path) => Err(SourceError(format!(
                "`{0}` is a pipe and holds no recording; a program that comes through a pipe runs \
                 with `loopscope run --headless {0}`, or write it to a file",
                path.display()
            ))),
            Err(RecordingError::NotARecording | RecordingError::Io(_)) => Ok(None),
        }
    }

    fn begin_file(path: &Path) -> Result<Opening, RecordingError> {
        let store = store::open(path)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Opening::begin(store, name)
    }

    /// Reads a recording from anywhere: what is in it and whether that is sound. It is not folded.
    pub fn read(from: Arc<dyn Store>, name: String) -> Result<Self, RecordingError> {
        Ok(Opening::begin(from, name)?.complete())
    }

    /// Its history.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// Writes a copy of it.
    pub fn copy_to(&mut self, to: Box<dyn Write + Send>) -> io::Result<()> {
        self.history.copy_to(to)?;
        Ok(self.history.finish_copy()?)
    }

    pub(super) fn take_history(&mut self) -> History {
        std::mem::take(&mut self.history)
    }
}

fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

impl Replay {
    pub(super) fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    pub(super) fn request(&mut self, _: OwnedRequest) -> Result<(), SourceError> {
        Err(SourceError(
            "A recording has no program; start the program itself with `loopscope run FILE`."
                .into(),
        ))
    }

    /// Nothing comes: all of it is there.
    pub(super) const fn poll(&self, _: Duration) -> Vec<Arrived> {
        Vec::new()
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    pub(super) const fn is_ended(&self) -> bool {
        true
    }

    /// Whether a board sent it: who is no process is a board.
    pub(super) const fn is_of_board(&self) -> bool {
        self.of_board
    }

    /// Whether it could not be read to its end.
    pub const fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// What is wrong with it, if anything is.
    pub fn warning(&self) -> Option<String> {
        self.broken.clone().or_else(|| self.damage.clone())
    }
}
