//! Where a page describes the wire, it names every kind of event.

use super::{Finding, Tree};

/// Where the kinds are declared: `12 LoopRun "loop-run" {`.
const TABLE: &str = "engine/protocol/src/event.rs";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let kinds: Vec<&str> = tree.text(TABLE).unwrap_or_default().lines().filter_map(kind).collect();
    let is_page = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        name == "wire.md" || name.ends_with("-wire.md")
    };
    let mut findings = Vec::new();
    for (page, text) in tree.ending(".md").filter(|(path, _)| is_page(path)) {
        for kind in kinds.iter().filter(|kind| !text.contains(&format!("`{kind}`"))) {
            findings.push(Finding::error(page, None, format!("the event `{kind}` is not there")));
        }
    }
    findings
}

fn kind(line: &str) -> Option<&str> {
    let (number, rest) = line.trim().split_once(' ')?;
    number.parse::<u8>().ok()?;
    rest.contains('{').then_some(())?;
    rest.split('"').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: &str =
        "    1 RunStart \"run-start\" {\n    9 SnapshotEnd \"snapshot-end\" {}\n  // 3 \"no\"\n";

    #[test]
    fn a_page_names_every_kind() {
        let page = "The first is `run-start`.";
        let tree = Tree::of(&[(TABLE, EVENTS), ("engine/protocol/WIRE.md", page)]);
        let told: Vec<_> = check(&tree).into_iter().map(|f| f.text).collect();
        assert_eq!(told, ["the event `snapshot-end` is not there"]);
    }

    #[test]
    fn without_a_page_there_is_nothing_to_find() {
        assert!(check(&Tree::of(&[(TABLE, EVENTS), ("README.md", "")])).is_empty());
    }
}
