//! Which line of the program has caused a record, and what shows it.

use loopscope_tests::Record;
use loopscope_tests::events::events;
use loopscope_tests::run::loopscope;
use loopscope_tests::scratch::Scratch;

use crate::{batch, recorded, recorded_with};

/// One statement a line, so that a line number names what it does.
const PROGRAM: &str = "\
import asyncio
def ring(future):
    print('ring')
    future.set_result('done')
async def fetch(queue):
    await asyncio.sleep(1)
    await queue.put('item')
    raise ValueError('boom')
async def main():
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()
    task = asyncio.create_task(fetch(queue))
    future = loop.create_future()
    loop.call_later(0.5, ring, future)
    await future
    got = await queue.get()
    task.add_done_callback(print)
    await asyncio.wait([task])
    loop.call_soon(print, got).cancel()
asyncio.run(main())
";

/// The places of all records for which `is_it` holds, without the file.
fn places(records: &[Record], is_it: impl Fn(&Record) -> bool) -> Vec<String> {
    let of = |record: &Record| {
        if !record.has("at") {
            return "-".to_owned();
        }
        record.text("at").strip_prefix("program.py:").expect("the file").to_owned()
    };
    records.iter().filter(|record| is_it(record)).map(of).collect()
}

#[test]
fn a_record_says_the_line_that_caused_it() {
    let (_, records) = recorded(PROGRAM);
    let of = |kind: &str| places(&records, |record| record.is(kind));
    assert_eq!(of("loop-run")[0], "20");
    assert_eq!(of("task-new")[..2], ["20", "12"]);
    assert_eq!(of("timer-new"), ["14", "6"]);
    // What the program printed by itself, and what the loop called `print` for.
    assert_eq!(of("output")[..2], ["3", "-"]);
    assert_eq!(of("handle-cancel"), ["19"]);
    // `sleep` is the loop's own to complete; `set_result` and `put` are lines of the program.
    assert_eq!(of("future-done")[..3], ["4", "-", "7"]);
    let callback = |record: &Record| record.is("handle-new") && record.text("how") == "soon";
    assert_eq!(places(&records, callback)[..1], ["19"]);
}

#[test]
fn what_the_loop_does_by_itself_has_no_line() {
    let (_, records) = recorded(PROGRAM);
    for kind in ["turn-begin", "poll-end", "timer-due", "handle-run", "handle-done", "loop-stopped"]
    {
        let found = places(&records, |record| record.is(kind));
        assert!(!found.is_empty() && found.iter().all(|place| place == "-"), "{kind}: {found:?}");
    }
}

#[test]
fn a_step_goes_on_where_the_task_was_suspended() {
    let (_, records) = recorded(PROGRAM);
    let of = |kind: &str, task: i64| {
        places(&records, |record| record.is(kind) && record.number("task") == task)
    };
    assert_eq!(of("task-step", 1)[..4], ["9", "15", "16", "18"]);
    assert_eq!(of("task-suspend", 1)[..3], ["15", "16", "18"]);
    assert_eq!(
        (of("task-step", 2), of("task-suspend", 2)),
        (vec!["5".into(), "6".into()], vec!["6".into()])
    );
    // It raised there, two lines below its last await.
    assert_eq!(of("task-done", 2), ["8"]);
}

#[test]
fn the_definition_and_the_place_in_the_library_stay() {
    let (_, records) = recorded(PROGRAM);
    let put = |record: &&Record| {
        record.is("future-done") && record.has("at") && record.text("at") == "program.py:7"
    };
    let put = records.iter().find(put).expect("the queue wakes who waits");
    assert_eq!(put.get("via")["name"], "Queue._wakeup_next", "{put}");
    let via = put.get("via")["where"].as_str().unwrap_or_default();
    assert!(via.starts_with("asyncio.queues:"), "{put}");
    let timer = records.iter().find(|record| record.is("timer-new")).expect("there is one");
    assert_eq!((timer.text("where"), timer.text("at")), ("program.py:2", "program.py:14"));
}

#[test]
fn a_callback_that_raises_is_told_with_its_line() {
    let code = "import asyncio\ndef bad():\n    x = 1\n    return x / 0\n\
                loop = asyncio.new_event_loop()\nloop.call_soon(bad)\nloop.call_soon(loop.stop)\n\
                loop.run_forever()\nloop.close()\n";
    let (_, records) = recorded(code);
    assert_eq!(places(&records, |record| record.is("handler-call")), ["4"]);
    // A bound method of the loop's is no line of the program.
    assert_eq!(places(&records, |record| record.is("loop-stop-request")), ["-"]);
}

#[test]
fn micropython_says_lines_too() {
    let code = "import asyncio\nasync def w():\n    print('w')\n    await asyncio.sleep_ms(5)\n    \
                raise OSError(5)\nasync def main():\n    task = asyncio.create_task(w())\n    try:\n        \
                await task\n    except OSError:\n        print('caught')\nasyncio.run(main())\n";
    let (_, records) = recorded_with(&["--dialect", "micropython"], code);
    let of = |kind: &str| places(&records, |record| record.is(kind));
    assert_eq!(
        (of("task-new"), of("output")),
        (vec!["12".into(), "7".into()], vec!["3".into(), "11".into()])
    );
    assert_eq!(of("task-step"), ["6", "2", "4", "9"]);
    assert_eq!(of("task-done")[..1], ["5"]);
    assert_eq!(of("timer-new"), ["4"]);
}

#[test]
fn a_recording_keeps_the_lines() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let (kept, told, out) =
        (scratch.path("run.loop"), scratch.path("told.jsonl"), scratch.path("out.jsonl"));
    let run = loopscope(["run", "--headless", "--record"]).arg(&kept).arg("--events").arg(&told);
    assert_eq!(run.arg(&file).end().code(), 0);
    let export = loopscope(["export"]).arg(&kept).args(["--to", "jsonl", "-o"]).arg(&out).end();
    assert_eq!(export.code(), 0, "{}", export.err());
    let (told, kept) = (events(&told), events(&out));
    assert_eq!(told, kept);
    assert!(kept.iter().filter(|record| record.has("at")).count() > 20);
}

#[test]
fn a_breakpoint_may_be_a_line_or_a_function() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let stops = |commands: &[&str]| batch(&file, commands).end().code_is(0).out();
    let out = stops(&["break program.py:7", "continue"]);
    assert!(out.contains("program.py:7 in fetch runs: await queue.put('item')"), "{out}");
    // What is over is known by what it has caused.
    let out = stops(&["goto end", "goto start", "break program.py:7", "continue", "print at"]);
    assert!(out.contains("sync-state") && out.contains("program.py:7"), "{out}");
    // The callback is run once, the task is begun once and goes on later.
    let out = stops(&["break ring()", "break fetch()", "continue", "continue", "info breakpoints"]);
    assert_eq!(out.matches("  handle-run h").count(), 2, "{out}");
    assert_eq!(out.matches("hits 1").count(), 2, "{out}");
}

#[test]
fn line_mode_shows_the_line_at_work_and_none_where_none_is() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let shown = |commands: &[&str]| batch(&file, commands).end().out();
    let out = shown(&["until output", "list", "print at"]);
    assert!(out.contains(">   3      print('ring')") && out.contains("program.py:3"), "{out}");
    let out = shown(&["until handle-done", "list"]);
    assert!(!out.lines().any(|line| line.starts_with('>')), "{out}");
    assert!(out.contains("   15      await future"), "{out}");
    let out = shown(&["until future-done if at == 'program.py:7'", "where"]);
    assert!(out.contains("fetch (task 2)"), "{out}");
}
