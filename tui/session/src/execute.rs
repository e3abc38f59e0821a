//! Doing what a command says. What takes time is only started here; see [`super::tick`].

use std::fs::File;

use loopscope_model::expr::Expr;
use loopscope_model::titles::count;
use loopscope_model::whole;

use super::answer::{Answer, Outcome, Trouble};
use super::breaks::Trigger;
use super::command::{Command, Events, TaskRef, Unit};
use super::goal::{Goal, Until};
use super::looking::Then;
use super::run_state::RunState;
use super::{Session, UnderWay, help, labels, parse};

/// The most bytes of a file with commands.
pub const LARGEST_SCRIPT: u64 = 16 << 20;

/// How many files may be sourced on behalf of one command.
const MOST_SOURCED: u32 = 100;

impl Session {
    /// Does what a line says. See [`Session::execute`].
    pub fn execute_line(&mut self, line: &str) -> Outcome {
        self.sourced = 0;
        line.clone_into(&mut self.line);
        let outcome = self.execute_inner(line);
        self.note(outcome)
    }

    /// Does a command, or starts it: with [`Outcome::Started`] call [`Session::tick`] until it
    /// gives the answer.
    pub fn execute(&mut self, command: &Command) -> Outcome {
        self.sourced = 0;
        let outcome = self.perform(command);
        // Whoever asks for it by itself sees where it has come to.
        if let UnderWay::Run(run) = &mut self.under_way {
            run.may_never_come();
        }
        self.note(outcome)
    }

    fn note(&mut self, outcome: Outcome) -> Outcome {
        match &outcome {
            Outcome::Done(answer) => self.message.clone_from(&answer.text),
            Outcome::Failed(trouble) => self.message.clone_from(&trouble.text),
            Outcome::Started => self.message.clear(),
            Outcome::Quit => {}
        }
        outcome
    }

    pub(super) fn execute_inner(&mut self, line: &str) -> Outcome {
        if let Some((number, mut lines)) = self.collecting.take() {
            let line = line.trim();
            if line == "end" {
                return finish(self.end_commands(number, lines));
            }
            if !line.is_empty() {
                lines.push(line.to_owned());
            }
            self.collecting = Some((number, lines));
            return Outcome::Done(Answer::default());
        }
        match parse(line) {
            Ok(command) => self.perform(&command),
            Err(trouble) => Outcome::Failed(trouble),
        }
    }

    fn perform(&mut self, command: &Command) -> Outcome {
        if let Command::Repeat = command {
            return match self.last_step.clone() {
                Some(step) => self.perform(&step),
                None => Outcome::Done(Answer::default()),
            };
        }
        let is_asking = matches!(self.under_way, UnderWay::Look(_) | UnderWay::LookOver(_));
        if is_asking && command.looks() {
            return Outcome::Failed(Trouble::new("The program has not answered yet; ask again."));
        }
        if self.run_state == RunState::Empty && command.moves() {
            return Outcome::Failed(Trouble::new(
                "No program is open; `loopscope repl FILE` opens one.",
            ));
        }
        // Only a front end that stays responsive gets here while something runs.
        if !matches!(self.under_way, UnderWay::Nothing) && (command.moves() || command.walks()) {
            return Outcome::Failed(Trouble::new(
                "The program runs; `pause` it first, or wait until it stops.",
            ));
        }
        self.last_step = match command {
            Command::Forward(..) | Command::Back(..) | Command::Line(..) => Some(command.clone()),
            _ => self.last_step.take(),
        };
        match command {
            Command::Repeat | Command::Nothing => Outcome::Done(Answer::default()),
            Command::Forward(unit, n) => self.forward(*unit, *n),
            Command::Back(unit, n) => self.back(*unit, *n),
            Command::Continue => self.follow(Goal::new(Until::End)),
            Command::BackContinue => self.back_to_break(),
            Command::Until(events) => self.until(events),
            Command::Finish(task) => self.finish_task(task.as_ref()),
            Command::Goto(target) => self.goto(target),
            Command::Line(n) => self.go_by_line(*n),
            Command::Restart => finish(self.restart()),
            Command::Locals(task) => self.look_at_locals(task.as_ref(), Then::Tell),
            Command::Frame(step) => self.look_at_locals(None, Then::Select(*step)),
            Command::Print(text) => self.print_any(text),
            Command::Watch(text) => self.watch_any(text),
            Command::Display(Some(text)) => self.display_any(text),
            Command::Expect { events, within } => self.expect(events, *within),
            Command::Py(code) => self.python(code),
            Command::Pause => self.pause_command(),
            Command::Resume => match self.interrupted.take() {
                Some(goal) => self.follow(goal),
                // What runs without us and was held runs on, wherever the view stands.
                None if self.origin().runs_without_us() && !self.program_ended() => {
                    self.follow(Goal::new(Until::End))
                }
                None => Outcome::Failed(Trouble::new(
                    "Nothing was paused; `continue` goes on to the next breakpoint or the end.",
                )),
            },
            Command::Interrupt => self.interrupt_command(),
            Command::Logpoint { events, text } => self.set_logpoint(events, text),
            Command::Export(to, format) => self.export_to(to, *format),
            Command::Record(to) => self.record_to(to),
            Command::Diff(file) => self.diff_with(file),
            Command::DiffDialect(dialect) => self.diff_dialects(*dialect),
            Command::Source(file) => self.source_file(file),
            Command::Quit => Outcome::Quit,
            _ => finish(self.answer(command)),
        }
    }

