//! How Cargo is called: always with the same flags, so that the interpreter is compiled once.
//!
//! The release profile serves the tests too, and every build takes in the features that
//! `cargo loopscope` takes in (see [`crate::features`]). `--ignore-rust-version` is explained in
//! CONTRIBUTING, "Toolchain".

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Outcome;

/// The flags of every command that compiles.
pub(crate) const FLAGS: [&str; 3] = ["--release", "--locked", "--ignore-rust-version"];

/// Where a Cargo command keeps its own arguments apart from those of what it runs.
const APART: &str = "--";

/// What Cargo tells a program that it runs about that program's own package. A build script that
/// looks at one of these is run again where it has changed, and everything that stands on it is
/// compiled again: the interpreter stands on one.
const OF_OUR_PACKAGE: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];

/// Cargo in the workspace's folder: the one that runs this task, where it told us its path. It finds
/// the environment that it would find if it were called by hand.
pub(crate) fn plain(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(root);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_our_package(name)) {
        command.env_remove(name);
    }
    command
}

fn is_of_our_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    OF_OUR_PACKAGE.iter().any(|start| name.starts_with(start))
}

/// A command that compiles: `words`, with [`FLAGS`] before the first `--`.
pub(crate) fn compiling(root: &Path, words: &[&str]) -> Command {
    let split = words.iter().position(|word| *word == APART).unwrap_or(words.len());
    let mut command = plain(root);
    command.args(&words[..split]).args(FLAGS).args(&words[split..]);
    command
}

/// The build of the program that users run.
pub(crate) fn build_binary(root: &Path) -> Command {
    compiling(root, &["build", "--package", "loopscope", "--bin", "loopscope"])
}

/// Builds the virtual probe as a program.
pub(crate) fn build_probe(root: &Path) -> Command {
    compiling(root, &["build", "--package", "loopscope-virtual-probe"])
}

/// The names of all targets of the workspace that are tests and nothing else.
pub(crate) fn test_targets(root: &Path) -> Outcome<Vec<String>> {
    let mut command = plain(root);
    command.args(["metadata", "--no-deps", "--locked", "--format-version", "1"]);
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into());
    }
    Ok(tests_in(&serde_json::from_slice(&output.stdout)?))
}

/// The same in what `cargo metadata` says.
fn tests_in(metadata: &Value) -> Vec<String> {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let targets = list(metadata, "packages").into_iter().flat_map(|one| list(&one, "targets"));
    let tests = targets.filter(|target| list(target, "kind").iter().any(|kind| kind == "test"));
    tests.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect()
}

/// The folder that Cargo builds into.
pub(crate) fn target(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    }
}

/// The program that users run.
pub(crate) fn binary(root: &Path) -> PathBuf {
    target(root).join("release").join("loopscope")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_does_not_hear_of_our_own_package() {
        // Cargo runs this test, and so has said what package it is of.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let command = plain(Path::new("."));
        let told: Vec<_> = command.get_envs().filter(|(_, value)| value.is_some()).collect();
        assert!(told.is_empty(), "{told:?}");
        let kept = |name: &str| command.get_envs().all(|(removed, _)| removed != name);
        assert!(!kept("CARGO_PKG_NAME") && !kept("CARGO_MANIFEST_DIR"));
        assert!(kept("CARGO_HOME") && kept("CARGO_TARGET_DIR"));
    }

    #[test]
    fn tests_are_told_from_other_targets() {
        let metadata = serde_json::json!({"packages": [
            {"targets": [{"name": "a", "kind": ["lib"]}, {"name": "growth", "kind": ["test"]}]},
            {"targets": [{"name": "b", "kind": ["bin"]}]},
            {"targets": [{"name": "suite", "kind": ["test"]}]},
        ]});
        assert_eq!(tests_in(&metadata), ["growth", "suite"]);
    }

    #[test]
    fn flags_come_before_the_arguments_of_what_is_run() {
        let command = compiling(Path::new("."), &["clippy", "--workspace", "--", "-D", "warnings"]);
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let expected = "clippy --workspace --release --locked --ignore-rust-version -- -D warnings";
        assert_eq!(words.join(" "), expected);
    }
}
