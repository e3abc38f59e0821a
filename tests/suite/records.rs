//! Names on the wire and in JSON: the form of `--events`, and which records a run sends.

use loopscope_tests::Record;
use loopscope_tests::events::{kinds, only};

use crate::{headless_with, recorded};

const RICH: &str = "\
import asyncio, signal, socket
async def child():
    await asyncio.sleep(0.5)
async def fails():
    raise ValueError('no')
async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, 'soon')
    loop.call_later(0.1, print, 'later').cancel()
    loop.call_soon(print).cancel()
    task = asyncio.create_task(child(), name='kid')
    future = loop.create_future()
    loop.call_later(0.2, future.set_result, None)
    await future
    lost = asyncio.create_task(child())
    await asyncio.sleep(0)
    lost.cancel()
    await asyncio.gather(task, lost, return_exceptions=True)
    loop.call_soon(fails.no_such_attribute if False else [].pop)
    await asyncio.sleep(0)
asyncio.run(main())
";

fn named<'a>(records: &'a [Record], kind: &str, name: &str) -> &'a Record {
    let found = records.iter().find(|r| r.is(kind) && r.text("name") == name);
    found.unwrap_or_else(|| panic!("no {kind} of {name} in {:?}", kinds(records)))
}

#[test]
fn sequence_numbers_count_from_1_without_holes() {
    let (_, records) = recorded(RICH);
    let numbers: Vec<_> = records.iter().map(|record| record.number("seq")).collect();
    assert!(numbers.iter().zip(1..).all(|(a, b)| *a == b), "{numbers:?}");
}

#[test]
fn every_record_has_the_common_fields() {
    let (_, records) = recorded(RICH);
    for record in &records {
        for field in ["seq", "t", "turn", "event"] {
            assert!(record.has(field), "no {field} in {record}");
        }
    }
}

#[test]
fn a_run_begins_and_ends_with_its_own_records() {
    let (_, records) = recorded(RICH);
    let (first, last) = (&records[0], records.last().expect("there are records"));
    assert!(first.is("run-start") && first.get("t").is_null(), "{first}");
    assert_eq!(first.text("file"), "program.py");
    assert_eq!((last.kind(), last.number("code")), ("program-exit", 0), "{last}");
    let (_, records) = recorded("raise SystemExit(3)\n");
    let last = records.last().expect("there are records");
    assert_eq!((last.number("code"), last.text("how")), (3, "exit"), "{last}");
}

#[test]
fn time_is_null_before_a_loop_exists_and_begins_at_0() {
    let (_, records) =
        recorded("import asyncio\nprint('early')\nloop = asyncio.new_event_loop()\n");
    let made = records.iter().position(|r| r.is("loop-new")).expect("a loop is made");
    assert!(records[..made].iter().all(|r| r.get("t").is_null()));
    assert!((0.0..0.001).contains(&records[made].t()), "{}", records[made]);
}

#[test]
fn times_follow_the_loops_clock() {
    let code = "import asyncio\nloop = asyncio.new_event_loop()\nloop.call_soon(int)\n\
                before = loop.time()\nloop.call_soon(int)\nprint(before)\n";
    let (ended, records) = recorded(code);
    let before: f64 = ended.out().trim().parse().expect("a number is printed");
    let made = only(&records, "handle-new");
    assert!(made[0].t() <= before && before <= made[1].t(), "{before} in {made:?}");
    assert!(made[1].t() - before < 0.000_1);
}

#[test]
fn a_turn_is_poll_timers_then_the_batch() {
    let code = "import asyncio\nloop = asyncio.new_event_loop()\nloop.call_soon(int)\n\
                loop.call_soon(loop.stop)\nloop.run_forever()\n";
    let (_, records) = recorded(code);
    let begin = records.iter().position(|r| r.is("poll-begin")).expect("the loop polls");
    let expected = [
        "poll-begin",
        "poll-end",
        "turn-begin",
        "handle-run",
        "handle-done",
        "handle-run",
        "loop-stop-request",
        "handle-done",
        "turn-end",
        "loop-stopped",
    ];
    assert_eq!(kinds(&records[begin..])[..expected.len()], expected);
    let turn = &records[begin + 2];
    assert_eq!((turn.number("ready"), turn.number("timers"), turn.number("turn")), (2, 0, 1));
    assert_eq!(records[begin].seconds("timeout"), Some(0.0));
}

#[test]
fn a_poll_without_limit_has_no_timeout() {
    let code = "import asyncio, threading\nloop = asyncio.new_event_loop()\n\
                t = threading.Thread(target=loop.call_soon_threadsafe, args=(loop.stop,))\n\
                loop.call_soon(t.start)\nloop.run_forever()\nt.join()\n";
    let (_, records) = recorded(code);
    let polls = only(&records, "poll-begin");
    assert!(polls.iter().all(|r| r.has("timeout")));
    assert!(polls[0].seconds("timeout") == Some(0.0));
}

