//! The step `agent`: what runs on boards. Its workspaces are not the project's, since they are
//! built for other targets; so they are formatted, linted, tested and measured here.

use std::path::Path;
use std::process::Command;

use crate::commands::{check, component, tests};
use crate::demo::{self, Same};
use crate::report::Report;
use crate::{cargo, machine};

/// The workspaces, in `target-agent`.
const WORKSPACES: [&str; 7] = [
    ".",
    "c",
    "cost",
    "firmware",
    "firmware/embassy-time",
    "firmware/rtt-target",
    "firmware/schedulers",
];

/// The targets that the agent itself has to build for.
pub(crate) const TARGETS: [&str; 5] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "riscv32imac-unknown-none-elf",
];

/// The boards that are built for and not run here, with their targets.
const BOARDS: [(&str, &str); 4] = [
    ("nrf52840", "thumbv7em-none-eabihf"),
    ("rp2040", "thumbv6m-none-eabi"),
    ("stm32f4", "thumbv7em-none-eabihf"),
    ("hifive1", "riscv32imac-unknown-none-elf"),
];

/// What is linted: a workspace, and what Clippy is told of it.
const LINTED: [(&str, &[&str]); 10] = [
    (".", &["--workspace", "--all-targets", "--all-features"]),
    ("c", &[]),
    ("c", &["--target", "thumbv7m-none-eabi"]),
    ("cost", &["--target", "thumbv7m-none-eabi", "--features", "defmt"]),
    ("firmware", &["--target", "thumbv7m-none-eabi", "--features", "lm3s6965evb,embassy"]),
    ("firmware", &["--target", "thumbv6m-none-eabi", "--features", "rp2040"]),
    ("firmware", &["--target", "riscv32imac-unknown-none-elf", "--features", "sifive_e,embassy"]),
    ("firmware/embassy-time", &["--target", "thumbv7m-none-eabi", "--features", "lm3s6965evb"]),
    ("firmware/rtt-target", &["--target", "thumbv7m-none-eabi", "--features", "defmt"]),
    ("firmware/schedulers", &["--target", "thumbv7m-none-eabi"]),
];

pub(crate) fn run(root: &Path, report: &mut Report) {
    let agent = root.join("target-agent");
    for workspace in WORKSPACES {
        let mut fmt = cargo::plain(&agent.join(workspace));
        fmt.args(["fmt", "--check"]);
        component(root, report, "fmt", fmt);
    }
    tests(report, "agent", within(root, ".", &["test", "--no-fail-fast"]));
    for (workspace, words) in LINTED {
        lint(root, report, workspace, words);
    }
    for target in TARGETS {
        if is_there(root, report, target) {
            let build = within(root, ".", &["build", "--target", target]);
            check(report, &format!("agent: the library for {target}"), build);
        }
    }
    for (board, target) in BOARDS {
        if machine::has_target(root, target) {
            let build =
                within(root, "firmware", &["build", "--target", target, "--features", board]);
            check(report, &format!("agent: the firmware of the {board}"), build);
        }
    }
    if machine::answers(machine::QEMU, "--version") {
        let cost = within(root, ".", &["run", "--example", "cost", "--", "--check"]);
        check(report, "agent: what an event costs", cost);
    }
    demo(root, report);
}

fn demo(root: &Path, report: &mut Report) {
    match demo::check(root) {
        Ok(Same::Yes) => report.pass(),
        Ok(Same::No) => report.fail(
            "agent: the demo's firmware is not what a build gives; `cargo xtask demo` renews it",
        ),
        Ok(Same::OtherCompiler(ours)) => report.mention(format!(
            "the demo's firmware was not compared with a build by {ours}, since another compiler built it"
        )),
        Err(error) => report.fail(format!("agent: the demo's firmware: {error}")),
    }
}

fn lint(root: &Path, report: &mut Report, workspace: &str, words: &[&str]) {
    let words = [&["clippy"], words, &["--", "-D", "warnings"]].concat();
    component(root, report, "clippy", within(root, workspace, &words));
}

/// Cargo in one of the workspaces, with a build folder below the project's.
fn within(root: &Path, workspace: &str, words: &[&str]) -> Command {
    let split = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    let mut command = cargo::plain(&root.join("target-agent").join(workspace));
    command.args(&words[..split]).args(["--quiet", "--release", "--locked"]).args(&words[split..]);
    command.env("CARGO_TARGET_DIR", cargo::target(root).join("firmware"));
    // Firmware is built as it is shipped, whatever suits the programs of this machine.
    command.env("CARGO_INCREMENTAL", "0");
    command
}

fn is_there(root: &Path, report: &mut Report, target: &str) -> bool {
    let there = machine::get_target(root, target);
    machine::need(report, there, &format!("the Rust target {target} is missing: the agent on it"));
    there
}
