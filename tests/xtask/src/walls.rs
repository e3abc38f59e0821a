//! The walls between the crates, as ARCHITECTURE.md states them: what no build of a crate may hold.
//!
//! The manifests say what a crate asks for (`tidy` reads them); what it gets, by way of others and
//! of their features, only Cargo knows.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{Outcome, cargo};

/// Where the walls are stated: a table after this heading.
const PAPER: &str = "ARCHITECTURE.md";
const HEADING: &str = "## Walls";

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
struct Wall {
    /// The crate, alone and without its optional features.
    name: String,
    /// What it must not hold.
    never: Vec<String>,
}

/// Compares the table with what Cargo would build.
pub(crate) fn check(root: &Path) -> Outcome {
    let text = std::fs::read_to_string(root.join(PAPER))?;
    let walls = stated(&text);
    if walls.is_empty() {
        return Err(format!("{PAPER} states no walls after `{HEADING}`").into());
    }
    let mut findings = Vec::new();
    for wall in &walls {
        let holds = tree(root, &wall.name)?;
        findings.extend(holes(wall, &holds));
    }
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n  ").into()) }
}

/// The rows of the table: code in the first column is a crate, code in the second what it never
/// holds.
fn stated(text: &str) -> Vec<Wall> {
    let Some((_, after)) = text.split_once(HEADING) else { return Vec::new() };
    let section = after.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| {
        let mut columns = row.trim_matches('|').split('|');
        let [name] = &code(columns.next()?)[..] else { return None };
        Some(Wall { name: name.clone(), never: code(columns.next()?) })
    })
    .collect()
}

/// What stands between backquotes.
fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names of the packages that a crate is built with.
fn tree(root: &Path, name: &str) -> Outcome<BTreeSet<String>> {
    let mut command = cargo::plain(root);
    command.args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none"]);
    command.args(["--format", "{p}", "--no-default-features", "--package", name]);
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

/// What a crate holds although it must not.
fn holes(wall: &Wall, holds: &BTreeSet<String>) -> Vec<String> {
    let held = wall.never.iter().filter(|name| holds.contains(*name));
    held.map(|name| format!("`{}` is built with `{name}`, which {PAPER} forbids", wall.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_what_it_forbids_is_found() {
        let text = "# x\n\n## Walls\n\nText.\n\n| crate | never |\n|---|---|\n\
                    | `a` | `b`, `c` |\n| `d` | `e` |\n\n## Next\n\n| `f` | `g` |\n";
        let walls = stated(text);
        let wall = |name: &str, never: &[&str]| Wall {
            name: name.to_owned(),
            never: never.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(walls, [wall("a", &["b", "c"]), wall("d", &["e"])]);
        let holds = ["a", "c", "z"].map(str::to_owned).into();
        assert_eq!(holes(&walls[0], &holds).len(), 1);
        assert!(holes(&walls[1], &holds).is_empty());
    }
}
