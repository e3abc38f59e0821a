//! An embassy program, seen through the executor's trace hooks by two added lines.

use std::collections::BTreeMap;

use loopscope_tests::events::only;
use loopscope_tests::{Scratch, events};

use super::{M0, M3, Machine, one_at_a_time};

/// What the hooks tell of the demo program within some seconds.
fn told(machine: Machine) {
    let _one = one_at_a_time();
    let Some(board) = machine.run("embassy") else { return };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "5", "--events"]);
    let ended = run.arg(&to).end().code_is(124);
    assert!(ended.err().contains("the fast task has run"), "its log is there: {ended}");
    let records = events(&to);
    assert!(only(&records, "anomaly").is_empty() && only(&records, "gap").is_empty());

    // Every task has its name, those that are spawned later too.
    let names: Vec<_> =
        only(&records, "task-new").iter().map(|r| r.text("name").to_owned()).collect();
    assert_eq!(names, ["fast", "reports", "short_lived", "reports"]);
    let ended: Vec<_> = only(&records, "task-done").iter().map(|r| r.number("task")).collect();
    assert_eq!(ended, [3]);

    // What is polled was woken, and the fast task runs every 50 ms.
    let steps = only(&records, "task-step");
    let mut times: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for step in &steps {
        times.entry(step.number("task")).or_default().push(step.t());
    }
    let fast = &times[&1];
    assert!(fast.len() > 40, "{fast:?}");
    let rounds = fast.iter().skip(1).zip(&fast[2..]).map(|(one, next)| next - one);
    let (count, sum) = rounds.fold((0.0, 0.0), |(count, sum), round| (count + 1.0, sum + round));
    let mean: f64 = sum / count;
    assert!((0.045..0.055).contains(&mean), "every {mean} s");

    // An executor that finds nothing to do again and again tells so once: each sleep is followed
    // by something that runs.
    let polls = only(&records, "poll-begin").len();
    assert!(polls <= steps.len() + 1, "{polls} sleeps for {} steps", steps.len());
    assert!(polls > 20, "the executor sleeps between its tasks");
}

#[test]
fn an_embassy_program_is_visible_on_a_cortex_m3() {
    told(M3);
}

#[test]
fn an_embassy_program_is_visible_on_a_cortex_m0() {
    told(M0);
}
