//! The works of others that are linked into the binary, on each system that it is built for, and
//! into the firmware that it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Outcome, cargo, demo};

/// The systems that the binary is built for.
const SYSTEMS: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

/// One work, as its own manifest describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Linked {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) licence: Option<String>,
    pub(super) authors: Vec<String>,
    /// The folder of its sources.
    pub(super) folder: PathBuf,
    /// Whether it holds sources in C, which are compiled with it.
    pub(super) has_c: bool,
}

/// All of them, by name and version.
pub(super) fn works(root: &Path) -> Outcome<Vec<Linked>> {
    let mut works = BTreeSet::new();
    let binary = described(root)?;
    for system in SYSTEMS {
        let words = ["--package", "loopscope", "--target", system];
        works.extend(linked(root, &words, &binary)?);
    }
    let firmware = root.join("target-agent/firmware");
    let words = ["--target", demo::TARGET, "--features", demo::BOARD];
    works.extend(linked(&firmware, &words, &described(&firmware)?)?);
    Ok(works.into_iter().collect())
}

/// Whatever Cargo knows, by `name version`.
fn described(folder: &Path) -> Outcome<BTreeMap<String, Linked>> {
    let mut command = cargo::plain(folder);
    command.args(["metadata", "--locked", "--format-version", "1"]);
    let told: Value = serde_json::from_slice(&output(command)?)?;
    let packages = told["packages"].as_array().ok_or("cargo metadata tells no packages")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut found = BTreeMap::new();
    for package in packages {
        // What comes from nowhere is ours.
        if package["source"].is_null() {
            continue;
        }
        let name = text(&package["name"]).unwrap_or_default();
        let version = text(&package["version"]).unwrap_or_default();
        let manifest = PathBuf::from(text(&package["manifest_path"]).unwrap_or_default());
        let authors = package["authors"].as_array().into_iter().flatten().filter_map(text);
        let work = Linked {
            name: name.clone(),
            version: version.clone(),
            licence: text(&package["license"]),
            authors: authors.collect(),
            has_c: needs_c(package),
            folder: manifest.parent().unwrap_or(&manifest).to_path_buf(),
        };
        found.insert(format!("{name} {version}"), work);
    }
    Ok(found)
}

/// Whether a work calls a C compiler when it is built.
fn needs_c(package: &Value) -> bool {
    let needs = package["dependencies"].as_array().into_iter().flatten();
    let mut needs = needs.filter(|need| need["kind"] == "build");
    needs.any(|need| need["name"] == "cc" || need["name"] == "cmake")
}

/// Those that a build links: neither what only builds or tests it, nor what runs in the compiler.
fn linked(
    folder: &Path,
    words: &[&str],
    described: &BTreeMap<String, Linked>,
) -> Outcome<Vec<Linked>> {
    let mut command = cargo::plain(folder);
    command.args(["tree", "--locked", "--prefix", "none", "--format", "{p}"]);
    command.args(["--edges", "normal,no-proc-macro"]).args(words);
    let text = String::from_utf8(output(command)?)?;
    Ok(named(&text).iter().filter_map(|key| described.get(key)).cloned().collect())
}

/// The lines of `cargo tree` as `name version`.
fn named(text: &str) -> BTreeSet<String> {
    let line = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name} {}", rest.split_whitespace().next()?))
    };
    text.lines().filter_map(line).collect()
}

fn output(mut command: Command) -> Outcome<Vec<u8>> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_a_version() {
        let text = "loopscope v0.1.0 (/here/tui)\ncsv v1.4.0\ncsv v1.4.0 (*)\n\n";
        let expected = ["csv 1.4.0", "loopscope 0.1.0"].map(str::to_owned);
        assert_eq!(named(text), BTreeSet::from(expected));
    }
}
