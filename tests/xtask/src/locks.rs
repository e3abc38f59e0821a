//! Every `Cargo.lock` names what its workspace depends on now.
//!
//! The workspaces beside the first one take crates of ours by their path. A dependency that one of
//! those crates gets makes their locks old as well, and nobody notices who builds only the first.

use std::path::Path;
use std::process::Output;

use crate::tidy::tree::Tree;
use crate::{Outcome, cargo};

/// What Cargo says, in all its versions, where a lock would have to change.
const STALE: &str = "--locked was passed";

/// What a look at one lock says.
#[derive(Debug, PartialEq, Eq)]
enum Look {
    Current,
    Stale,
    /// Cargo could not tell.
    Unknown(String),
}

/// Asks Cargo about every lock of the tree.
pub(crate) fn check(root: &Path) -> Outcome {
    let tree = Tree::read(root)?;
    let locks: Vec<&str> =
        tree.files().map(|(path, _)| path).filter(|path| is_lock(path)).collect();
    if locks.is_empty() {
        return Err("there is no Cargo.lock".into());
    }
    let mut findings = Vec::new();
    for lock in &locks {
        let folder = lock.trim_end_matches("Cargo.lock");
        // What was fetched before is enough to tell that a lock is current. Where only some of it was
        // fetched Cargo may want another version, so the registry is asked before that is believed.
        let look = match look(root, folder, &["--offline"])? {
            Look::Current => Look::Current,
            doubt => match look_online(root, folder)? {
                Look::Unknown(_) => doubt,
                known => known,
            },
        };
        findings.extend(sentence(lock, folder, look));
    }
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n").into()) }
}

fn is_lock(path: &str) -> bool {
    path.rsplit('/').next() == Some("Cargo.lock")
}

fn look_online(root: &Path, folder: &str) -> Outcome<Look> {
    look(root, folder, &[])
}

/// `cargo update --workspace` changes nothing but what the manifests ask for; it compiles nothing
/// and needs no crate's sources. `cargo metadata --no-deps` does not look into the lock at all.
fn look(root: &Path, folder: &str, options: &[&str]) -> Outcome<Look> {
    let mut command = cargo::plain(root);
    command.args(["update", "--workspace", "--locked", "--quiet"]).args(options);
    command.arg("--manifest-path").arg(root.join(folder).join("Cargo.toml"));
    Ok(judge(&command.output()?))
}

fn judge(output: &Output) -> Look {
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match output.status.success() {
        true => Look::Current,
        false if said.contains(STALE) => Look::Stale,
        false => Look::Unknown(said),
    }
}

fn sentence(lock: &str, folder: &str, look: Look) -> Option<String> {
    match look {
        Look::Current => None,
        Look::Stale => Some(format!(
            "{lock} is older than what it locks: `cargo update --workspace --manifest-path \
             {folder}Cargo.toml` writes what is missing and changes nothing else; commit it"
        )),
        Look::Unknown(said) => Some(format!("{lock}: Cargo could not read it: {said}")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A workspace of two crates, of which one depends on the other, with a lock that says so.
    fn workspace(name: &str) -> std::path::PathBuf {
        let root = std::env::temp_dir().join(format!("locks-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let package = |name: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
        };
        for (folder, name) in [("", "outer"), ("inner/", "inner")] {
            fs::create_dir_all(root.join(folder).join("src")).unwrap();
            fs::write(root.join(folder).join("src/lib.rs"), "").unwrap();
            fs::write(root.join(folder).join("Cargo.toml"), package(name)).unwrap();
        }
        let outer =
            package("outer") + "[dependencies]\ninner = { path = \"inner\" }\n[workspace]\n";
        fs::write(root.join("Cargo.toml"), outer).unwrap();
        root
    }

    #[test]
    fn a_lock_that_lacks_a_dependency_is_named_with_what_mends_it() {
        let root = workspace("stale");
        let old = "version = 4\n\n[[package]]\nname = \"outer\"\nversion = \"0.1.0\"\n";
        fs::write(root.join("Cargo.lock"), old).unwrap();
        let said = check(&root).unwrap_err().to_string();
        assert!(said.starts_with("Cargo.lock is older"), "{said}");
        assert!(said.contains("cargo update --workspace --manifest-path Cargo.toml"), "{said}");
        assert_eq!(fs::read_to_string(root.join("Cargo.lock")).unwrap(), old, "it only looks");
        let mend = ["update", "--workspace", "--offline", "--quiet", "--manifest-path"];
        let mended = cargo::plain(&root).args(mend).arg(root.join("Cargo.toml")).status();
        assert!(mended.unwrap().success());
        check(&root).unwrap();
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_tree_without_a_lock_is_no_tree_of_ours() {
        let root = workspace("none");
        assert!(check(&root).is_err());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_cargo_cannot_tell_is_not_called_stale() {
        let root = workspace("odd");
        fs::write(root.join("Cargo.lock"), "no lock at all").unwrap();
        let said = check(&root).unwrap_err().to_string();
        assert!(said.contains("could not read it"), "{said}");
        fs::remove_dir_all(root).unwrap();
    }
}
