//! What a lesson on the screen needs beside the screen: how far the learner has come, where their
//! files are, and who starts their programs.

use std::fmt;
use std::path::{Path, PathBuf};

use loopscope_lessons::Lesson;
use loopscope_session::Session;

use super::folders;
use super::progress::Progress;
use super::workbench::Workbench;

/// Starts a learner's program for a lesson.
pub type Start = Box<dyn Fn(&'static Lesson, &Path) -> Result<Session, String>>;

/// The learner, as the screen knows them.
pub struct Learner {
    /// How far they have come.
    pub progress: Progress,
    start: Start,
    /// Where their files are; `None` where there is no home.
    folder: Option<PathBuf>,
    /// Whether progress is written down.
    is_kept: bool,
}

impl Learner {
    /// The user of this machine.
    pub fn here(start: Start) -> Self {
        Self { progress: Progress::load(), start, folder: folders::data(), is_kept: true }
    }

    /// Somebody whose files are in a folder, and whose progress nobody keeps.
    pub fn in_folder(folder: PathBuf, start: Start) -> Self {
        Self { progress: Progress::default(), start, folder: Some(folder), is_kept: false }
    }

    /// Nobody: their place is taken.
    pub fn nobody() -> Self {
        let start: Start = Box::new(|_, _| Err("nobody is here".to_owned()));
        Self { progress: Progress::default(), start, folder: None, is_kept: false }
    }

    /// Starts a program of theirs.
    pub fn start(&self, lesson: &'static Lesson, file: &Path) -> Result<Session, String> {
        (self.start)(lesson, file)
    }

    /// Their file for a part of a lesson.
    pub fn bench(&self, lesson: &'static Lesson, number: usize) -> Option<Workbench> {
        Workbench::below(self.folder.as_deref()?, lesson, number).ok()
    }

    /// Writes down how far they have come. That it cannot be costs that, nothing more.
    pub fn save(&self) {
        if self.is_kept {
            let _ = self.progress.save();
        }
    }
}

impl fmt::Debug for Learner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Learner").field("progress", &self.progress).finish_non_exhaustive()
    }
}
