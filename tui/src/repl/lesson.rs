//! A lesson in line mode: Enter goes on to the next place in the run that has something to say, a
//! question takes a number or a name, and any other line is a command. Ctrl-C leaves, while a
//! command runs as in line mode: it holds the program first.

mod again;
mod exercise;
mod find;
mod glossary;
mod question;
mod text;
mod walk;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use loopscope_lessons::{Guide, Lesson};
use loopscope_model::{State, safe_text};
use loopscope_screen::app::progress::Progress;
use loopscope_session::{Answer, Session};

use super::input::next_line;
use super::linear;
use super::print::{Output, Printer};
pub(crate) use again::ask_again;
use text::tell;

use super::{Flow, Interrupts, Repl, plain_signals};
use crate::exit::{code, complain, printed};
use crate::print;

/// Starts a learner's own program.
pub(crate) type Start<'s> = &'s dyn Fn(&Path) -> Result<Session, String>;

/// Takes a lesson, in a session on its program or else with the sentence why there is none; `start`
/// starts the learner's own programs. With `linear`, what is passed on the way is told, and digits
/// choose commands. Gives the exit code.
pub(crate) fn take_lesson(
    lesson: &'static Lesson,
    session: Result<Session, String>,
    start: Start<'_>,
    linear: bool,
) -> i32 {
    let mut reading = match Reading::open(lesson, session, start) {
        Ok(reading) => reading,
        Err(sentence) => return complain(code::FAILED, &sentence),
    };
    if linear {
        reading.repl.linear = true;
        // The sentences are told with what each is.
        reading.repl.session.settings_mut().sentences = false;
    }
    let code = match reading.read() {
        Ok(()) => code::OK,
        Err(Over(code)) => code,
    };
    reading.repl.leave(code, false)
}

impl<'s> Reading<'s> {
    fn open(
        lesson: &'static Lesson,
        session: Result<Session, String>,
        start: Start<'s>,
    ) -> Result<Self, String> {
        let session = session?;
        let signals = plain_signals()
            .map_err(|error| format!("signals and lines cannot be received: {error}; try again"))?;
        let repl = Repl {
            printer: Printer::new(false, Output::Both),
            interactive: false,
            linear: false,
            end_told: false,
            session,
            signals,
            interrupts: Interrupts::default(),
            deadline: None,
            color: false,
        };
        Ok(Self {
            guide: Guide::new(lesson),
            lesson,
            repl,
            seen: 0,
            state: State::default(),
            shown: BTreeSet::new(),
            start,
            progress: Progress::load(),
            skip_to: 0,
            next: None,
        })
    }
}

/// The lesson is over before its end, with this exit code.
struct Over(i32);

impl From<io::Error> for Over {
    /// What it says cannot be written, or nobody reads any more.
    fn from(error: io::Error) -> Self {
        Self(printed(Err(error)))
    }
}

impl From<Flow> for Over {
    fn from(flow: Flow) -> Self {
        match flow {
            Flow::Leave(code) => Self(code),
            Flow::On | Flow::Failed => Self(code::OK),
        }
    }
}

struct Reading<'s> {
    guide: Guide<'static>,
    lesson: &'static Lesson,
    repl: Repl,
    seen: usize,
    state: State,
    /// The items that were shown, by number.
    shown: BTreeSet<usize>,
    start: Start<'s>,
    progress: Progress,
    /// Items before this one are passed over.
    skip_to: usize,
    /// What happens next in the run, to be told where no question is open that asks for it.
    next: Option<Answer>,
}

