//! Every path that a document names in backticks exists.
//!
//! A map that is wrong is worse than none. Placeholders are written with angle brackets, as in
//! `views/<name>.rs`, and are left alone.

use super::{Finding, Tree};

const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

/// Endings that make a word without a slash a file's name.
const ENDINGS: [&str; 6] = [".rs", ".toml", ".md", ".lock", ".yml", ".out"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in DOCUMENTS {
        for (line, named) in named(tree.text(document).unwrap_or_default()) {
            if !exists(tree, named) {
                let says = format!("there is no `{named}`; write `<...>` for a placeholder");
                findings.push(Finding::error(document, line, says));
            }
        }
    }
    findings
}

/// The paths in backticks, outside fenced blocks, with their lines.
fn named(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let ticked = line.split('`').skip(1).step_by(2);
            found.extend(ticked.filter(|t| is_path(t)).map(|t| (number + 1, t)));
        }
    }
    found
}

fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    text.chars().all(plain)
        && !text.starts_with(['/', '-'])
        && !text.starts_with("target/")
        && (text.contains('/') || ENDINGS.iter().any(|end| text.ends_with(end)))
}

fn exists(tree: &Tree, path: &str) -> bool {
    let anywhere = || tree.files().any(|(p, _)| p.rsplit('/').next() == Some(path));
    // A module is named without its ending.
    tree.has(path) || tree.has(&format!("{path}.rs")) || (!path.contains('/') && anywhere())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_found() {
        let text = "See `engine/src` and `engine/src/gone.rs`, `lib.rs`, `lost.toml`, `b/c`.\n\
                    Run `cargo xtask test`, `a/<name>.rs`, `--x/y`, `target/release/x`.\n\
                    ```\n`no/such/thing`\n```\n`no/more`\n";
        let tree = Tree::of(&[("README.md", text), ("engine/src/lib.rs", ""), ("b/c.rs", "")]);
        let told: Vec<_> = check(&tree).into_iter().map(|f| (f.line, f.text)).collect();
        let lines: Vec<_> = told.iter().filter_map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 1, 6], "{told:?}");
    }
}
