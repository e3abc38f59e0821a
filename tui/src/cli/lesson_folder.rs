//! A lesson's program as a file: the engine runs files, and the lessons are inside the binary.

use std::ffi::OsString;
use std::{env, fs, io};

use loopscope_files::temporary::Folder;
use loopscope_lessons::Lesson;
use loopscope_session::Session;

use super::Shared;

/// A temporary folder with a lesson's program, which goes away with the value.
#[derive(Debug)]
pub(crate) struct LessonFolder {
    folder: Folder,
    /// Whether the lesson is one of those in the binary. Another one's program is a stranger's.
    is_ours: bool,
}

impl LessonFolder {
    /// Writes `lesson`'s program into a folder of its own.
    pub(crate) fn write(lesson: &Lesson) -> Result<Self, String> {
        Self::with(lesson).map_err(|error| {
            format!(
                "the lesson's program cannot be written to a folder in `{}`: {error}; set TMPDIR to a folder that can be written",
                env::temp_dir().display()
            )
        })
    }

    fn with(lesson: &Lesson) -> io::Result<Self> {
        let folder = Folder::new()?;
        fs::write(folder.path().join(Lesson::FILE), &lesson.program)?;
        Ok(Self { folder, is_ours: lesson.is_built_in() })
    }

    /// A session on the program, held before its first record. A stranger's is in a sandbox, unless
    /// `--no-sandbox` trusts it.
    pub(crate) fn session(&self, shared: &Shared, capture: bool) -> Result<Session, String> {
        let program: OsString = self.folder.path().join(Lesson::FILE).into_os_string();
        if self.is_ours {
            return shared.session(&[program], capture);
        }
        let sandbox = shared.sandbox.clone().by_default();
        Shared { sandbox, ..shared.clone() }.session(&[program], capture)
    }
}
