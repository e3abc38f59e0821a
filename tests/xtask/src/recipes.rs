//! The step `recipes`: CONTRIBUTING's recipes are followed in a copy of the tree, with made-up
//! things called "example", and the places that the compiler then names are those that the recipe
//! lists.
//!
//! The first steps of a recipe are edits that stand here. What the compiler misses is then added as
//! it proposes, a crate at a time, until everything compiles. All recipes are followed at once,
//! since that costs one check of the tree's crates; the compiler says of each place which of the
//! made-up things is missing there.

mod compiler;
mod steps;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::Report;
use crate::{Outcome, cargo};
use compiler::Missing;

/// The document with the recipes.
const DOCUMENT: &str = "CONTRIBUTING.md";

/// What is followed: the recipe's heading, and what the made-up thing is called in Rust.
const RECIPES: [(&str, &str); 4] = [
    ("### A view", "example::Example"),
    ("### An event", "Event::Example"),
    ("### A command of the REPL", "Command::Example"),
    ("### A dialect", "Dialect::Example"),
];

/// More rounds than there are crates on top of each other.
const MOST_ROUNDS: usize = 8;

pub(crate) fn run(root: &Path, report: &mut Report) {
    match follow(root) {
        Err(error) => report.fail(format!("recipes: {error}")),
        Ok(found) => {
            let document = fs::read_to_string(root.join(DOCUMENT)).unwrap_or_default();
            for (heading, thing) in RECIPES {
                let named = found.get(thing).cloned().unwrap_or_default();
                println!("{heading}: the compiler names {} places", named.values().sum::<usize>());
                let listed = listed(&document, heading);
                for (file, count) in &named {
                    println!("  {file}: {count}");
                }
                for file in named.keys().filter(|file| !listed.contains(file)) {
                    report.fail(format!(
                        "recipes: the compiler names {file}, which {DOCUMENT} does not list under `{heading}`"
                    ));
                }
                for file in listed.iter().filter(|file| !named.contains_key(*file)) {
                    report.fail(format!(
                        "recipes: {DOCUMENT} says under `{heading}` that the compiler names {file}, and it does not"
                    ));
                }
                report.pass();
            }
        }
    }
}

/// How often the compiler named each file, for each made-up thing.
type Found = BTreeMap<&'static str, BTreeMap<String, usize>>;

fn follow(root: &Path) -> Outcome<Found> {
    let copy = cargo::target(root).join("recipes");
    copy_tree(root, &copy)?;
    steps::view(&copy)?;
    steps::event(&copy)?;
    steps::command(&copy)?;
    steps::dialect(&copy)?;
    let mut found = Found::new();
    for _ in 0..MOST_ROUNDS {
        let missing = compiler::check(root, &copy)?;
        if missing.is_empty() {
            return Ok(found);
        }
        for Missing { thing, file, .. } in &missing {
            let thing = RECIPES
                .iter()
                .map(|(_, thing)| *thing)
                .find(|known| is_about(known, thing))
                .ok_or_else(|| format!("{file}: nobody asked for {thing}"))?;
            *found.entry(thing).or_default().entry(file.clone()).or_default() += 1;
        }
        compiler::add(&copy, &missing)?;
    }
    Err(format!("after {MOST_ROUNDS} rounds it still does not compile").into())
}

/// Whether the compiler's pattern is of that thing: an event is also one of its family, and a kind.
fn is_about(thing: &str, pattern: &str) -> bool {
    match thing {
        "Event::Example" => {
            ["TaskEvent::Example", "Kind::Example"].iter().any(|name| pattern.contains(name))
                || (pattern.contains("Event::Example") && !pattern.contains("Command"))
        }
        _ => pattern.contains(thing),
    }
}

/// A copy of all files that belong to the project. What is the same keeps its time, so that the
/// compiler has nothing to do where nothing has changed, and what an earlier copy had besides goes.
fn copy_tree(root: &Path, to: &Path) -> Outcome {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err("git does not list the project's files".into());
    }
    let list = String::from_utf8(output.stdout)?;
    let files: Vec<_> = list.split('\0').filter(|file| !file.is_empty()).collect();
    remove_others(to, to, &files)?;
    for file in &files {
        let from = root.join(file);
        // It may be deleted and not committed yet.
        let Ok(bytes) = fs::read(&from) else { continue };
        let target = to.join(file);
        if fs::read(&target).is_ok_and(|old| old == bytes) {
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(target, bytes)?;
    }
    Ok(())
}

/// Removes the files below `folder` that are not among those of the tree.
fn remove_others(top: &Path, folder: &Path, files: &[&str]) -> Outcome {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(top, &path, files)?;
        } else if !path.strip_prefix(top)?.to_str().is_some_and(|file| files.contains(&file)) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The files that a recipe lists as named by the compiler: those between its words "the compiler
/// names" and the end of that item.
fn listed(document: &str, heading: &str) -> Vec<String> {
    let Some((_, rest)) = document.split_once(heading) else { return Vec::new() };
    let recipe = rest.split("\n### ").next().unwrap_or(rest);
    let Some((_, list)) = recipe.split_once("The compiler names") else { return Vec::new() };
    let list = list.lines().skip(1).take_while(|line| !line.is_empty());
    let mut files = Vec::new();
    for line in list {
        let is_item = line.trim_start().starts_with("- `");
        if let Some(file) = is_item.then(|| line.split('`').nth(1)).flatten() {
            files.push(file.to_owned());
        }
    }
    files
}

/// A file of the copy.
fn edited(copy: &Path, file: &str, edit: impl FnOnce(String) -> Outcome<String>) -> Outcome {
    let path: PathBuf = copy.join(file);
    let text = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
    Ok(fs::write(&path, edit(text)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipes_list_ends_with_its_item() {
        let text = "# Recipes\n### An event\n1. Add it.\n2. Answer. The compiler names\n   - `a/b.rs`: what it means\n   - `c.rs`\n3. Test `d.rs`.\n\n### A lesson\n";
        assert_eq!(listed(text, "### An event"), ["a/b.rs", "c.rs"]);
        assert!(listed(text, "### A lesson").is_empty());
    }

    #[test]
    fn a_kind_and_a_family_are_the_event() {
        assert!(is_about("Event::Example", "`TaskEvent::Example { .. }`"));
        assert!(is_about("Event::Example", "`Kind::Example`"));
        assert!(is_about("Event::Example", "`&Event::Example { .. }`"));
        assert!(is_about("Dialect::Example", "`Some(Dialect::Example)`"));
        assert!(!is_about("Event::Example", "`&Command::Example`"));
    }
}
