//! A lesson in line mode: Enter goes on to the next place in the run that has something to say, a
//! question takes a number or a name, and any other line is a command. Ctrl-C leaves, while a
//! command runs as in line mode: it holds the program first.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};

use loopscope_lessons::{Block, Guide, Item, ItemKind, Lesson, Prose, Question, Span};
use loopscope_model::State;
use loopscope_session::{Command, Events, Outcome, Session};

use super::print::Printer;
use super::{Flow, LOOK, Repl, Signals};
use crate::cli::{LessonFolder, Shared};
use crate::exit::{code, complain, printed};

/// How long a line of text gets.
const WIDTH: usize = 78;

/// Takes a lesson. Gives the exit code.
pub fn take_lesson(lesson: &'static Lesson, shared: &Shared) -> i32 {
    let opened = LessonFolder::write(lesson)
        .and_then(|folder| folder.session(shared, false).map(|session| (folder, session)));
    let (_folder, session) = match opened {
        Ok(opened) => opened,
        Err(sentence) => return complain(code::FAILED, &sentence),
    };
    let started = Signals::start(false, None).and_then(|signals| Ok((signals, lines()?)));
    let (signals, lines) = match started {
        Ok(started) => started,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("signals and lines cannot be received: {error}; try again"),
            );
        }
    };
    let repl = Repl {
        printer: Printer::new(false, false),
        session,
        signals,
        deadline: None,
        interactive: true,
        color: false,
    };
    let mut reading = Reading {
        guide: Guide::new(lesson),
        lesson,
        repl,
        seen: 0,
        state: State::default(),
        shown: BTreeSet::new(),
        lines,
        is_terminal: io::stdin().is_terminal(),
    };
    reading.read().unwrap_or_else(|error| match error {
        Left::Asked(code) => code,
        Left::Unheard(error) => printed(Err(error)),
    })
}

/// Why a lesson is left before its end.
enum Left {
    /// It was asked for, with this exit code.
    Asked(i32),
    /// What it says cannot be written.
    Unheard(io::Error),
}

impl From<io::Error> for Left {
    fn from(error: io::Error) -> Self {
        Self::Unheard(error)
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
    lines: Receiver<String>,
    is_terminal: bool,
}

impl Reading {
    fn read(&mut self) -> Result<i32, Left> {
        let mut out = io::stdout();
        writeln!(out, "Lesson {}: {}\n", self.lesson.number, self.lesson.title)?;
        loop {
            let Some(number) = self.next_item()? else {
                writeln!(out, "That was the lesson; `loopscope lesson list` shows the others.")?;
                return Ok(code::OK);
            };
            self.shown.insert(number);
            let item = &self.lesson.items[number];
            writeln!(out, "-- {} --", item.title)?;
            match item.question() {
                None => tell(&mut out, &item.text)?,
                Some(question) => {
                    self.ask(number, item, question)?;
                }
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
        let timeline = session.timeline();
        for record in timeline.range(self.seen, timeline.len()) {
            self.state.apply(record);
            self.guide.see(record, &self.state, session.names());
        }
        self.seen = timeline.len();
    }

    /// The next item to show, having run as far as its place.
    fn next_item(&mut self) -> Result<Option<usize>, Left> {
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
    fn run_on(&mut self) -> Result<bool, Left> {
        let kinds = self.guide.kinds();
        if self.session().program_ended() || kinds.is_empty() {
            return Ok(false);
        }
        let events = Events { name: "the lesson's next place".to_owned(), kinds, condition: None };
        if let Outcome::Started = self.repl.session.execute(&Command::Until(events)) {
            while self.repl.session.tick(LOOK).over.is_none() {
                self.look_away()?;
            }
        }
        Ok(true)
    }

    /// Asks a question, runs on to its answer, and says whether the guess was right.
    fn ask(&mut self, number: usize, item: &Item, question: &Question) -> Result<(), Left> {
        let mut out = io::stdout();
        tell(&mut out, &question.ask)?;
        let resolved = self.guide.resolved();
        let choices =
            resolved.question(number).map_or_else(Vec::new, |asked| asked.choices.clone());
        for (n, choice) in choices.iter().enumerate() {
            writeln!(out, "  {}  {choice}", n + 1)?;
        }
        let guess = loop {
            let line = self.prompt("Your answer (number or name): ")?;
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
                    writeln!(out, "No: it is {}.\n", answer.text)?;
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
    fn pause(&mut self) -> Result<(), Left> {
        loop {
            let line = self.prompt("[Enter goes on] ")?;
            let line = line.trim();
            if line.is_empty() || line == "lesson" {
                return Ok(());
            }
            if line.split_whitespace().next() == Some("predict") {
                writeln!(io::stdout(), "No question is open here.")?;
                continue;
            }
            self.command(line)?;
        }
    }

    fn command(&mut self, line: &str) -> Result<(), Left> {
        if line.is_empty() {
            return Ok(());
        }
        match self.repl.line(line) {
            Flow::On | Flow::Failed => Ok(()),
            Flow::Leave(code) => Err(Left::Asked(code)),
        }
    }

    /// A line from standard input, unless it is at its end or a signal asks us to leave.
    fn prompt(&mut self, text: &str) -> Result<String, Left> {
        let mut out = io::stdout();
        if self.is_terminal {
            write!(out, "{text}")?;
        }
        out.flush()?;
        self.repl.signals.forget();
        loop {
            match self.lines.recv_timeout(LOOK) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => return Err(Left::Asked(code::OK)),
                Err(RecvTimeoutError::Timeout) => self.look_away()?,
            }
        }
    }

    /// Whether a signal asks us to leave.
    fn look_away(&mut self) -> Result<(), Left> {
        let interrupted = self.repl.signals.interrupts().map(|_| code::INTERRUPTED);
        match self.repl.signals.leaving().or(interrupted) {
            Some(code) => {
                writeln!(io::stdout())?;
                Err(Left::Asked(code))
            }
            None => Ok(()),
        }
    }
}

/// The lines of standard input. They are read aside, so that a signal is noticed meanwhile.
fn lines() -> io::Result<Receiver<String>> {
    let (sender, lines) = sync_channel(0);
    let read = move || {
        let mut bytes = Vec::new();
        while io::stdin().lock().read_until(b'\n', &mut bytes).is_ok_and(|got| got > 0) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            bytes.clear();
            if sender.send(line).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("lines".into()).spawn(read)?;
    Ok(lines)
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
