//! The files that the rules look at: those of the workspace, or made-up ones in tests.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Folders that hold what was built or fetched, and the version control's own.
const SKIPPED_FOLDERS: [&str; 5] = ["target", ".git", "__pycache__", ".venv", "node_modules"];

/// Endings of files that a failed test leaves behind; version control ignores them.
const SKIPPED_ENDINGS: [&str; 2] = [".snap.new", ".pending-snap"];

/// Files by their path from the root, with `/` between the parts.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
    root: String,
}

impl Tree {
    /// Reads the workspace. What is not UTF-8 is there, but has no text.
    pub(crate) fn read(root: &Path) -> io::Result<Self> {
        let root_text = fs::canonicalize(root)?.to_string_lossy().into_owned();
        let mut tree = Self { files: BTreeMap::new(), root: root_text };
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            if kind.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_str()) {
                self.read_folder(&entry.path(), &format!("{prefix}{name}/"))?;
            } else if kind.is_file() && !SKIPPED_ENDINGS.iter().any(|end| name.ends_with(end)) {
                let text = String::from_utf8(fs::read(entry.path())?).unwrap_or_default();
                self.files.insert(format!("{prefix}{name}"), text);
            }
        }
        Ok(())
    }

    /// A made-up tree.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { files: files.iter().map(own).collect(), root: "/somewhere/made-up".to_owned() }
    }

    /// The absolute path of the root.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// Every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose name ends so.
    pub(crate) fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| path.ends_with(end))
    }

    /// The Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending(".rs")
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether there is a file or a folder of that path.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files.contains_key(path) || {
            let folder = format!("{path}/");
            self.files.range(folder.clone()..).next().is_some_and(|(p, _)| p.starts_with(&folder))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_there_when_they_hold_something() {
        let tree = Tree::of(&[("a/b/c.rs", ""), ("a/bc.rs", "")]);
        assert!(tree.has("a/b") && tree.has("a/b/") && tree.has("a/bc.rs") && tree.has("a"));
        assert!(!tree.has("a/c") && !tree.has("b"));
    }

    #[test]
    fn reading_leaves_out_what_was_built() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let tree = Tree::read(root).expect("this crate's folder can be read");
        assert!(tree.text("src/tidy/tree.rs").is_some_and(|text| text.contains("made-up")));
        assert!(tree.files().all(|(path, _)| !path.starts_with("target/")));
    }
}
