//! Gives the linker the memory map of the one board that was chosen.

use std::path::PathBuf;
use std::{env, fs};

/// The boards, by feature.
const BOARDS: [&str; 8] = [
    "hifive1",
    "lm3s6965evb",
    "microbit",
    "netduinoplus2",
    "nrf52840",
    "rp2040",
    "sifive_e",
    "stm32f4",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=boards");
    let chosen =
        |board: &&str| env::var_os(format!("CARGO_FEATURE_{}", board.to_uppercase())).is_some();
    let boards: Vec<_> = BOARDS.into_iter().filter(chosen).collect();
    let [board] = boards[..] else {
        println!(
            "cargo::error=choose exactly one board with --features, of {}; chosen were {boards:?}",
            BOARDS.join(", ")
        );
        return;
    };
    // A memory.x in the package's root would silently win over this one.
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let map = PathBuf::from("boards").join(board).join("memory.x");
    if let Err(error) = fs::copy(&map, out.join("memory.x")) {
        println!("cargo::error=cannot copy {}: {error}", map.display());
    }
    println!("cargo::rustc-link-search={}", out.display());
    for argument in ["-Tlink.x", "-Tdefmt.x", "--nmagic"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
