//! Programs on embassy as its users have them, with embassy-time as the clock: what their records say is
//! what they print.

use loopscope_tests::events::{Record, only};
use loopscope_tests::programs::within_three_attempts;
use loopscope_tests::run::Ended;

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

/// Never less than that, whatever else the machine does.
fn never_less(what: &str, found: &[f64], right: f64, ended: &Ended) {
    assert!(!found.is_empty(), "{what}: {ended}");
    assert!(found.iter().all(|found| *found > right - 0.003), "{what}: {found:?}: {ended}");
}

/// Mostly that: an emulator may stand still for a moment now and then.
///
/// On a busy machine it may do so nearly always for a while, which is an error and not a panic: a clock
/// that is wrong is wrong in each attempt.
fn about(what: &str, found: &[f64], right: f64, ended: &Ended) -> Result<(), String> {
    let is_off = |found: &&f64| !(right - 0.003..right + 0.02).contains(*found);
    let off = found.iter().filter(is_off).count();
    let told = || Err(format!("{what} took not {right} s: {found:?}: {ended}"));
    if 2 * off < found.len() { Ok(()) } else { told() }
}

/// Insists that a program is told right, and in time within three attempts.
fn in_time(attempt: impl Fn() -> Result<(), String>) {
    let _one = one_at_a_time();
    within_three_attempts(attempt).unwrap_or_else(|late| panic!("{late}"));
}

#[test]
fn embassy_s_multiprio_is_told_as_it_prints() {
    in_time(multiprio);
}

fn multiprio() -> Result<(), String> {
    let Some((records, ended)) = M3.attached("multiprio", 8) else { return Ok(()) };
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
    let (printed, mut told) = (ends_last(printed), ends_last(told));
    // And so may something between a step's beginning and its first print.
    begin_as_printed(&mut told, &printed);
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
        assert!(more.len() > 3, "{name}: {more:?}: {ended}");
        never_less(name, &more, 0.0, &ended);
        about(name, &more, 0.0, &ended)?;
    }
    // And each sleeps for as long as it says.
    for (task, sleeps) in [(1, 0.209), (2, 0.179), (3, 0.252)] {
        let waits = from_to(&records, task, ["task-suspend", "handle-new"]);
        assert!(waits.len() > 2, "task {task}: {waits:?}: {ended}");
        // It asks to sleep in the step, and is told to wait some time after that.
        let since_step = from_to(&records, task, ["task-step", "handle-new"]);
        never_less(&format!("task {task}"), &since_step, sleeps, &ended);
        about(&format!("task {task}"), &waits, sleeps, &ended)?;
    }
    Ok(())
}

/// Which of the tasks prints a line, from the uppermost on.
fn level(line: &str) -> Option<usize> {
    ["[high]", "[medium]", "[low]"].iter().position(|name| line.starts_with(name))
}

/// Puts a beginning behind the line of a task above that directly follows it, where that was printed first.
fn begin_as_printed(told: &mut [String], printed: &[String]) {
    for at in 0..told.len().saturating_sub(1) {
        let is_passed = told[at].ends_with("starts") && level(&told[at + 1]) < level(&told[at]);
        if is_passed && printed.get(at) == told.get(at + 1) {
            told.swap(at, at + 1);
        }
    }
}

/// The same lines, where each end of a computation stands behind all that directly follows it of the
/// tasks above.
fn ends_last(mut lines: Vec<String>) -> Vec<String> {
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
fn right_times(machine: Machine) -> Result<(), String> {
    let Some((records, ended)) = machine.attached("systick_timer", 60) else { return Ok(()) };
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
    never_less("to print", &late, 0.0, &ended);
    about("to print", &late, 0.0, &ended)?;
    let waits = [main[1] - main[0], main[2] - main[1], main[3] - main[2], main[4] - main[2]];
    for (wait, right) in waits.iter().zip([0.2, 0.1, 0.03, 0.05]) {
        assert!(*wait > right - 0.003, "{waits:?}: {ended}");
        if *wait > right + 0.1 {
            return Err(format!("a wait of {right} s took longer: {waits:?}: {ended}"));
        }
    }
    // A clock that goes back a little when it is started is not one that jumps.
    let times: Vec<_> = records.iter().filter_map(|record| record.seconds("t")).collect();
    assert!(times.is_sorted() && times.iter().all(|time| *time < 1.0), "{times:?}");
    let done: Vec<_> = only(&records, "task-done").iter().map(|r| r.number("task")).collect();
    assert_eq!(done, [2], "the other one ends the program: {ended}");
    Ok(())
}

#[test]
fn systick_timer_s_example_has_right_times_on_a_cortex_m0() {
    in_time(|| right_times(M0));
}

#[test]
fn systick_timer_s_example_has_right_times_on_a_cortex_m3() {
    in_time(|| right_times(M3));
}
