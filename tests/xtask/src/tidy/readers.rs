//! Whoever reads events answers for each of them: no `_ =>` that swallows the next new one.
//!
//! A reader takes an event as one of its family and lists the family's events, so that the compiler
//! names it when an event is added. Clippy forbids the wildcard where the file asks for that; this
//! rule makes sure that it asks.

use super::source::Code;
use super::{Finding, Tree};

/// What a reader calls.
const READS: &str = ".event.family()";

/// What it asks of Clippy.
const DENIES: &str = "#![deny(clippy::wildcard_enum_match_arm)]";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        let code = Code::of(text);
        if code.has(READS) && !code.has(DENIES) {
            let says = format!("it reads events by their family, so it has to say {DENIES}");
            findings.push(Finding::error(path, None, says));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_forbids_the_wildcard() {
        let reads = "match record.event.family() {}\n";
        let tree = Tree::of(&[
            ("a.rs", reads),
            ("b.rs", &format!("//! b\n{DENIES}\n{reads}")),
            ("c.rs", "// record.event.family()\n"),
            ("d.rs", &format!("// {DENIES}\n{reads}")),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(told, ["a.rs", "d.rs"]);
    }
}
