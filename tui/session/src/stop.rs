//! What a stop says: where the cursor is, what just happened, what happens next.

use loopscope_model::expr::Context;
use loopscope_model::{json, safe_text, sentence};
use loopscope_protocol::{ExitHow, Text, Word};
use serde_json::{Value, json};

use super::answer::Answer;
use super::changes::Changes;
use super::long_walk::Task;
use super::values_over_time::{Display, Shown};
use super::{Session, UnderWay};
use crate::source::Origin;
use loopscope_model::titles::count;

/// What is said to a program that wanted to read something.
const NO_INPUT: &str = "Its standard input is empty here, since the keyboard is Loopscope's: `--stdin FILE` gives it a file to read, and `run --headless` the keyboard.";

/// Over a way of more records than this everything would be marked, so nothing is.
const MARKED: usize = 10_000;

impl Session {
    /// The sentence about what just happened, at the cursor; empty at the start.
    pub fn happened(&self) -> String {
        self.record().map_or_else(String::new, |record| {
            sentence::happened(self.state(), &record, self.names())
        })
    }

    /// The sentence about what happens next, at the cursor.
    pub fn next(&self) -> String {
        if let Some(sentence) = self.line_sentence() {
            return sentence;
        }
        sentence::next(self.state(), self.names())
    }

    /// What `display` shows at each stop: the number, the expression and its value here.
    pub fn displays(&self) -> Vec<(u32, String, String)> {
        let record = self.record();
        let context =
            Context { record: record.as_deref(), state: self.state(), names: self.names() };
        let value = |display: &Display| match &display.shown {
            Shown::Ours(expr) => match expr.eval(&context) {
                Ok(value) => value.to_string(),
                Err(error) => format!("({error})"),
            },
            Shown::Python { .. } => self.shown_here(display).unwrap_or_default(),
        };
        self.displays.iter().map(|each| (each.number, each.text.clone(), value(each))).collect()
    }

    /// Moves the cursor and notes what changed since the last stop.
    pub(super) fn move_to(&mut self, position: usize) {
        self.arrive_from(position, MARKED);
    }

    /// Moves the cursor to a place that was named. What lies between is no step that one would look
    /// at, so nothing is marked unless it is the record beside.
    pub(super) fn jump_to(&mut self, position: usize) {
        self.arrive_from(position, 1);
    }

    /// Moves the cursor; what changed is marked unless more records than `marked` lie between.
    fn arrive_from(&mut self, position: usize, marked: usize) {
        self.cursor.seek(&self.history, position);
        let before = usize::try_from(self.stopped.position()).unwrap_or(usize::MAX);
        let changes = Changes::between(&self.stopped, self.cursor.state());
        let is_quiet = before.abs_diff(position) > marked;
        self.changes = Changes { is_quiet, ..changes };
        self.stopped = self.cursor.share();
    }

    /// Moves the cursor within the history, for scrubbing with the mouse. Never runs the source.
    pub fn seek(&mut self, position: usize) {
        if !matches!(self.under_way, UnderWay::Nothing) {
            return;
        }
        if self.history.is_near(position) {
            self.jump_to(position);
        } else {
            let _ = self.start_walk(Task::ReadOn { position, reason: "goto" });
        }
    }

    /// `#41 t 3.000000 turn 4`, or what there is instead at the start.
    pub(super) fn position_words(&self) -> String {
        match self.record() {
            None if self.history.first() > 0 => {
                format!("behind #{}, where what is kept begins", self.history.first_seq())
            }
            None => "before the first record".to_owned(),
            Some(record) => {
                let time = record.seconds().map_or_else(String::new, |t| format!("t {t:.6}  "));
                format!("#{}  {time}turn {}", record.seq, record.turn)
            }
        }
    }

