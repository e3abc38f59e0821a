//! Commands that write or read files: `record`, `export`, `diff`.

use std::path::Path;
use std::time::Duration;

use loopscope_files::outputs::Refusal;
use loopscope_protocol::{Dialect, ExitHow, Word as _};
use web_time::Instant;

use super::Session;
use super::answer::{Answer, Outcome, Trouble};
use super::brake::size;
use super::command::{Command, Format, Target, ToWrite};
use super::comparison::{Compared, Comparison};
use super::export::write_export;
use crate::source::Origin;
use crate::source::replay::Replay;

/// How long two runs may take that are compared while somebody waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most records and the most bytes of text of a run that is kept whole.
const TO_THE_END: (u64, u64) = (10_000_000, 200 << 20);

/// Why a run did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The deadline came first.
    Late,
    /// Something else, in a sentence.
    Stopped(String),
}

impl Session {
    pub(super) fn record_to(&mut self, to: &ToWrite) -> Result<Answer, Trouble> {
        let file = &to.path;
        if self.origin() == Origin::Recording {
            return Err(Trouble::new(format!(
                "This is a recording already; copy the file to `{file}` instead."
            )));
        }
        // Even if none was asked for when we began.
        self.outlets.begin();
        let started = self.outlets.start_recording(Path::new(file), "`record`", to.force);
        started.map_err(|Refusal(text)| sentence(text))?;
        self.begin_recording();
        match self.outlets.trouble() {
            Some(text) => Err(sentence(text)),
            None => Ok(Answer::new(format!("Recording to `{file}`, from the first record on."))
                .with("file", file.as_str())),
        }
    }

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

    pub(super) fn export_to(
        &mut self,
        to: &ToWrite,
        format: Option<Format>,
    ) -> Result<Answer, Trouble> {
        let file = &to.path;
        let path = Path::new(file);
        let Some(format) = format.or_else(|| Format::of(path)) else {
            return Err(Trouble::new(format!(
                "What is `{file}` to be? Write `export {file} jsonl`, `csv` or `perfetto`."
            )));
        };
        let output = self.outlets.files().output(path, format.kind(), "`export`", to.force);
        let output = output.map_err(|Refusal(text)| sentence(text))?;
        write_export(format, &self.history, self.names(), output).map_err(|error| {
            Trouble::new(format!("`{file}` cannot be written: {error}; free some space there."))
        })?;
        let count = self.history.len();
        Ok(Answer::new(format!("Wrote {count} records to `{file}` as {}.", format.word()))
            .with("file", file.as_str())
            .with("format", format.word())
            .with("records", count))
    }

    pub(super) fn diff_with(&self, file: &str) -> Result<Answer, Trouble> {
        let other = Replay::open(Path::new(file)).map_err(|error| sentence(format!("{error}.")))?;
        let other = Session::new(other);
        let titles = [self.name(), file.to_owned()];
        Ok(Comparison::of([self, &other], titles).answer())
    }

    /// Runs the program twice from its start, by the rules that it has and by those of another
    /// dialect, and compares. The one command that waits; [`PATIENCE`] bounds it.
    pub(super) fn diff_dialects(&self, dialect: Dialect) -> Result<Answer, Trouble> {
        let deadline = Instant::now() + PATIENCE;
        let run = |rules: Option<Dialect>| -> Result<Session, Trouble> {
            let source = self.source.again(rules).map_err(|error| sentence(error.to_string()))?;
            let mut session = Session::new(source);
            match session.run_to_end(Some(deadline)) {
                Ok(()) => Ok(session),
                Err(Unfinished::Late) => Err(sentence(format!(
                    "Comparing dialects takes more than {} s here; `loopscope diff --dialect A \
                     --dialect B FILE` takes as long as it needs.",
                    PATIENCE.as_secs()
                ))),
                Err(Unfinished::Stopped(text)) => Err(sentence(text)),
            }
        };
        let sides = [Box::new(run(None)?), Box::new(run(Some(dialect))?)];
        let title = |side: &Session| match side.state().run().dialect {
            Some(rules) => format!("{} ({})", side.name(), rules.word()),
            None => side.name(),
        };
        let titles = [title(&sides[0]), title(&sides[1])];
        Ok(Comparison::of([&sides[0], &sides[1]], titles).answer())
    }

    /// Runs to the end of the source and waits for it. A program that does not come to its end is
    /// ended.
    pub fn run_to_end(&mut self, deadline: Option<Instant>) -> Result<(), Unfinished> {
        let settings = self.settings_mut();
        (settings.limit, settings.text) = TO_THE_END;
        if let Outcome::Started = self.execute(&Command::Goto(Target::End)) {
            loop {
                match self.tick(Duration::from_millis(20)).over {
                    Some(Ok(_)) => break,
                    Some(Err(_)) if self.brake.full.is_some() => {
                        self.kill(ExitHow::Killed);
                        let (records, text) = TO_THE_END;
                        return Err(Unfinished::Stopped(format!(
                            "`{}` sends more than {records} records or {} of text, which is more than can be kept whole; let it do less.",
                            self.name(),
                            size(text)
                        )));
                    }
                    Some(Err(trouble)) => return Err(Unfinished::Stopped(trouble.text)),
                    None => {}
                }
                if deadline.is_some_and(|at| Instant::now() >= at) {
                    self.kill(ExitHow::Timeout);
                    return Err(Unfinished::Late);
                }
            }
        }
        Ok(())
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

fn sentence(text: String) -> Trouble {
    Trouble::new(text)
}
