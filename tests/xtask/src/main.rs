//! `cargo xtask`: the tasks that check, refresh and measure the project.
//!
//! Each task is one module. Nothing here depends on the engine: it must compile in seconds, and it
//! runs the real binary instead.

#![forbid(unsafe_code)]

mod agent;
mod bench;
mod bless;
mod cargo;
mod commands;
mod conformance;
mod demo;
mod dialects;
mod features;
mod interpreters;
mod ledger;
mod locks;
mod machine;
mod micropython;
mod notice;
mod pictures;
mod recipes;
mod reference;
mod report;
mod test;
mod tidy;
mod versions;
mod walls;
mod wasm;
mod wheel;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a task gives back: nothing, or the sentence to show.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const HELP: &str = "\
Tasks of the Loopscope project.

  cargo xtask test            set up what the tests need, then run every check and test
  cargo xtask test NAME...    only the steps of these names (see the list it prints)
  cargo xtask tidy            the rules about the source tree
  cargo xtask bless           write the golden files again, from python3 and from the binary
  cargo xtask conformance     CPython's own tests of asyncio on our binary; --python names the CPython
  cargo xtask dialects        what CPython's versions do differently, on those that are here; --python
                              names one more, --bless writes what they print
  cargo xtask demo            build the demo board's firmware and record its session; --check compares
  cargo xtask notice          list the works that are linked, with their licences; --check compares
  cargo xtask pictures        draw the README's pictures again, and every lesson as a page, in `target`
  cargo xtask reference       write the pages of events and of the API; --check compares
  cargo xtask wheel           the binary and the module for real Pythons as a wheel for pip, in `dist`
  cargo xtask bench history [N]  a recording of N records (10000000): its size, and moves in it
  cargo xtask bench questions [N] forty questions in a recording of N records (10000000), and how long each takes
  cargo xtask bench python [N] what it costs a real CPython that somebody has attached to it; --python
  cargo xtask bench core [N]  the loop's core without Python, tokio's LocalSet and smol's LocalExecutor, N rounds (7)
  cargo xtask bench [N]       our loop against CPython's asyncio, uvloop and MicroPython's, N rounds (5);
                              --python names the CPython

With CI=true a missing tool is a failure.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", &[][..]),
    };
    let root = root();
    let outcome = match task {
        "test" => test::run(&root, rest),
        "tidy" => tidy::run(&root),
        "bless" => bless::run(&root),
        "bench" => bench::run(&root, rest),
        "conformance" => conformance::run(&root, rest),
        "dialects" => dialects::run(&root, rest),
        "demo" => demo::run(&root, rest),
        "notice" => notice::run(&root, rest),
        "pictures" => pictures::run(&root),
        "reference" => reference::run(&root, rest),
        "wheel" => wheel::run(&root, rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => {
            eprintln!("xtask: there is no task `{other}`.\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {task}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder: two above this crate's.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
