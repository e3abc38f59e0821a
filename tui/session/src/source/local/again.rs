//! The same program, started once more.

use std::fs::File;
use std::io::{self, Seek as _};

use loopscope_engine::child;
use loopscope_protocol::Dialect;

use super::{Launch, Local, SourceError, Speaks, Stdin};

impl Local {
    pub(in crate::source) fn again(&self, dialect: Option<Dialect>) -> Result<Self, SourceError> {
        let stdin = match &self.input {
            None => Stdin::Empty,
            Some(_) if dialect.is_some() => {
                return Err(SourceError(format!(
                    "`{}` reads a file as its standard input, which two runs cannot read at once; \
                     record both runs and compare the recordings",
                    self.name
                )));
            }
            Some(file) => Stdin::File(from_its_start(file).map_err(|error| {
                SourceError(format!(
                    "the standard input of `{}` cannot be read once more: {error}; start it anew \
                     from the shell",
                    self.name
                ))
            })?),
        };
        let mut options = child::Options::from_args(self.args.clone())
            .map_err(|error| SourceError(error.to_string()))?;
        if dialect.is_some() && Speaks::of(&options) == Speaks::Mixed {
            // A dialect is one of ours.
            options.python = None;
        }
        options.dialect = dialect.unwrap_or(options.dialect);
        options.paused = true;
        // Compared with itself it writes nowhere; started anew, as before.
        let capture = dialect.is_some() || self.capture;
        options.capture = capture;
        Self::start(Launch {
            args: options.to_args(),
            name: self.name.clone(),
            stdin,
            shown: true,
            capture,
            patient: false,
            memory_limit: options.memory_limit,
            scratch: self.scratch.clone(),
            unread: false,
            speaks: Speaks::of(&options),
        })
    }
}

/// The same file, read from its start.
fn from_its_start(file: &File) -> io::Result<File> {
    let mut again = file.try_clone()?;
    again.rewind()?;
    Ok(again)
}
