//! A lesson in line mode: Enter goes on to the next place in the run that has something to say, a
//! question takes a number or a name, and any other line is a command. Ctrl-C leaves, while a
//! command runs as in line mode: it holds the program first.

mod again;
mod exercise;
mod find;
mod glossary;
mod text;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use loopscope_lessons::{Guide, Item, Lesson, Question};
use loopscope_model::{State, safe_text};
use loopscope_screen::app::progress::Progress;
use loopscope_session::{Answer, Command, Events, Outcome, Session, Target};

use super::input::next_line;
use super::linear;
use super::print::{Output, Printer};
pub(crate) use again::ask_again;
use text::tell;

use super::wait::Waited;
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

    /// Looks at the records that have come since.
    fn follow(&mut self) {
        let session = &self.repl.session;
        let history = session.history();
        for record in history.range(self.seen, history.len()) {
            self.state.apply(&record);
            self.guide.see(&record, &self.state, session.names());
        }
        self.seen = history.len();
    }

    /// The next item to show, having run as far as its place.
    fn next_item(&mut self) -> Result<Option<usize>, Over> {
        loop {
            self.follow();
            let places = self.guide.resolved().places;
            let next = places.iter().find(|placed| !self.shown.contains(&placed.number));
            if let Some(placed) = next {
                let (number, seq) = (placed.number, placed.seq);
                if self.lesson.is_on_board() {
                    // All of it is known from the start.
                    self.go(&Command::Goto(Target::Record(seq)))?;
                }
                return Ok(Some(number));
            }
            if !self.run_on()? {
                // What has no place in a run is shown at the end of it.
                let missing = self.guide.resolved().missing;
                let numbers = 0..self.lesson.items.len();
                let mut left = numbers.filter(|number| !self.shown.contains(number));
                return Ok(left.find(|number| {
                    missing
                        .iter()
                        .any(|item| std::ptr::eq(*item, &raw const self.lesson.items[*number]))
                }));
            }
        }
    }

    /// Runs to the next record that may matter. False at the end.
    fn run_on(&mut self) -> Result<bool, Over> {
        let kinds = self.guide.kinds();
        if self.session().program_ended() || kinds.is_empty() {
            return Ok(false);
        }
        let name = "the lesson's next place".to_owned();
        let events = Events { name, kinds, condition: None, line: None, asked: None };
        self.go(&Command::Until(events))?;
        Ok(true)
    }

    /// Moves on. Where it stands is told only where all is told in lines: the lesson says what matters
    /// there.
    fn go(&mut self, command: &Command) -> Result<(), Over> {
        let from = self.session().position();
        let answer = match self.repl.session.execute(command) {
            Outcome::Started => match self.repl.wait() {
                Waited::Over(result) => result.ok(),
                Waited::Away(flow) => return Err(flow.into()),
            },
            Outcome::Done(answer) => Some(answer),
            Outcome::Failed(_) | Outcome::Quit => None,
        };
        if self.repl.linear
            && let Some(answer) = answer
        {
            linear::before(self.session(), from)?;
            linear::happened(&answer)?;
            self.next = Some(answer);
        }
        Ok(())
    }

    /// Asks a question, runs on to its answer, and says whether the guess was right.
    /// False: it was passed over.
    fn ask(&mut self, number: usize, item: &Item, question: &Question) -> Result<bool, Over> {
        let mut out = print::out();
        tell(&mut out, &question.ask)?;
        let resolved = self.guide.resolved();
        let choices =
            resolved.question(number).map_or_else(Vec::new, |asked| asked.choices.clone());
        for (n, choice) in choices.iter().enumerate() {
            writeln!(out, "  {}  {choice}", n + 1)?;
        }
        let guess = loop {
            let line = self.line("Your answer (number or name): ")?;
            let line = line.trim();
            let guess = line.strip_prefix("predict ").map_or(line, str::trim);
            let by_number =
                guess.parse::<usize>().ok().and_then(|n| choices.get(n.wrapping_sub(1)));
            if let Some(choice) =
                by_number.or_else(|| choices.iter().find(|choice| *choice == guess))
            {
                break choice.clone();
            }
            if line == "lesson next" || line == "lesson skip" {
                return Ok(false);
            }
            if matches!(line.split_whitespace().next(), Some("predict" | "lesson")) {
                writeln!(
                    out,
                    "The choices are 1 to {}; `lesson next` goes on without.",
                    choices.len()
                )?;
                continue;
            }
            self.command(line)?;
        };
        loop {
            self.follow();
            let resolved = self.guide.resolved();
            let asked = resolved.question(number);
            if let Some(asked) = asked
                && let Some(answer) = &asked.answer
            {
                let is_right = asked.is_right(&guess) == Some(true);
                self.progress.answered(self.lesson, item, &guess, is_right);
                let _ = self.progress.save();
                if is_right {
                    writeln!(out, "Right: {}.\n", answer.text)?;
                } else {
                    writeln!(out, "No. The answer is: {}.\n", answer.text)?;
                    if let Some(rule) = asked.wrong(&guess) {
                        tell(&mut out, rule)?;
                    }
                }
                tell(&mut out, asked.explanation.as_ref().unwrap_or(&item.text))?;
                return Ok(true);
            }
            if !self.run_on()? {
                writeln!(out, "This run gives no answer to that.\n")?;
                return Ok(true);
            }
        }
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
