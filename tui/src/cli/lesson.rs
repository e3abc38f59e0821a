//! `lesson`: lessons for learners in line mode, and for authors.

use std::convert::identity;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use loopscope_engine::child::no_sandbox;
use loopscope_lessons::{Folder, Lesson, Problem, check, lessons, resolve, template};
use loopscope_model::diff::{Side, diff};
use loopscope_model::safe_text;
use loopscope_protocol::{Event, Kind, KindSet, Stream, Text};
use loopscope_session::{Session, Unfinished};

use super::os_error::why;
use super::sandbox::SandboxArgs;
use super::{LessonCommand, LessonFolder, Shared, code, complain, printed};
use crate::{print, repl};

pub(super) fn lesson(command: LessonCommand) -> i32 {
    match command {
        LessonCommand::List => list(),
        LessonCommand::Check { folder, sandbox } => check_lessons(folder.as_deref(), sandbox),
        LessonCommand::New { folder } => new(&folder),
        LessonCommand::Run { lesson, sandbox } => match named(&lesson) {
            Ok(lesson) => take(lesson, sandbox),
            Err(code) => code,
        },
    }
}

/// The folder with the program stays until the lesson is over.
fn take(lesson: &'static Lesson, sandbox: SandboxArgs) -> i32 {
    let shared = Shared { sandbox, ..Shared::default() };
    let folder = LessonFolder::write(lesson);
    let session = match &folder {
        Ok(folder) => folder.session(&shared, true),
        Err(sentence) => Err(sentence.clone()),
    };
    repl::take_lesson(lesson, session)
}

/// The lesson of that name, or else the one in the folder at that path. Where there is neither, why
/// is told, and this is the exit code.
pub(super) fn named(name: &str) -> Result<&'static Lesson, i32> {
    if let Some(lesson) = Lesson::find(name) {
        return Ok(lesson);
    }
    let path = Path::new(name);
    if !path.is_dir() {
        let message = format!(
            "there is no lesson `{name}`, nor a folder of one; `loopscope lesson list` shows them"
        );
        return Err(complain(code::USAGE, &message));
    }
    let mut folder = read(path)?;
    for (_, bytes) in folder.files.iter_mut().filter(|(file, _)| file == Lesson::TEXT) {
        // Somebody else wrote it, and a terminal is going to show it.
        if let Ok(text) = std::str::from_utf8(bytes) {
            *bytes = safe_text::lines(text).into_owned().into_bytes();
        }
    }
    // It is read once, and taken until the program ends.
    Lesson::parse(&folder).map(|lesson| &*Box::leak(Box::new(lesson))).map_err(|problems| {
        tell(&problems);
        code::LESSON
    })
}

/// Reads a lesson's folder; where that fails, why is told, and this is the exit code.
fn read(path: &Path) -> Result<Folder, i32> {
    // The name of `.` is that of the folder which it is.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Folder::read(&real).map_err(|error| {
        let (shown, why) = (path.display(), why(&error));
        complain(code::USAGE, &format!("`{shown}` cannot be read: {why}; name a lesson's folder"))
    })
}

fn tell(problems: &[Problem]) {
    for problem in problems {
        let _ = writeln!(print::err(), "{}", safe_text::line(&problem.to_string()));
    }
}

/// The lessons as text, one on each line, track by track.
pub(super) fn list() -> i32 {
    let mut out = print::out();
    printed(lessons().iter().try_for_each(|lesson| {
        let (code, minutes) = (lesson.code(), format!("{} min", lesson.minutes));
        writeln!(out, "{code:<9} {:<44} {minutes:>6}  {}", lesson.title, lesson.id)
    }))
}

fn check_lessons(folder: Option<&Path>, sandbox: SandboxArgs) -> i32 {
    // A lesson that somebody else wrote must not do here what it likes. Ours are known, and run
    // where there is no sandbox as well.
    let sandbox =
        if folder.is_some() || no_sandbox().is_none() { sandbox.by_default() } else { sandbox };
    let shared = Shared { sandbox, ..Shared::default() };
    if let Err(sentence) = shared.sandbox.open() {
        return complain(code::USAGE, &sentence);
    }
    let problems = match folder {
        None => {
            let mut problems = check::built_in();
            problems.extend(lessons().iter().flat_map(|lesson| in_a_run(lesson, &shared)));
            problems
        }
        Some(path) => match read(path) {
            Ok(folder) => {
                Lesson::parse(&folder).map_or_else(identity, |lesson| in_a_run(&lesson, &shared))
            }
            Err(code) => return code,
        },
    };
    tell(&problems);
    if problems.is_empty() { code::OK } else { code::LESSON }
}

