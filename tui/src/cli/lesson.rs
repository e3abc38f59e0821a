//! `lesson`: lessons for learners in line mode, and for authors.

mod attempt;
mod author;
mod checking;
mod command;
mod export;
mod other;
mod played;
mod punctuality;

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use loopscope_lessons::{Folder, Lesson, Problem, lessons, template};
use loopscope_model::safe_text;
use loopscope_protocol::{Event, Stream, Text};
use loopscope_screen::app::progress::Progress;
use loopscope_session::{Session, Unfinished};

pub(super) use self::command::LessonCommand;
use super::os_error::why;
use super::{LessonFolder, Shared, code, complain, printed};
use crate::{print, repl};

pub(super) fn lesson(command: LessonCommand) -> i32 {
    match command {
        LessonCommand::List => list(),
        LessonCommand::Check { folder, python, sandbox } => {
            checking::check_lessons(folder.as_deref(), &python, sandbox)
        }
        LessonCommand::Bless { folder, sandbox } => author::bless(&folder, sandbox),
        LessonCommand::Again { sandbox } => {
            again(&Shared { sandbox, ..Shared::default() }.with_set_python())
        }
        LessonCommand::New { folder } => new(&folder),
        LessonCommand::Run { lesson, sandbox } => match named(&lesson) {
            Ok(lesson) => take(lesson, &Shared { sandbox, ..Shared::default() }.with_set_python()),
            Err(code) => code,
        },
        LessonCommand::Try(args) => attempt::attempt(&args),
        LessonCommand::Export { lesson, to, sandbox } => {
            export::export(&lesson, to, &Shared { sandbox, ..Shared::default() })
        }
    }
}

/// The folder with the program stays until the lesson is over.
pub(super) fn take(lesson: &'static Lesson, shared: &Shared) -> i32 {
    let folder = LessonFolder::write(lesson);
    let session = match &folder {
        Ok(folder) => folder.session(shared, true),
        Err(sentence) => Err(sentence.clone()),
    };
    let start = |file: &Path| LessonFolder::start(lesson, file, shared);
    repl::take_lesson(lesson, session, &start, shared.linear)
}

/// Asks what went wrong once more, question by question.
pub(super) fn again(shared: &Shared) -> i32 {
    let open = Progress::load().went_wrong();
    if open.is_empty() {
        return printed(writeln!(print::out(), "Nothing has gone wrong that is open."));
    }
    for (lesson, number) in open {
        let folder = LessonFolder::write(lesson);
        let session = match &folder {
            Ok(folder) => folder.session(shared, true),
            Err(sentence) => Err(sentence.clone()),
        };
        let start = |file: &Path| LessonFolder::start(lesson, file, shared);
        if let Err(code) = repl::ask_again(lesson, number, session, &start) {
            return code;
        }
    }
    printed(writeln!(print::out(), "That was all that went wrong."))
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

/// What a session's program wrote to its standard output.
pub(super) fn written(session: &Session) -> String {
    let outputs = session.history().outputs(session.live_edge());
    let is_stdout = |event: &Event| matches!(event, Event::Output { stream: Stream::Stdout, .. });
    outputs
        .filter(|record| is_stdout(&record.event))
        .map(|record| record.text(Text::FIRST).to_owned())
        .collect()
}

/// Runs a lesson's program to its end, within a minute.
pub(super) fn to_the_end(session: &mut Session) -> Result<(), String> {
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
