//! Holding a program in a real CPython: by record, handle and turn, with Python at a pause.

use loopscope_tests::Scratch;
use loopscope_tests::cpython::{Cpython, cpythons, newest};
use loopscope_tests::run::Ended;

use super::with_python;

const PROGRAM: &str = "\
import asyncio
seen = []
def first(): seen.append('first')
def second(): seen.append('second')
async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(first)
    loop.call_soon(second)
    await asyncio.sleep(0.01)
    print('end', seen)
asyncio.run(main())
";

fn batch(python: &Cpython, commands: &[&str], code: &str) -> Ended {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", code);
    with_python("repl", python).commands(commands).arg(file).end()
}

#[test]
fn at_a_pause_nothing_later_has_happened() {
    for python in cpythons() {
        let ended = batch(
            &python,
            &[
                "expect run-start",
                "until handle-run if name == \"second\"",
                "assert ready == 0",
                "py seen",
                "step",
                "step",
                "py seen",
                "continue",
            ],
            PROGRAM,
        );
        let ended = ended.code_is(0);
        let out = ended.out();
        assert!(out.contains("['first']"), "{python:?}: {ended}");
        assert!(out.contains("['first', 'second']"), "{python:?}: {ended}");
        assert!(out.contains("end ['first', 'second']"), "{python:?}: {ended}");
    }
}

#[test]
fn turns_and_tasks_are_what_they_are_with_our_own_loop() {
    let Some(python) = newest() else { return };
    let ended = batch(
        &python,
        &["turn", "turn", "info tasks", "until program-exit", "info tasks"],
        PROGRAM,
    );
    let ended = ended.code_is(0);
    assert!(ended.out().contains("main"), "{ended}");
}

#[test]
fn python_does_not_run_in_the_middle_of_a_handle() {
    let Some(python) = newest() else { return };
    let ended = batch(&python, &["until task-step", "py 1 + 1"], PROGRAM).code_is(1);
    assert!(ended.err().contains("in the middle of its work"), "{ended}");
}

#[test]
fn a_statement_that_raises_shows_a_traceback_without_ours() {
    let Some(python) = newest() else { return };
    let ended = batch(&python, &["until turn-begin", "py 1/0"], PROGRAM).code_is(1);
    let text = format!("{}{}", ended.out(), ended.err());
    assert!(text.contains("ZeroDivisionError") && !text.contains("<loopscope>"), "{ended}");
}

#[test]
fn an_interrupt_reaches_a_program_that_waits() {
    let Some(python) = newest() else { return };
    let code = "import asyncio\nasync def main():\n  try:\n    await asyncio.sleep(600)\n  finally:\n    \
                print('cleaned up')\nasyncio.run(main())\n";
    let ended = batch(&python, &["until task-suspend", "interrupt", "continue"], code);
    assert!(ended.out().contains("cleaned up"), "{ended}");
}