    /// The answer of a command that moved the cursor. `reason` is for programs; `note` is a line
    /// that comes first.
    pub(super) fn stop(&self, reason: &str, note: &str) -> Answer {
        let mut lines = Vec::new();
        if !note.is_empty() {
            lines.push(note.to_owned());
        }
        let place = self.position_words();
        lines.push(match self.record() {
            Some(record) => format!("{place}  {}", self.names().line(&record)),
            None => format!("{}: {place}", safe_text::line(&self.name())),
        });
        let (happened, next) = (self.happened(), self.next());
        if self.settings.sentences {
            // What the note has said already is not said again.
            let said = |text: &&String| !text.is_empty() && *text != note;
            lines.extend(
                [&happened, &next].into_iter().filter(said).map(|text| format!("  {text}")),
            );
        }
        // The command that stopped here is still under way.
        let runs_on = self.run_state.runs() && !self.program_ended();
        let behind = self.live_edge() - self.position();
        if runs_on && behind > 0 {
            let came = count(behind, "record");
            let what = self.kind_of_source();
            lines.push(format!(
                "  The {what} runs on: {came} came since, and `goto end` follows it again."
            ));
        }
        let displays = self.displays();
        lines.extend(displays.iter().map(|(n, text, value)| format!("{n}: {text} = {value}")));
        let shown: Value = displays
            .iter()
            .map(|(_, text, value)| json!({ "expr": text, "value": value }))
            .collect();
        Answer::new(lines.join("\n"))
            .with("stop", reason)
            .with("position", self.position())
            .with("record", self.record().map_or(Value::Null, |record| self.record_json(&record)))
            .with("line", self.line_to_come().map(|(file, line)| format!("{file}:{line}")))
            .with("happened", happened)
            .with("next", next)
            .with("ended", self.program_ended() && self.is_live())
            .with("runs_on", runs_on)
            .with("behind", behind)
            .with("output", self.new_output())
            .with("display", shown)
    }

    /// A record as `--events` has it.
    pub(super) fn record_json(&self, record: &loopscope_model::Record) -> Value {
        serde_json::from_str(&json::line(record, self.names())).unwrap_or(Value::Null)
    }

    /// What the program wrote since the last stop.
    fn new_output(&self) -> Value {
        let new = usize::try_from(self.changes.outputs).unwrap_or(0);
        let latest = self.history.outputs(self.position()).rev().take(new);
        let mut latest: Vec<_> = latest.collect();
        latest.reverse();
        latest
            .into_iter()
            .filter_map(|record| {
                let (stream, text) = record.written(self.names())?;
                Some((stream, text.into_owned()))
            })
            .map(|(stream, text)| json!({ "stream": stream.word(), "text": text }))
            .collect()
    }

    /// How the source ended, in a sentence.
    pub fn ending(&self) -> String {
        let Some(exit) = self.history.exit() else {
            return if self.origin() == Origin::Recording {
                "The recording ends here.".to_owned()
            } else {
                "The source has ended.".to_owned()
            };
        };
        let told = exit.texts.get(Text::FIRST).trim_end();
        if !told.is_empty() {
            let told = safe_text::line(told);
            let asked_for_input = exit.how == ExitHow::Exception && told.contains("EOFError");
            return if asked_for_input && self.source.reads_nothing() {
                format!("{told} {NO_INPUT}")
            } else {
                told.into_owned()
            };
        }
        match exit.how {
            ExitHow::End => format!("The program has ended with exit code {}.", exit.code),
            ExitHow::Exit => format!("The program has left with exit code {}.", exit.code),
            ExitHow::Exception => {
                "The program has ended with an exception that nobody caught.".to_owned()
            }
            ExitHow::Syntax => "The program could not be compiled.".to_owned(),
            ExitHow::Interrupted => "The program was interrupted.".to_owned(),
            ExitHow::Lost => format!("The program's process is gone (exit code {}).", exit.code),
            ExitHow::Timeout => "The program ran out of its time and was ended.".to_owned(),
            ExitHow::Deadlock => "Nothing could ever wake the program's loop.".to_owned(),
            ExitHow::Killed => "The program was ended because you left it.".to_owned(),
        }
    }
}
