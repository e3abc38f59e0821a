//! What variables hold in a real CPython: of tasks that wait and of what runs, at any record.

use loopscope_tests::Scratch;
use loopscope_tests::cpython::{Cpython, cpythons, newest};
use loopscope_tests::program::Program;

use super::attached::{at, listening};
use super::with_python;

const PROGRAM: &str = "\
import asyncio
class Own:
    def __repr__(self):
        raise SystemExit('nobody is to call this')
async def inner(n):
    word, own = 'waits', Own()
    await asyncio.sleep(1)
async def main():
    number, box, queue = 3, [1, 2], asyncio.Queue()
    queue.put_nowait('first')
    print('ready')
    task = asyncio.create_task(inner(number))
    await asyncio.sleep(2)
asyncio.run(main())
";

fn answers(python: &Cpython, commands: &[&str]) -> String {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let run = with_python("repl", python).args(["--clock", "virtual"]).commands(commands);
    run.arg(file).end().code_is(0).out()
}

#[test]
fn a_task_that_waits_tells_its_locals() {
    for python in cpythons() {
        let said = answers(&python, &["until timer-due", "info locals inner"]);
        for part in ["in inner", "  n = 3", "  word = 'waits'", "  own = <Own object>"] {
            assert!(said.contains(part), "{python:?}: no {part:?} in {said}");
        }
        let said = answers(&python, &["until timer-new", "info locals"]);
        for part in ["in main", "  number = 3", "  box = [1, 2]", "  queue = <Queue "] {
            assert!(said.contains(part), "{python:?}: no {part:?} in {said}");
        }
    }
}

#[test]
fn expressions_are_asked_of_the_program_and_nothing_of_that_is_recorded() {
    let Some(python) = newest() else { return };
    let commands = [
        "until timer-due",
        "print queue.qsize() + number",
        "print n * 2",
        "print len(box) * 4",
        "print asyncio.get_event_loop_policy and loop.create_future()",
        "step",
        "info records",
    ];
    let said = answers(&python, &commands);
    for line in ["4", "6", "8"] {
        assert!(said.lines().any(|each| each == line), "{said}");
    }
    assert!(!said.contains("future-new"), "{said}");
}

#[test]
fn one_that_was_attached_to_under_control_tells_them_too() {
    let Some(python) = newest() else { return };
    let code = PROGRAM.replace("await asyncio.sleep(2)", "while True: await asyncio.sleep(0.02)");
    let code = code.replace("asyncio.sleep(1)", "asyncio.sleep(600)");
    let program: Program = listening(&python, &code);
    let run = at(&program, "repl").arg("--control").commands(&["pause", "info locals inner"]);
    let said = run.end().code_is(0).out();
    assert!(said.contains("  word = 'waits'"), "{said}");
}
