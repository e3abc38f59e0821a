//! Which line of a program in a real CPython has caused a record, and what is told where only handles are
//! asked for.

use loopscope_tests::Scratch;
use loopscope_tests::cpython::{cpythons, newest};
use loopscope_tests::events::{Record, events};

use super::attached::{at, listening};
use super::{records_of, with_python};

/// Each line is named by what it does.
const PROGRAM: &str = "\
import asyncio
def callback():
    print('called')
async def child(number):
    await asyncio.sleep(0)
    await asyncio.sleep(0.02 * number)
    if number == 2:
        raise ValueError('boom')
    return number
async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(callback)
    timer = loop.call_later(60, callback)
    timer.cancel()
    future = loop.create_future()
    first = asyncio.create_task(child(1))
    second = asyncio.create_task(child(2))
    loop.call_soon(future.set_result, 5)
    await future
    await first
    try:
        await second
    except ValueError:
        pass
    for _ in range(2):
        loop.call_soon(callback)
        await asyncio.sleep(0)
asyncio.run(main())
";

/// What is said of the line: kind, name, `at`.
fn told(records: &[Record]) -> Vec<String> {
    records
        .iter()
        .filter(|record| !record.text("at").is_empty())
        .map(|record| {
            let at = record.text("at").trim_start_matches("program.py:").to_owned();
            format!("{} {} {at}", record.kind(), record.text("name"))
        })
        .collect()
}

#[test]
fn a_record_says_the_line_that_has_caused_it() {
    for python in cpythons() {
        let (_, exit, records) = records_of(&python, &[], PROGRAM);
        assert_eq!(exit, 0, "{python:?}");
        let told = told(&records);
        for line in [
            "task-new main 28",
            "handle-new callback 12",
            "timer-new callback 13",
            "future-new Future 15",
            "task-new child 16",
            "handle-new child 16",
            "task-new child 17",
            "handle-new Future.set_result 18",
            "task-suspend main 19",
            "output  3",
            // A task begins where it is defined, and goes on where it waited.
            "task-step child 4",
            "task-suspend child 5",
            "task-step child 5",
            "task-suspend child 6",
            "future-new Future 6",
            "timer-new _set_result_unless_cancelled 6",
            "task-step child 6",
            // Where it was raised.
            "task-done child 8",
            "task-step main 22",
            "handle-new callback 26",
            "task-suspend main 27",
            "task-step main 27",
        ] {
            assert!(told.iter().any(|each| each == line), "{python:?}: no {line} in {told:#?}");
        }
        let cancel = records.iter().find(|record| record.is("timer-cancel")).expect("it was");
        assert_eq!(cancel.text("at"), "program.py:14", "{python:?}");
        // Nobody's line has brought what the loop does by itself.
        for kind in ["handle-run", "handle-done", "timer-due", "turn-begin", "poll-end"] {
            assert!(records.iter().filter(|each| each.is(kind)).all(|it| it.text("at").is_empty()));
        }
    }
}

#[test]
fn values_stand_in_the_records() {
    for python in cpythons() {
        let (_, _, records) = records_of(&python, &[], PROGRAM);
        let done: Vec<_> = records
            .iter()
            .filter(|record| record.is("task-done") && record.text("name") == "child")
            .map(|record| record.text("value").to_owned())
            .collect();
        assert_eq!(done, ["1", "ValueError: boom"], "{python:?}");
        let future = records.iter().find(|it| it.is("future-done") && it.text("value") == "5");
        assert!(future.is_some(), "{python:?}");
    }
}

#[test]
fn a_break_at_a_line_s_record_and_the_line_beside_it() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let commands =
        ["until task-done if name == \"child\"", "until task-done", "info tasks", "where"];
    let ended = with_python("repl", &python).commands(&commands).arg(file).end().code_is(0);
    assert!(ended.out().contains("program.py:8"), "{ended}");
    assert!(ended.out().contains("ValueError: boom"), "{ended}");
}

#[test]
fn handles_alone_are_told_where_that_is_asked_for() {
    for python in cpythons() {
        let (_, exit, records) = records_of(&python, &["--level", "handles"], PROGRAM);
        assert_eq!(exit, 0, "{python:?}");
        let kinds = |word: &str| records.iter().filter(|record| record.is(word)).count();
        let runs: Vec<_> = records.iter().filter(|record| record.is("handle-run")).collect();
        assert!(runs.len() > 10, "{python:?}: {}", runs.len());
        assert_eq!(kinds("handle-run"), kinds("handle-done"), "{python:?}");
        assert_eq!((kinds("task-new"), kinds("task-step"), kinds("future-new")), (0, 0, 0));
        let steps = records.iter().filter(|record| {
            record.is("handle-new")
                && record.text("how") == "step"
                && record.text("name") == "child"
        });
        assert!(steps.count() >= 2, "{python:?}");
    }
    let Some(python) = newest() else { return };
    let program = listening(&python, super::attached::PROGRAM);
    let scratch = Scratch::new();
    let to = scratch.path("events");
    let run = at(&program, "attach").args(["--headless", "--level", "handles", "--timeout", "0.5"]);
    let _ = run.arg("--events").arg(&to).end().code_is(124);
    let records = events(&to);
    assert!(records.iter().any(|record| record.is("handle-run")));
    assert!(records.iter().any(|record| record.is("timer-new")));
    assert!(!records.iter().any(|record| record.kind().starts_with("task-")));
    let refused = loopscope_tests::loopscope(["run", "--headless", "--level", "handles", "x.py"]);
    let _ = refused.end().code_is(2);
}
