//! Puts every file below `content/` into the binary, so that a new lesson needs no line of code.
//!
//! Nothing is judged here: what does not belong is rejected by the parser, with a sentence.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let content = root.join("content");
    println!("cargo::rerun-if-changed=content");

    let mut files = Vec::new();
    list(&content, &mut files)?;
    files.sort();

    let mut code = String::from("pub(super) static FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        let inside = file.strip_prefix(&content).expect("it was found there");
        let inside = inside.to_str().expect("names of lesson files are plain");
        let path = file.to_str().expect("a path that rustc can read too");
        writeln!(code, "    ({inside:?}, include_bytes!({path:?})),").expect("strings take all");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("content.rs"), code)
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
