//! Programs on embassy as its users have them, with embassy-time as the clock: what their records say is
//! what they print.

use loopscope_tests::events::{Record, only};

use super::{M0, M3, Machine, one_at_a_time};

fn tasks(records: &[Record]) -> Vec<(&str, i64)> {
    only(records, "task-new").iter().map(|r| (r.text("name"), r.number("loop"))).collect()
}

/// When a task begins its steps.
fn begins(records: &[Record], task: i64) -> Vec<f64> {
    let steps = only(records, "task-step");
    steps.iter().filter(|r| r.number("task") == task).map(|r| r.t()).collect()
}

/// How long it is each time, in seconds, from such a record of a task to such another one.
fn from_to(records: &[Record], task: i64, [from, to]: [&str; 2]) -> Vec<f64> {
    let (mut since, mut found) = (None, Vec::new());
    for record in records.iter().filter(|r| r.has("task") && r.number("task") == task) {
        if record.kind() == from {
            since = Some(record.t());
        } else if record.kind() == to {
            found.extend(since.take().map(|since| record.t() - since));
        }
    }
    found
}

/// Never less than that, and not much more: an emulator may be late now and then.
fn about(found: &[f64], right: f64) -> bool {
    let late = found.iter().filter(|found| **found > right + 0.02).count();
    !found.is_empty() && found.iter().all(|found| *found > right - 0.003) && 2 * late < found.len()
}

#[test]
fn embassy_s_multiprio_is_told_as_it_prints() {
    let _one = one_at_a_time();
    let Some((records, ended)) = M3.attached("multiprio", "8") else { return };
    let ended = ended.code_is(124);
    assert_eq!(tasks(&records), [("run_high", 1), ("run_medium", 2), ("run_low", 3)], "{ended}");
    assert!(only(&records, "task-done").is_empty(), "none of them ends: {ended}");

    // What it prints, told by the records alone: each step says that it begins, and one that has
    // computed says so at its end, after all that has interrupted it.
    let names = ["", "high", "medium", "low"];
    let (mut open, mut told, mut within) = (Vec::<usize>::new(), Vec::new(), [[0; 4]; 4]);
    for record in &records {
        let which = || usize::try_from(record.number("task")).expect("it is one of three");
        match record.kind() {
            "task-step" => {
                for below in &open {
                    within[which()][*below] += 1;
                }
                open.push(which());
                let what = if which() == 1 { "tick!" } else { "starts" };
                told.push(format!("[{}] {what}", names[which()]));
            }
            "task-suspend" => {
                assert_eq!(open.pop(), Some(which()), "the innermost ends first: {record}");
                if which() > 1 {
                    told.push(format!("[{}] took", names[which()]));
                }
            }
            _ => {}
        }
    }
    let printed = ended.out();
    // But for the number, which is looked at below.
    let bare = |line: &str| {
        line.split_once(" took ").map_or(line.to_owned(), |(who, _)| format!("{who} took"))
    };
    let printed: Vec<_> = printed.lines().map(bare).collect();
    assert!(printed.len().abs_diff(told.len()) < 3, "{told:?}: {ended}");
    // Between a print at a step's end and that end something above may run: as if it came before.
    let (printed, told) = (ends_last(printed), ends_last(told));
    let common = printed.len().min(told.len()).saturating_sub(3);
    assert!(common > 40, "{told:?}: {ended}");
    assert_eq!(printed[..common], told[..common], "{ended}");
    // The upper ones run in the middle of what is below them, and never the other way round.
    assert!(within[1][2] > 3 && within[1][3] > 5 && within[2][3] > 2, "{within:?}: {ended}");
    assert_eq!(within[2][1] + within[3][1] + within[3][2], 0, "{within:?}: {ended}");

    // How long each computation took by the program's own clock is how long its step took.
    for (task, name) in [(2, "medium"), (3, "low")] {
        let out = ended.out();
        let begin = format!("[{name}] took ");
        let took = out.lines().filter_map(|line| line.strip_prefix(&begin)?.strip_suffix(" us"));
        let took = took.map(|micros| micros.parse::<f64>().expect("a number") / 1e6);
        let steps = from_to(&records, task, ["task-step", "task-suspend"]);
        let more: Vec<_> = steps.iter().zip(took).map(|(step, took)| step - took).collect();
        assert!(more.len() > 3 && about(&more, 0.0), "{name}: {more:?}: {ended}");
    }
    // And each sleeps for as long as it says.
    for (task, sleeps) in [(1, 0.209), (2, 0.179), (3, 0.252)] {
        let waits = from_to(&records, task, ["task-suspend", "handle-new"]);
        assert!(waits.len() > 2 && about(&waits, sleeps), "task {task}: {waits:?}: {ended}");
    }
}

/// The same lines, where each end of a computation stands behind all that directly follows it of the
/// tasks above.
fn ends_last(mut lines: Vec<String>) -> Vec<String> {
    let level =
        |line: &str| ["[high]", "[medium]", "[low]"].iter().position(|p| line.starts_with(p));
    for at in (0..lines.len()).rev().filter(|at| lines[*at].ends_with("took")).collect::<Vec<_>>() {
        let mut at = at;
        while lines.get(at + 1).is_some_and(|next| level(next) < level(&lines[at])) {
            lines.swap(at, at + 1);
            at += 1;
        }
    }
    lines
}

/// The waits of systick-timer's example, by its own clock and by the records.
fn right_times(machine: Machine) {
    let _one = one_at_a_time();
    let Some((records, ended)) = machine.attached("systick_timer", "60") else { return };
    let ended = ended.code_is(0);
    let out = ended.out();
    let printed: Vec<(f64, &str)> = out
        .lines()
        .filter_map(|line| {
            let (micros, what) = line.split_once(" us: ")?;
            Some((micros.parse::<f64>().ok()? / 1e6, what))
        })
        .collect();
    let what: Vec<_> = printed.iter().map(|(_, what)| *what).collect();
    let expected =
        ["started", "a task ends", "one wait is over", "two waits are over", "both are over"];
    assert_eq!(what, expected, "{ended}");
    assert_eq!(tasks(&records), [("main", 1), ("beside", 1)], "{ended}");
    let (main, beside) = (begins(&records, 1), begins(&records, 2));
    // The last wait is two, of which the shorter one has its step.
    assert_eq!((main.len(), beside.len()), (5, 2), "{ended}");
    // Each says the time at the beginning of its step.
    let told = [main[0], beside[1], main[1], main[2], main[4]];
    let late: Vec<_> =
        printed.iter().zip(told).map(|((printed, _), told)| printed - told).collect();
    assert!(about(&late, 0.0), "{late:?}: {ended}");
    let waits = [main[1] - main[0], main[2] - main[1], main[3] - main[2], main[4] - main[2]];
    for (wait, right) in waits.iter().zip([0.2, 0.1, 0.03, 0.05]) {
        assert!((right - 0.003..right + 0.1).contains(wait), "{waits:?}: {ended}");
    }
    // A clock that goes back a little when it is started is not one that jumps.
    let times: Vec<_> = records.iter().filter_map(|record| record.seconds("t")).collect();
    assert!(times.is_sorted() && times.iter().all(|time| *time < 1.0), "{times:?}");
    let done: Vec<_> = only(&records, "task-done").iter().map(|r| r.number("task")).collect();
    assert_eq!(done, [2], "the other one ends the program: {ended}");
}

#[test]
fn systick_timer_s_example_has_right_times_on_a_cortex_m0() {
    right_times(M0);
}

#[test]
fn systick_timer_s_example_has_right_times_on_a_cortex_m3() {
    right_times(M3);
}
