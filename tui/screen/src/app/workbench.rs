//! The learner's own file for an exercise: a copy of what it begins with, in a folder of theirs,
//! where any editor can change it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use loopscope_files::own;
use loopscope_lessons::{Exercise, Lesson};
use loopscope_model::whole;

use super::folders;
use super::progress::Progress;

/// The most bytes that a learner's file may have.
const LARGEST: u64 = 1 << 20;

/// A learner's file for one exercise of a lesson.
#[derive(Clone, Debug)]
pub struct Workbench {
    path: PathBuf,
    start: String,
}

/// How a file was when it was looked at. Another one means that it was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl Workbench {
    /// The learner's file for the part of a lesson with that number. It is made if there is none.
    pub fn open(lesson: &Lesson, number: usize) -> Result<Self, String> {
        let Some(data) = folders::data() else {
            return Err("there is no home folder to keep your file in; set HOME".to_owned());
        };
        Self::below(&data, lesson, number)
    }

    /// The same below a folder of whoever asks.
    pub fn below(data: &Path, lesson: &Lesson, number: usize) -> Result<Self, String> {
        let item = &lesson.items[number];
        let (Some(file), Some(exercise)) = (item.exercise_file(), &item.exercise) else {
            return Err(format!("{:?} is nothing to be done", item.title));
        };
        let path = data.join("lessons").join(Progress::key(lesson)).join(file);
        let bench = Self { path, start: exercise.start.clone() };
        if !bench.path.exists() {
            bench.write(&bench.start)?;
        }
        Ok(bench)
    }

    /// The same on a file of the learner's choice.
    pub fn on(path: &Path, exercise: &Exercise) -> Self {
        Self { path: path.to_owned(), start: exercise.start.clone() }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    pub fn text(&self) -> Result<String, String> {
        whole::read_text_file(&self.path, LARGEST).map_err(|error| {
            format!("`{}` cannot be read: {error}; `reset` begins anew", self.path.display())
        })
    }

    /// Whether it is something else than at first.
    pub fn is_changed(&self) -> bool {
        self.text().is_ok_and(|text| text != self.start)
    }

    /// How it is at this moment; `None`: there is none.
    pub fn stamp(&self) -> Option<Stamp> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some(Stamp { modified: metadata.modified().ok(), length: metadata.len() })
    }

    /// Makes it what it was at first. What was in it is kept beside it; tells where.
    pub fn reset(&self) -> Result<Option<PathBuf>, String> {
        let kept = if self.is_changed() {
            let kept = self.path.with_extension("before.py");
            fs::rename(&self.path, &kept).map_err(|error| self.cannot_be_written(&error))?;
            Some(kept)
        } else {
            None
        };
        self.write(&self.start)?;
        Ok(kept)
    }

    fn write(&self, text: &str) -> Result<(), String> {
        own::write(&self.path, text).map_err(|error| self.cannot_be_written(&error))
    }

    fn cannot_be_written(&self, error: &std::io::Error) -> String {
        format!(
            "`{}` cannot be written: {error}; set XDG_DATA_HOME to a folder that can",
            self.path.display()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_keeps_what_was_written() {
        let folder = std::env::temp_dir().join(format!("loopscope-bench-{}", std::process::id()));
        let path = folder.join("make.py");
        let exercise = Exercise { start: "start\n".to_owned(), ..Exercise::default() };
        let bench = Workbench::on(&path, &exercise);
        bench.write("start\n").unwrap();
        assert!(!bench.is_changed());
        assert_eq!(bench.reset(), Ok(None), "there was nothing to keep");
        let before = bench.stamp();
        bench.write("mine, and longer\n").unwrap();
        assert!(bench.is_changed() && bench.stamp() != before);
        let kept = bench.reset().unwrap().expect("something was written");
        assert_eq!(fs::read_to_string(kept).unwrap(), "mine, and longer\n");
        assert!(!bench.is_changed());
        fs::remove_dir_all(folder).unwrap();
    }
}
