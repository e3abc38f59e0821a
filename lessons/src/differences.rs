//! Where the two dialects part: small programs with CPython's output, MicroPython's, and the reason.
//!
//! A difference is a folder below `differences/`, named `NN_slug`, with two files: `program.py`,
//! whose first line is a comment that asks what will happen, and `difference.toml`:
//!
//! ```toml
//! title = "Time in whole milliseconds"
//! what = "What differs, in a sentence or two for learners."
//! why = "What in the two loops makes it so."
//! semantics = "3.4"                   # the sections of the semantics specification
//! dialect = "micropython-firmware"    # only where the documented dialect is like CPython
//! since = "3.12"                      # only where an older CPython does as MicroPython does
//! cpython = '''
//! what it prints on CPython 3.13
//! '''
//! micropython = '''
//! what it prints on MicroPython
//! '''
//! ```
//!
//! Both outputs are those of the real interpreters; the suite runs every program in both dialects
//! and compares. So a lesson may quote them, and may offer the program to be run.

use std::sync::LazyLock;

use loopscope_protocol::{Dialect, Word};
use toml::{Table, Value};

use crate::parse::split_name;
use crate::{Folder, Problem, shelf};

include!(concat!(env!("OUT_DIR"), "/differences.rs"));

const FACTS: &str = "difference.toml";

/// The keys of a `difference.toml` that must be there.
const NEEDED: [&str; 6] = ["title", "what", "why", "semantics", "cpython", "micropython"];
/// Those that may be.
const OPTIONAL: [&str; 2] = ["dialect", "since"];

static DIFFERENCES: LazyLock<Vec<Difference>> = LazyLock::new(|| {
    let read = |folder| Difference::parse(&folder).expect("a test reads every built-in difference");
    folders().into_iter().map(read).collect()
});

/// The built-in differences, in order.
pub fn differences() -> &'static [Difference] {
    &DIFFERENCES
}

/// Everything that is wrong with the built-in differences, as far as it shows without running them.
pub fn built_in_problems() -> Vec<Problem> {
    let all = folders();
    let mut problems = Vec::new();
    for (expected, folder) in (1..).zip(&all) {
        match Difference::parse(folder) {
            Err(found) => problems.extend(found),
            Ok(read) if read.number != expected => {
                let message = format!("the next difference is number {expected:02}; rename it");
                problems.push(Problem::new(&folder.name, 0, message));
            }
            Ok(_) => {}
        }
    }
    problems
}

fn folders() -> Vec<Folder> {
    shelf::grouped(FILES)
}

/// A program that does something else under each dialect, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its place in the order, from 1.
    pub number: u32,
    /// Its name, such as `nested_run`, unique and for good.
    pub id: String,
    /// What it is about, in a few words.
    pub title: String,
    /// What differs, for learners.
    pub what: String,
    /// What in the two loops makes it so.
    pub why: String,
    /// The sections of the semantics specification that it rests on, such as `3.6, 5.8`.
    pub semantics: String,
    /// The dialect that prints [`Self::micropython`]: as documented, or as real firmware behaves
    /// where that is something else.
    pub dialect: Dialect,
    /// The minor version of the first CPython 3 that prints [`Self::cpython`], where one that still
    /// lives did as MicroPython does: 12 for 3.12.
    pub since: Option<u32>,
    /// The program, for both dialects as it is.
    pub program: String,
    /// What it prints to standard output on CPython 3.13.
    pub cpython: String,
    /// What it prints to standard output on MicroPython.
    pub micropython: String,
}

impl Difference {
    /// What the program's file is called.
    pub const FILE: &str = "program.py";

    /// Reads a difference, and says everything that is wrong with it if something is.
    pub fn parse(folder: &Folder) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader { folder, facts: Facts::default(), problems: Vec::new() };
        let difference = reader.difference();
        if reader.problems.is_empty() { Ok(difference) } else { Err(reader.problems) }
    }

    /// The built-in difference that a user means: by its number, its name or its folder's name.
    ///
    /// ```
    /// use loopscope_lessons::Difference;
    ///
    /// let difference = Difference::find("nested_run").unwrap();
    /// assert_eq!(Difference::find("02_nested_run").unwrap(), difference);
    /// assert_ne!(difference.cpython, difference.micropython);
    /// assert!(Difference::find("0").is_none());
    /// ```
    pub fn find(name: &str) -> Option<&'static Self> {
        let matches = |difference: &&Self| {
            difference.id == name
                || difference.folder() == name
                || name.parse().is_ok_and(|number: u32| number == difference.number)
        };
        differences().iter().find(matches)
    }

    /// The name of its folder.
    pub fn folder(&self) -> String {
        format!("{:02}_{}", self.number, self.id)
    }
}