/// What is wrong with a lesson when its program runs, and runs again.
fn in_a_run(lesson: &Lesson, shared: &Shared) -> Vec<Problem> {
    let program = format!("{}/{}", lesson.folder(), Lesson::FILE);
    let run = |folder: &LessonFolder| -> Result<Session, String> {
        let mut session = folder.session(shared, true)?;
        to_the_end(&mut session)?;
        Ok(session)
    };
    // Both in one folder: a program may write where it is.
    let both = |folder: LessonFolder| Ok((run(&folder)?, run(&folder)?));
    let (session, again) = match LessonFolder::write(lesson).and_then(both) {
        Ok(both) => both,
        Err(sentence) => return vec![Problem::new(program, 0, sentence)],
    };
    let resolved = resolve(lesson, session.history(), session.names());
    let mut problems = check::run(lesson, &resolved);
    if let Some(difference) = difference(lesson, [&session, &again]) {
        let message = format!("two runs of it are not the same: {difference}");
        problems.push(Problem::new(&program, 0, message));
    }
    let written: String = session
        .history()
        .outputs(session.live_edge())
        .filter(|record| matches!(record.event, Event::Output { stream: Stream::Stdout, .. }))
        .map(|record| record.text(Text::FIRST).to_owned())
        .collect();
    if written != lesson.output {
        let line = written.lines().zip(lesson.output.lines()).take_while(|(a, b)| a == b).count();
        let message =
            format!("it writes something else than program.out has from line {}", line + 1);
        problems.push(Problem::new(program, 0, message));
    }
    problems
}

/// What a learner could see of a difference between two runs. With the real clock, what comes from
/// outside may stand elsewhere among the records; the lesson must be the same all the same.
fn difference(lesson: &Lesson, runs: [&Session; 2]) -> Option<String> {
    let told = runs.map(|run| {
        let resolved = resolve(lesson, run.history(), run.names());
        let places = resolved.places.iter().map(|placed| placed.number).collect::<Vec<_>>();
        let asked = resolved.questions.into_iter();
        let asked = asked.map(|asked| (asked.choices, asked.answer.map(|answer| answer.text)));
        (places, asked.collect::<Vec<_>>())
    });
    if told[0] != told[1] {
        return Some("its places, choices or answers differ".to_owned());
    }
    let is_virtual =
        |run: &Session| run.history().last_of(run.history().len(), Kind::Clock).is_none();
    if !runs.into_iter().all(is_virtual) {
        return None;
    }
    diff(side("the first", runs[0]), side("the second", runs[1])).map(|found| found.sentence)
}

fn side<'a>(title: &'a str, run: &'a Session) -> Side<'a> {
    let never_sends = KindSet::NONE;
    Side { title, history: run.history(), names: run.names(), never_sends }
}

/// Runs a lesson's program to its end, within a minute.
fn to_the_end(session: &mut Session) -> Result<(), String> {
    match session.run_to_end(Some(Instant::now() + Duration::from_mins(1)), &mut |_| true) {
        Ok(()) => Ok(()),
        Err(Unfinished::Left) => Err("it was left".to_owned()),
        Err(Unfinished::Late) => Err("it does not end within a minute".to_owned()),
        Err(Unfinished::Stopped(sentence)) => Err(sentence),
    }
}

fn new(path: &Path) -> i32 {
    let shown = path.display();
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return complain(
            code::USAGE,
            &format!("`{shown}` is no folder's name; write one as 08_my_lesson"),
        );
    };
    let folder = template::new(name);
    let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::create_dir(path));
    match made {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return complain(
                code::USAGE,
                &format!("`{shown}` exists already; name a folder that does not"),
            );
        }
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("`{shown}` cannot be made: {}; name a folder elsewhere", why(&error)),
            );
        }
    }
    // The folder is new, so everything in it is ours.
    let mut files = folder.files.iter();
    let written = files.try_for_each(|(name, text)| fs::write(path.join(name), text));
    if let Err(error) = written {
        let _ = fs::remove_dir_all(path);
        return complain(
            code::FAILED,
            &format!("`{shown}` cannot be written: {}; free some space there", why(&error)),
        );
    }
    printed(writeln!(
        print::out(),
        "{shown}: edit lesson.md and program.py, then `loopscope lesson check {shown}`"
    ))
}
