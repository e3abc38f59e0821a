//! Gives the linker the memory map of the one board that was chosen.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The boards, by feature.
const BOARDS: [&str; 2] = ["lm3s6965evb", "microbit"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let chosen =
        |board: &&str| env::var_os(format!("CARGO_FEATURE_{}", board.to_uppercase())).is_some();
    let boards: Vec<_> = BOARDS.into_iter().filter(chosen).collect();
    let [board] = boards[..] else {
        println!("cargo::error=choose exactly one board with --features, of {}", BOARDS.join(", "));
        return;
    };
    let map = Path::new("../boards").join(board).join("memory.x");
    println!("cargo::rerun-if-changed={}", map.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    if let Err(error) = fs::copy(&map, out.join("memory.x")) {
        println!("cargo::error=cannot copy {}: {error}", map.display());
    }
    println!("cargo::rustc-link-search={}", out.display());
    for argument in ["-Tlink.x", "--nmagic"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
