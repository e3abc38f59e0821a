//! More than one loop: one after the other, one in each thread, one that is not asyncio's own, and tasks
//! that take their first step at once.

use loopscope_tests::cpython::{cpythons, newest};
use loopscope_tests::events::{Record, only};

use super::records_of;

/// The records of a loop.
fn of_loop(records: &[Record], number: i64) -> impl Iterator<Item = &Record> {
    records.iter().filter(move |record| record.get("loop").as_i64() == Some(number))
}

/// The ids of the loops, in the order in which they came.
fn loops(records: &[Record]) -> Vec<i64> {
    only(records, "loop-new").iter().map(|record| record.number("loop")).collect()
}

#[test]
fn each_run_is_a_loop_of_its_own() {
    let code = "import asyncio\nasync def main(n):\n  await asyncio.sleep(0)\n  return n\n\
                print([asyncio.run(main(n)) for n in range(5)])\n";
    for python in cpythons() {
        let (out, exit, records) = records_of(&python, &[], code);
        assert_eq!((out.as_str(), exit), ("[0, 1, 2, 3, 4]\n", 0), "{python:?}");
        assert_eq!(loops(&records), [1, 2, 3, 4, 5], "{python:?}");
        for number in 1..=5 {
            let of_it: Vec<&Record> = of_loop(&records, number).collect();
            for kind in ["loop-run", "task-step", "loop-stopped", "loop-close"] {
                assert!(of_it.iter().any(|record| record.is(kind)), "{python:?}: {number} {kind}");
            }
        }
        let tasks: Vec<_> = only(&records, "task-done")
            .iter()
            .filter(|record| record.text("name") == "main")
            .map(|record| record.text("value").to_owned())
            .collect();
        assert_eq!(tasks, ["0", "1", "2", "3", "4"], "{python:?}");
    }
}

#[test]
fn each_thread_has_a_loop_of_its_own() {
    let code = "import asyncio, threading\nasync def work(n):\n  for _ in range(50):\n    \
                await asyncio.sleep(0)\n  return n\nfound = {}\ndef run(n):\n  \
                found[n] = asyncio.run(work(n))\nall = [threading.Thread(target=run, args=(n,)) \
                for n in range(4)]\nfor each in all: each.start()\nfor each in all: each.join()\n\
                print(sorted(found.values()))\n";
    for python in cpythons() {
        let (out, exit, records) = records_of(&python, &[], code);
        assert_eq!((out.as_str(), exit), ("[0, 1, 2, 3]\n", 0), "{python:?}");
        let loops = loops(&records);
        assert_eq!(loops.len(), 4, "{python:?}");
        for number in loops {
            // Within a loop everything is in order: no handle runs inside another, each was made.
            let mut made = Vec::new();
            let mut runs = None;
            let mut steps = 0;
            for record in of_loop(&records, number) {
                let handle = record.get("handle").as_i64().unwrap_or(0);
                match record.kind() {
                    "handle-new" => made.push(handle),
                    "handle-run" => {
                        assert!(runs.is_none() && made.contains(&handle), "{python:?}: {record:?}");
                        runs = Some(handle);
                    }
                    "handle-done" => assert_eq!(runs.take(), Some(handle), "{python:?}"),
                    "task-step" if record.text("name") == "work" => steps += 1,
                    _ => {}
                }
            }
            assert_eq!(steps, 51, "{python:?}");
        }
    }
}

#[test]
fn two_loops_take_turns_in_one_thread() {
    let code = "import asyncio\none, two = asyncio.new_event_loop(), asyncio.new_event_loop()\n\
                async def step(name):\n  await asyncio.sleep(0)\n  print(name)\n\
                for _ in range(2):\n  one.run_until_complete(step('one'))\n  \
                two.run_until_complete(step('two'))\none.close()\ntwo.close()\n";
    for python in cpythons() {
        let (out, _, records) = records_of(&python, &[], code);
        assert_eq!(out, "one\ntwo\none\ntwo\n", "{python:?}");
        let runs: Vec<i64> =
            only(&records, "loop-run").iter().map(|record| record.number("loop")).collect();
        assert_eq!(runs, [1, 2, 1, 2], "{python:?}");
    }
}

#[test]
fn an_eager_task_has_taken_its_first_step_when_it_is_there() {
    let code = "import asyncio\nasync def at_once():\n  print('at once')\n  return 7\n\
                async def waits(event):\n  print('first')\n  await event.wait()\n  print('second')\n\
                async def main():\n  \
                asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)\n  \
                event = asyncio.Event()\n  one = asyncio.create_task(at_once())\n  \
                two = asyncio.create_task(waits(event))\n  print('made')\n  event.set()\n  \
                await two\n  print(await one)\nasyncio.run(main())\n";
    for python in cpythons().into_iter().filter(|python| python.version >= (3, 12)) {
        let (out, exit, records) = records_of(&python, &[], code);
        assert_eq!(exit, 0, "{python:?}");
        assert_eq!(out, "at once\nfirst\nmade\nsecond\n7\n", "{python:?}");
        let steps: Vec<&str> = records
            .iter()
            .filter(|record| record.kind().starts_with("task-"))
            .filter(|record| ["at_once", "waits"].contains(&record.text("name")))
            .map(Record::kind)
            .collect();
        let expected = [
            "task-new",
            "task-step",
            "task-done",
            "task-new",
            "task-step",
            "task-suspend",
            "task-step",
            "task-done",
        ];
        assert_eq!(steps, expected, "{python:?}");
        let waits = records.iter().find(|it| it.is("task-suspend") && it.text("name") == "waits");
        assert_eq!(waits.map(|it| it.text("where")), Some("program.py:7"), "{python:?}");
    }
}

#[test]
fn of_another_library_s_loop_it_is_said_that_it_cannot_be_seen() {
    let code = "import asyncio, selectors\nclass Own(asyncio.AbstractEventLoop):\n  \
                def is_running(self): return False\n  def close(self): pass\n\
                asyncio.set_event_loop(Own())\nprint('goes on')\nasyncio.set_event_loop(None)\n";
    let Some(python) = newest() else { return };
    let (out, exit, records) = records_of(&python, &[], code);
    assert_eq!((out.as_str(), exit), ("goes on\n", 0));
    let said = only(&records, "remark");
    let [said] = &said[..] else { panic!("{said:?}") };
    assert!(said.text("text").contains("__main__.Own, which is not asyncio's own"), "{said:?}");
}
