//! `play`: the reader is the loop. A program or a recording is played question by question, on the
//! screen or in lines; the run grades each pick.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use loopscope_lessons::{Choice, Game, Move};
use loopscope_model::safe_text;
use loopscope_protocol::{Event, Stream, Text};
use loopscope_session::{Session, Unfinished};

use super::{PlayArgs, code, complain, printed, screen};
use crate::print;

/// How many lines of a program are printed before its game.
const LONGEST: usize = 100;

/// How long a program may run until the game begins.
const LIMIT: Duration = Duration::from_mins(1);

/// How a game went.
#[derive(Debug, Default)]
struct Score {
    right: usize,
    asked: usize,
}

pub(super) fn play(args: &PlayArgs) -> i32 {
    let shared = &args.shared;
    let opened = match args.program.first().map(Path::new) {
        Some(file) if !shared.module && is_recording(file) => shared.recorded_session(file),
        _ => shared.session(&args.program, true),
    };
    let mut session = match opened {
        Ok(session) => session,
        Err(sentence) => return complain(code::USAGE, &sentence),
    };
    session.settings_mut().deadlock_fails = false;
    match session.run_to_end(Some(Instant::now() + shared.timeout.unwrap_or(LIMIT)), &mut |_| true)
    {
        // What ran until the time was over can be played all the same.
        Ok(()) | Err(Unfinished::Late) => {}
        Err(Unfinished::Left) => return code::FAILED,
        Err(Unfinished::Stopped(sentence)) => return complain(code::FAILED, &sentence),
    }
    if !shared.linear && screen::on_a_terminal() {
        return screen::game(session, args.questions, shared);
    }
    match game(&session, args.questions) {
        Ok(()) => printed(Ok(())),
        Err(error) => printed(Err(error)),
    }
}

/// Whether a file is a recording and no program.
fn is_recording(file: &Path) -> bool {
    file.extension().is_none_or(|extension| extension != "py")
}

fn game(session: &Session, most: usize) -> io::Result<()> {
    let mut out = print::out();
    writeln!(out, "You are the loop of {}. What do you do?", safe_text::line(&session.name()))?;
    writeln!(out, "(a number or a name; Enter alone passes, q ends the game)\n")?;
    tell_program(&mut out, session)?;
    let mut game = Game::new(session.history(), session.names());
    let mut score = Score::default();
    let mut told = 0;
    while score.asked < most {
        let Some(asked) = game.next_move() else { break };
        tell_output(&mut out, session, told, game.position())?;
        told = game.position();
        if !ask(&mut out, &asked, &mut score)? {
            break;
        }
    }
    if score.asked == 0 {
        return writeln!(
            out,
            "There was nothing to choose in this run: never were two ready, and it never slept."
        );
    }
    writeln!(out, "{} of {} right.", score.right, score.asked)
}

/// The program's text, if it is at hand and short enough to be read: whoever is its loop has to know it.
fn tell_program(out: &mut impl Write, session: &Session) -> io::Result<()> {
    let file = session.names().exact(session.history().live().run().file).into_owned();
    let lines = session.source_lines(&file).filter(|lines| lines.len() <= LONGEST);
    let Some(lines) = lines.filter(|lines| !lines.is_empty()) else { return Ok(()) };
    for (number, line) in (1..).zip(&lines) {
        writeln!(out, "{number:>4}  {}", safe_text::line(line))?;
    }
    writeln!(out)
}

/// What the program wrote since the last question.
fn tell_output(out: &mut impl Write, session: &Session, from: usize, to: usize) -> io::Result<()> {
    for record in session.history().range(from, to) {
        if matches!(record.event, Event::Output { stream: Stream::Stdout, .. }) {
            for line in record.text(Text::FIRST).lines() {
                writeln!(out, "  | {}", safe_text::line(line))?;
            }
        }
    }
    Ok(())
}

/// Asks one question. False: the game is over.
fn ask(out: &mut impl Write, asked: &Move, score: &mut Score) -> io::Result<bool> {
    writeln!(out, "#{} {}", asked.after, asked.ask)?;
    for (n, choice) in asked.choices.iter().enumerate() {
        writeln!(out, "  {}  {}", n + 1, safe_text::line(&choice.text))?;
    }
    let picked = loop {
        if io::stdin().is_terminal() {
            write!(out, "> ")?;
            out.flush()?;
        }
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 || line.trim() == "q" {
            return Ok(false);
        }
        let line = line.trim();
        if line.is_empty() {
            break None;
        }
        let number = line.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let number = number.filter(|at| *at < asked.choices.len());
        let named = || asked.choices.iter().position(|choice| choice.text == line);
        if let Some(at) = number.or_else(named) {
            break Some(at);
        }
        writeln!(out, "The choices are 1 to {}.", asked.choices.len())?;
    };
    score.asked += 1;
    let right: &Choice = &asked.choices[asked.answer];
    match picked {
        Some(at) if at == asked.answer => {
            score.right += 1;
            writeln!(out, "Right.\n")?;
        }
        Some(at) => {
            let rule = &asked.choices[at].rule;
            writeln!(out, "No: {}. {}\n", safe_text::line(&right.text), safe_text::line(rule))?;
        }
        None => writeln!(out, "It is: {}.\n", safe_text::line(&right.text))?,
    }
    Ok(true)
}
