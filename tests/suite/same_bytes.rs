//! Same run, same bytes.

use std::fs;
use std::path::Path;

use loopscope_tests::events::{Record, only, parse};
use loopscope_tests::{Scratch, loopscope};

use crate::{headless, headless_with, program, recorded};

/// Programs without real input or output, of many kinds.
const PROGRAMS: [&str; 12] = [
    "soon_nested",
    "timers_ties",
    "timers_equal_sleeps",
    "tasks_interleaved",
    "cancel_chain",
    "gather_exception",
    "taskgroup_failure",
    "exception_never_retrieved",
    "queue_flow",
    "loops_several",
    "busy_wait",
    "asyncgen_shutdown",
];

fn events_of(file: &Path, to: &Path) -> String {
    let _ = loopscope(["run", "--headless", "--events"]).arg(to).arg(file).end();
    fs::read_to_string(to).expect("--events writes its file")
}

#[test]
fn two_runs_give_byte_identical_events() {
    let scratch = Scratch::new();
    for name in PROGRAMS {
        let file = program(&format!("cpython/{name}.py"));
        let first = events_of(&file, &scratch.path("first"));
        let second = events_of(&file, &scratch.path("second"));
        assert!(first.lines().count() > 5, "{name}: {first}");
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn the_folder_that_the_program_lies_in_does_not_matter() {
    let scratch = Scratch::new();
    let text = fs::read_to_string(program("cpython/tasks_interleaved.py")).expect("it is there");
    let here = scratch.file("here/same.py", &text);
    let there = scratch.file("a longer way/to/same.py", &text);
    assert_eq!(events_of(&here, &scratch.path("1")), events_of(&there, &scratch.path("2")));
}

#[test]
fn looking_on_changes_nothing() {
    let scratch = Scratch::new();
    let file = program("cpython/timers_ties.py");
    let alone = headless(&file).end().out();
    let to = scratch.path("events");
    let watched = headless_with(&["--events", &to.to_string_lossy()], &file).end().out();
    assert_eq!(alone, watched);
    let whole = fs::read_to_string(&to).expect("--events writes its file");
    let stepped = scratch.path("stepped");
    let run = loopscope(["repl", "--events"]).arg(&stepped);
    let _ = run
        .commands(&["step 7", "turn", "next 2", "rstep 3", "goto end"])
        .arg(&file)
        .end()
        .code_is(0);
    assert_eq!(fs::read_to_string(&stepped).expect("--events writes its file"), whole);
}

#[test]
fn the_wall_starts_in_2000_and_the_seed_is_0() {
    let (_, records) = recorded("pass\n");
    let start = &records[0];
    assert_eq!(start.number("seed"), 0, "{start}");
    assert!(start.text("wall_start").starts_with("2000-01-01T00:00:00"), "{start}");
    assert_eq!(start.text("dialect"), "cpython");
}

#[test]
fn the_seed_decides_hashes_and_random_numbers() {
    let scratch = Scratch::new();
    let code =
        "import random\nprint(hash('a'), random.random(), [*{'a', 'b', 'c', 'd', 'e', 'f'}])\n";
    let file = scratch.file("program.py", code);
    let with = |options: &[&str]| headless_with(options, &file).end().code_is(0).out();
    assert_eq!(with(&[]), with(&[]));
    assert_eq!(with(&[]), with(&["--seed", "0"]));
    assert_eq!(with(&["--seed", "1"]), with(&["--seed", "1"]));
    let (zero, one) = (with(&["--seed", "0"]), with(&["--seed", "1"]));
    let words = |text: &str| text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    for (a, b) in words(&zero).into_iter().zip(words(&one)) {
        assert_ne!(a, b, "{zero}{one}");
    }
}

#[test]
fn tasks_futures_handles_and_loops_hash_by_creation_number() {
    let scratch = Scratch::new();
    let code = "import asyncio\nloop = asyncio.new_event_loop()\n\
                f, g = loop.create_future(), loop.create_future()\n\
                h, i = loop.call_soon(print), loop.call_soon(print)\n\
                async def nothing(): pass\n\
                t, u = loop.create_task(nothing()), loop.create_task(nothing())\n\
                m = asyncio.new_event_loop()\n\
                for a, b in ((f, g), (h, i), (t, u), (loop, m)):\n    print(hash(b) - hash(a))\n\
                print(hash(loop), hash(t))\n";
    let file = scratch.file("program.py", code);
    let ended = headless(&file).end();
    assert_eq!(ended.lines(), ["1", "1", "1", "1", "1 1"], "{ended}");
}

#[test]
fn what_the_engine_writes_has_no_address() {
    let scratch = Scratch::new();
    let code = "import asyncio\nasync def main():\n    loop = asyncio.get_running_loop()\n    \
                async def wait(): await future\n    future = loop.create_future()\n    \
                task = asyncio.create_task(wait())\n    await asyncio.sleep(0)\n    \
                for thing in (loop, task, future, loop.call_soon(int), loop.call_later(1, wait)):\n        \
                print(repr(thing))\n    task.cancel()\nasyncio.run(main())\n";
    let ended = headless(&scratch.file("program.py", code)).end().code_is(0);
    assert_eq!(ended.out().matches("0x").count(), 0, "{ended}");
    assert_eq!(ended.lines().len(), 5, "{ended}");
}

#[test]
fn ids_count_from_1_per_kind() {
    let code = "import asyncio\nasync def child(): await asyncio.sleep(1)\n\
                async def main(): await asyncio.gather(child(), child())\nasyncio.run(main())\n";
    let (_, records) = recorded(code);
    let ids = |kinds: &[&str], field: &str| -> Vec<i64> {
        let made = records.iter().filter(|r| kinds.contains(&r.kind()));
        made.map(|record| record.number(field)).collect()
    };
    assert_eq!(ids(&["loop-new"], "loop"), [1]);
    let tasks = ids(&["task-new"], "task");
    assert!(tasks.len() >= 3 && tasks.iter().zip(1..).all(|(a, b)| *a == b), "{tasks:?}");
    for (kinds, field) in
        [(&["handle-new", "timer-new"][..], "handle"), (&["future-new"], "future")]
    {
        let ids = ids(kinds, field);
        assert!(!ids.is_empty() && ids[0] == 1, "{field}: {ids:?}");
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{field}: {ids:?}");
    }
}

#[test]
fn names_are_qualified_names_and_never_reprs() {
    let code = "import asyncio, functools\nclass Bell:\n    def ring(self): pass\n    \
                def __call__(self): pass\nloop = asyncio.new_event_loop()\n\
                loop.call_soon(Bell().ring)\nloop.call_soon(lambda: None)\n\
                loop.call_soon(functools.partial(print, end=''))\nloop.call_soon(Bell())\n\
                loop.call_soon(loop.stop)\nloop.run_forever()\n";
    let (_, records) = recorded(code);
    let named: Vec<&Record> = only(&records, "handle-new");
    let names: Vec<_> = named.iter().map(|record| record.text("name")).collect();
    assert_eq!(names[..3], ["Bell.ring", "<lambda>", "print"], "{names:?}");
    assert!(names.iter().all(|name| !name.contains("0x") && !name.contains(" at ")), "{names:?}");
}

#[test]
fn the_order_among_ties_is_the_users_choice() {
    let scratch = Scratch::new();
    let code = "import asyncio\nloop = asyncio.new_event_loop()\n\
                for n in range(6):\n    loop.call_at(2.0, lambda n=n: print(n, end=''))\n\
                loop.call_at(3.0, loop.stop)\nloop.run_forever()\n";
    let file = scratch.file("program.py", code);
    let order = |options: &[&str]| headless_with(options, &file).end().code_is(0).out();
    assert_eq!(order(&["--ties", "heapq"]), order(&[]));
    assert_eq!(order(&["--ties", "fifo"]), "012345");
    let shuffled = order(&["--ties", "shuffle", "--seed", "3"]);
    assert_eq!(shuffled, order(&["--ties", "shuffle", "--seed", "3"]));
    let mut letters: Vec<_> = shuffled.chars().collect();
    letters.sort_unstable();
    assert_eq!(letters, ['0', '1', '2', '3', '4', '5']);
    let seeds = ["1", "2", "3", "4"].map(|seed| order(&["--ties", "shuffle", "--seed", seed]));
    assert!(seeds.iter().any(|order| *order != seeds[0]), "{seeds:?}");
}

#[test]
fn events_to_standard_output_are_the_same_as_to_a_file() {
    let scratch = Scratch::new();
    let file = program("cpython/soon_nested.py");
    let ended = headless_with(&["--events", "-"], &file).end().code_is(0);
    assert_eq!(ended.out(), events_of(&file, &scratch.path("events")));
    assert!(!parse(&ended.out()).is_empty());
}
