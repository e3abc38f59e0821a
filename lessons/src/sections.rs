//! The outer form that lessons and the glossary share: front matter, then sections, each with a
//! heading, `key: value` lines right below it, and a body.

use crate::Problem;

/// A `key: value` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) line: u32,
    pub(crate) key: String,
    pub(crate) value: String,
}

/// One section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    /// The heading without its `## `.
    pub(crate) heading: String,
    /// The heading's line.
    pub(crate) line: u32,
    pub(crate) entries: Vec<Entry>,
    /// The body's lines with their numbers.
    pub(crate) body: Vec<(u32, String)>,
}

/// A file taken apart.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) front: Vec<Entry>,
    pub(crate) sections: Vec<Section>,
}

/// Takes a file apart. Text between the front matter and the first section is left out: it is for
/// whoever reads the file itself.
pub(crate) fn read(path: &str, text: &str, problems: &mut Vec<Problem>) -> Document {
    let mut document = Document::default();
    let mut lines = (1..).zip(text.lines()).peekable();
    if lines.next_if(|(_, line)| *line == "---").is_some() {
        loop {
            match lines.next() {
                Some((_, "---")) => break,
                Some((_, "")) => {}
                Some((at, line)) => document.front.extend(entry(path, at, line, problems)),
                None => {
                    let message = "the front matter has no end; close it with a line `---`";
                    problems.push(Problem::new(path, 1, message));
                    break;
                }
            }
        }
    }

    let mut in_code = false;
    let mut in_entries = false;
    for (at, line) in lines {
        if !in_code && let Some(heading) = line.strip_prefix("## ") {
            let heading = heading.trim().to_owned();
            document.sections.push(Section { heading, line: at, ..Section::default() });
            in_entries = true;
            continue;
        }
        let Some(section) = document.sections.last_mut() else { continue };
        if in_entries && !line.trim().is_empty() {
            section.entries.extend(entry(path, at, line, problems));
            continue;
        }
        in_entries = false;
        in_code ^= line.starts_with("```");
        section.body.push((at, line.to_owned()));
    }
    document
}

fn entry(path: &str, line: u32, text: &str, problems: &mut Vec<Problem>) -> Option<Entry> {
    let parts = text.split_once(':').map(|(key, value)| (key.trim(), value.trim()));
    match parts {
        Some((key, value)) if !key.is_empty() && !key.contains(' ') && !value.is_empty() => {
            Some(Entry { line, key: key.to_owned(), value: value.to_owned() })
        }
        _ => {
            let message =
                format!("expected `key: value`, found {text:?}; put an empty line before the text");
            problems.push(Problem::new(path, line, message));
            None
        }
    }
}

/// The entries of one section, taken out by key. What is left in the end does not belong.
pub(crate) struct Entries<'a> {
    path: &'a str,
    line: u32,
    left: Vec<Entry>,
}

impl<'a> Entries<'a> {
    pub(crate) fn new(path: &'a str, line: u32, entries: Vec<Entry>) -> Self {
        Self { path, line, left: entries }
    }

    /// All values of a key, in order.
    pub(crate) fn all(&mut self, key: &str) -> Vec<Entry> {
        self.left.extract_if(.., |entry| entry.key == key).collect()
    }

    /// Whether a key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.left.iter().any(|entry| entry.key == key)
    }

    /// The value of a key that may stand once.
    pub(crate) fn once(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<Entry> {
        let mut all = self.all(key).into_iter();
        let first = all.next();
        problems.extend(all.map(|entry| {
            Problem::new(self.path, entry.line, format!("`{key}` is here twice; keep one"))
        }));
        first
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<Entry> {
        let found = self.once(key, problems);
        if found.is_none() {
            let message = format!("`{key}` is missing; add a line `{key}: ...`");
            problems.push(Problem::new(self.path, self.line, message));
        }
        found
    }

    /// Complains about what nobody asked for.
    pub(crate) fn finish(self, problems: &mut Vec<Problem>) {
        for entry in self.left {
            let message = format!("`{}` is not known here; remove the line", entry.key);
            problems.push(Problem::new(self.path, entry.line, message));
        }
    }
}
