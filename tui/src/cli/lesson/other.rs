//! Another interpreter, which a lesson's program must print the same in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use loopscope_lessons::{Lesson, Problem};
use loopscope_protocol::Dialect;

use super::super::LessonFolder;
use super::super::interpreter;
use super::super::os_error::why;
use super::punctuality::Punctuality;

/// How many runs that print something else prove it, where the machine kept its time meanwhile. What a
/// program does wrong it does each time; a thread or a real clock may be late, and one program counts
/// single milliseconds.
const PROVED: usize = 8;

/// How many runs there are at most on a machine that never keeps its time.
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
        let (mut proved, mut attempts) = (0, 0);
        while proved < PROVED && attempts < ATTEMPTS {
            let punctual = Punctuality::begin();
            printed = self.printed(lesson);
            let on_time = punctual.end();
            attempts += 1;
            match &printed {
                Ok(printed) if *printed == lesson.output => return None,
                Ok(_) if on_time => proved += 1,
                Ok(_) => {}
                // It cannot be started, which no time mends.
                Err(_) => break,
            }
        }
        let printed = match printed {
            Ok(printed) => printed,
            Err(sentence) => return Some(Problem::new(program, 0, sentence)),
        };
        let same = printed.lines().zip(lesson.output.lines()).take_while(|(a, b)| a == b);
        let busy = match proved {
            PROVED => String::new(),
            _ => format!(
                "; the machine was too busy to keep the time in {attempts} runs, so try again"
            ),
        };
        let message = format!(
            "{} (`{}`) prints something else than program.out has from line {}{busy}",
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
