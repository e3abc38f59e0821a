//! A file past 400 lines wants a reason, and tests past 150 lines a file of their own.
//!
//! A warning, since length is a sign and not a fault. The reasons are kept here, and one that is
//! needed no more is a fault.

use super::{Finding, Tree};

/// Lines up to which nobody asks.
const LONG: usize = 400;

/// Lines up to which inline tests stay beside their code.
const LONG_TESTS: usize = 150;

/// Files that are long for a reason.
const REASONS: [(&str, &str); 4] = [
    ("engine/protocol/src/event.rs", "one table of all events; cutting it would hide the order"),
    ("target-agent/src/emitter.rs", "the fast path and the slow one keep one state between them"),
    ("engine/protocol/src/words.rs", "one table of all words, from which the reference is made"),
    ("engine/src/micropython/language/texts.rs", "one table of what errors say in other words"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = check_with(tree, &REASONS);
    findings.extend(tree.rust().filter_map(|(path, text)| long_tests(path, text)));
    findings
}

fn check_with(tree: &Tree, reasons: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        let lines = text.lines().count();
        if lines > LONG && !reasons.iter().any(|(long, _)| *long == path) {
            let text = format!("{lines} lines: cut it, or give the reason in file_length.rs");
            findings.push(Finding::warning(path, text));
        }
    }
    for (path, _) in reasons {
        if tree.text(path).is_none_or(|text| text.lines().count() <= LONG) {
            let text = "is not long any more: take its reason out of file_length.rs";
            findings.push(Finding::error(path, None, text));
        }
    }
    findings
}

fn long_tests(path: &str, text: &str) -> Option<Finding> {
    let begin = text.lines().position(|line| line == "mod tests {")?;
    let lines = text.lines().count() - begin;
    let says = || format!("{lines} lines of tests: move them to a sibling file");
    (lines > LONG_TESTS).then(|| Finding::warning(path, says()))
}

#[cfg(test)]
mod tests {
    use super::super::Weight;
    use super::*;

    #[test]
    fn long_files_are_named_once_and_reasons_must_be_needed() {
        let long = "x\n".repeat(LONG + 1);
        let fits = "x\n".repeat(LONG);
        let tree = Tree::of(&[("a.rs", &long), ("b.rs", &long), ("c.rs", &fits)]);
        let findings = check_with(&tree, &[("b.rs", "a table"), ("c.rs", "was long")]);
        let told: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.weight)).collect();
        assert_eq!(told, [("a.rs", Weight::Warning), ("c.rs", Weight::Error)]);
    }

    #[test]
    fn long_tests_are_named() {
        let text = format!("use x;\nmod tests {{\n{}}}\n", "y\n".repeat(LONG_TESTS));
        assert!(long_tests("a.rs", &text).is_some());
        assert!(long_tests("a.rs", "mod tests;\n").is_none());
    }
}
