//! A lesson's program as a file: the engine runs files, and the lessons are inside the binary.

use std::ffi::OsString;
use std::{env, fs, io};

use loopscope_files::temporary::Folder;
use loopscope_lessons::Lesson;
use loopscope_session::Session;

use super::Shared;

/// A temporary folder with a lesson's program, which goes away with the value.
#[derive(Debug)]
pub(crate) struct LessonFolder(Folder);

impl LessonFolder {
    /// Writes `lesson`'s program into a folder of its own.
    pub(crate) fn write(lesson: &Lesson) -> Result<Self, String> {
        Self::with(&lesson.program).map_err(|error| {
            format!(
                "the lesson's program cannot be written to a folder in `{}`: {error}; set TMPDIR to a folder that can be written",
                env::temp_dir().display()
            )
        })
    }

    fn with(program: &str) -> io::Result<Self> {
        let folder = Folder::new()?;
        fs::write(folder.path().join(Lesson::FILE), program)?;
        Ok(Self(folder))
    }

    /// A session on the program, held before its first record.
    pub(crate) fn session(&self, shared: &Shared, capture: bool) -> Result<Session, String> {
        let program: OsString = self.0.path().join(Lesson::FILE).into_os_string();
        shared.session(&[program], capture)
    }
}
