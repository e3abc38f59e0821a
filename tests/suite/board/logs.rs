//! What a program says besides its records: by defmt-rtt, by rtt-target, and when it faults.

use loopscope_tests::events::only;
use loopscope_tests::{Live, Record, Scratch, events};
use nix::sys::signal::Signal;

use super::{M0, M3, Machine, beside_others};

/// What a program prints within some seconds, and what it logs, a line of level and text each; and
/// that its records are whole beside it.
fn said(program: &str) -> Option<[String; 2]> {
    let _one = beside_others();
    let board = M3.run(program)?;
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "4", "--events"]);
    let ended = run.arg(&to).end().code_is(124);
    let records = events(&to);
    assert!(only(&records, "handle-run").len() > 10, "{ended}");
    assert!(only(&records, "anomaly").is_empty() && only(&records, "gap").is_empty(), "{ended}");
    let printed = only(&records, "output");
    assert!(printed.iter().all(|line| line.text("stream") == "stdout"), "{ended}");
    let printed: String = printed.iter().map(|line| line.text("text")).collect();
    let logged = only(&records, "log");
    // What is recorded is passed on as well.
    assert_eq!(ended.out(), printed, "{ended}");
    for line in &logged {
        let (level, text) = (line.text("level").to_uppercase(), line.text("text"));
        let is_passed_on = |shown: &str| shown.starts_with(&level) && shown.contains(text);
        assert!(ended.err().lines().any(is_passed_on), "{level} {text} is missing in {ended}");
    }
    let line = |line: &&Record| format!("{} {}\n", line.text("level"), line.text("text"));
    let logged = logged.iter().map(line).collect();
    Some([printed, logged])
}

#[test]
fn plain_text_by_rtt_target_is_standard_output() {
    let Some([out, log]) = said("text") else { return };
    assert!(out.contains("has run") && !out.contains('\u{fffd}'), "{out}");
    assert_eq!(log, "");
}

#[test]
fn defmt_by_rtt_target_is_read_as_by_defmt_rtt() {
    let Some([out, log]) = said("defmt") else { return };
    assert!(log.contains("info ") && log.contains("has run"), "{log}");
    assert_eq!(out, "");
}

#[test]
fn two_channels_are_told_apart_by_their_names() {
    let Some([out, log]) = said("both") else { return };
    assert!(out.contains("task 0 has run") && !out.contains("task 1"), "{out}");
    assert!(log.contains("task 1 has run") && !log.contains("task 0"), "{log}");
}

/// A program that faults says so, and its halt is named.
fn held_at_a_breakpoint_instruction(machine: Machine) {
    let _one = beside_others();
    let Some(board) = machine.run("faults") else { return };
    let mut live = Live::start(board.command("attach").args(["--headless", "--timeout", "60"]));
    live.wait_until("the halt", || live.err().contains("a breakpoint was reached"));
    live.wait_until("its log", || live.err().contains("HardFault at 0x"));
    assert!(board.probe.end().is_none(), "it is no lock-up: {live}");
    live.signal(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
}

#[test]
fn a_fault_of_a_cortex_m0_is_told_and_its_halt_is_named() {
    held_at_a_breakpoint_instruction(M0);
}

#[test]
fn a_fault_of_a_cortex_m3_is_told_and_its_halt_is_named() {
    held_at_a_breakpoint_instruction(M3);
}
