//! Nothing of one machine is in the tree: no path of its folders, no package mirror of its network.
//!
//! What works only where it was written does not work.

use super::{Finding, Tree};

/// The registry that the lock file may name, and no other.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Folders of people's machines.
const HOMES: [&str; 3] = [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/")];

/// Settings that send a package manager to another place.
const MIRRORS: [&str; 4] = [
    concat!("index", "-url"),
    concat!("replace", "-with"),
    concat!("[sou", "rce."),
    concat!("[regis", "tries"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A root such as `/src` would be found in half of all paths.
    let root = (tree.root().matches('/').count() > 1).then(|| format!("{}/", tree.root()));
    for (path, text) in tree.files() {
        for (number, line) in text.lines().enumerate() {
            let mut add = |says: &str| findings.push(Finding::error(path, number + 1, says));
            if root.as_ref().is_some_and(|root| line.contains(root.as_str()))
                || HOMES.iter().any(|home| names(line, home))
            {
                add("an absolute path of one machine");
            }
            if MIRRORS.iter().any(|mirror| line.contains(mirror)) || has_secret(line) {
                add("a package mirror or a host with a password");
            }
            let source = line.strip_prefix("source = \"").filter(|_| path.ends_with("Cargo.lock"));
            if source.is_some_and(|source| source.trim_end_matches('"') != REGISTRY) {
                add("a package that is not from crates.io");
            }
        }
    }
    findings
}

/// Whether the line has an absolute path that begins so and goes on.
fn names(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + start.len()..].chars().next();
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-/".contains(c))
            && after.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_')
    })
}

/// Whether the line has an address with a user's name and a password before its host.
fn has_secret(line: &str) -> bool {
    line.split("://").skip(1).any(|rest| {
        let host = rest.split(['/', ' ', '"', '\'', ')', '>']).next().unwrap_or_default();
        host.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).into_iter().filter_map(|f| f.line).collect()
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let home = HOMES[0];
        let text = format!("in {home}you/x\nin engine{home}x\nthe folder {home}\n");
        assert_eq!(lines("a.md", &text), [1]);
        assert_eq!(lines("a.rs", "x\n\"/somewhere/made-up/engine\"\n"), [2]);
    }

    #[test]
    fn mirrors_and_secrets_are_found() {
        assert_eq!(lines(".cargo/config.toml", &format!("{}x]\n", MIRRORS[2])), [1]);
        let secret = ["https:", "//me:pw@example.org/"].concat();
        assert_eq!(lines("a.md", &format!("https://example.org/a@b:c\n{secret}")), [2]);
    }

    #[test]
    fn the_lock_file_names_one_registry() {
        let text = format!("source = \"{REGISTRY}\"\nsource = \"registry+https://elsewhere/\"\n");
        assert_eq!(lines("Cargo.lock", &text), [2]);
        assert!(lines("other.txt", &text).is_empty());
    }
}
