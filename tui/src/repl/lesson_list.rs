//! The list of lessons in printed lines: a number takes one, and behind it the choice is open again.
//! `find` lists those with a word, `again` asks what went wrong.

use std::io::{self, IsTerminal as _, Write as _, stdin};

use loopscope_lessons::{Lesson, lessons};
use loopscope_screen::app::progress::Progress;

use super::input::next_line;
use super::plain_signals;
use crate::exit::{code, complain, printed};
use crate::print;

/// Prints the list, and takes each lesson that is chosen by `take`, or asks by `again` what went wrong;
/// both give an exit code. Gives the exit code.
pub(crate) fn choose_lesson(
    take: &mut dyn FnMut(&'static Lesson) -> i32,
    again: &mut dyn FnMut() -> i32,
) -> i32 {
    let signals = match plain_signals() {
        Ok(signals) => signals,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("signals cannot be received: {error}; try again"),
            );
        }
    };
    let mut told = list("");
    loop {
        if told.is_err() {
            return printed(told);
        }
        told = ask();
        let line = match next_line(|| signals.leaving()) {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => return code::OK,
            Ok(Err(code)) => return code,
            Err(error) => return printed(Err(error)),
        };
        let line = line.trim();
        match line {
            "" | "list" | "?" => told = list(""),
            "q" | "quit" => return code::OK,
            _ if line.starts_with("find ") => told = list(&line["find ".len()..]),
            choice => {
                let code = match (choice, chosen(choice)) {
                    ("again", _) => again(),
                    (_, Some(lesson)) => take(lesson),
                    (_, None) => no_such(choice),
                };
                if code != code::OK {
                    return code;
                }
            }
        }
    }
}

fn no_such(choice: &str) -> i32 {
    let most = lessons().len();
    complain(
        code::OK,
        &format!(
            "there is no lesson `{choice}`; type a number from 1 to {most}, `list`, or `quit`"
        ),
    )
}

fn chosen(choice: &str) -> Option<&'static Lesson> {
    match choice.parse::<usize>() {
        Ok(number) => lessons().get(number.checked_sub(1)?),
        Err(_) => Lesson::find(choice),
    }
}

/// Prints the lessons in which all of these words stand.
fn list(wanted: &str) -> io::Result<()> {
    let mut out = print::out();
    let progress = Progress::load();
    writeln!(
        out,
        "The lessons. Type the number of one; `list` prints them again, `find WORD` some, `quit` leaves."
    )?;
    match progress.went_wrong().len() {
        0 => {}
        n => writeln!(out, "Went wrong and open: {n}. `again` asks once more.")?,
    }
    let wanted = wanted.to_lowercase();
    for (n, lesson) in lessons().iter().enumerate() {
        let (number, title, code) = (n + 1, &lesson.title, lesson.code());
        let all = format!("{title} {code} {} {}", lesson.id, lesson.shows).to_lowercase();
        if !wanted.split_whitespace().all(|word| all.contains(word)) {
            continue;
        }
        let taken = taken(&progress, lesson);
        writeln!(out, "{number}: {title} ({code}, {} min{taken})", lesson.minutes)?;
    }
    out.flush()
}

/// How far a lesson was taken.
fn taken(progress: &Progress, lesson: &Lesson) -> String {
    if let Some(place) = progress.place(lesson) {
        return format!(", left at step {} of {}", place + 1, lesson.items.len());
    }
    if !progress.is_finished(lesson) {
        return String::new();
    }
    let score = progress.score(lesson);
    let (right, all) = (score.right + score.done, score.questions + score.exercises);
    format!(", done, {right} of {all}")
}

fn ask() -> io::Result<()> {
    if !stdin().is_terminal() {
        return Ok(());
    }
    let mut out = print::out();
    write!(out, "Which lesson? ")?;
    out.flush()
}
