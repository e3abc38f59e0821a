//! A lesson's program as a file: the engine runs files, and the lessons are inside the binary.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, io, process};

use loopscope_lessons::Lesson;
use loopscope_session::Session;

use super::Shared;

/// A temporary folder with a lesson's program, which goes away with the value.
#[derive(Debug)]
pub(crate) struct LessonFolder(PathBuf);

impl LessonFolder {
    /// Writes `lesson`'s program into a folder of its own.
    pub(crate) fn write(lesson: &Lesson) -> Result<Self, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("loopscope-lesson-{}-{number}", process::id()));
        let folder = Self(path);
        folder.fill(&lesson.program).map_err(|error| {
            format!(
                "the lesson's program cannot be written to `{}`: {error}; set TMPDIR to a folder that can be written",
                folder.0.display()
            )
        })?;
        Ok(folder)
    }

    fn fill(&self, program: &str) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        fs::write(self.0.join(Lesson::FILE), program)
    }

    /// A session on the program, held before its first record.
    pub(crate) fn session(&self, shared: &Shared, capture: bool) -> Result<Session, String> {
        let program: OsString = self.0.join(Lesson::FILE).into_os_string();
        shared.session(&[program], capture)
    }
}

impl Drop for LessonFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
