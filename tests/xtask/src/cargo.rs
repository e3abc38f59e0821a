//! How Cargo is called: always with the same flags, so that the interpreter is compiled once.
//!
//! The release profile serves the tests too, and every build takes in the features that
//! `cargo loopscope` takes in (see [`crate::features`]). `--ignore-rust-version` is explained in
//! CONTRIBUTING, "Toolchain".

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The flags of every command that compiles.
pub(crate) const FLAGS: [&str; 3] = ["--release", "--locked", "--ignore-rust-version"];

/// Where a Cargo command keeps its own arguments apart from those of what it runs.
const APART: &str = "--";

/// Cargo in the workspace's folder: the one that runs this task, where it told us its path.
pub(crate) fn plain(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(root);
    command
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
    fn flags_come_before_the_arguments_of_what_is_run() {
        let command = compiling(Path::new("."), &["clippy", "--workspace", "--", "-D", "warnings"]);
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let expected = "clippy --workspace --release --locked --ignore-rust-version -- -D warnings";
        assert_eq!(words.join(" "), expected);
    }
}
