//! Looking at one thing: where a task stands, why it waits, the value of an expression, the source.

use std::path::Path;

use loopscope_model::expr::{Context, Expr, Value};
use loopscope_model::history::RecordRef;
use loopscope_model::{record, safe_text, titles, why};
use loopscope_protocol::{Event, HandleId, TaskId};
use serde_json::Value as Json;

use super::answer::{Answer, Trouble};
use super::command::{Late, TaskRef};
use super::values_over_time::{Display, Shown};
use super::{Session, labels, program_text};

/// A value for programs.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        // A count is written without a point.
        #[allow(clippy::cast_possible_truncation, reason = "a whole number in range")]
        Value::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            (*value as i64).into()
        }
        Value::Number(value) => (*value).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(list) => list.iter().map(json).collect(),
    }
}

impl Session {
    /// What an expression is evaluated against: the record and the state at the cursor.
    fn context<'a>(&'a self, record: Option<&'a RecordRef>) -> Context<'a> {
        Context { record: record.map(|record| &**record), state: self.state(), names: self.names() }
    }

    pub(super) fn print(&self, text: &str) -> Result<Answer, Trouble> {
        let record = self.record();
        let context = self.context(record.as_ref());
        let value = Expr::parse(text).and_then(|expr| expr.eval(&context));
        let value = value.map_err(|error| Trouble::new(error.to_string()))?;
        Ok(Answer::new(value.to_string()).with("expr", text).with("value", json(&value)))
    }

    pub(super) fn assert(&self, text: &str) -> Result<Answer, Trouble> {
        let expr = Expr::parse(text).map_err(|error| Trouble::new(error.to_string()))?;
        let record = self.record();
        let holds = expr.test(&self.context(record.as_ref())).map_err(|error| {
            Trouble::new(format!("`{text}` cannot be tested at {}: {error}", self.position_words()))
        })?;
        if holds {
            return Ok(Answer::default().with("assert", text));
        }
        Err(Trouble::new(format!(
            "Assertion failed: `{text}` does not hold at {}.",
            self.position_words()
        )))
    }

    pub(super) fn display(&mut self, text: Option<&str>) -> Result<Answer, Trouble> {
        if let Some(text) = text {
            let expr = Expr::parse(text).map_err(|error| Trouble::new(error.to_string()))?;
            self.last_display += 1;
            let shown = Shown::Ours(expr);
            let number = self.last_display;
            self.displays.push(Display { number, text: text.to_owned(), shown });
        }
        let shown = self.displays();
        let shown = if text.is_some() { &shown[shown.len() - 1..] } else { &shown };
        let lines: Vec<_> =
            shown.iter().map(|(n, text, value)| format!("{n}: {text} = {value}")).collect();
        if lines.is_empty() {
            return Ok(Answer::new("Nothing is displayed; `display EXPR` adds something."));
        }
        Ok(Answer::new(lines.join("\n")))
    }

    pub(super) fn undisplay(&mut self, numbers: &[u32]) -> Result<Answer, Trouble> {
        let known = |number: &u32| self.displays.iter().any(|each| each.number == *number);
        if let Some(unknown) = numbers.iter().find(|number| !known(number)) {
            return Err(Trouble::new(format!(
                "There is no display {unknown}; `display` alone lists them."
            )));
        }
        self.displays.retain(|each| !numbers.is_empty() && !numbers.contains(&each.number));
        Ok(Answer::default())
    }

