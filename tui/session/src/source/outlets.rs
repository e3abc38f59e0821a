//! Where records go besides the history: the file of `--events` and the recording of `--record`.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Stdout, Write};
use std::path::Path;

use loopscope_files::outputs::{Files, Kind, Output, Refusal};
use loopscope_model::{Names, Record, json};

/// Lines are written when they have grown to this, or when the stream is idle.
const PIECE: usize = 1 << 16;

/// Files that grow with the stream. A file that cannot be written any more is left alone, and the
/// reason is told once; a closed pipe is no reason worth telling.
///
/// They take their places with [`Outlets::begin`]; before that nothing that is there is touched.
#[derive(Default)]
pub struct Outlets {
    files: Files,
    events: Option<Events>,
    recording: Recording,
    begun: bool,
    troubles: VecDeque<String>,
    failed: bool,
}

/// The recording of `--record`.
#[derive(Default)]
enum Recording {
    /// None was asked for, or it could not be written any further.
    #[default]
    None,
    /// Nobody writes it yet.
    Waiting(Output, String),
    /// A history writes it.
    Elsewhere { name: String, is_file: bool },
}

/// The lines of `--events`.
struct Events {
    to: Lines,
    name: String,
    /// Whole lines that are not written yet.
    waiting: String,
}

enum Lines {
    Stdout(Stdout),
    File(Output),
}

impl Lines {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.write_all(bytes),
            Self::File(out) => out.write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(out) => out.flush(),
        }
    }
}

impl Events {
    fn write(&mut self) -> io::Result<()> {
        let written = self.to.write_all(self.waiting.as_bytes());
        self.waiting.clear();
        written
    }

    fn is_file(&self) -> bool {
        matches!(&self.to, Lines::File(out) if out.is_file())
    }
}

impl fmt::Debug for Outlets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlets")
            .field("events", &self.events.as_ref().map(|out| &out.name))
            .field("recording", &self.is_recording())
            .finish_non_exhaustive()
    }
}

impl Outlets {
    /// Makes ready to write; `-` for the events is standard output. `files` knows what is read.
    pub fn open(
        files: Files,
        events: Option<&Path>,
        recording: Option<&Path>,
    ) -> Result<Self, Refusal> {
        let mut outlets = Self::default();
        outlets.files = files;
        if let Some(path) = events {
            let to = if path.as_os_str() == "-" {
                outlets.files.standard_output()?;
                Lines::Stdout(io::stdout())
            } else {
                Lines::File(outlets.files.output(path, Kind::Records, "--events", false)?)
            };
            let name = path.display().to_string();
            outlets.events = Some(Events { to, name, waiting: String::new() });
        }
        if let Some(path) = recording {
            let output = outlets.files.output(path, Kind::Recording, "--record", false)?;
            outlets.recording = Recording::Waiting(output, path.display().to_string());
        }
        Ok(outlets)
    }

    /// A history writes a recording that was asked for later, in place of the one before.
    pub fn recording_begun(&mut self, name: String, is_file: bool) {
        self.recording = Recording::Elsewhere { name, is_file };
    }

    fn put_recording_in_place(&mut self) {
        if let Recording::Waiting(output, name) = &mut self.recording
            && let Err(error) = output.put_in_place()
        {
            let (name, is_file) = (name.clone(), output.is_file());
            self.recording = Recording::None;
            self.lost(&name, &error, is_file);
        }
    }

    /// The file of the recording, for the history that writes it from now on.
    pub fn take_recording(&mut self) -> Option<Output> {
        match std::mem::take(&mut self.recording) {
            Recording::Waiting(output, name) => {
                self.recording = Recording::Elsewhere { name, is_file: output.is_file() };
                Some(output)
            }
            other => {
                self.recording = other;
                None
            }
        }
    }

    /// The history could write the recording no further.
    pub fn recording_failed(&mut self, error: &io::Error) {
        if let Recording::Elsewhere { name, is_file } = std::mem::take(&mut self.recording) {
            self.lost(&name, error, is_file);
        }
    }

    /// What is read, and what is written over, besides these.
    pub const fn files(&mut self) -> &mut Files {
        &mut self.files
    }

    /// Puts the files in their places: whatever was there before is gone now. To be called when the
    /// stream has begun.
    pub fn begin(&mut self) {
        self.begun = true;
        let events = match &mut self.events {
            Some(Events { to: Lines::File(out), .. }) => out.put_in_place(),
            _ => Ok(()),
        };
        self.tell_events(events);
        self.put_recording_in_place();
    }

    /// Whether a recording is being written.
    pub const fn is_recording(&self) -> bool {
        !matches!(self.recording, Recording::None)
    }

    /// Whether records are written as JSON.
    pub const fn has_events(&self) -> bool {
        self.events.is_some()
    }

    /// Whether a recording is all that was asked for.
    pub const fn has_only_recording(&self) -> bool {
        self.is_recording() && !self.has_events()
    }

    /// Whether nothing was asked for.
    pub const fn is_empty(&self) -> bool {
        self.events.is_none() && !self.is_recording() && !self.failed
    }

    /// Writes a record as JSON.
    pub fn record(&mut self, record: &Record, names: &Names) {
        let Some(out) = &mut self.events else { return };
        json::write(record, names, &mut out.waiting);
        out.waiting.push('\n');
        if out.waiting.len() >= PIECE {
            let written = out.write();
            self.tell_events(written);
        }
    }

    /// Brings everything to the files. Called when the stream is idle.
    pub fn flush(&mut self) {
        if let Some(out) = &mut self.events {
            let written = out.write().and_then(|()| out.to.flush());
            self.tell_events(written);
        }
    }

    /// The next sentence about a file that could not be written, each once.
    pub fn trouble(&mut self) -> Option<String> {
        self.troubles.pop_front()
    }

    /// Whether any file could not be written to its end.
    pub const fn failed(&self) -> bool {
        self.failed
    }

    fn tell_events(&mut self, written: io::Result<()>) {
        if let Err(error) = written
            && let Some(out) = self.events.take()
        {
            self.lost(&out.name, &error, out.is_file());
        }
    }

    fn lost(&mut self, name: &str, error: &io::Error, is_file: bool) {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return;
        }
        self.failed = true;
        let name = if name == "-" { "standard output" } else { &format!("`{name}`") };
        let rest = if is_file { "; what is in it up to there is whole" } else { "" };
        self.troubles.push_back(format!("{name} could not be written any further: {error}{rest}"));
    }
}

impl Drop for Outlets {
    fn drop(&mut self) {
        if self.begun {
            self.flush();
        }
    }
}
