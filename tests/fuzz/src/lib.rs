//! What the fuzz targets do with their bytes: a module for each target, and what they share.
#![allow(clippy::cast_possible_truncation, reason = "inputs are short")]

mod attach;
pub mod board;
pub mod commands;
pub mod control;
pub mod defmt;
pub mod elf;
pub mod input;
pub mod lesson;
#[cfg(target_os = "linux")]
pub mod sandbox;
pub mod sealed;
pub mod seeds;
pub mod settings;
pub mod splice;
pub mod state;
pub mod truth;
pub mod wire;

// As what is compiled from the board's crate names it.
use attach::pools;

/// What a target does with its bytes: it panics where something is wrong.
pub type Target = fn(&[u8]);

/// All targets by their names, for whoever runs them without the fuzzer.
pub const TARGETS: &[(&str, Target)] = &[
    ("wire", wire::run),
    ("state", state::run),
    ("splice", splice::run),
    ("control", control::run),
    ("elf", elf::run),
    ("defmt", defmt::run),
    ("commands", commands::run),
    ("settings", settings::run),
    ("lesson", lesson::run),
    #[cfg(target_os = "linux")]
    ("sandbox", sandbox::run),
];
