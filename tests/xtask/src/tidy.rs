//! `cargo xtask tidy`: the rules about the source tree that no compiler checks.
//!
//! A rule is a function from a [`Tree`] to its findings, in a file of its own that says why the
//! rule is there. To add one: write the file, with tests on made-up trees, and name it in [`RULES`].

mod api_ledger;
mod circles;
mod dependencies;
mod emission;
mod file_length;
mod file_names;
mod first_line;
mod forbidden_unsafe;
mod here;
mod layers;
mod leftovers;
mod named_paths;
mod plain_english;
mod printing;
mod readers;
mod source;
pub(crate) mod tree;
mod wire_page;

use std::path::Path;

use crate::Outcome;
use tree::Tree;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// Worth a look.
    Warning,
    /// Must be mended.
    Error,
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    weight: Weight,
    path: String,
    line: Option<usize>,
    text: String,
}

impl Finding {
    fn error(path: &str, line: impl Into<Option<usize>>, text: impl Into<String>) -> Self {
        let (path, line, text) = (path.to_owned(), line.into(), text.into());
        Self { weight: Weight::Error, path, line, text }
    }

    fn warning(path: &str, text: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, ..Self::error(path, None, text) }
    }

    fn sentence(&self) -> String {
        let weight = if self.weight == Weight::Warning { "warning: " } else { "" };
        match self.line {
            Some(line) => format!("{}:{line}: {weight}{}", self.path, self.text),
            None => format!("{}: {weight}{}", self.path, self.text),
        }
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [(&str, Rule); 16] = [
    ("first-line", first_line::check),
    ("file-names", file_names::check),
    ("file-length", file_length::check),
    ("dependencies", dependencies::check),
    ("layers", layers::check),
    ("circles", circles::check),
    ("emission", emission::check),
    ("readers", readers::check),
    ("unsafe", forbidden_unsafe::check),
    ("printing", printing::check),
    ("named-paths", named_paths::check),
    ("wire-page", wire_page::check),
    ("api-ledger", api_ledger::check),
    ("here", here::check),
    ("leftovers", leftovers::check),
    ("plain-english", plain_english::check),
];

/// Checks the tree under `root` by all rules.
pub(crate) fn run(root: &Path) -> Outcome {
    let tree = Tree::read(root)?;
    let mut errors = 0;
    for (name, rule) in RULES {
        for finding in rule(&tree) {
            println!("{} [{name}]", finding.sentence());
            errors += u32::from(finding.weight == Weight::Error);
        }
    }
    match errors {
        0 => Ok(()),
        1 => Err("one place breaks a rule; it is named above".into()),
        many => Err(format!("{many} places break a rule; they are named above").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_as_path_line_and_sentence() {
        let finding = Finding::error("a/b.rs", 3, "has no reason");
        assert_eq!(finding.sentence(), "a/b.rs:3: has no reason");
        assert_eq!(Finding::warning("a/b.rs", "is long").sentence(), "a/b.rs: warning: is long");
    }
}