    pub(super) fn where_is(&self, task: Option<&TaskRef>) -> Result<Answer, Trouble> {
        let names = self.names();
        if task.is_none() && self.current_task().is_none() {
            return self.where_now();
        }
        let id = self.task_or_current(task)?;
        let Some(found) = self.state().task(id) else {
            return Err(Trouble::new(format!("Task {} is not known here.", id.0)));
        };
        let title = labels::task(id, self.state(), names);
        let doing = labels::task_state(found, self.state(), names);
        let mut lines = vec![format!("{title}: {doing}")];
        let traceback: Vec<_> = found.ending.traceback().collect();
        let mut chain = Vec::new();
        // Where it was raised the traceback says with all that it came through.
        lines.extend(traceback.iter().rev().map(|frame| format!("  {}", frame.shown())));
        for frame in traceback.iter().rev() {
            chain.push(serde_json::json!({ "where": frame.place, "name": frame.name }));
        }
        let frames = if chain.is_empty() { names.chain(found.chain) } else { Vec::new() };
        for frame in frames {
            let place = names.place(frame.place).unwrap_or_default();
            lines.push(format!("  {place} in {}", names.name(frame.name)));
            let place = names.exact_place(frame.place).unwrap_or_default();
            chain.push(serde_json::json!({ "where": place, "name": names.exact(frame.name) }));
        }
        if chain.is_empty()
            && let Some(place) = names.place(found.place)
        {
            lines.push(format!("  {place} in {}", names.name(found.name)));
            let place = names.exact_place(found.place);
            chain.push(serde_json::json!({ "where": place, "name": names.exact(found.name) }));
        }
        Ok(Answer::new(lines.join("\n"))
            .with("task", id.0)
            .with("state", found.state.word())
            .with("value", found.ending.value())
            .with("chain", chain))
    }

    /// The line at work where no task runs, with where the library is that it called; else what runs,
    /// and where that is defined.
    fn where_now(&self) -> Result<Answer, Trouble> {
        let names = self.names();
        let handle = self.current_handle();
        let what = handle.map_or_else(String::new, |id| labels::handle(id, self.state(), names));
        let Some((file, line)) = self.current_line() else {
            let defined = handle
                .and_then(|id| self.state().handle(id))
                .and_then(|handle| names.place(handle.place))
                .map_or_else(String::new, |place| format!(", which is defined at {place}"));
            if handle.is_none() {
                return Err(Trouble::new(
                    "Nothing of the program runs here; `where TASK` shows where a task stands.",
                ));
            }
            return Ok(Answer::new(format!("in {what}{defined}")).with("where", Json::Null));
        };
        let cause = self.record().and_then(|record| record.cause(names));
        let inside = cause.and_then(|cause| cause.inside).map_or_else(String::new, |frame| {
            let place = names.place(frame.place).unwrap_or_default();
            format!("\n  {place} in {}", names.name(frame.name))
        });
        let what = if what.is_empty() { what } else { format!(" in {what}") };
        let place = format!("{file}:{line}");
        let shown = safe_text::line(&place);
        Ok(Answer::new(format!("{shown}{what}{inside}")).with("where", place.clone()))
    }

    pub(super) fn why(&self, task: Option<&TaskRef>) -> Result<Answer, Trouble> {
        let id = self.task_or_current(task)?;
        let text = why::why(self.state(), self.names(), id);
        let woken = why::last_wakeup(&self.history, self.state(), self.names(), id);
        let all = woken.as_ref().map_or_else(|| text.clone(), |woken| format!("{text}\n{woken}"));
        Ok(Answer::new(all).with("task", id.0).with("why", text).with("woken", woken))
    }

