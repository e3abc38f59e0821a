//! Gives the linker the memory map of the lm3s6965evb, and makes a table of the events in `mix.txt`.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=memory.ld");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    if let Err(error) = fs::copy("memory.ld", out.join("memory.x")) {
        println!("cargo::error=cannot copy memory.ld: {error}");
    }
    println!("cargo::rerun-if-changed=mix.txt");
    if let Err(error) =
        fs::read_to_string("mix.txt").and_then(|mix| fs::write(out.join("mix.rs"), table(&mix)))
    {
        println!("cargo::error=cannot make a table of mix.txt: {error}");
    }
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    }
}

/// The lines, which are ticks, an event and its numbers, as a static.
fn table(mix: &str) -> String {
    let rows: Vec<String> = mix
        .lines()
        .map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            match &words[..] {
                [ticks, event] => format!("({ticks}, What::{event})"),
                [ticks, event, numbers @ ..] => {
                    format!("({ticks}, What::{event}({}))", numbers.join(", "))
                }
                [..] => format!("compile_error!(\"mix.txt: no event: {line}\")"),
            }
        })
        .collect();
    format!(
        "/// The events.\npub static MIX: [(u32, What); {}] = [\n{}\n];\n",
        rows.len(),
        rows.join(",\n")
    )
}
