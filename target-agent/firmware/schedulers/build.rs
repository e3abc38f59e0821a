//! Gives the linker the memory map of the lm3s6965evb.

use std::path::PathBuf;
use std::{env, fs};

const MAP: &str = "../boards/lm3s6965evb/memory.x";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={MAP}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    if let Err(error) = fs::copy(MAP, out.join("memory.x")) {
        println!("cargo::error=cannot copy {MAP}: {error}");
    }
    println!("cargo::rustc-link-search={}", out.display());
    for argument in ["-Tlink.x", "-Tdefmt.x", "--nmagic"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
