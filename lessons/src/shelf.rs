//! The lessons that are built into the binary.

use std::sync::LazyLock;

use crate::{Folder, Glossary, Lesson};

include!(concat!(env!("OUT_DIR"), "/content.rs"));

static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| {
    let (_, text) = loose_files().next().expect("a test finds the glossary");
    Glossary::parse("glossary.md", text).expect("a test reads the glossary")
});

static LESSONS: LazyLock<Vec<Lesson>> = LazyLock::new(|| {
    let read = |folder| Lesson::parse(&folder).expect("a test reads every built-in lesson");
    folders().into_iter().map(read).collect()
});

/// The built-in lessons, in the order in which they are meant to be taken.
pub fn lessons() -> &'static [Lesson] {
    &LESSONS
}

impl Lesson {
    /// The built-in lesson that a user means: by its number, its name or its folder's name.
    ///
    /// ```
    /// use loopscope_lessons::Lesson;
    ///
    /// let lesson = Lesson::find("2").unwrap();
    /// assert_eq!(lesson.id, "call_later");
    /// assert_eq!(Lesson::find("02_call_later").unwrap().number, 2);
    /// assert!(Lesson::find("0").is_none());
    /// ```
    pub fn find(name: &str) -> Option<&'static Self> {
        let matches = |lesson: &&Self| {
            lesson.id == name
                || lesson.folder() == name
                || name.parse().is_ok_and(|number: u32| number == lesson.number)
        };
        lessons().iter().find(matches)
    }
}

/// The words that the lessons introduce.
pub fn glossary() -> &'static Glossary {
    &GLOSSARY
}

/// The built-in lessons' folders as they are, unread, in order.
pub(crate) fn folders() -> Vec<Folder> {
    grouped(FILES)
}

/// Embedded files, put together again as the folders that they come from.
pub(crate) fn grouped(files: &[(&str, &[u8])]) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::new();
    for &(path, bytes) in files {
        let Some((name, file)) = path.split_once('/') else { continue };
        if folders.last().is_none_or(|folder| folder.name != name) {
            folders.push(Folder { name: name.to_owned(), files: Vec::new() });
        }
        let folder = folders.last_mut().expect("one was just added");
        folder.files.push((file.to_owned(), bytes.to_owned()));
    }
    folders
}

/// The files beside the folders. There is to be one, the glossary.
pub(crate) fn loose_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .filter(|(path, _)| !path.contains('/'))
        .map(|(path, bytes)| (*path, std::str::from_utf8(bytes).unwrap_or_default()))
}