    /// The commands that are done at once.
    fn answer(&mut self, command: &Command) -> Result<Answer, Trouble> {
        match command {
            Command::Break { events, temporary } => self.set_break(events, *temporary),
            Command::Delete(numbers) => {
                // `delete` alone means all of them.
                let all: Vec<u32> = self.breaks.iter().map(|point| point.number).collect();
                let numbers = if numbers.is_empty() { &all } else { numbers };
                let found = if numbers.is_empty() { 0 } else { self.breaks.delete(numbers)? };
                Ok(Answer::new(format!("Deleted: {}.", count(found, "breakpoint"))))
            }
            Command::Disable(numbers) => {
                let found = self.breaks.enable(numbers, false)?;
                Ok(Answer::new(format!("Disabled: {}.", count(found, "breakpoint"))))
            }
            Command::Enable(numbers) => {
                let found = self.breaks.enable(numbers, true)?;
                Ok(Answer::new(format!("Enabled: {}.", count(found, "breakpoint"))))
            }
            Command::Commands(number) => {
                let number = self.breaks.get_mut(*number)?.number;
                self.collecting = Some((number, Vec::new()));
                Ok(Answer::default())
            }
            Command::End => {
                Err(Trouble::new("`end` ends the lines of `commands`, and there are none."))
            }
            Command::Info(topic) => Ok(self.info(*topic)),
            Command::Where(task) => self.where_is(task.as_ref()),
            Command::Why(task) => self.why(task.as_ref()),
            Command::WhyLate(what) => self.why_late(what.as_ref()),
            Command::Display(None) => self.display(None),
            Command::Undisplay(numbers) => self.undisplay(numbers),
            Command::List(line) => self.list(*line),
            Command::Bookmark(name) => Ok(self.bookmark(name.as_deref())),
            Command::Assert(text) => self.assert(text),
            Command::Set(None) => Ok(self.settings.list()),
            Command::Set(Some((name, value))) => {
                let set = self.settings.set(name, value);
                self.keep();
                set
            }
            Command::Help(topic) => help(topic.as_deref()).map(Answer::new),
            Command::Lesson | Command::Predict => {
                Err(Trouble::new("No lesson is open here; `loopscope learn` opens one."))
            }
            Command::Attach => Err(Trouble::new(
                "A session is about one source; `loopscope attach` opens another one on a board or a process.",
            )),
            Command::Detach if self.origin().runs_without_us() => Ok(self.detach()),
            Command::Detach => Err(Trouble::new(
                "A program that Loopscope started is not left running on its own; `continue` runs it to its end, `quit` ends it.",
            )),
            // These are done before it comes to this.
            Command::Repeat
            | Command::Nothing
            | Command::Forward(..)
            | Command::Back(..)
            | Command::Continue
            | Command::BackContinue
            | Command::Until(_)
            | Command::Finish(_)
            | Command::Goto(_)
            | Command::Line(_)
            | Command::Restart
            | Command::Locals(_)
            | Command::Frame(_)
            | Command::Print(_)
            | Command::Watch(_)
            | Command::Display(Some(_))
            | Command::Expect { .. }
            | Command::Py(_)
            | Command::Pause
            | Command::Resume
            | Command::Interrupt
            | Command::Export(..)
            | Command::Record(_)
            | Command::Diff(_)
            | Command::DiffDialect(_)
            | Command::Source(_)
            | Command::Logpoint { .. }
            | Command::Quit => Ok(Answer::default()),
        }
    }

    // ---- forwards -----------------------------------------------------------------------------

