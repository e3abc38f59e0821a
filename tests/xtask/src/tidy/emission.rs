//! Records leave through the core, except where a place is named here with its reason.
//!
//! What a record means is said where it is sent. A second place that sends the same kind would
//! soon mean something else by it.

use super::source::Code;
use super::{Finding, Tree};

/// Where records may be sent, and why. To tighten the rule, take a line away.
const SENDERS: [(&str, &str); 4] = [
    ("engine/src/core/", "the core"),
    ("engine/src/run.rs", "the clock's one change, which belongs to the run and to no loop"),
    ("engine/src/python/", "output and the program's end"),
    ("engine/src/child", "the run's first and last record"),
];

/// What sends a record.
const SENDS: [&str; 2] = [".emit(", ".emit_with("];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        if SENDERS.iter().any(|(part, _)| path.starts_with(part)) {
            continue;
        }
        let code = Code::of(text);
        for line in SENDS.iter().flat_map(|sends| code.lines_of(sends)) {
            let says = "a record is sent here; only the places in emission.rs may";
            findings.push(Finding::error(path, line, says));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_places_send() {
        let sends = "//! x\nfn f() { trace.emit(x); }\n";
        let tree = Tree::of(&[
            ("engine/src/core/turn.rs", sends),
            ("engine/src/child.rs", sends),
            ("engine/src/dialect/x.rs", sends),
            ("tui/src/app.rs", "//! .emit(\n// trace.emit(x)\n"),
            ("tui/src/source.rs", "\ntrace.emit_with(x)"),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|f| (f.path, f.line)).collect();
        let expected = [("engine/src/dialect/x.rs", 2), ("tui/src/source.rs", 2)];
        assert_eq!(told, expected.map(|(path, line)| (path.to_owned(), Some(line))));
    }
}
