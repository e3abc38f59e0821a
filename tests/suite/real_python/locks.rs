//! Locks, queues and the like of a real CPython: who holds them, who stands in line, and why a task waits.

use loopscope_tests::cpython::{cpythons, newest};
use loopscope_tests::events::{Record, events, only};
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

/// Things that tasks have at hand: by an argument, by their object, by a global variable; and a task that
/// has none.
const AT_HAND: &str = "\
import asyncio
class Shop:
    def __init__(self):
        self.orders = asyncio.Queue(2)
        self.lock = asyncio.Lock()
    async def serve(self):
        await self.orders.get()
async def sets(event):
    event.set()
async def reads():
    await queue.get()
async def sleeps(number):
    await asyncio.sleep(0)
async def main():
    global queue
    queue = asyncio.Queue()
    event = asyncio.Event()
    shop = Shop()
    each = shop.serve(), sets(event), reads(), sleeps(3)
    tasks = [asyncio.create_task(coro) for coro in each]
    shop.orders.put_nowait(1)
    queue.put_nowait(1)
    await asyncio.gather(*tasks)
asyncio.run(main())
";

/// Which task has what at hand, by their names, and the line that is said of it.
fn at_hand(records: &[Record]) -> Vec<[String; 3]> {
    let name = |kind: &str, field: &str, number: i64| {
        let made = only(records, kind);
        let made = made.iter().find(|record| record.number(field) == number);
        made.map_or(String::new(), |made| made.text("name").to_owned())
    };
    let told = only(records, "sync-user");
    let told = told.iter().map(|record| {
        let (thing, task) = (record.number("id"), record.number("task"));
        let names = [name("task-new", "task", task), name("sync-new", "id", thing)];
        let [task, thing] = names;
        [task, thing, record.text("at").to_owned()]
    });
    told.collect()
}

#[test]
fn who_has_a_queue_or_an_event_at_hand_is_told_as_by_our_own_loop() {
    let scratch = Scratch::new();
    let (file, to) = (scratch.file("program.py", AT_HAND), scratch.path("events.jsonl"));
    let ours = loopscope(["run", "--headless", "--events"]).arg(&to).arg(file).end().code_is(0);
    let expected = at_hand(&events(&to));
    assert_eq!(expected.len(), 4, "{ours}");
    for python in cpythons() {
        let (_, code, records) = records_of(&python, &[], AT_HAND);
        assert_eq!((code, at_hand(&records)), (0, expected.clone()), "{python:?}");
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
        seen = any('__setattr__' in vars(kind) for kind in (asyncio.Lock, asyncio.Event))
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
