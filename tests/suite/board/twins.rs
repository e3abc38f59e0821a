//! The demo programs on boards against their twins in Python: the same records in the same order.

use std::path::{Path, PathBuf};

use loopscope_tests::run::{Ended, loopscope};
use loopscope_tests::{Live, Scratch};
use nix::sys::signal::Signal;

use super::{M0, M3, M4, Machine, one_at_a_time};

/// Where the twins are.
pub(super) fn twin(program: &str) -> PathBuf {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the project");
    root.join("target-agent/firmware/twins").join(program).with_extension("py")
}

/// Records a demo's run on a machine from its first record to its end, and compares it with a
/// program's; `None` where that cannot be here.
fn compared(machine: Machine, program: &str, with: &Path) -> Option<Ended> {
    let board = machine.run(program)?;
    let scratch = Scratch::new();
    let recording = scratch.path("board.loop");
    let run = board.command("attach").args(["--headless", "--timeout", "60", "--record"]);
    let mut live = Live::start(run.arg(&recording));
    live.wait_until("the program's end", || live.err().contains("the program is over"));
    live.signal(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
    let diff = loopscope(["diff", "--dialect", "micropython", "--timeout", "60"]);
    Some(diff.arg(&recording).arg(with).end())
}

/// A busy machine can make a millisecond of the board's last longer than the program's deadlines
/// are apart, so there is more than one attempt; a wrong order is wrong each time.
fn same(machine: Machine, program: &str) {
    let _one = one_at_a_time();
    let mut said = String::new();
    for _ in 0..3 {
        let Some(ended) = compared(machine, program, &twin(program)) else { return };
        said = ended.to_string();
        if ended.out().starts_with("No difference") {
            let _ = ended.code_is(0);
            return;
        }
    }
    panic!("{program} on the {} is not its twin: {said}", machine.name);
}

#[test]
fn sleepers_and_their_twin_are_the_same() {
    same(M0, "sleepers");
    same(M3, "sleepers");
    same(M4, "sleepers");
}

#[test]
fn producers_and_consumers_and_their_twin_are_the_same() {
    same(M3, "producers_consumers");
}

#[test]
fn cancellation_and_its_twin_are_the_same() {
    same(M0, "cancellation");
    same(M3, "cancellation");
}

#[test]
fn gather_and_its_twin_are_the_same() {
    same(M3, "gather");
    same(M4, "gather");
}

#[test]
fn stop_and_close_and_its_twin_are_the_same() {
    same(M3, "stop_and_close");
}

#[test]
fn failing_task_and_its_twin_are_the_same() {
    same(M0, "failing_task");
    same(M3, "failing_task");
}

#[test]
fn hog_and_its_twin_are_the_same() {
    same(M3, "hog");
}

#[test]
fn a_change_in_a_twin_is_found_where_it_begins() {
    let _one = one_at_a_time();
    let text = std::fs::read_to_string(twin("sleepers")).expect("there is a twin");
    // The second sleeper sleeps once more than on the board.
    let changed = text.replace("sleeper(70, 3)", "sleeper(70, 4)");
    assert_ne!(changed, text);
    let scratch = Scratch::new();
    let file = scratch.file("sleepers.py", &changed);
    let mut said = String::new();
    for _ in 0..3 {
        let Some(ended) = compared(M3, "sleepers", &file) else { return };
        let ended = ended.code_is(1);
        let out = ended.out();
        assert!(out.starts_with("After ") && out.contains("sleeper"), "{ended}");
        // What the board's second sleeper does at 210 ms is to end; the changed one sleeps on. On a busy
        // machine the board may be late, and have differed before.
        let place = out.lines().find(|line| line.starts_with('>')).unwrap_or_default();
        if place.contains("0.210") || place.contains("0.211") {
            return;
        }
        said = ended.to_string();
    }
    panic!("{said}");
}
