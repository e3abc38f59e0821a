//! `cargo xtask bench core`: the loop's core without Python, beside other executors in Rust.

use std::path::Path;

use crate::{Outcome, cargo};

pub(super) fn run(root: &Path, arguments: &[String]) -> Outcome {
    // A workspace of its own, whose dependencies are not the interpreter's.
    let folder = cargo::target(root).join("core-bench");
    let status = cargo::plain(root)
        .args(["run", "--quiet", "--release", "--locked", "--target-dir"])
        .arg(&folder)
        .arg("--manifest-path")
        .arg(root.join("tests/bench/core/Cargo.toml"))
        .arg("--")
        .args(arguments)
        .status()?;
    if status.success() { Ok(()) } else { Err("the benchmark did not run; see above".into()) }
}
