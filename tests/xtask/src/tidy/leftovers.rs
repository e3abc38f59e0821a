//! Nothing is left for later without saying what is wrong today.
//!
//! A test that cannot pass yet asserts today's behaviour, with a note beginning `FIXME`. A test
//! that is switched off, or a body that panics when it is reached, tells nobody anything.

use super::{Finding, Tree};

/// What must not be in Rust code or in documents. In pieces, so that this file passes.
const LEFTOVERS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("#[ign", "ore"),
    concat!("XX", "X"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust().chain(tree.ending(".md")).chain(tree.ending(".toml")) {
        for (number, line) in text.lines().enumerate() {
            for left in LEFTOVERS.iter().filter(|left| stands_alone(line, left)) {
                let says = format!("`{left}` is left here");
                findings.push(Finding::error(path, number + 1, says));
            }
        }
    }
    findings
}

/// Whether the word is there and no part of a longer one.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part(before) && (!part(after) || word.ends_with('('))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_over_is_found() {
        let text = format!(
            "// {}: later\nlet MY_{} = 1;\n{}]\n",
            LEFTOVERS[0], LEFTOVERS[0], LEFTOVERS[3]
        );
        let tree = Tree::of(&[("a.rs", &text), ("b.py", &text)]);
        let told: Vec<_> = check(&tree).into_iter().map(|f| (f.path, f.line)).collect();
        assert_eq!(told, [("a.rs".to_owned(), Some(1)), ("a.rs".to_owned(), Some(3))]);
    }

    #[test]
    fn unfinished_bodies_are_found() {
        let text = format!("fn f() {{ {}\"x\") }}\n", LEFTOVERS[2]);
        assert_eq!(check(&Tree::of(&[("a.rs", &text)])).len(), 1);
    }
}
