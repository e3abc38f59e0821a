//! The command `record`: what there is so far is copied to a file in portions, and what comes later
//! is written behind it. The file is in its place when it has all so far, or not at all.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use loopscope_files::outputs::{Kind, Output, OutputGuard, Refusal};
use loopscope_model::history::Copying;

use super::answer::{Answer, Outcome, Trouble};
use super::command::ToWrite;
use super::files::cannot_be_written;
use super::long_walk::{Slice, Task};
use super::progress::Progress;
use super::source::Origin;
use super::{Session, UnderWay};

/// How many bytes are copied between two looks at the time.
const PORTION: u64 = 1 << 18;

/// A recording that does not have all so far. One that is dropped leaves no trace.
#[derive(Debug)]
pub(super) struct Recording {
    file: String,
    copying: Copying,
    output: Shared,
    /// Whatever ends us meanwhile leaves nothing half-written behind.
    guard: Option<OutputGuard>,
}

/// The file, for the history that writes to it and for us who put it in its place.
#[derive(Clone, Debug)]
struct Shared(Arc<Mutex<Output>>);

impl Shared {
    fn get(&self) -> MutexGuard<'_, Output> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.get().write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.get().write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.get().flush()
    }
}

impl Session {
    /// Begins a recording. What takes no longer than a moment is copied at once, whatever else goes
    /// on; more is copied while whoever asked for it waits.
    pub(super) fn record_to(&mut self, to: &ToWrite) -> Outcome {
        let mut recording = match self.open_recording(to) {
            Ok(recording) => recording,
            Err(trouble) => return Outcome::Failed(trouble),
        };
        let slice = Slice::begin();
        loop {
            match self.record_on(&mut recording) {
                Ok(true) => {
                    return match self.record_from_now(recording) {
                        Ok(answer) => Outcome::Done(answer),
                        Err(trouble) => Outcome::Failed(trouble),
                    };
                }
                Ok(false) if slice.is_over() => break,
                Ok(false) => {}
                Err(trouble) => return Outcome::Failed(trouble),
            }
        }
        if !matches!(self.under_way, UnderWay::Nothing) {
            return Outcome::Failed(Trouble::new(
                "There is too much to be recorded while the program runs; `pause` it first, or wait until it stops.",
            ));
        }
        recording.guard = recording.output.get().guard();
        self.start_walk(Task::Record(Box::new(recording)))
    }

    /// Opens the file of a recording that has nothing yet.
    pub(super) fn open_recording(&mut self, to: &ToWrite) -> Result<Recording, Trouble> {
        let file = &to.path;
        if self.origin() == Origin::Recording {
            return Err(Trouble::new(format!(
                "This is a recording already; copy the file to `{file}` instead."
            )));
        }
        let path = Path::new(file);
        let output = self.outlets.files().output(path, Kind::Recording, "`record`", to.force);
        let output = output.map_err(|Refusal(text)| Trouble::new(text))?;
        let output = Shared(Arc::new(Mutex::new(output)));
        let begun = self.history.begin_copy(Box::new(output.clone()));
        let copying = begun.map_err(|error| cannot_be_written(file, &error.into()))?;
        Ok(Recording { file: file.clone(), copying, output, guard: None })
    }

    /// Copies a portion more. True: the recording has all that there is.
    pub(super) fn record_on(&mut self, recording: &mut Recording) -> Result<bool, Trouble> {
        let copied = self.history.copy_on(&mut recording.copying, PORTION);
        copied.map_err(|error| cannot_be_written(&recording.file, &error.into()))
    }

    /// Puts a recording that has all that there is in its place; what comes is written to it too.
    pub(super) fn record_from_now(&mut self, recording: Recording) -> Result<Answer, Trouble> {
        let Recording { file, copying, output, guard: _guard } = recording;
        let is_file = {
            let mut output = output.get();
            output.put_in_place().map_err(|error| cannot_be_written(&file, &error))?;
            output.is_file()
        };
        // Even if no file was asked for when we began.
        self.outlets.begin();
        self.outlets.recording_begun(file.clone(), is_file);
        if let Err(error) = self.history.end_copy(copying) {
            self.outlets.recording_failed(&error.into());
        }
        self.tell_of_files();
        match self.outlets.trouble() {
            Some(text) => Err(Trouble::new(text)),
            None => Ok(Answer::new(format!("Recording to `{file}`, from the first record on."))
                .with("file", file)),
        }
    }
}

impl Recording {
    pub(super) fn progress(&self) -> Progress {
        let (done, all) = self.copying.progress();
        let number = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
        Progress::new("recording", number(done), number(all))
    }

    /// It is not wanted any more.
    pub(super) fn left(&self) -> Trouble {
        let percent = self.progress().percent.unwrap_or(0);
        Trouble::new(format!(
            "The recording was left when {percent} % of what there is was copied; nothing is written to `{}`.",
            self.file
        ))
    }
}
