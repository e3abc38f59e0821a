//! Puts every file below `content/` and `differences/` into the binary, so that a new lesson needs
//! no line of code.
//!
//! Nothing is judged here: what does not belong is rejected by the parser, with a sentence.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by variables")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    for folder in ["content", "differences"] {
        embed(&root.join(folder), folder)?;
    }
    Ok(())
}

/// Writes the code that holds all files below a folder, by their paths there.
fn embed(folder: &Path, name: &str) -> io::Result<()> {
    println!("cargo::rerun-if-changed={name}");
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();

    let mut code = String::from("pub(super) static FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        let inside = file.strip_prefix(folder).expect("it was found there");
        let inside = inside.to_str().expect("names of lesson files are plain");
        // Named from the crate, not from the disk: a build folder may outlive the place of a clone.
        let path = format!("/{name}/{inside}");
        writeln!(
            code,
            "    ({inside:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),"
        )
        .expect("strings take all");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join(name).with_extension("rs"), code)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
