//! How far the user has come in the lessons: places, answers, exercises. Kept in one file of the
//! user's, which can be carried along; losing it loses nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use loopscope_files::own;
use loopscope_lessons::{Item, Lesson, lessons};
use loopscope_model::whole;
use serde::{Deserialize, Serialize};

/// The most bytes that the file may have.
const LARGEST: u64 = 1 << 20;

/// How far the user has come.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Progress {
    /// The lessons that were read to the end, by name.
    pub finished: BTreeSet<String>,
    /// The lesson that was open last.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last: String,
    /// The lessons that were begun.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lessons: BTreeMap<String, Taken>,
    /// What another version of Loopscope keeps here, and is to find again.
    #[serde(flatten)]
    other: toml::Table,
}

/// A lesson that was begun. Its parts are named by [`Item::key`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Taken {
    /// The part that was shown last.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// What was answered.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Given>,
    /// The exercises that were done.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub done: BTreeSet<String>,
    /// What another version keeps here.
    #[serde(flatten)]
    other: toml::Table,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Given {
    /// The text that was chosen last.
    pub choice: String,
    /// Whether it was right.
    pub right: bool,
    /// Whether the first answer of all was right: that is what counts.
    pub first: bool,
}

/// What there is to show of a lesson in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// How many questions were answered right at once.
    pub right: usize,
    /// How many questions there are.
    pub questions: usize,
    /// How many exercises were done.
    pub done: usize,
    /// How many there are.
    pub exercises: usize,
}

impl Progress {
    fn path() -> Option<PathBuf> {
        Some(super::folders::data()?.join("progress.toml"))
    }

    /// What is known; nothing where there is no file, or none that can be read.
    pub fn load() -> Self {
        let text = Self::path().and_then(|path| whole::read_text_file(&path, LARGEST).ok());
        text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Writes it down.
    pub fn save(&self) -> io::Result<()> {
        let Some(path) = Self::path() else { return Ok(()) };
        // A half-written file would lose what was known.
        own::write(&path, &toml::to_string(self).map_err(io::Error::other)?)
    }

    /// What a lesson is called in the file. One that is not built in must not pass for one that is.
    pub fn key(lesson: &Lesson) -> String {
        if lesson.is_built_in() { lesson.id.clone() } else { format!("own/{}", lesson.id) }
    }

    /// Whether a lesson was read to the end.
    pub fn is_finished(&self, lesson: &Lesson) -> bool {
        self.finished.contains(&Self::key(lesson))
    }

    /// What is known of a lesson.
    pub fn taken(&self, lesson: &Lesson) -> Option<&Taken> {
        self.lessons.get(&Self::key(lesson))
    }

    fn taken_mut(&mut self, lesson: &Lesson) -> &mut Taken {
        self.lessons.entry(Self::key(lesson)).or_default()
    }

    /// Notes that a lesson was read to the end.
    pub fn finish(&mut self, lesson: &Lesson) {
        self.finished.insert(Self::key(lesson));
    }

    /// Notes which part of a lesson is shown.
    pub fn came_to(&mut self, lesson: &Lesson, item: &Item) {
        self.last = Self::key(lesson);
        self.taken_mut(lesson).place = item.key();
    }

    /// Notes an answer.
    pub fn answered(&mut self, lesson: &Lesson, item: &Item, choice: &str, right: bool) {
        let given = self
            .taken_mut(lesson)
            .answers
            .entry(item.key())
            .or_insert_with(|| Given { first: right, ..Given::default() });
        choice.clone_into(&mut given.choice);
        given.right = right;
    }

    /// Notes that an exercise was done.
    pub fn did(&mut self, lesson: &Lesson, item: &Item) {
        self.taken_mut(lesson).done.insert(item.key());
    }

    /// Whether an exercise was done.
    pub fn has_done(&self, lesson: &Lesson, item: &Item) -> bool {
        self.taken(lesson).is_some_and(|taken| taken.done.contains(&item.key()))
    }

    /// The number of the part of a lesson where the user left off; `None` where that is its
    /// beginning, or its end.
    pub fn place(&self, lesson: &Lesson) -> Option<usize> {
        if self.is_finished(lesson) {
            return None;
        }
        let place = &self.taken(lesson)?.place;
        lesson.items.iter().position(|item| item.key() == *place).filter(|at| *at > 0)
    }

    /// Whether the user is somewhere in a lesson, neither before nor behind it.
    pub fn is_begun(&self, lesson: &Lesson) -> bool {
        !self.is_finished(lesson) && self.taken(lesson).is_some_and(|taken| !taken.place.is_empty())
    }

    /// The questions of built-in lessons that were answered wrong and never right since, by their
    /// numbers among the lesson's items: to be asked once more, later. Those of the lesson that is
    /// under way are not among them.
    pub fn went_wrong(&self) -> Vec<(&'static Lesson, usize)> {
        let is_later = |lesson: &&Lesson| {
            let is_open = self.last == Self::key(lesson) && !self.is_finished(lesson);
            !is_open && self.taken(lesson).is_some()
        };
        let wrong = |lesson: &'static Lesson| {
            let taken = self.taken(lesson);
            let items = lesson.items.iter().enumerate().filter(|(_, item)| {
                let given = taken.and_then(|taken| taken.answers.get(&item.key()));
                item.question().is_some() && given.is_some_and(|given| !given.right)
            });
            items.map(move |(number, _)| (lesson, number)).collect::<Vec<_>>()
        };
        lessons().iter().filter(is_later).flat_map(wrong).collect()
    }