/// A `difference.toml`, read but not judged.
#[derive(Default)]
struct Facts {
    text: String,
    table: Table,
}

impl Facts {
    /// The line on which a key stands; 0, the file as a whole, if it does not.
    fn line(&self, key: &str) -> u32 {
        let assigns = |line: &str| {
            line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        (1..).zip(self.text.lines()).find(|(_, line)| assigns(line)).map_or(0, |(at, _)| at)
    }
}

/// Reads one folder, and collects what is wrong with it.
struct Reader<'a> {
    folder: &'a Folder,
    facts: Facts,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn difference(&mut self) -> Difference {
        let name = split_name(&self.folder.name);
        if name.is_none() {
            let message = "a difference's folder is called NN_slug, such as 02_nested_run: \
                           two digits, then small letters, digits and _";
            self.problems.push(Problem::new(&self.folder.name, 0, message));
        }
        let (number, id) = name.unwrap_or_default();
        for (file, _) in &self.folder.files {
            if ![FACTS, Difference::FILE].contains(&file.as_str()) {
                self.problem(file, 0, "this file does not belong in a difference; remove it");
            }
        }
        let program = self.program();
        self.facts = self.read_facts();
        self.unknown_keys();
        let difference = Difference {
            number,
            id: id.to_owned(),
            title: self.text("title"),
            what: self.text("what"),
            why: self.text("why"),
            semantics: self.text("semantics"),
            dialect: self.dialect(),
            since: self.since(),
            program,
            cpython: self.text("cpython"),
            micropython: self.text("micropython"),
        };
        if difference.cpython == difference.micropython {
            let message = "both dialects print the same; then it is no difference";
            self.problem(FACTS, self.facts.line("micropython"), message);
        }
        difference
    }

    fn problem(&mut self, file: &str, line: u32, message: impl Into<String>) {
        let path = format!("{}/{file}", self.folder.name);
        self.problems.push(Problem::new(path, line, message));
    }

    fn file(&mut self, name: &str) -> Option<String> {
        let Some(bytes) = self.folder.file(name) else {
            self.problem(name, 0, "this file is missing; add it");
            return None;
        };
        let text = String::from_utf8(bytes.to_owned()).ok();
        if text.is_none() {
            self.problem(name, 0, "this file is not UTF-8; save it as UTF-8");
        }
        text
    }

    fn program(&mut self) -> String {
        let program = self.file(Difference::FILE);
        if program.as_ref().is_some_and(|text| !text.starts_with("# ")) {
            let message = "the first line is to be a comment that asks what will happen";
            self.problem(Difference::FILE, 1, message);
        }
        program.unwrap_or_default()
    }

    fn read_facts(&mut self) -> Facts {
        let text = self.file(FACTS).unwrap_or_default();
        match text.parse() {
            Ok(table) => Facts { text, table },
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
                let line = u32::try_from(line).unwrap_or_default();
                self.problem(FACTS, line, format!("this is no TOML: {}", error.message()));
                Facts::default()
            }
        }
    }

    fn unknown_keys(&mut self) {
        let known = || NEEDED.into_iter().chain(OPTIONAL);
        let unknown = |key: &&String| known().all(|known| known != key.as_str());
        let unknown: Vec<_> = self.facts.table.keys().filter(unknown).cloned().collect();
        for key in unknown {
            let keys = known().collect::<Vec<_>>().join(", ");
            let message = format!("there is no key `{key}`; the keys are {keys}");
            self.problem(FACTS, self.facts.line(&key), message);
        }
    }

    /// The text of a key that must have one.
    fn text(&mut self, key: &str) -> String {
        match self.facts.table.get(key) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
            // A file that could not be read was told of already.
            None if self.facts.text.is_empty() => format!("no {key}"),
            _ => {
                let message = format!("`{key}` is missing or no text; write `{key} = \"...\"`");
                self.problem(FACTS, self.facts.line(key), message);
                format!("no {key}")
            }
        }
    }

    fn dialect(&mut self) -> Dialect {
        let Some(value) = self.facts.table.get("dialect") else { return Dialect::Micropython };
        if value.as_str() != Some(Dialect::MicropythonFirmware.word()) {
            let message = "the dialect can only be \"micropython-firmware\"; leave the line \
                           out for the documented one";
            self.problem(FACTS, self.facts.line("dialect"), message);
        }
        Dialect::MicropythonFirmware
    }

    fn since(&mut self) -> Option<u32> {
        let value = self.facts.table.get("since")?;
        let minor = value.as_str().and_then(|version| version.strip_prefix("3.")?.parse().ok());
        if minor.is_none() {
            let message = "`since` is a version of CPython; write it as in `since = \"3.12\"`";
            self.problem(FACTS, self.facts.line("since"), message);
        }
        minor
    }
}

#[cfg(test)]
mod tests;
