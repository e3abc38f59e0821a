//! Interpreters of CPython that programs can be run with: found, never required.

use std::path::PathBuf;
use std::process::Command;

use crate::left_out::mention;
use crate::scratch::target_folder;

/// An interpreter that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpython {
    /// Its file.
    pub file: PathBuf,
    /// Its version, as (3, 13).
    pub version: (u32, u32),
}

/// One of each version from 3.8 on: those that `LOOPSCOPE_PYTHONS` names, with colons between them,
/// those in the path, those that the set-up has unpacked, and pyenv's.
#[must_use]
pub fn cpythons() -> Vec<Cpython> {
    let named = std::env::var_os("LOOPSCOPE_PYTHONS");
    let mut files: Vec<PathBuf> =
        named.iter().flat_map(|all| std::env::split_paths(all).collect::<Vec<_>>()).collect();
    files.extend((8..=15).map(|minor| PathBuf::from(format!("python3.{minor}"))));
    // What the step `set-up` has unpacked.
    let unpacked = target_folder().join("tools/pythons/usr/bin");
    files.extend((14..=15).map(|minor| unpacked.join(format!("python3.{minor}"))));
    files.push("python3".into());
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    if let Ok(versions) = std::fs::read_dir(pyenv.join("versions")) {
        files.extend(versions.filter_map(|entry| Some(entry.ok()?.path().join("bin/python3"))));
    }
    let mut found: Vec<Cpython> = Vec::new();
    for file in files {
        if let Some(version) = version(&file)
            && version >= (3, 8)
            && found.iter().all(|known| known.version != version)
        {
            found.push(Cpython { file, version });
        }
    }
    found.sort_by_key(|known| known.version);
    let missing: Vec<String> = (8..=15)
        .filter(|minor| found.iter().all(|known| known.version != (3, *minor)))
        .map(|minor| format!("3.{minor}"))
        .collect();
    if !missing.is_empty() {
        mention(&format!("no CPython {} to run programs with", missing.join(", ")));
    }
    found
}

/// The newest that was found.
#[must_use]
pub fn newest() -> Option<Cpython> {
    cpythons().pop()
}

fn version(file: &PathBuf) -> Option<(u32, u32)> {
    let asks = "import sys; print(sys.implementation.name, *sys.version_info[:2])";
    let output = Command::new(file).args(["-S", "-c", asks]).output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    let mut words = told.split_whitespace();
    if words.next() != Some("cpython") {
        return None;
    }
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}
