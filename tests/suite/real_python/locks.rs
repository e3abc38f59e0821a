//! Locks, queues and the like of a real CPython: who holds them, who stands in line, and why a task waits.

use loopscope_tests::cpython::{cpythons, newest};
use loopscope_tests::events::only;
use loopscope_tests::program::Program;

use super::by_number::open_ones;
use super::{records_of, with_python};
use loopscope_tests::{Scratch, loopscope};

const PROGRAM: &str = "\
import asyncio
class Till:
    def __init__(self):
        self.lock = asyncio.Lock()
async def holds(till):
    async with till.lock:
        await asyncio.sleep(600)
async def stands(till):
    async with till.lock:
        pass
async def takes(queue):
    await queue.get()
async def main():
    till = Till()
    orders = asyncio.Queue(2)
    tasks = [asyncio.create_task(each) for each in (holds(till), stands(till), takes(orders))]
    await asyncio.sleep(0.01)
    print('ready', flush=True)
    await asyncio.gather(*tasks)
asyncio.run(main())
";

#[test]
fn why_names_the_lock_and_who_holds_it_and_the_queue() {
    for python in cpythons() {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", PROGRAM);
        let commands = ["until output", "info locks", "why stands", "why takes"];
        let run = with_python("repl", &python).args(["--clock", "virtual"]).commands(&commands);
        let said = run.arg(file).end().code_is(0).out();
        for part in ["Till.lock", "which holds (task 2) holds since", "orders"] {
            assert!(said.contains(part), "{python:?}: no {part} in {said}");
        }
    }
}

#[test]
fn what_is_held_and_waited_at_before_somebody_comes_is_there() {
    for python in open_ones() {
        let program = Program::start(&python.file, &[], &[], PROGRAM);
        let pid = program.pid().to_string();
        let run = loopscope(["repl", "--pid", &pid]).commands(&["info locks", "why stands"]);
        let said = run.end().code_is(0).out();
        // Who holds it was not seen.
        assert!(said.contains("locked, by no task that is known"), "{said}");
        assert!(said.contains("in line: stands (task"), "{said}");
        assert!(said.contains("in line: get: takes (task"), "{said}");
        assert!(said.contains("which no task is known to hold"), "{said}");
    }
}

#[test]
fn nothing_of_them_is_in_the_library_once_we_have_gone() {
    let code = "\
import asyncio, sys
async def main():
    lock, event = asyncio.Lock(), asyncio.Event()
    print('ready', flush=True)
    while True:
        async with lock:
            await asyncio.sleep(0.01)
        seen = '_locked' in vars(asyncio.Lock) or '_value' in vars(asyncio.Event)
        print('watched' if seen else 'plain', sorted(vars(lock)) == LOCK, flush=True)
LOCK = ['_locked', '_waiters'] + (['_loop'] if sys.version_info < (3, 10) else [])
LOCK.sort()
asyncio.run(main())
";
    for python in open_ones() {
        let program = Program::start(&python.file, &[], &[], code);
        let pid = program.pid().to_string();
        let run = loopscope(["attach", "--headless", "--timeout", "0.5", "--pid", &pid]);
        let _ = run.end().code_is(124);
        assert!(program.out().contains("watched True"), "{python:?}: {}", program.out());
        let told = program.out().lines().count();
        program.wait_until("more", || program.out().lines().count() > told + 5);
        assert_eq!(program.out().lines().last(), Some("plain True"), "{python:?}");
    }
}

#[test]
fn with_handles_only_they_are_not_told() {
    let Some(python) = newest() else { return };
    let code = PROGRAM.replace("600", "0.01").replace("queue.get()", "asyncio.sleep(0)");
    let told = |options: &[&str]| {
        let (_, _, records) = records_of(&python, options, &code);
        only(&records, "sync-state").len()
    };
    assert!(told(&[]) >= 4);
    assert_eq!(told(&["--level", "handles"]), 0);
}
