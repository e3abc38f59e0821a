//! What the compiler says of a copy of the tree: the places where a made-up thing is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::{Outcome, cargo};

/// A `match` that has no arm for something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missing {
    /// The file, below the tree's folder.
    pub(super) file: String,
    /// Where in it, in bytes.
    pub(super) at: u64,
    /// The pattern, as the compiler writes it.
    pub(super) thing: String,
    /// What it proposes: the bytes to replace, and by what.
    proposal: (u64, u64, String),
}

/// Checks every crate, and gives what is missing; an error where something else is wrong.
pub(super) fn check(root: &Path, copy: &Path) -> Outcome<Vec<Missing>> {
    // All crates, as the lints have them, so that nothing from elsewhere is compiled again.
    let words = ["check", "--workspace", "--all-targets", "--keep-going", "--message-format=json"];
    let mut command = cargo::compiling(copy, &words);
    command.env("CARGO_TARGET_DIR", built(root, copy)?).stdin(Stdio::null());
    command.stderr(Stdio::null());
    let output = command.output()?;
    // The tests of a crate are checked with all of it, so what is missing is told twice.
    let mut found = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(said) = serde_json::from_str::<Value>(line) else { continue };
        let message = &said["message"];
        if said["reason"] != "compiler-message" || message["level"] != "error" {
            continue;
        }
        // The last message only counts the others.
        if message["spans"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        match missing(message) {
            Some(missing) => drop(found.insert((missing.file.clone(), missing.at), missing)),
            None => return Err(message["rendered"].as_str().unwrap_or("?").to_owned().into()),
        }
    }
    if found.is_empty() && !output.status.success() {
        return Err("the copy does not compile, and the compiler does not say where".into());
    }
    Ok(found.into_values().collect())
}

/// A folder to build in that has what other projects' crates were built to. The project's own are
/// not among them: Cargo could not tell those of the copy from those of the tree.
fn built(root: &Path, copy: &Path) -> Outcome<PathBuf> {
    let folder = copy.with_extension("built");
    for part in ["deps", ".fingerprint", "build"] {
        let (from, to) = (cargo::target(root).join("release").join(part), folder.join("release"));
        let Ok(entries) = fs::read_dir(from) else { continue };
        for entry in entries {
            link(&entry?.path(), &to.join(part))?;
        }
    }
    Ok(folder)
}

/// Links a file or a folder into another one, under its name, where it is not there yet.
fn link(from: &Path, into: &Path) -> Outcome {
    let Some(name) = from.file_name() else { return Ok(()) };
    let plain = name.to_string_lossy();
    let plain = plain.strip_prefix("lib").unwrap_or(&plain);
    let own = ["loopscope", "xtask", "suite-", "growth-", "bench-"];
    let to = into.join(name);
    if own.iter().any(|own| plain.starts_with(own)) || (from.is_file() && to.exists()) {
        return Ok(());
    }
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            link(&entry?.path(), &to)?;
        }
        return Ok(());
    }
    fs::create_dir_all(into)?;
    Ok(fs::hard_link(from, to)?)
}

fn missing(message: &Value) -> Option<Missing> {
    if message["code"]["code"] != "E0004" {
        return None;
    }
    let span = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let children = message["children"].as_array()?;
    let proposal =
        children.iter().filter_map(|child| child["spans"].as_array()).flatten().find_map(
            |span| {
                let text = span["suggested_replacement"].as_str()?;
                let bytes = (span["byte_start"].as_u64()?, span["byte_end"].as_u64()?);
                Some((bytes.0, bytes.1, with_any_pattern(text)))
            },
        )?;
    Some(Missing {
        file: span["file_name"].as_str()?.to_owned(),
        at: span["byte_start"].as_u64()?,
        thing: message["message"].as_str()?.to_owned(),
        proposal,
    })
}

/// A proposed arm for whatever is left: the compiler names its pattern by a path that may not be
/// imported.
fn with_any_pattern(arm: &str) -> String {
    let pattern = arm.trim_start_matches([',', ' ', '\n']);
    match pattern.split_once("=>") {
        Some((_, rest)) => format!("{}_ =>{rest}", &arm[..arm.len() - pattern.len()]),
        None => arm.to_owned(),
    }
}

/// Adds what the compiler proposes.
pub(super) fn add(copy: &Path, missing: &[Missing]) -> Outcome {
    let mut files: BTreeMap<&str, BTreeSet<&(u64, u64, String)>> = BTreeMap::new();
    for one in missing {
        files.entry(&one.file).or_default().insert(&one.proposal);
    }
    for (file, proposals) in files {
        let path = copy.join(file);
        let mut bytes = fs::read(&path)?;
        // From the end, so that what comes before keeps its place.
        for (start, end, text) in proposals.into_iter().rev() {
            let range = usize::try_from(*start)?..usize::try_from(*end)?;
            bytes.splice(range, text.bytes());
        }
        fs::write(&path, bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_arm_takes_whatever_is_left() {
        let arm = ",\n        A::B { .. } | A::C => panic!()";
        assert_eq!(with_any_pattern(arm), ",\n        _ => panic!()");
    }
}
