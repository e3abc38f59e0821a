//! Another interpreter, which a lesson's program must print the same in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use loopscope_lessons::{Lesson, Problem};
use loopscope_protocol::Dialect;

use super::super::LessonFolder;
use super::super::interpreter;
use super::super::os_error::why;

/// How often it may print something else. On a busy machine a thread or a real clock may be late, and a
/// lesson that measures milliseconds sees that most of the time; what a program does wrong it does each
/// time.
const ATTEMPTS: usize = 30;

/// An interpreter that the author names.
#[derive(Debug)]
pub(super) struct Other {
    file: PathBuf,
    name: String,
    is_micropython: bool,
}

impl Other {
    /// The interpreter, or the sentence that says why it is none.
    pub(super) fn find(named: &Path) -> Result<Self, String> {
        let found = interpreter::find(named)?;
        let (major, minor) = interpreter::version(named)?;
        let is_micropython = found.is_micropython();
        let family = if is_micropython { "MicroPython" } else { "CPython" };
        Ok(Self { file: found.path, name: format!("{family} {major}.{minor}"), is_micropython })
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has the lesson's dialect.
    pub(super) fn runs(&self, lesson: &Lesson) -> bool {
        !lesson.is_on_board() && self.is_micropython == (lesson.dialect != Dialect::Cpython)
    }

    /// What is wrong where it prints something else than the lesson's `program.out`.
    pub(super) fn prints_another(&self, lesson: &Lesson) -> Option<Problem> {
        let program = format!("{}/{}", lesson.folder(), Lesson::FILE);
        let mut printed = Ok(String::new());
        for _ in 0..ATTEMPTS {
            printed = self.printed(lesson);
            if printed.as_ref().is_ok_and(|printed| *printed == lesson.output) {
                return None;
            }
        }
        let printed = match printed {
            Ok(printed) => printed,
            Err(sentence) => return Some(Problem::new(program, 0, sentence)),
        };
        let same = printed.lines().zip(lesson.output.lines()).take_while(|(a, b)| a == b);
        let message = format!(
            "{} (`{}`) prints something else than program.out has from line {}",
            self.name,
            self.file.display(),
            same.count() + 1
        );
        Some(Problem::new(program, 0, message))
    }

    fn printed(&self, lesson: &Lesson) -> Result<String, String> {
        let folder = LessonFolder::write(lesson)?;
        let output = Command::new(&self.file)
            .arg(folder.program())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .map_err(|error| {
                format!("`{}` cannot be started: {}", self.file.display(), why(&error))
            })?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
