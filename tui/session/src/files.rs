//! What goes to files: the recording that was asked for from the start, `export`; and runs that are
//! kept whole.

use std::io;
use std::path::Path;
use std::time::Duration;

use loopscope_files::outputs::Refusal;
use loopscope_protocol::ExitHow;
use web_time::Instant;

use super::Session;
use super::answer::{Answer, Outcome, Trouble};
use super::brake::size;
use super::command::{Command, Format, Target, ToWrite};
use super::comparison::Compared;
use super::export::Exporting;
use super::long_walk::Task;
use super::progress::{GoOn, PORTION, Progress};
use crate::source::Origin;

/// The most records and the most bytes of text of a run that is kept whole.
const TO_THE_END: (u64, u64) = (10_000_000, 200 << 20);

/// What a session without a screen says.
const NO_SCREEN: &str = "A picture is one of the screen, and there is none here; `loopscope export RECORDING --to svg` draws one of a recording.";

/// Why a run did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The deadline came first.
    Late,
    /// It was not wanted any more.
    Left,
    /// Something else, in a sentence.
    Stopped(String),
}

impl Session {
    /// A recording that was asked for begins with what there is.
    pub(super) fn begin_recording(&mut self) {
        if let Some(output) = self.outlets.take_recording()
            && let Err(error) = self.history.copy_to(Box::new(output))
        {
            self.outlets.recording_failed(&error.into());
        }
        self.tell_of_files();
    }

    /// Notes what became of the recording.
    pub(super) fn tell_of_files(&mut self) {
        if let Some(error) = self.history.copy_failed() {
            self.outlets.recording_failed(&error);
        }
    }

    /// Nothing more is written to the files.
    pub(super) fn end_files(&mut self) {
        self.outlets.flush();
        if let Err(error) = self.history.finish_copy() {
            self.outlets.recording_failed(&error.into());
        }
        self.tell_of_files();
    }

    pub(super) fn export_to(&mut self, to: &ToWrite, format: Option<Format>) -> Outcome {
        match self.begin_export(to, format) {
            Ok(writing) => self.start_walk(Task::Export(Box::new(writing))),
            Err(trouble) => Outcome::Failed(trouble),
        }
    }

    fn begin_export(&mut self, to: &ToWrite, format: Option<Format>) -> Result<Writing, Trouble> {
        let file = &to.path;
        let path = Path::new(file);
        let Some(format) = format.or_else(|| Format::of(path)) else {
            return Err(Trouble::new(format!(
                "What is `{file}` to be? Write `export {file} jsonl`, `csv`, `perfetto` or `svg`."
            )));
        };
        if format == Format::Svg {
            return Err(Trouble::new(NO_SCREEN));
        }
        let output = self.outlets.files().output(path, format.kind(), "`export`", to.force);
        let output = output.map_err(|Refusal(text)| sentence(text))?;
        let begun = Exporting::begin(format, &self.history, output);
        let exporting = begun.map_err(|error| cannot_be_written(file, &error))?;
        Ok(Writing { file: file.clone(), format, exporting })
    }

    /// Writes a portion more of an export. True: all records are written.
    pub(super) fn write_on(&self, writing: &mut Writing) -> Result<bool, Trouble> {
        let written = writing.exporting.advance(&self.history, self.names(), PORTION);
        written.map_err(|error| cannot_be_written(&writing.file, &error))
    }

    /// Runs to the end of the source and waits for it. A program that does not come to its end is
    /// ended. `go_on` is asked now and then whether it is still wanted.
    pub fn run_to_end(
        &mut self,
        deadline: Option<Instant>,
        go_on: &mut GoOn<'_>,
    ) -> Result<(), Unfinished> {
        self.start_to_end();
        loop {
            if let Some(result) = self.go_to_end(Duration::from_millis(20), deadline) {
                return result;
            }
            if !go_on(Progress { doing: "running", percent: None }) {
                self.kill(ExitHow::Killed);
                return Err(Unfinished::Left);
            }
        }
    }

    /// Starts to run to the end of the source.
    pub fn start_to_end(&mut self) {
        let settings = self.settings_mut();
        (settings.limit, settings.text) = TO_THE_END;
        // Of a recording all is there.
        if self.origin() != Origin::Recording {
            let _ = self.execute(&Command::Goto(Target::End));
        }
    }

    /// Runs on towards the end of the source, waiting at most `wait`. `Some`: it is over.
    pub fn go_to_end(
        &mut self,
        wait: Duration,
        deadline: Option<Instant>,
    ) -> Option<Result<(), Unfinished>> {
        if !self.is_running() {
            return Some(Ok(()));
        }
        match self.tick(wait).over {
            Some(Ok(_)) => return Some(Ok(())),
            Some(Err(_)) if self.brake.full.is_some() => {
                self.kill(ExitHow::Killed);
                let (records, text) = TO_THE_END;
                return Some(Err(Unfinished::Stopped(format!(
                    "`{}` sends more than {records} records or {} of text, which is more than can be kept whole; let it do less.",
                    self.name(),
                    size(text)
                ))));
            }
            Some(Err(trouble)) => return Some(Err(Unfinished::Stopped(trouble.text))),
            None => {}
        }
        if deadline.is_some_and(|at| Instant::now() >= at) {
            self.kill(ExitHow::Timeout);
            return Some(Err(Unfinished::Late));
        }
        None
    }

    /// What there is to compare.
    pub(super) fn compared(&self) -> Compared<'_> {
        Compared {
            history: &self.history,
            names: self.names(),
            never_sends: self.source.never_sends(),
        }
    }
}

/// A file that is written while whoever asked for it waits.
#[derive(Debug)]
pub(super) struct Writing {
    file: String,
    format: Format,
    exporting: Exporting,
}

impl Writing {
    pub(super) fn progress(&self) -> Progress {
        let (done, of) = self.exporting.progress();
        Progress::new("exporting", done, of)
    }

    /// All records are written.
    pub(super) fn finish(self) -> Result<Answer, Trouble> {
        let Self { file, format, exporting } = self;
        let (count, _) = exporting.progress();
        exporting.finish().map_err(|error| cannot_be_written(&file, &error))?;
        Ok(Answer::new(format!("Wrote {count} records to `{file}` as {}.", format.word()))
            .with("file", file)
            .with("format", format.word())
            .with("records", count))
    }

    /// It is not wanted any more.
    pub(super) fn left(&self) -> Trouble {
        let (done, of) = self.exporting.progress();
        Trouble::new(format!(
            "The export was left after {done} of {of} records; nothing is written to `{}`.",
            self.file
        ))
    }
}

pub(super) fn cannot_be_written(file: &str, error: &io::Error) -> Trouble {
    Trouble::new(format!("`{file}` cannot be written: {error}; free some space there."))
}

fn sentence(text: String) -> Trouble {
    Trouble::new(text)
}