    pub(super) fn why_late(&self, what: Option<&Late>) -> Result<Answer, Trouble> {
        let handle = match what {
            Some(Late::Handle(id)) => HandleId(*id),
            Some(Late::Task(task)) => {
                let id = self.task_or_current(Some(task))?;
                self.step_of(id).ok_or_else(|| {
                    Trouble::new("That task has not run yet, and its first step is not ready.")
                })?
            }
            None => self.handle_at_hand().ok_or_else(|| {
                Trouble::new("No handle is at hand here; `why late h7` asks about one.")
            })?,
        };
        let late = why::late(&self.history, self.state(), self.names(), handle);
        let Some(late) = late else {
            return Err(Trouble::new(format!(
                "There is no handle h{} up to here, or too much of it was lost.",
                handle.0
            )));
        };
        if late.since > late.until {
            let due = titles::time(record::seconds(late.since));
            return Err(Trouble::new(format!("{} is not late: it is due at {due}.", late.title)));
        }
        let parts: Vec<Json> = late
            .parts
            .iter()
            .map(|part| {
                let handle = match part.who {
                    why::InTheWay::Handle(id) => Some(id.0),
                    why::InTheWay::Asleep | why::InTheWay::Loop => None,
                };
                serde_json::json!({
                    "handle": handle, "title": part.title, "seq": part.seq,
                    "took": record::seconds(part.took),
                })
            })
            .collect();
        Ok(Answer::new(late.text())
            .with("handle", late.handle.0)
            .with("since", record::seconds(late.since))
            .with("until", record::seconds(late.until))
            .with("has_run", late.has_run)
            .with("in_the_way", parts))
    }

    /// The handle that steps a task, or did so last; if a timer made that, the timer.
    fn step_of(&self, id: TaskId) -> Option<HandleId> {
        let queued = self.state().task(id).and_then(|task| task.handle);
        let n = self.position();
        let step = queued.or_else(|| why::last_step(&self.history, self.state(), id))?;
        Some(why::timer_behind(&self.history, n, step).unwrap_or(step))
    }

    /// The handle that the record at hand is about; else the one that runs, else a timer that is
    /// overdue.
    fn handle_at_hand(&self) -> Option<HandleId> {
        let of_record = match self.record()?.event {
            Event::HandleNew { handle, .. }
            | Event::TimerNew { handle, .. }
            | Event::TimerDue { handle, .. }
            | Event::HandleRun { handle, .. }
            | Event::HandleDone { handle, .. }
            | Event::WatcherReady { handle, .. } => Some(handle),
            _ => None,
        };
        let first = || self.state().focus().and_then(|it| self.state().first_timer(it));
        of_record.or_else(|| self.current_handle()).or_else(|| first().map(|(timer, _)| timer))
    }

    /// The lines of a file of the program, if it is at hand.
    pub fn source_lines(&self, file: &str) -> Option<Vec<String>> {
        let mut folders = self.folder.as_deref().into_iter().chain([Path::new("")]);
        let text = folders.find_map(|folder| program_text(folder, file))?;
        Some(text.lines().map(str::to_owned).collect())
    }

    pub(super) fn list(&self, line: Option<u32>) -> Result<Answer, Trouble> {
        let here = self.selected_line().or_else(|| self.current_line());
        let near = here.clone().or_else(|| self.last_line());
        let file = match &near {
            Some((file, _)) => file.clone(),
            None => self.names().exact(self.state().run().file).into_owned(),
        };
        let file = if file.is_empty() { self.name() } else { file };
        let Some(lines) = self.source_lines(&file) else {
            return Err(Trouble::new(format!(
                "The source `{}` is not at hand; run from the folder that it is in.",
                safe_text::line(&file)
            )));
        };
        let current = here.map(|(_, line)| line);
        let middle = line.or(near.map(|(_, line)| line)).unwrap_or(1);
        let count = self.settings.lines;
        let first = middle.saturating_sub(count / 2).max(1);
        let shown = lines.iter().zip(1u32..).skip(first as usize - 1).take(count as usize);
        let text: Vec<_> = shown
            .map(|(text, n)| {
                let mark = if current == Some(n) { '>' } else { ' ' };
                format!("{mark}{n:>4}  {text}").trim_end().to_owned()
            })
            .collect();
        if text.is_empty() {
            let file = safe_text::line(&file);
            return Err(Trouble::new(format!("`{file}` has only {} lines.", lines.len())));
        }
        Ok(Answer::new(text.join("\n"))
            .with("file", file)
            .with("line", current)
            .with("first", first))
    }
}