    fn forward(&mut self, unit: Unit, n: u32) -> Outcome {
        let until = match self.kinds_of(unit) {
            None => Until::Records(n),
            Some(kinds) => {
                Until::Kinds { kinds, left: n, condition: None, line: None, asked: None }
            }
        };
        self.start(Goal::new(until))
    }

    fn until(&mut self, events: &Events) -> Outcome {
        match until_events(events) {
            Ok(until) => self.start(Goal { wanted: Some(events.to_string()), ..Goal::new(until) }),
            Err(trouble) => Outcome::Failed(trouble),
        }
    }

    fn expect(&mut self, events: &Events, within: Option<u64>) -> Outcome {
        let until = match until_events(events) {
            Ok(until) => until,
            Err(trouble) => return Outcome::Failed(trouble),
        };
        let now = self.state().t().unwrap_or(0);
        self.start(Goal {
            expected: Some(events.to_string()),
            latest: within.map(|within| now.saturating_add(within)),
            ..Goal::new(until).ignoring_breaks()
        })
    }

    fn finish_task(&mut self, task: Option<&TaskRef>) -> Outcome {
        let id = match self.task_or_current(task) {
            Ok(id) => id,
            Err(trouble) => return Outcome::Failed(trouble),
        };
        if self.state().task(id).is_some_and(|task| task.state.is_done()) {
            return Outcome::Failed(Trouble::new(format!(
                "{} is done already.",
                labels::task(id, self.state(), self.names())
            )));
        }
        self.start(Goal::new(Until::TaskDone(id)))
    }

    // ---- breakpoints --------------------------------------------------------------------------

    fn set_break(&mut self, events: &Events, temporary: bool) -> Result<Answer, Trouble> {
        let condition = compile(events.condition.as_deref())?;
        compile(events.asked.as_deref())?;
        let trigger = Trigger::Event(events.clone(), condition);
        let point = self.breaks.add(trigger, events.to_string(), temporary);
        let what = if temporary { "Temporary breakpoint" } else { "Breakpoint" };
        Ok(Answer::new(format!("{what} {}: {}", point.number, point.text))
            .with("breakpoint", point.number))
    }

    pub(super) fn set_watch(&mut self, text: &str) -> Result<Answer, Trouble> {
        let expr = Expr::parse(text).map_err(|error| Trouble::new(error.to_string()))?;
        let point = self.breaks.add(Trigger::Watch(expr), text.to_owned(), false);
        Ok(Answer::new(format!("Watch {}: {}", point.number, point.text))
            .with("breakpoint", point.number))
    }

    fn end_commands(&mut self, number: u32, lines: Vec<String>) -> Result<Answer, Trouble> {
        // A mistake is told now and not when the breakpoint is hit.
        for line in &lines {
            parse(line)?;
        }
        let count = count(lines.len(), "command");
        self.breaks.get_mut(Some(number))?.commands = lines;
        Ok(Answer::new(format!("Breakpoint {number} has {count}.")))
    }

    // ---- scripts ------------------------------------------------------------------------------

    fn source_file(&mut self, file: &str) -> Outcome {
        self.sourced += 1;
        if self.sourced > MOST_SOURCED {
            return Outcome::Failed(Trouble::new(format!(
                "More than {MOST_SOURCED} files were sourced for one command; does `{file}` source itself?"
            )));
        }
        let opened = File::open(file);
        let text = match opened.and_then(|file| whole::read_text(file, LARGEST_SCRIPT)) {
            Ok(text) => text,
            Err(error) => {
                return Outcome::Failed(Trouble::new(format!(
                    "`{file}` cannot be read: {error}; write the path of a file with commands."
                )));
            }
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let lines: Vec<_> =
            lines.map(|(n, line)| (format!("{file}:{}", n + 1), line.to_owned())).collect();
        for line in lines.into_iter().rev() {
            self.queue.push_front(line);
        }
        if self.queue.is_empty() { Outcome::Done(Answer::default()) } else { Outcome::Started }
    }
}

fn finish(result: Result<Answer, Trouble>) -> Outcome {
    match result {
        Ok(answer) => Outcome::Done(answer),
        Err(trouble) => Outcome::Failed(trouble),
    }
}

pub(super) fn compile(condition: Option<&str>) -> Result<Option<Expr>, Trouble> {
    condition
        .map(|text| Expr::parse(text).map_err(|error| Trouble::new(error.to_string())))
        .transpose()
}

fn until_events(events: &Events) -> Result<Until, Trouble> {
    let condition = compile(events.condition.as_deref())?;
    let asked = compile(events.asked.as_deref())?;
    let line = events.line.clone();
    Ok(Until::Kinds { kinds: events.kinds, left: 1, condition, line, asked })
}
