//! Attaching, watching, controlling and leaving; resets and lost probes.

use std::time::Duration;

use loopscope_tests::events::{Record, kinds, only, parse};
use loopscope_tests::{Live, Scratch, events};
use nix::sys::signal::Signal;
use serde_json::Value;

use super::{M0, M3, M4, Machine, beside_others};

/// The answers of `repl --json`, one a command.
pub(super) fn answers(out: &str) -> Vec<Value> {
    let answer = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    out.lines().map(answer).collect()
}

/// Numbers from 1 on without a hole.
fn numbered(records: &[Record]) -> bool {
    (1..).zip(records).all(|(number, record)| record.number("seq") == number)
}

/// Everything that a user does with a board, on one machine.
fn a_visit(machine: Machine) {
    let _one = beside_others();
    let Some(board) = machine.run("own_scheduler") else { return };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");

    // Live records, pause, three steps, resume, detach.
    let commands = [
        "pause",
        "step",
        "step",
        "step",
        "info source",
        "expect handle-run",
        "expect poll-end",
        "detach",
    ];
    let run = board.command("repl").args(["--json", "--control", "--events"]).arg(&to);
    let ended = run.commands(&commands).end().code_is(0);
    let answers = answers(&ended.out());
    assert_eq!(answers.len(), commands.len(), "{ended}");
    let position = |n: usize| answers[n]["position"].as_u64().unwrap_or_default();
    assert_eq!(answers[0]["stop"], "paused", "{ended}");
    for n in 1..4 {
        assert_eq!(position(n), position(n - 1) + 1, "one record a step: {ended}");
    }
    assert_eq!(answers[4]["kind"], "board");
    assert_eq!(answers[4]["gaps"], 0);
    assert_eq!(answers[7]["detached"], true);
    let records = events(&to);
    assert!(numbered(&records), "{:?}", kinds(&records));
    assert!(only(&records, "task-new").iter().any(|record| record.text("name") == "fast"));
    assert!(only(&records, "anomaly").is_empty());

    // The board has run on, and can be attached again; now it is only watched, and reset.
    let again = scratch.path("again.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "30", "--events"]);
    let mut live = Live::start(run.arg(&again));
    let seen = |kind: &str| only(&parse(&scratch.read("again.jsonl")), kind).len();
    let whole = || scratch.read("again.jsonl").ends_with('\n');
    live.wait_until("records", || whole() && seen("handle-run") > 5);
    board.probe.press_reset().expect("the machine is there");
    live.wait_until("a second start", || whole() && seen("snapshot-begin") == 2);
    live.wait_until("records after it", || whole() && seen("loop-new") > 1);
    live.signal(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
    assert_eq!(live.err().matches("The board was reset").count(), 1, "{live}");
    assert!(live.err().contains("DEBUG"), "the program's own log is there: {live}");
    let records = events(&again);
    assert!(numbered(&records));
    // A stream that begins in the middle begins with what there is.
    assert_eq!((records[0].kind(), records[0].text("dialect")), ("run-start", "other"));
    assert_eq!(records[1].kind(), "snapshot-begin");
    assert!(only(&records, "anomaly").is_empty() && only(&records, "gap").is_empty());
}

#[test]
fn a_visit_to_a_cortex_m0() {
    a_visit(M0);
}

#[test]
fn a_visit_to_a_cortex_m3() {
    a_visit(M3);
}

#[test]
fn a_visit_to_a_cortex_m4() {
    a_visit(M4);
}

#[test]
fn a_board_that_is_only_watched_cannot_be_paused() {
    let _one = beside_others();
    let Some(board) = M3.run("own_scheduler") else { return };
    let ended = board.command("repl").commands(&["step 5", "pause"]).end().code_is(1);
    assert!(ended.err().contains("--control"), "{ended}");
}

#[test]
fn a_second_visitor_is_turned_away_at_once() {
    let _one = beside_others();
    let Some(board) = M3.run("own_scheduler") else { return };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "30", "--events"]);
    let mut first = Live::start(run.arg(&to));
    first.wait_until("records", || scratch.read("events.jsonl").lines().count() > 10);
    let second = board.command("attach").args(["--headless", "--timeout", "5"]).end();
    let _ = second.code_is(4);
    // The first one was not disturbed.
    let before = scratch.read("events.jsonl").lines().count();
    first.wait_until("more records", || scratch.read("events.jsonl").lines().count() > before + 5);
    first.signal(Signal::SIGTERM);
    assert_eq!(first.end().code(), Some(143), "{first}");
}

#[test]
fn a_lost_probe_ends_a_script_with_code_4() {
    let _one = beside_others();
    let Some(board) = M3.run("own_scheduler") else { return };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "40", "--events"]);
    let mut live = Live::start(run.arg(&to));
    live.wait_until("records", || scratch.read("events.jsonl").lines().count() > 10);
    drop(board);
    assert_eq!(live.end().code(), Some(4), "{live}");
    assert!(live.err().contains("did not come back"), "{live}");
    let records = events(&to);
    let last = records.last().expect("there are records");
    assert_eq!((last.kind(), last.number("code")), ("program-exit", 4));
}

#[test]
fn a_halted_processor_is_named() {
    let _one = beside_others();
    let Some(board) = M3.run("own_scheduler") else { return };
    let run = board.command("attach").args(["--headless", "--timeout", "60"]);
    let mut live = Live::start(run);
    live.wait_until("its log", || live.err().contains("DEBUG"));
    board.probe.hold().expect("the machine is there");
    live.wait_until("the halt", || live.err().contains("The processor is halted"));
    board.probe.let_go().expect("the machine is there");
    live.wait_until("its going on", || live.err().contains("The processor runs again"));
    live.signal(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
}

#[test]
fn the_demo_is_one_command() {
    let _one = beside_others();
    if !loopscope_virtual_probe::is_there() {
        loopscope_tests::left_out::leave_out("qemu-system-arm is missing: the demo board");
        return;
    }
    let commands = ["expect task-done within 60s", "info tasks", "info source"];
    let run = loopscope_tests::loopscope(["repl", "--demo", "--json"]).commands(&commands);
    let ended = run.end().code_is(0);
    let answers = answers(&ended.out());
    assert_eq!(answers[2]["kind"], "board", "{ended}");
    // It was attached before its first instruction.
    assert_eq!(answers[0]["record"]["event"], "task-done", "{ended}");
    assert_eq!(answers[2]["gaps"], 0, "{ended}");
    assert!(ended.took < Duration::from_mins(1));
}

#[test]
fn without_qemu_the_demo_is_a_recording_and_says_so() {
    let run = loopscope_tests::loopscope(["repl", "--demo", "-c", "info source"]);
    let ended = run.env("LOOPSCOPE_QEMU", "no-such-emulator").end().code_is(0);
    assert!(ended.err().contains("recorded session"), "{ended}");
    assert!(ended.out().contains("recording"), "{ended}");
}
