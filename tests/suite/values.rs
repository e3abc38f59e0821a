//! What tasks and futures have ended by, as records and commands say it.

use std::fs;

use loopscope_tests::Record;
use loopscope_tests::run::loopscope;
use loopscope_tests::scratch::Scratch;

use crate::{batch, recorded, recorded_with};

/// Tasks that end in all ways.
const PROGRAM: &str = "\
import asyncio, collections, dataclasses
@dataclasses.dataclass
class Point:
    x: int
class Plain: pass
class Raises:
    def __repr__(self): raise KeyError('no')
class Loops:
    def __repr__(self):
        while True: pass
class Prints:
    def __repr__(self):
        print('from a repr', flush=True)
        asyncio.get_running_loop().call_soon(int)
        return 'printed'
class Huge:
    def __repr__(self): return 'x' * 10_000_000
class Own(Exception):
    def __str__(self): return 'own words'
def inner(): raise ValueError('boom')
async def fails(): inner()
async def gives(value): return value
async def raises(error): raise error
async def waits(): await asyncio.sleep(100)
nested = [[[[[[1]]]]]]
nested.append(nested)
VALUES = [None, 5, True, 'a\\nb', b'x', 2.5, [1, 2], (1,), {'k': {3}}, set(), Point(3), Plain(),
          collections.deque([1]), Raises(), Loops(), Prints(), Huge(), 'y' * 1000, 10 ** 1000,
          list(range(1000)), nested, Plain, ValueError('v'), ValueError, [Raises()]]
async def main():
    for value in VALUES:
        await asyncio.create_task(gives(value), name='gives')
    for error in (Own(), KeyError('k'), ValueError(), OSError(2, 'no'), ValueError('z' * 1000)):
        try: await asyncio.create_task(raises(error), name='raises')
        except Exception: pass
    try: await asyncio.create_task(fails(), name='fails')
    except ValueError: pass
    task = asyncio.create_task(waits(), name='waits')
    await asyncio.sleep(0)
    task.cancel('enough')
    try: await task
    except asyncio.CancelledError: pass
    future = asyncio.get_running_loop().create_future()
    future.set_result({'a': 1})
    await future
    return await asyncio.create_task(gives(asyncio.current_task()), name='gives')
asyncio.run(main())
";

/// The values of the tasks that have this name of their own.
fn values(records: &[Record], label: &str) -> Vec<String> {
    let named: Vec<i64> = records
        .iter()
        .filter(|record| record.is("task-new") && record.text("label") == label)
        .map(|record| record.number("task"))
        .collect();
    let ends = |record: &&Record| record.is("task-done") && named.contains(&record.number("task"));
    records.iter().filter(ends).map(|record| record.text("value").to_owned()).collect()
}

#[test]
fn results_are_short_texts_and_no_repr_does_harm() {
    let (ended, records) = recorded(PROGRAM);
    let all = values(&records, "gives");
    let wanted = [
        "None",
        "5",
        "True",
        "'a\\nb'",
        "b'x'",
        "2.5",
        "[1, 2]",
        "(1,)",
        "{'k': {3}}",
        "set()",
        "Point(x=3)",
        "<Plain object>",
        "deque([1])",
        "<Raises object, whose __repr__ raised KeyError: 'no'>",
        "<Loops object, whose __repr__ takes too long>",
        "printed",
    ];
    assert_eq!(all[..wanted.len()], wanted);
    let rest = &all[wanted.len()..];
    assert_eq!(rest[0], format!("{}…", "x".repeat(160)));
    assert_eq!(rest[1], format!("'{}…", "y".repeat(159)));
    assert_eq!(rest[2], "<int of 3322 bits>");
    assert!(rest[3].starts_with("[0, 1, 2, ") && rest[3].chars().count() <= 161, "{}", rest[3]);
    assert!(rest[4].starts_with("[[[[[…") && rest[4].chars().count() <= 161, "{}", rest[4]);
    let wanted = ["<class Plain>", "ValueError('v')", "<class ValueError>"];
    assert_eq!(rest[5..8], wanted);
    assert_eq!(rest[8], "[<Raises object, whose __repr__ raised KeyError: 'no'>]");
    assert_eq!(rest[9], "<Task 1>");
    // What a repr prints is seen nowhere, and nobody caused what it asks the loop for.
    assert!(!ended.out().contains("from a repr"), "{ended}");
    assert!(!records.iter().any(|record| record.is("output")));
}