    /// What there is to show of a lesson in a list.
    pub fn score(&self, lesson: &Lesson) -> Score {
        let taken = self.taken(lesson);
        let right = |item: &&Item| {
            taken.and_then(|taken| taken.answers.get(&item.key())).is_some_and(|given| given.first)
        };
        let is_to_do = |item: &&Item| item.exercise.is_some() || item.find().is_some();
        let to_do = || lesson.items.iter().filter(is_to_do);
        Score {
            right: lesson.questions().map(|(item, _)| item).filter(right).count(),
            questions: lesson.questions().count(),
            done: to_do().filter(|item| self.has_done(lesson, item)).count(),
            exercises: to_do().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson() -> &'static Lesson {
        Lesson::find("call_soon").expect("lesson one")
    }

    #[test]
    fn the_file_of_the_first_version_is_understood() {
        let progress: Progress = toml::from_str("finished = [\"call_soon\"]\n").unwrap();
        assert!(progress.is_finished(lesson()));
        assert_eq!(progress.place(lesson()), None);
    }

    #[test]
    fn what_another_version_keeps_is_kept() {
        let text =
            "finished = []\nshown = 7\n\n[lessons.call_soon]\nplace = \"x\"\nmood = \"good\"\n";
        let progress: Progress = toml::from_str(text).unwrap();
        let written = toml::to_string(&progress).unwrap();
        assert!(written.contains("shown = 7") && written.contains("mood = \"good\""), "{written}");
    }

    #[test]
    fn what_went_wrong_is_asked_again_later_and_not_once_it_was_right() {
        let (lesson, mut progress) = (lesson(), Progress::default());
        let (item, _) = lesson.questions().next().unwrap();
        let number = lesson.items.iter().position(|other| other.key() == item.key()).unwrap();
        progress.came_to(lesson, item);
        progress.answered(lesson, item, "refill", false);
        assert_eq!(progress.went_wrong().len(), 0, "the lesson is still open");
        let other = &lessons()[1];
        progress.came_to(other, &other.items[0]);
        let again: Vec<_> = progress.went_wrong();
        assert_eq!(again.len(), 1);
        assert_eq!((&again[0].0.id, again[0].1), (&lesson.id, number));
        progress.answered(lesson, item, "feed", true);
        assert!(progress.went_wrong().is_empty());
        assert_eq!(progress.score(lesson).right, 0, "the first answer is what counts");
    }

    #[test]
    fn the_first_answer_counts_and_the_place_is_found_again() {
        let (lesson, mut progress) = (lesson(), Progress::default());
        let (item, _) = lesson.questions().next().unwrap();
        progress.answered(lesson, item, "refill", false);
        progress.answered(lesson, item, "feed", true);
        assert_eq!(progress.score(lesson).right, 0);
        progress.came_to(lesson, &lesson.items[5]);
        let again: Progress = toml::from_str(&toml::to_string(&progress).unwrap()).unwrap();
        assert_eq!(again, progress);
        assert_eq!(again.place(lesson), Some(5));
        progress.finish(lesson);
        assert_eq!(progress.place(lesson), None, "it begins anew");
    }
}
