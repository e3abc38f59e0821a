//! Commands that write or read files: `record`, `export`, `diff`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use loopscope_model::diff::{Side, diff};
use loopscope_model::recording::Recording;
use loopscope_protocol::KindSet;

use super::answer::{Answer, Trouble};
use super::command::Format;
use super::{Session, export};

impl Session {
    pub(super) fn record_to(&mut self, file: &str) -> Result<Answer, Trouble> {
        if self.is_recording() {
            return Err(Trouble::new(format!(
                "This is a recording already; copy the file to `{file}` instead."
            )));
        }
        self.outlets.start_recording(Path::new(file)).map_err(sentence)?;
        self.outlets.bytes(&self.bytes);
        self.outlets.flush();
        match self.outlets.trouble() {
            Some(text) => Err(sentence(text)),
            None => Ok(Answer::new(format!("Recording to `{file}`, from the first record on."))
                .with("file", file)),
        }
    }

    pub(super) fn export_to(&self, file: &str, format: Option<Format>) -> Result<Answer, Trouble> {
        let path = Path::new(file);
        let Some(format) = format.or_else(|| Format::of(path)) else {
            return Err(Trouble::new(format!(
                "What is `{file}` to be? Write `export {file} jsonl`, `csv` or `perfetto`."
            )));
        };
        let failed = |error: std::io::Error| {
            Trouble::new(format!(
                "`{file}` cannot be written: {error}; name a file in a folder that you may write to."
            ))
        };
        // Asked before the file is made, so that nothing empty is left behind.
        export::supported(format).map_err(Trouble::new)?;
        let mut to = BufWriter::new(File::create(path).map_err(failed)?);
        export(format, &self.timeline, self.names(), &mut to)
            .and_then(|()| to.flush())
            .map_err(failed)?;
        let count = self.timeline.len();
        Ok(Answer::new(format!("Wrote {count} records to `{file}` as {}.", format.word()))
            .with("file", file)
            .with("format", format.word())
            .with("records", count))
    }

    pub(super) fn diff_with(&self, file: &str) -> Result<Answer, Trouble> {
        let opened = File::open(file).map_err(|error| {
            Trouble::new(format!("`{file}` cannot be opened: {error}; name a recording."))
        })?;
        let other = Recording::read(std::io::BufReader::new(opened))
            .map_err(|error| Trouble::new(format!("`{file}`: {error}")))?;
        let title = self.name();
        let never_sends = KindSet::NONE;
        let names = self.names();
        let here = Side { title: &title, timeline: &self.timeline, names, never_sends };
        let there =
            Side { title: file, timeline: &other.timeline, names: &other.names, never_sends };
        Ok(match diff(here, there) {
            None => {
                Answer::new("No difference: the same events in the same order.").with("same", true)
            }
            Some(found) => Answer::new(found.sentence.clone())
                .with("same", false)
                .with("equal", found.equal)
                .with("first", found.first)
                .with("second", found.second)
                .with("field", found.field)
                .with("difference", found.sentence),
        })
    }
}

fn sentence(text: String) -> Trouble {
    Trouble::new(text)
}