#[test]
fn exceptions_say_their_words_and_where_they_were_raised() {
    let (_, records) = recorded(PROGRAM);
    let all = values(&records, "raises");
    assert_eq!(
        all[..4],
        ["Own: own words", "KeyError: 'k'", "ValueError", "FileNotFoundError: [Errno 2] no"]
    );
    assert!(all[4].starts_with("ValueError: zzz") && all[4].ends_with('…'), "{}", all[4]);
    assert_eq!(values(&records, "fails"), ["ValueError: boom"]);
    assert_eq!(values(&records, "waits"), ["CancelledError: enough"]);
    let fails = records.iter().find(|r| r.has("value") && r.text("value") == "ValueError: boom");
    let frames = fails.expect("it was found above").get("traceback").as_array().unwrap();
    let frames: Vec<_> = frames
        .iter()
        .map(|frame| {
            format!("{} {}", frame["where"].as_str().unwrap(), frame["name"].as_str().unwrap())
        })
        .collect();
    assert_eq!(frames, ["program.py:21 fails", "program.py:20 inner"]);
}

#[test]
fn futures_have_values_too_and_a_value_keeps_nothing_alive() {
    let (_, records) = recorded(PROGRAM);
    let has = |value: &str| {
        records.iter().any(|r| r.is("future-done") && r.has("value") && r.text("value") == value)
    };
    assert!(has("{'a': 1}"));
    let program = "\
import asyncio, gc, weakref
class Thing: pass
async def gives(): return Thing()
async def main():
    task = asyncio.create_task(gives())
    seen = weakref.ref(await task)
    del task
    # The step that was woken by the task still has it.
    await asyncio.sleep(0)
    gc.collect()
    print(seen() is None)
asyncio.run(main())
";
    let (ended, _) = recorded(program);
    assert_eq!(ended.out(), "True\n");
}

#[test]
fn a_run_that_is_looked_at_is_the_same_as_one_that_is_not() {
    let program = "\
import asyncio, time
class Slow:
    def __repr__(self): return f'{time.monotonic()} {time.sleep(1)}'
async def gives(): return Slow()
async def main():
    await asyncio.create_task(gives())
    print(time.monotonic())
asyncio.run(main())
";
    let scratch = Scratch::new();
    let file = scratch.file("program.py", program);
    let plain = loopscope(["run", "--headless"]).arg(&file).end().code_is(0);
    let (watched, _) = recorded(program);
    assert_eq!(plain.out(), watched.out());
}

#[test]
fn commands_show_values_and_conditions_test_them() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let ended = batch(
        &file,
        &[
            "until task-done if value == \"5\"",
            "print value",
            "until task-done if value == \"ValueError: boom\"",
            "where fails",
            "info tasks",
        ],
    )
    .end()
    .code_is(0);
    let out = ended.out();
    for said in [
        "gives (task 3) returned 5.",
        "fails (task 32) raised ValueError: boom.",
        "program.py:20 in inner",
        "done (exception): ValueError: boom",
    ] {
        assert!(out.contains(said), "{said}: {ended}");
    }
    let csv = scratch.path("run.csv");
    let _ = batch(&file, &["goto end", &format!("export {}", csv.display())]).end().code_is(0);
    let table = fs::read_to_string(csv).unwrap();
    assert!(table.lines().next().unwrap().ends_with(",at,value,more"), "{table}");
    assert!(table.contains(",ValueError: boom,"), "{table}");
}

#[test]
fn micropython_has_values_too() {
    let program = "\
import asyncio
async def bad(): raise ValueError('boom')
async def main():
    try: await asyncio.create_task(bad())
    except ValueError: pass
    return 7
asyncio.run(main())
";
    let (_, records) = recorded_with(&["--dialect", "micropython"], program);
    let values: Vec<_> =
        records.iter().filter(|r| r.is("task-done")).map(|r| r.text("value").to_owned()).collect();
    assert_eq!(values, ["ValueError: boom", "7"]);
}
