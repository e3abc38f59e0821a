//! The lessons that are built into the binary.

use std::sync::LazyLock;

use crate::{Folder, Glossary, Lesson};

/// Lessons that belong together, in a folder of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    /// The folder's name, with which the lessons' own begin.
    pub id: &'static str,
    /// What it is about.
    pub title: &'static str,
}

/// The tracks, in the order in which they are meant to be taken.
pub const TRACKS: [Track; 5] = [
    Track { id: "loop", title: "The loop" },
    Track { id: "tasks", title: "Tasks" },
    Track { id: "micropython", title: "MicroPython" },
    Track { id: "board", title: "On the board" },
    Track { id: "faults", title: "Finding the fault" },
];

include!(concat!(env!("OUT_DIR"), "/content.rs"));

static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| {
    Glossary::parse("glossary.md", loose("glossary.md")).expect("a test reads the glossary")
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
    /// The built-in lesson that a user means: by its track and number, its name, its folder's name,
    /// or its place in the list of all.
    ///
    /// ```
    /// use loopscope_lessons::Lesson;
    ///
    /// let lesson = Lesson::find("loop-02").unwrap();
    /// assert_eq!(lesson.id, "call_later");
    /// for name in ["2", "call_later", "02_call_later", "loop/02_call_later"] {
    ///     assert_eq!(Lesson::find(name).unwrap().id, lesson.id);
    /// }
    /// assert!(Lesson::find("0").is_none());
    /// ```
    pub fn find(name: &str) -> Option<&'static Self> {
        let place = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let matches = |lesson: &&Self| {
            let folder = lesson.folder();
            lesson.id == name
                || lesson.code() == name
                || folder == name
                || folder.rsplit_once('/').is_some_and(|(_, own)| own == name)
        };
        place.and_then(|at| lessons().get(at)).or_else(|| lessons().iter().find(matches))
    }

    /// Whether it is one of those in the binary. Another one, and its program, is a stranger's.
    pub fn is_built_in(&self) -> bool {
        lessons().iter().any(|ours| std::ptr::eq(ours, self))
    }
}

/// The words that the lessons introduce.
pub fn glossary() -> &'static Glossary {
    &GLOSSARY
}

/// The built-in lessons' folders as they are, unread, in order: track by track.
pub(crate) fn folders() -> Vec<Folder> {
    let mut folders = grouped(FILES);
    folders.sort_by_key(|folder| {
        let track = folder.name.split_once('/').map_or("", |(track, _)| track);
        TRACKS.iter().position(|known| known.id == track)
    });
    folders
}

/// Embedded files, put together again as the folders that they come from.
pub(crate) fn grouped(files: &[(&str, &[u8])]) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::new();
    for &(path, bytes) in files {
        let Some((name, file)) = path.rsplit_once('/') else { continue };
        if folders.last().is_none_or(|folder| folder.name != name) {
            folders.push(Folder { name: name.to_owned(), files: Vec::new() });
        }
        let folder = folders.last_mut().expect("one was just added");
        folder.files.push((file.to_owned(), bytes.to_owned()));
    }
    folders
}

/// The text of a file beside the folders.
pub(crate) fn loose(name: &str) -> &'static str {
    loose_files().find(|(path, _)| *path == name).map(|(_, text)| text).expect("a test finds it")
}

/// The files beside the folders: the glossary, the misconceptions, the questions of the quiz.
pub(crate) fn loose_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .filter(|(path, _)| !path.contains('/'))
        .map(|(path, bytes)| (*path, std::str::from_utf8(bytes).unwrap_or_default()))
}
