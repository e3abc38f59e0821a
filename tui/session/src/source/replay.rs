//! A recording as a source: nothing runs, nothing can be asked, and everything is there at once.
#![allow(clippy::unused_self, reason = "every source has these")]

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Duration;

use loopscope_model::Names;
use loopscope_model::control::{Hello, OwnedRequest};
use loopscope_model::recording::{Reader, RecordingError};
use loopscope_model::stream::Arrived;
use loopscope_protocol::Capabilities;

use super::SourceError;

/// How much one call of `poll` gives.
const PIECE: usize = 8192;

/// A recording that is being read.
pub struct Replay {
    name: String,
    reader: Reader<Box<dyn Read + Send>>,
    ended: bool,
    /// Why it could not be read any further.
    broken: Option<String>,
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Replay {
    /// Opens a recording.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let shown = path.display();
        Self::open_file(path).map_err(|error| {
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
        match Self::open_file(path) {
            Ok(replay) => Ok(Some(replay)),
            Err(RecordingError::Newer { .. }) => Self::open(path).map(Some),
            // What comes out of a pipe comes once, and its beginning is gone now.
            Err(RecordingError::NotARecording) if !is_file(path) => Err(SourceError(format!(
                "`{0}` is a pipe and holds no recording; a program that comes through a pipe runs \
                 with `loopscope run --headless {0}`, or write it to a file",
                path.display()
            ))),
            Err(RecordingError::NotARecording | RecordingError::Io(_)) => Ok(None),
        }
    }

    fn open_file(path: &Path) -> Result<Self, RecordingError> {
        let file = File::open(path)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::read(Box::new(BufReader::new(file)), name)
    }

    /// Reads a recording from anywhere.
    pub fn read(from: Box<dyn Read + Send>, name: String) -> Result<Self, RecordingError> {
        Ok(Self { name, reader: Reader::open(from)?, ended: false, broken: None })
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

    /// The next records and replies.
    pub fn poll(&mut self, _: Duration) -> Vec<Arrived> {
        let mut arrived = Vec::new();
        while arrived.len() < PIECE {
            match self.reader.next() {
                Some(Ok(each)) => arrived.push(each),
                Some(Err(error)) => {
                    self.broken = Some(format!("{error}; what was read before stays"));
                    self.ended = true;
                    break;
                }
                None => {
                    self.ended = true;
                    break;
                }
            }
        }
        arrived
    }

    /// The names that the records so far refer to.
    pub fn names(&self) -> &Names {
        self.reader.ingest().names()
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    /// Whether it was read.
    pub const fn is_ended(&self) -> bool {
        self.ended
    }

    /// Whether a board sent it.
    pub(super) fn is_of_board(&self) -> bool {
        self.reader.ingest().hello().is_some_and(Hello::is_board)
    }

    /// Whether it could not be read to its end.
    pub const fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// What is wrong with it, if anything is.
    pub fn warning(&self) -> Option<String> {
        self.broken.clone().or_else(|| self.reader.damage().sentence())
    }
}
