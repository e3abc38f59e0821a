//! `lesson`: lessons for learners in line mode, and for authors.

use std::fs;
use std::io::Write;
use std::path::Path;

use loopscope_lessons::{Folder, Lesson, check, glossary, lessons, template};

use super::open::why;
use super::{LessonCommand, Shared, code, complain};
use crate::repl;

pub(super) fn lesson(command: LessonCommand) -> i32 {
    match command {
        LessonCommand::List => list(),
        LessonCommand::Check { folder } => check_lessons(folder.as_deref()),
        LessonCommand::New { folder } => new(&folder),
        LessonCommand::Run { lesson } => match Lesson::find(&lesson) {
            Some(lesson) => repl::take_lesson(lesson, &Shared::default()),
            None => unknown(&lesson),
        },
    }
}

pub(super) fn unknown(name: &str) -> i32 {
    complain(
        code::USAGE,
        &format!("there is no lesson `{name}`; `loopscope lesson list` shows them"),
    )
}

/// The lessons as text, one on each line.
pub(super) fn list() -> i32 {
    let mut out = std::io::stdout();
    for lesson in lessons() {
        let shown = writeln!(
            out,
            "{:>2}  {:<20} {} ({} min)\n    {}",
            lesson.number, lesson.id, lesson.title, lesson.minutes, lesson.shows
        );
        if shown.is_err() {
            break;
        }
    }
    code::OK
}

fn check_lessons(folder: Option<&Path>) -> i32 {
    let problems = match folder {
        None => check::built_in(),
        Some(path) => match Folder::read(path) {
            Ok(folder) => check::shelf(&[folder], glossary()),
            Err(error) => {
                return complain(
                    code::USAGE,
                    &format!(
                        "`{}` cannot be read: {}; name a lesson's folder",
                        path.display(),
                        why(&error)
                    ),
                );
            }
        },
    };
    for problem in &problems {
        let _ = writeln!(std::io::stderr(), "{problem}");
    }
    if problems.is_empty() { code::OK } else { code::LESSON }
}

fn new(path: &Path) -> i32 {
    let shown = path.display();
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return complain(
            code::USAGE,
            &format!("`{shown}` is no folder's name; write one as 08_my_lesson"),
        );
    };
    if path.exists() {
        return complain(
            code::USAGE,
            &format!("`{shown}` exists already; name a folder that does not"),
        );
    }
    let folder = template::new(name);
    let written = fs::create_dir_all(path).and_then(|()| {
        folder.files.iter().try_for_each(|(name, text)| fs::write(path.join(name), text))
    });
    match written {
        Ok(()) => {
            let _ = writeln!(
                std::io::stdout(),
                "{shown}: edit lesson.md and program.py, then `loopscope lesson check {shown}`"
            );
            code::OK
        }
        Err(error) => {
            complain(code::FAILED, &format!("`{shown}` cannot be written: {}", why(&error)))
        }
    }
}
