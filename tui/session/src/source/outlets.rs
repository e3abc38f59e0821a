//! Where records go besides the history: the file of `--events` and the recording of `--record`.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use loopscope_model::{Names, Record, json, recording};

/// Files that grow with the stream. A file that cannot be written any more is left alone, and the
/// reason is told once; a closed pipe is no reason worth telling.
#[derive(Default)]
pub struct Outlets {
    events: Option<Out<Box<dyn Write + Send>>>,
    recording: Option<(recording::Writer<BufWriter<File>>, String)>,
    trouble: Option<String>,
}

struct Out<W> {
    to: W,
    name: String,
    line: String,
}

impl fmt::Debug for Outlets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlets")
            .field("events", &self.events.as_ref().map(|out| &out.name))
            .field("recording", &self.recording.as_ref().map(|(_, name)| name))
            .finish_non_exhaustive()
    }
}

impl Outlets {
    /// Opens the files; `-` for the events is standard output. Fails with a sentence.
    pub fn open(events: Option<&Path>, recording: Option<&Path>) -> Result<Self, String> {
        let mut outlets = Self::default();
        if let Some(path) = events {
            let to: Box<dyn Write + Send> = if path.as_os_str() == "-" {
                Box::new(BufWriter::with_capacity(1 << 16, io::stdout()))
            } else {
                Box::new(BufWriter::with_capacity(1 << 16, create(path, "--events")?))
            };
            let name = path.display().to_string();
            outlets.events = Some(Out { to, name, line: String::new() });
        }
        if let Some(path) = recording {
            outlets.start_recording(path)?;
        }
        Ok(outlets)
    }

    /// Starts a recording, in place of the one before. What it is to hold comes through
    /// [`Outlets::bytes`].
    pub fn start_recording(&mut self, path: &Path) -> Result<(), String> {
        let file = BufWriter::with_capacity(1 << 16, create(path, "the recording")?);
        self.finish_recording();
        let name = path.display().to_string();
        let writer = recording::Writer::new(file).map_err(|error| failed(&name, &error))?;
        self.recording = Some((writer, name));
        Ok(())
    }

    /// Whether a recording is being written.
    pub const fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Whether anything is being written.
    pub const fn is_empty(&self) -> bool {
        self.events.is_none() && self.recording.is_none()
    }

    /// Writes a record as JSON.
    pub fn record(&mut self, record: &Record, names: &Names) {
        let Some(out) = &mut self.events else { return };
        out.line.clear();
        json::write(record, names, &mut out.line);
        out.line.push('\n');
        if let Err(error) = out.to.write_all(out.line.as_bytes()) {
            self.events_lost(&error);
        }
    }

    /// Writes bytes of the stream, as they came, to the recording.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if let Some((writer, _)) = &mut self.recording
            && let Err(error) = writer.write(bytes)
        {
            self.recording_lost(&error);
        }
    }

    /// Brings everything to the files. Called when the stream is idle.
    pub fn flush(&mut self) {
        if let Some(out) = &mut self.events
            && let Err(error) = out.to.flush()
        {
            self.events_lost(&error);
        }
        if let Some((writer, _)) = &mut self.recording
            && let Err(error) = writer.flush()
        {
            self.recording_lost(&error);
        }
    }

    /// Ends the files, with all that came. Called when the stream is over; dropping does it too.
    pub fn finish(&mut self) {
        self.flush();
        self.finish_recording();
    }

    fn finish_recording(&mut self) {
        if let Some((writer, name)) = self.recording.take()
            && let Err(error) = writer.finish()
        {
            self.lost(&name, &error);
        }
    }

    /// The sentence about a file that could not be written, once.
    pub const fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    fn events_lost(&mut self, error: &io::Error) {
        if let Some(out) = self.events.take() {
            self.lost(&out.name, error);
        }
    }

    fn recording_lost(&mut self, error: &io::Error) {
        if let Some((_, name)) = self.recording.take() {
            self.lost(&name, error);
        }
    }

    fn lost(&mut self, name: &str, error: &io::Error) {
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.trouble = Some(failed(name, error));
        }
    }
}

impl Drop for Outlets {
    fn drop(&mut self) {
        self.finish();
    }
}

fn create(path: &Path, what: &str) -> Result<File, String> {
    File::create(path).map_err(|error| {
        format!("{what} cannot be written to `{}`: {error}; name a file in a folder that you may write to", path.display())
    })
}

fn failed(name: &str, error: &io::Error) -> String {
    format!(
        "`{name}` could not be written any further: {error}; it may end in the middle of a record, and what stands before that is whole"
    )
}
