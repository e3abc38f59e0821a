//! Schedulers of others, each task seen by one line: RTIC and lilos. What their programs print is what
//! their records say.

use loopscope_tests::events::{Record, only};
use loopscope_tests::run::Ended;

use super::{M3, one_at_a_time};

/// Some seconds of a program in QEMU.
fn run(program: &str) -> Option<(Vec<Record>, Ended)> {
    M3.attached(program, 4).map(|(records, ended)| (records, ended.code_is(124)))
}

/// How many records of that kind there are of tasks with that name.
fn count(records: &[Record], kind: &str, name: &str) -> usize {
    let made = only(records, "task-new");
    let of = |number| made.iter().any(|r| r.number("task") == number && r.text("name") == name);
    only(records, kind).iter().filter(|r| of(r.number("task"))).count()
}

#[test]
fn tasks_of_rtic_are_seen_with_their_priorities() {
    let _one = one_at_a_time();
    let Some((records, ended)) = run("rtic") else { return };
    let made = only(&records, "task-new");
    let first: Vec<_> = made.iter().take(3).map(|r| (r.text("name"), r.number("loop"))).collect();
    assert_eq!(first, [("high", 1), ("low", 2), ("report", 2)], "{ended}");
    // The first step of each waits, and each one after it prints.
    for (name, line) in [("high", "high ticks"), ("low", "low has computed")] {
        let printed = ended.err().matches(line).count();
        let steps = count(&records, "task-step", name);
        assert!(printed > 5 && (printed + 1).abs_diff(steps) < 2, "{name}: {printed}: {ended}");
        // It was woken before each of them.
        let woken = only(&records, "handle-new");
        let woken = woken.iter().filter(|r| r.text("how") == "wakeup" && r.text("name") == name);
        assert!(woken.count().abs_diff(printed) < 2, "{name}: {ended}");
    }
    let printed = ended.err().matches("report is done").count();
    let done = count(&records, "task-done", "report");
    assert!(done > 5 && done.abs_diff(printed) < 2, "{done} of {printed}: {ended}");
    // The low one computes for 250 ms, and the high one comes every 100 ms all the same.
    let (mut within, mut low_runs) = (0, false);
    for record in &records {
        match record.kind() {
            kind @ ("handle-run" | "handle-done") if record.number("loop") == 2 => {
                low_runs = kind == "handle-run";
            }
            "handle-run" => within += i32::from(low_runs),
            _ => {}
        }
    }
    assert!(within > 10, "{within}: {ended}");
}

#[test]
fn tasks_of_lilos_are_seen_and_its_sleep() {
    let _one = one_at_a_time();
    let Some((records, ended)) = run("lilos") else { return };
    let made = only(&records, "task-new");
    let names: Vec<_> = made.iter().map(|r| r.text("name")).collect();
    assert_eq!(names, ["bell", "worker"], "{ended}");
    let rung = ended.err().matches("bell rings").count();
    let worked = ended.err().matches("worker ends").count();
    // The first ring may come before the worker listens, and the end between a ring and its work.
    assert!(rung > 20 && rung >= worked && rung - worked < 3, "{rung} and {worked}: {ended}");
    // A round of the worker is two steps.
    let steps = |name| count(&records, "task-step", name);
    assert!(steps("bell").abs_diff(rung) < 3, "{}: {ended}", steps("bell"));
    assert!(steps("worker").abs_diff(2 * worked) < 4, "{}: {ended}", steps("worker"));
    // It sleeps between two rings.
    assert!(only(&records, "poll-begin").len() + 2 > rung, "{ended}");
}
