//! Going line by line, and stopping at lines: the program tells where it holds, and has not run that
//! line yet.
//!
//! Lines that cause nothing are known only while the program runs. In what is recorded, and of a
//! source that cannot hold at lines, a line is known by what it has caused.

use loopscope_model::Record;
use loopscope_model::control::OwnedRequest;
use loopscope_model::expr::Context;
use loopscope_model::safe_text;
use loopscope_protocol::Capability;

use super::Session;
use super::answer::{Outcome, Trouble};
use super::breaks::{Hit, Trigger};
use super::goal::{Goal, Until};
use super::source::SourceError;

/// A line at which the program holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineStop {
    /// The number of the last record before it.
    seq: u64,
    /// `file:line`.
    place: String,
    function: String,
}

impl Session {
    /// Whether the program can hold at lines.
    pub(super) fn holds_at_lines(&self) -> bool {
        self.source.capabilities().has(Capability::Lines) && !self.source.is_ended()
    }

    /// `line [N]`.
    pub(super) fn go_by_line(&mut self, n: u32) -> Outcome {
        if !self.holds_at_lines() && !self.history.knows_lines() {
            return Outcome::Failed(Trouble::new(format!(
                "{} does not say which line runs; `step` goes on by records.",
                safe_text::line(&self.name())
            )));
        }
        let from = self.current_line().map(|(file, line)| format!("{file}:{line}"));
        let by_records = !self.is_live() || !self.holds_at_lines();
        self.start(Goal::new(Until::Line { left: n, from, by_records }))
    }

    /// The lines that the source is to hold at, so that a run may end there.
    fn lines_wanted(&self, goal: &Goal) -> Vec<String> {
        let mut lines = Vec::new();
        if let Until::Kinds { line: Some(line), .. } = &goal.until {
            lines.push(line.clone());
        }
        if goal.breaks {
            lines.extend(self.breaks.lines().map(str::to_owned));
        }
        lines
    }

    /// Tells the source which lines these are, where it did not know.
    pub(super) fn ask_for_lines(&mut self, goal: &Goal) -> Result<(), SourceError> {
        if !self.holds_at_lines() {
            return Ok(());
        }
        let lines = self.lines_wanted(goal);
        if lines == self.lines_asked {
            return Ok(());
        }
        self.source.request(OwnedRequest::Lines { places: lines.join("\n") })?;
        self.lines_asked = lines;
        Ok(())
    }

    /// The source holds at a line.
    pub(super) fn at_line(&mut self, text: &str) {
        let (place, function) = text.split_once(' ').unwrap_or((text, ""));
        self.line_stop = Some(LineStop {
            seq: self.history.seq(),
            place: place.to_owned(),
            function: function.to_owned(),
        });
    }

    /// The line at which the program holds, if the cursor is there.
    fn line_here(&self) -> Option<&LineStop> {
        let stop = self.line_stop.as_ref()?;
        (self.is_live() && stop.seq == self.history.seq()).then_some(stop)
    }

    /// Where that is, as file and line.
    pub fn line_to_come(&self) -> Option<(String, u32)> {
        let (file, line) = self.line_here()?.place.rsplit_once(':')?;
        Some((file.to_owned(), line.parse().ok()?))
    }

    /// The sentence about it, with the line itself.
    pub(super) fn line_sentence(&self) -> Option<String> {
        let stop = self.line_here()?;
        let (file, line) = self.line_to_come()?;
        let source = self.source_lines(&file);
        let text = source.and_then(|lines| lines.get((line as usize).checked_sub(1)?).cloned());
        let text = text.map_or_else(String::new, |text| format!(": {}", text.trim()));
        let shown = format!("{} in {} runs{text}", stop.place, stop.function);
        Some(safe_text::line(&shown).into_owned())
    }

    /// Whether the run ends at the line where the source holds now.
    pub(super) fn ends_at_line(&mut self, goal: &mut Goal) -> Result<Option<Option<Hit>>, Trouble> {
        let Some(stop) = self.line_here().cloned() else { return Ok(None) };
        let record = self.record();
        let context = Context {
            record: record.as_deref(),
            state: self.cursor.state(),
            names: self.history.names(),
        };
        if let Until::Kinds { line: Some(line), left, asked, .. } = &mut goal.until
            && *line == stop.place
        {
            let holds = asked.as_ref().map_or(Ok(true), |expr| expr.test(&context));
            if holds.map_err(|error| {
                Trouble::new(format!("The condition cannot be tested here: {error}"))
            })? {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    return Ok(Some(None));
                }
            }
        }
        if goal.breaks
            && let Some(hit) = self.breaks.test_line(&stop.place, &context)
        {
            return Ok(Some(Some(hit)));
        }
        if let Until::Line { left, by_records: false, .. } = &mut goal.until {
            *left = left.saturating_sub(1);
            if *left == 0 {
                return Ok(Some(None));
            }
        }
        Ok(None)
    }

    /// Whether a record stands for a line that the source has held at, so that it does not count once
    /// more. What comes while lines are held at is newer than what there was when the run began.
    pub(super) fn is_told_by_lines(&self, record: &Record, since: u64) -> bool {
        record.seq > since && self.holds_at_lines()
    }
}

impl Trigger {
    /// The line, if it is one.
    pub(super) fn line(&self) -> Option<&str> {
        match self {
            Self::Event(events, _) => events.line.as_deref(),
            Self::Watch(_) | Self::Python(_) | Self::Log { .. } => None,
        }
    }
}
