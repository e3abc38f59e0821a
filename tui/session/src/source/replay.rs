//! A recording as a source: nothing runs, nothing can be asked, and everything is there at once.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Duration;

use loopscope_model::Names;
use loopscope_model::control::OwnedRequest;
use loopscope_model::recording::{Reader, RecordingError};
use loopscope_model::stream::Arrived;
use loopscope_protocol::{Capabilities, KindSet};

use super::never::NEVER;
use super::{Source, SourceError};

/// How much one call of `poll` gives.
const PIECE: usize = 8192;

/// A recording that is being read.
pub struct Replay {
    name: String,
    reader: Reader<Box<dyn Read>>,
    ended: bool,
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
        let file = File::open(path).map_err(|error| {
            SourceError(format!("`{shown}` cannot be opened: {error}; name a recording that `--record` or `record` wrote"))
        })?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::read(Box::new(BufReader::new(file)), name).map_err(|error| {
            SourceError(match error {
                RecordingError::NotARecording => {
                    format!("`{shown}`: {error}; to run a program use `loopscope run {shown}`")
                }
                _ => format!("`{shown}`: {error}"),
            })
        })
    }

    /// Reads a recording from anywhere.
    pub fn read(from: Box<dyn Read>, name: String) -> Result<Self, RecordingError> {
        Ok(Self { name, reader: Reader::open(from)?, ended: false })
    }

    /// Whether a file begins as a recording does.
    pub fn is_one(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| {
            !matches!(
                Reader::open(file),
                Err(RecordingError::NotARecording | RecordingError::Io(_))
            )
        })
    }
}

impl Source for Replay {
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn request(&mut self, _: OwnedRequest) -> Result<(), SourceError> {
        Err(SourceError(
            "A recording has no program; start the program itself with `loopscope run FILE`."
                .into(),
        ))
    }

    fn poll(&mut self, _: Duration) -> Result<Vec<Arrived>, SourceError> {
        let mut arrived = Vec::new();
        while arrived.len() < PIECE {
            match self.reader.next() {
                Some(Ok(each)) => arrived.push(each),
                Some(Err(error)) => {
                    self.ended = true;
                    return Err(SourceError(format!("{error}; what was read before stays")));
                }
                None => {
                    self.ended = true;
                    break;
                }
            }
        }
        Ok(arrived)
    }

    fn names(&self) -> &Names {
        self.reader.ingest().names()
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn is_ended(&self) -> bool {
        self.ended
    }

    fn never_sends(&self) -> KindSet {
        match self.reader.ingest().hello() {
            Some(hello) if hello.is_board() => NEVER,
            _ => KindSet::NONE,
        }
    }

    fn is_recording(&self) -> bool {
        true
    }

    fn warning(&self) -> Option<String> {
        self.reader.damage().sentence()
    }
}