#[test]
fn handles_say_how_what_where_and_by_whom() {
    let (_, records) = recorded(RICH);
    let soon = named(&records, "handle-new", "print");
    assert_eq!(soon.text("how"), "soon");
    assert!(soon.number("handle") > 0);
    let step = named(&records, "handle-new", "main");
    assert_eq!((step.text("how"), step.text("where")), ("step", "program.py:6"));
    assert!(step.get("by").is_null(), "{step}");
    assert!(soon.number("by") == step.number("handle"), "{soon} is by {step}");
    let timer = records.iter().find(|r| r.is("timer-new")).expect("there is a timer");
    for field in ["handle", "when", "name", "by"] {
        assert!(timer.has(field), "no {field} in {timer}");
    }
    let how = |how: &str| records.iter().any(|r| r.is("handle-new") && r.text("how") == how);
    for word in ["soon", "step", "wakeup"] {
        assert!(how(word), "no handle that is {word}");
    }
}

#[test]
fn a_function_is_called_what_it_is_called_when_it_is_scheduled() {
    let (_, records) = recorded(
        "import asyncio\nloop = asyncio.new_event_loop()\ndef first(): pass\ndef other(): pass\n\
         def soon(): loop.call_soon(first)\nsoon()\nsoon()\nfirst.__qualname__ = 'renamed'\n\
         soon()\nfirst.__code__ = other.__code__\nsoon()\nfirst.__qualname__ = 'first'\nsoon()\n\
         loop.call_soon(other)\nloop.call_soon(loop.stop)\nloop.run_forever()\n",
    );
    let made = only(&records, "handle-new");
    let told: Vec<_> = made.iter().take(6).map(|r| (r.text("name"), r.text("where"))).collect();
    let (third, fourth) = ("program.py:3", "program.py:4");
    let wanted = [
        ("first", third),
        ("first", third),
        ("renamed", third),
        ("renamed", fourth),
        ("first", fourth),
        ("other", fourth),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_timer_cancelled_in_the_heap_and_a_handle_cancelled_when_ready_differ() {
    let (_, records) = recorded(RICH);
    let timer = only(&records, "timer-cancel");
    assert!(!timer.is_empty() && timer[0].has("when"), "{timer:?}");
    let dropped =
        |r: &Record| r.is("timer-drop") && r.number("handle") == timer[0].number("handle");
    assert!(records.iter().any(dropped));
    let handle = only(&records, "handle-cancel");
    assert_eq!(handle.len(), 1, "{handle:?}");
    let skipped = only(&records, "handle-skip");
    assert!(skipped.iter().any(|r| r.number("handle") == handle[0].number("handle")));
}

#[test]
fn tasks_are_made_stepped_suspended_and_done() {
    let (_, records) = recorded(RICH);
    let child = named(&records, "task-new", "child");
    assert_eq!((child.text("where"), child.text("label")), ("program.py:2", "kid"), "{child}");
    let id = child.number("task");
    let of = |kind: &str| -> Vec<&Record> {
        only(&records, kind).into_iter().filter(|r| r.number("task") == id).collect()
    };
    assert_eq!(of("task-step").len(), 2);
    let waits = of("task-suspend");
    assert_eq!(waits[0].text("where"), "program.py:3", "{}", waits[0]);
    assert!(waits[0].get("on")["future"].is_i64(), "{}", waits[0]);
    let done = of("task-done");
    assert_eq!((done.len(), done[0].text("how"), done[0].text("name")), (1, "result", "child"));
    let cancelled: Vec<_> = only(&records, "task-cancel");
    let ends = only(&records, "task-done");
    let end = ends.iter().find(|r| r.number("task") == cancelled[0].number("task"));
    assert_eq!(end.map(|r| r.text("how")), Some("cancelled"));
    let run = |r: &&Record| r.is("handle-run") && r.has("task");
    assert!(records.iter().any(|r| run(&r)), "no handle-run names the task that it steps");
}

#[test]
fn futures_are_made_and_done() {
    let (_, records) = recorded(RICH);
    let done = only(&records, "future-done");
    assert!(done.iter().any(|r| r.text("how") == "result"), "{done:?}");
    assert!(only(&records, "future-new").iter().all(|r| r.number("future") > 0));
}

#[test]
fn the_exception_handlers_calls_carry_their_context() {
    let (ended, records) = recorded(RICH);
    let calls = only(&records, "handler-call");
    assert_eq!(calls.len(), 1, "{ended}");
    let call = calls[0];
    assert_eq!(call.text("which"), "default", "{call}");
    assert!(call.text("message").starts_with("Exception in callback"), "{call}");
    assert!(call.text("exception").contains("IndexError"), "{call}");
    assert!(call.number("handle") > 0, "{call}");
    let code = "import asyncio\nloop = asyncio.new_event_loop()\n\
                def mine(loop, context): print(context['message'])\n\
                loop.set_exception_handler(mine)\nloop.call_exception_handler({'message': 'hello'})\n";
    let (ended, records) = recorded(code);
    assert_eq!(ended.out(), "hello\n");
    assert_eq!(only(&records, "handler-set")[0].text("which"), "custom");
    assert_eq!(only(&records, "handler-call")[0].text("message"), "hello");
}

#[test]
fn loops_run_stop_and_close() {
    let (_, records) = recorded(RICH);
    let run = only(&records, "loop-run");
    assert_eq!(run[0].text("how"), "until-complete", "{}", run[0]);
    assert!(records.iter().all(|r| !r.is("loop-run") || r.number("loop") == 1));
    assert_eq!(only(&records, "loop-close").len(), 1);
    assert_eq!(only(&records, "loop-stopped").len(), run.len());
}

#[test]
fn watchers_are_added_ready_and_removed() {
    let code = "import asyncio, socket\na, b = socket.socketpair()\nloop = asyncio.new_event_loop()\n\
                def read():\n    a.recv(1)\n    loop.remove_reader(a)\n    loop.stop()\n\
                loop.add_reader(a, read)\nb.send(b'x')\nprint(a.fileno())\nloop.run_forever()\nloop.close()\n";
    let (ended, records) = recorded(code);
    let fd: i64 = ended.out().trim().parse().expect("a number is printed");
    for kind in ["watcher-add", "watcher-ready", "watcher-remove"] {
        let found = only(&records, kind);
        let ours = found.iter().find(|r| r.number("fd") == fd);
        assert_eq!(ours.map(|r| r.text("how")), Some("read"), "{kind} in {found:?}");
    }
}

#[test]
fn executor_jobs_are_submitted_and_done() {
    let code = "import asyncio\nasync def main():\n    await asyncio.to_thread(int)\nasyncio.run(main())\n";
    let (_, records) = recorded(code);
    let jobs =
        |kind: &str| only(&records, kind).iter().map(|r| r.number("job")).collect::<Vec<_>>();
    assert_eq!(jobs("executor-submit"), [1]);
    assert_eq!(jobs("executor-done"), [1]);
    assert_eq!(only(&records, "executor-shutdown").len(), 1);
    assert_eq!(only(&records, "asyncgens-shutdown").len(), 1);
}

#[test]
fn what_programs_forget_is_told_as_a_diagnosis() {
    let never_awaited =
        "import asyncio\nasync def f(): pass\nasync def main():\n    f()\nasyncio.run(main())\n";
    let never_retrieved = "import asyncio, gc\nasync def f(): raise ValueError('x')\nasync def main():\n    \
                           t = asyncio.create_task(f())\n    await asyncio.sleep(0)\n    \
                           await asyncio.sleep(0)\n    del t\n    gc.collect()\nasyncio.run(main())\n";
    let pending = "import asyncio, gc\nloop = asyncio.new_event_loop()\n\
                   async def f(): await loop.create_future()\nt = loop.create_task(f())\n\
                   loop.call_soon(loop.stop)\nloop.run_forever()\nloop.close()\ndel t\ngc.collect()\n";
    for (code, rule, message) in [
        (never_awaited, "never-awaited", "was never awaited"),
        (never_retrieved, "never-retrieved", "Task exception was never retrieved"),
        (pending, "destroyed-pending", "Task was destroyed but it is pending!"),
    ] {
        let (ended, records) = recorded(code);
        assert!(ended.err().contains(message), "no {message:?}: {ended}");
        let lints = only(&records, "lint");
        assert!(lints.iter().any(|r| r.text("rule") == rule), "no {rule} in {lints:?}");
    }
}

#[test]
fn several_loops_have_numbers_of_their_own() {
    let code = "import asyncio\nasync def main(): await asyncio.sleep(0)\n\
                asyncio.run(main())\nasyncio.run(main())\n";
    let (_, records) = recorded(code);
    let made: Vec<_> = only(&records, "loop-new").iter().map(|r| r.number("loop")).collect();
    assert_eq!(made, [1, 2]);
    let second = records.iter().filter(|r| r.is("turn-begin") && r.number("loop") == 2);
    assert_eq!(second.map(|r| r.number("turn")).next(), Some(1));
}

#[test]
fn places_are_relative_to_the_programs_folder() {
    let scratch = loopscope_tests::Scratch::new();
    let _ = scratch.file("p/inner/part.py", "def job(): pass\n");
    let code = "import asyncio\nfrom inner import part\nloop = asyncio.new_event_loop()\n\
                loop.call_soon(part.job)\nloop.call_soon(loop.stop)\nloop.run_forever()\n";
    let file = scratch.file("p/program.py", code);
    let to = scratch.path("events");
    let _ = headless_with(&["--events", &to.to_string_lossy()], &file).end().code_is(0);
    let records = loopscope_tests::events(&to);
    assert_eq!(named(&records, "handle-new", "job").text("where"), "inner/part.py:1");
}
