//! A lesson in line mode: Enter goes on to the next place in the run that has something to say, a
//! question takes a number or a name, and any other line is a command. Ctrl-C leaves, while a
//! command runs as in line mode: it holds the program first.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

use loopscope_lessons::{Block, Guide, Item, ItemKind, Lesson, Prose, Question, Span};
use loopscope_model::State;
use loopscope_session::{Command, Events, Outcome, Session};

use super::input::Lines;
use super::print::{Output, Printer};
use super::{Flow, Interrupts, Repl, Waited};
use crate::exit::{code, complain, printed};
use crate::print;
use crate::signals::{Interrupt, Plain, Signals};

/// How long a line of text gets.
const WIDTH: usize = 78;

/// Takes a lesson, in a session on its program or else with the sentence why there is none. Gives
/// the exit code.
pub fn take_lesson(lesson: &'static Lesson, session: Result<Session, String>) -> i32 {
    let session = match session {
        Ok(session) => session,
        Err(sentence) => return complain(code::FAILED, &sentence),
    };
    let signals = match Signals::start(Plain, Interrupt::Leaves) {
        Ok(signals) => signals,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("signals and lines cannot be received: {error}; try again"),
            );
        }
    };
    let repl = Repl {
        printer: Printer::new(false, Output::Both),
        interactive: false,
        end_told: false,
        session,
        signals,
        interrupts: Interrupts::default(),
        deadline: None,
        color: false,
    };
    let mut reading = Reading {
        guide: Guide::new(lesson),
        lesson,
        repl,
        seen: 0,
        state: State::default(),
        shown: BTreeSet::new(),
        lines: Lines::default(),
    };
    let code = match reading.read() {
        Ok(()) => code::OK,
        Err(Over(code)) => code,
    };
    reading.repl.leave(code, false)
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

struct Reading {
    guide: Guide<'static>,
    lesson: &'static Lesson,
    repl: Repl,
    seen: usize,
    state: State,
    /// The items that were shown, by number.
    shown: BTreeSet<usize>,
    lines: Lines,
}

impl Reading {
    fn read(&mut self) -> Result<(), Over> {
        let mut out = print::out();
        writeln!(out, "Lesson {}: {}\n", self.lesson.code(), self.lesson.title)?;
        loop {
            let Some(number) = self.next_item()? else {
                writeln!(out, "That was the lesson; `loopscope lesson list` shows the others.")?;
                return Ok(());
            };
            self.shown.insert(number);
            let item = &self.lesson.items[number];
            writeln!(out, "-- {} --", item.title)?;
            match item.question() {
                None => tell(&mut out, &item.text)?,
                Some(question) => self.ask(number, item, question)?,
            }
            if let ItemKind::Modify(_) | ItemKind::Make = item.kind {
                writeln!(
                    out,
                    "(Do it in a copy of the program: `loopscope learn {}`.)",
                    self.lesson.id
                )?;
            }
            self.pause()?;
        }
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
                return Ok(Some(placed.number));
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
        let events = Events { name: "the lesson's next place".to_owned(), kinds, condition: None };
        if let Outcome::Started = self.repl.session.execute(&Command::Until(events)) {
            // Where it stands is not shown: the lesson tells what matters there.
            if let Waited::Away(flow) = self.repl.wait() {
                return Err(flow.into());
            }
        }
        Ok(true)
    }

    /// Asks a question, runs on to its answer, and says whether the guess was right.
    fn ask(&mut self, number: usize, item: &Item, question: &Question) -> Result<(), Over> {
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
            if matches!(line.split_whitespace().next(), Some("predict" | "lesson")) {
                writeln!(out, "The choices are 1 to {}.", choices.len())?;
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
                if asked.is_right(&guess) == Some(true) {
                    writeln!(out, "Right: {}.\n", answer.text)?;
                } else {
                    writeln!(out, "No. The answer is: {}.\n", answer.text)?;
                    if let Some(rule) = asked.wrong(&guess) {
                        tell(&mut out, rule)?;
                    }
                }
                tell(&mut out, asked.explanation.as_ref().unwrap_or(&item.text))?;
                return Ok(());
            }
            if !self.run_on()? {
                writeln!(out, "This run gives no answer to that.\n")?;
                return Ok(());
            }
        }
    }

    /// Waits for Enter; any other line is a command.
    fn pause(&mut self) -> Result<(), Over> {
        loop {
            let line = self.line("[Enter goes on] ")?;
            let line = line.trim();
            if line.is_empty() || line == "lesson" {
                return Ok(());
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
        match self.repl.line(line) {
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
        self.lines.next(|| repl.called_away())??.ok_or(Over(code::OK))
    }
}

/// A text, wrapped.
fn tell(out: &mut impl Write, prose: &Prose) -> io::Result<()> {
    for block in &prose.blocks {
        match block {
            Block::Code { lines, .. } => {
                for line in lines {
                    writeln!(out, "    {line}")?;
                }
            }
            Block::Paragraph(spans) => {
                let text: String = spans.iter().map(Span::text).collect();
                let mut column = 0;
                for word in text.split_whitespace() {
                    let length = word.chars().count();
                    if column > 0 && column + 1 + length > WIDTH {
                        writeln!(out)?;
                        column = 0;
                    }
                    let space = if column > 0 { " " } else { "" };
                    write!(out, "{space}{word}")?;
                    column += length + space.len();
                }
                writeln!(out)?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