impl Reading<'_> {
    fn read(&mut self) -> Result<(), Over> {
        let mut out = print::out();
        writeln!(out, "Lesson {}: {}\n", self.lesson.code(), self.lesson.title)?;
        if let Some(place) = self.progress.place(self.lesson) {
            let title = &self.lesson.items[place].title;
            writeln!(
                out,
                "(Last time you came as far as {title:?}; `lesson goto {}` goes there.)\n",
                place + 1
            )?;
        }
        loop {
            let Some(number) = self.next_item()? else {
                self.progress.finish(self.lesson);
                self.save();
                writeln!(out, "That was the lesson; {}", self.score())?;
                return Ok(());
            };
            self.shown.insert(number);
            let item = &self.lesson.items[number];
            self.progress.came_to(self.lesson, item);
            self.save();
            if number < self.skip_to {
                continue;
            }
            writeln!(out, "-- {} --", item.title)?;
            match (item.question(), &item.exercise) {
                (Some(question), _) => {
                    if !self.ask(number, item, question)? {
                        continue;
                    }
                }
                (None, Some(exercise)) => {
                    tell(&mut out, &item.text)?;
                    self.exercise(number, item, exercise)?;
                    continue;
                }
                (None, None) => match item.find() {
                    Some(find) => {
                        self.look_for(item, find)?;
                        continue;
                    }
                    None => tell(&mut out, &item.text)?,
                },
            }
            if number == 0 {
                self.show_program()?;
            }
            self.pause()?;
        }
    }

    /// The program, which on the screen stands beside the text.
    fn show_program(&self) -> io::Result<()> {
        if self.lesson.is_on_board() {
            return Ok(());
        }
        let mut out = print::out();
        for (number, line) in (1..).zip(self.lesson.program.lines()) {
            writeln!(out, "{number:>4}  {}", safe_text::line(line))?;
        }
        writeln!(out)
    }

    /// Goes to the step that a line with `lesson` names; says what may be written where it names none.
    fn goes_to(&mut self, line: &str) -> Result<bool, Over> {
        let all = self.lesson.items.len();
        let Some(place) = line.strip_prefix("lesson goto ") else {
            writeln!(
                print::out(),
                "Write `lesson next`, or `lesson goto N` for a step further on."
            )?;
            return Ok(false);
        };
        match place.trim().parse::<usize>() {
            Ok(place) if (1..=all).contains(&place) => {
                self.skip_to = place - 1;
                Ok(true)
            }
            _ => {
                writeln!(print::out(), "The steps are 1 to {all}.")?;
                Ok(false)
            }
        }
    }

    /// What was answered and done, in a sentence.
    fn score(&self) -> String {
        let score = self.progress.score(self.lesson);
        let exercises = match score.exercises {
            0 => String::new(),
            1 => format!(", {} of 1 exercise done", score.done),
            all => format!(", {} of {all} exercises done", score.done),
        };
        let all = score.questions;
        format!(
            "{} of {all} answered right at once{exercises}. `loopscope lesson list` shows the others.",
            score.right
        )
    }

    /// Writes down how far the learner has come. That it cannot be costs that, nothing more.
    fn save(&self) {
        let _ = self.progress.save();
    }

    fn session(&self) -> &Session {
        &self.repl.session
    }

    /// Waits for Enter; any other line is a command.
    fn pause(&mut self) -> Result<(), Over> {
        if let Some(answer) = self.next.take() {
            linear::next(&answer)?;
        }
        loop {
            let line = self.line("[Enter goes on] ")?;
            let line = line.trim();
            if matches!(line, "" | "lesson" | "next" | "lesson next" | "lesson skip") {
                return Ok(());
            }
            if line.split_whitespace().next() == Some("lesson") {
                if self.goes_to(line)? {
                    return Ok(());
                }
                continue;
            }
            if line.split_whitespace().next() == Some("predict") {
                writeln!(print::out(), "No question is open here.")?;
                continue;
            }
            self.command(line)?;
        }
    }

    fn command(&mut self, line: &str) -> Result<(), Over> {
        if line.is_empty() {
            return Ok(());
        }
        if let Some(word) = line.strip_prefix("glossary") {
            return self.glossary(word.trim());
        }
        // On the screen a command begins with a colon, and hints are for both.
        let line = line.strip_prefix(':').map_or(line, str::trim_start);
        let flow = if self.repl.linear {
            linear::chosen(&mut self.repl, line)
        } else {
            self.repl.line(line)
        };
        match flow {
            Flow::On | Flow::Failed => Ok(()),
            Flow::Leave(code) => Err(Over(code)),
        }
    }

    /// A line from standard input. Where there is none any more, the lesson is over.
    fn line(&mut self, prompt: &str) -> Result<String, Over> {
        if io::stdin().is_terminal() {
            let mut out = print::out();
            write!(out, "{prompt}")?;
            out.flush()?;
        }
        let repl = &mut self.repl;
        next_line(|| repl.called_away())??.ok_or(Over(code::OK))
    }
}
