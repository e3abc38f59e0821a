//! MicroPython's dialects: what programs see of asyncio, where the documented behaviour and a
//! board's differ, and what the records tell.

use std::time::{Duration, Instant};

use loopscope_protocol::text::{Line, Lookup};
use loopscope_protocol::{
    ClockMode, Dialect, Event, Kind, LintRule, NameId, Request, RunHow, StopWhen, TaskId,
};

use super::process::{Plan, program};
use super::said::{Said, exit_record, printed};

const DOCUMENTED: Dialect = Dialect::Micropython;
const FIRMWARE: Dialect = Dialect::MicropythonFirmware;

fn in_dialect(dialect: Dialect, source: &str) -> Plan {
    let source = format!("import asyncio\n{source}");
    program(&source).with(|options| options.dialect = dialect)
}

/// What a program prints that runs to its end.
fn prints_in(dialect: Dialect, source: &str) -> String {
    let left = in_dialect(dialect, source).leave();
    assert_eq!(left.code, Some(0), "{}", left.stderr);
    left.stdout
}

fn prints(source: &str) -> String {
    let (documented, firmware) = (prints_in(DOCUMENTED, source), prints_in(FIRMWARE, source));
    assert_eq!(documented, firmware, "the dialects differ in two rules only");
    documented
}

fn recorded(dialect: Dialect, source: &str) -> Vec<Said> {
    let mut child = in_dialect(dialect, source).with(|options| options.capture = true).start();
    child.rest()
}

/// A record as a line, without names.
fn line(event: &Event) -> String {
    struct Nameless;
    impl Lookup for Nameless {
        fn name(&self, _: NameId, out: &mut dyn std::fmt::Write) -> std::fmt::Result {
            out.write_str("-")
        }
    }
    Line { event, names: &Nameless }.to_string()
}

fn lines(said: &[Said], kinds: &[Kind]) -> Vec<String> {
    said.iter()
        .filter_map(|said| match said {
            Said::Record { event, .. } if kinds.contains(&event.kind()) => Some(line(event)),
            _ => None,
        })
        .collect()
}

fn lints(said: &[Said]) -> Vec<LintRule> {
    said.iter()
        .filter_map(|said| match said {
            Said::Record { event: Event::Lint { rule, .. }, .. } => Some(*rule),
            _ => None,
        })
        .collect()
}

// ---- what there is -------------------------------------------------------------------------------

#[test]
fn the_loop_is_a_class_with_nine_functions() {
    let source = "
L = asyncio.get_event_loop()
print(L, L is asyncio.new_event_loop() is asyncio.Loop, asyncio.get_event_loop(42, 42) is L)
print(sorted(x for x in dir(L) if not x.startswith('_')))
print(L.close(), L.get_exception_handler())
";
    assert_eq!(
        prints(source),
        "<class 'Loop'> True True\n['call_exception_handler', 'close', 'create_task', \
         'default_exception_handler', 'get_exception_handler', 'run_forever', \
         'run_until_complete', 'set_exception_handler', 'stop']\nNone None\n"
    );
}

#[test]
fn names_that_only_cpython_has_are_absent() {
    let source = "
for name in ('Future shield wait Queue Semaphore Condition all_tasks ensure_future timeout '
             'TaskGroup get_running_loop Runner to_thread').split():
    if hasattr(asyncio, name):
        print(name)
print([x for x in dir(asyncio.Task) if not x.startswith('_')])
print([x for x in dir(asyncio.TaskQueue) if not x.startswith('_')])
print(issubclass(asyncio.CancelledError, Exception), asyncio.TimeoutError is TimeoutError)
print(asyncio.StreamReader is asyncio.StreamWriter)
import uasyncio
print(uasyncio.Event is asyncio.Event)
";
    assert_eq!(
        prints(source),
        "['cancel', 'coro', 'data', 'done', 'ph_key', 'state']\n['peek', 'pop', 'push', \
         'remove']\nFalse False\nTrue\nTrue\n"
    );
}

#[test]
fn modules_say_that_this_is_micropython() {
    let source = "
import sys, time, micropython, select
print(sys.implementation.name, sys.implementation.version[:2], sys.version_info[:2])
print(time.ticks_diff(time.ticks_add(time.ticks_ms(), 5), time.ticks_ms()) in (4, 5))
print(time.ticks_add(0, -1), time.ticks_diff(1, time.ticks_add(0, -1)))
try: time.ticks_add(0, 1 << 29)
except OverflowError as e: print(e)
start = time.ticks_ms(); time.sleep_ms(30); time.sleep_us(2000)
print(time.ticks_diff(time.ticks_ms(), start))
print(micropython.const(7), micropython.heap_lock(), micropython.heap_unlock())
class Stream:
    def ioctl(self, request, flags): return flags & 4 if request == 3 else -1
poll = select.poll(); s = Stream()
poll.register(s, select.POLLIN)
print(poll.poll(5)); poll.modify(s, select.POLLIN | select.POLLOUT)
print([(x is s, events) for x, events in poll.ipoll(5)])
try: raise KeyError('k')
except KeyError as e: sys.print_exception(e, sys.stdout); print(repr(e), e.value)
";
    let printed = prints(source);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(
        lines[..5],
        ["micropython (1, 29) (3, 4)", "True", "1073741823 2", "ticks interval overflow", "32"]
    );
    assert_eq!(lines[5..8], ["7 None 0", "[]", "[(True, 4)]"]);
    assert_eq!(lines[8], "Traceback (most recent call last):");
    assert!(lines[9].ends_with("line 20, in <module>"), "{printed}");
    assert_eq!(lines[10..], ["KeyError: k", "KeyError('k',) k"]);
}

#[test]
fn scheduled_functions_run_soon_and_wake_the_loop() {
    let source = "
import micropython
micropython.schedule(print, 'soon')
print('after')
e = asyncio.Event()
def again(n):
    if n: micropython.schedule(again, n - 1)
    else: e.set()
async def main():
    again(5)
    await e.wait()
    print('woken')
asyncio.run(main())
try:
    def fill(_):
        for _ in range(9): micropython.schedule(print, '-')
    micropython.schedule(fill, None)
    asyncio.run(asyncio.wait_for_ms(asyncio.create_task(e.wait()), None))
except RuntimeError as e: print(e)
";
    let printed = prints_in(DOCUMENTED, source);
    assert!(printed.starts_with("soon\nafter\nwoken\n"), "{printed}");
}

// ---- errors --------------------------------------------------------------------------------------

#[test]
fn errors_have_micropythons_types_and_texts() {
    let source = "
def tell(f):
    try: print(f())
    except BaseException as e: print(type(e).__name__, '|', e)
async def nothing(): return 7
for wrong in (5, nothing, asyncio.sleep(1), None):
    tell(lambda: asyncio.create_task(wrong))
tell(asyncio.current_task)
async def cancels_itself(): asyncio.current_task().cancel()
tell(lambda: asyncio.run(cancels_itself()))
tell(lambda: asyncio.Lock().release())
async def awaits(x): return await x
tell(lambda: asyncio.run(awaits(5)))
tell(lambda: asyncio.TaskQueue().pop())
tell(lambda: asyncio.sleep_ms(1 << 29))
tell(lambda: asyncio.sleep_ms(1.5))
tell(lambda: asyncio.get_event_loop().call_exception_handler({'message': 'm'}))
async def gathered(t): await asyncio.gather(t)
async def main():
    async def slow(): await asyncio.sleep_ms(5)
    t = asyncio.create_task(slow())
    asyncio.create_task(gathered(t))
    await asyncio.sleep(0)
    try: await t
    except RuntimeError as e: print(repr(e))
    w = asyncio.create_task(awaits(asyncio.create_task(slow())))
    await asyncio.sleep(0)
    try: await asyncio.gather(w.data)
    except RuntimeError as e: print(repr(e))
asyncio.run(main())
";
    assert_eq!(
        prints(source),
        "TypeError | coroutine expected\n".repeat(4)
            + "RuntimeError | no running event loop\nRuntimeError | can't cancel self\n\
               RuntimeError | Lock not acquired\nTypeError | 'int' object isn't iterable\n\
               IndexError | empty heap\nOverflowError | ticks interval overflow\n\
               TypeError | can't convert float to int\nKeyError | future\n\
               RuntimeError(\"can't wait\",)\nRuntimeError(\"can't gather\",)\n"
    );
}

#[test]
fn an_exhausted_coroutine_gives_none_at_the_task() {
    let source = "
async def seven(): return 7
async def main():
    c = seven()
    print(await asyncio.gather(c, c))
    print(await asyncio.create_task(c))
asyncio.run(main())
";
    assert_eq!(prints(source), "[7, None]\nNone\n");
}

#[test]
fn generators_are_coroutines() {
    let source = "
def child(n):
    yield from asyncio.sleep_ms(n)
    return n
async def main():
    print(await child(3), await asyncio.create_task(child(2)))
asyncio.run(main())
";
    assert_eq!(prints(source), "3 2\n");
}

// ---- the exception handler -----------------------------------------------------------------------

const FAILS: &str = "
async def bad(): raise ValueError('boom')
async def main():
    t = asyncio.create_task(bad())
    await asyncio.sleep(0)
    print('a round later', t.done(), t.state)
    await asyncio.sleep(0)
    print('reported', t.state, t.data)
    try: await t
    except ValueError as e: print('still raises', e, t.state)
";

#[test]
fn the_handler_is_called_one_round_later_with_three_keys() {
    let source = format!(
        "{FAILS}
L = asyncio.get_event_loop()
def handler(loop, context):
    print('H', loop is L, sorted(context), context['message'], repr(context['exception']),
          type(context['future']))
L.set_exception_handler(handler)
asyncio.run(main())
"
    );
    assert_eq!(
        prints(&source),
        "a round later True None\nH True ['exception', 'future', 'message'] Task exception wasn't \
         retrieved ValueError('boom',) <class 'Task'>\nreported None boom\nstill raises boom \
         False\n"
    );
}

#[test]
fn the_default_handler_writes_three_lines_and_a_traceback() {
    let left = in_dialect(DOCUMENTED, &format!("{FAILS}\nasyncio.run(main())\n")).leave();
    let lines: Vec<&str> = left.stderr.lines().collect();
    assert_eq!(lines[0], "Task exception wasn't retrieved");
    assert_eq!(lines[1], "future: <Task> coro= <generator object 'bad' at 20000040>");
    assert_eq!(lines[2], "Traceback (most recent call last):");
    assert!(lines[3].ends_with("line 3, in bad"), "{lines:?}");
    assert_eq!(lines[4..], ["ValueError: boom"]);
}

#[test]
fn a_handler_that_raises_ends_the_run() {
    for (handler, told) in [
        ("lambda loop, context: 1 / 0", "ZeroDivisionError"),
        ("5", "TypeError 'int' object isn't callable"),
    ] {
        let source = format!(
            "{FAILS}
asyncio.get_event_loop().set_exception_handler({handler})
try: asyncio.run(main())
except Exception as e: print(type(e).__name__, e)
"
        );
        let printed = prints(&source);
        let last = printed.lines().last().unwrap_or_default();
        assert!(last.starts_with(told), "{printed}");
    }
}

#[test]
fn what_is_no_exception_ends_the_run_at_once() {
    let source = "
for E in (SystemExit, KeyboardInterrupt, GeneratorExit, BaseException):
    asyncio.new_event_loop()
    async def raises(): raise E('x')
    async def main():
        asyncio.create_task(raises())
        await asyncio.sleep_ms(3)
    try: asyncio.run(main())
    except BaseException as e: print(repr(e))
";
    assert_eq!(
        prints(source),
        "SystemExit('x',)\nKeyboardInterrupt('x',)\nGeneratorExit('x',)\nBaseException('x',)\n"
    );
}

// ---- running and stopping ------------------------------------------------------------------------

#[test]
fn stop_lets_what_is_due_run_first() {
    let source = "
L = asyncio.get_event_loop()
L.stop()
async def a(): print('a'); L.stop(); L.stop(); await asyncio.sleep(0); print('a2')
async def b(): print('b'); await asyncio.sleep(0); print('b2')
asyncio.create_task(a()); asyncio.create_task(b())
L.run_forever(); print('|')
async def c(): L.stop()
asyncio.create_task(c()); L.run_forever()
async def five(): return 5
t = asyncio.create_task(five())
print(L.run_until_complete(t), L.run_until_complete(t), t.done(), t.state)
";
    assert_eq!(prints(source), "a\nb\n|\na2\nb2\n5 None True False\n");
}

const LEFTOVER: &str = "
async def background():
    try:
        for i in range(3):
            print('background', i); await asyncio.sleep_ms(5)
    except asyncio.CancelledError: print('cancelled'); raise
    finally: print('finally')
async def main(ms): asyncio.create_task(background()) if ms == 1 else None; await asyncio.sleep_ms(ms)
asyncio.run(main(1)); print('|'); asyncio.run(main(20)); print('end')
";

#[test]
fn leftovers_are_cancelled_as_documented_and_kept_on_a_board() {
    assert_eq!(prints_in(DOCUMENTED, LEFTOVER), "background 0\ncancelled\nfinally\n|\nend\n");
    assert_eq!(
        prints_in(FIRMWARE, LEFTOVER),
        "background 0\n|\nbackground 1\nbackground 2\nfinally\nend\n"
    );
}

#[test]
fn a_leftover_that_nothing_can_wake_does_not_hold_the_run() {
    let source = "
class Never:
    def __await__(self): yield
async def lost():
    try: await Never()
    except asyncio.CancelledError: pass
    await Never()
async def main(): asyncio.create_task(lost()); await asyncio.sleep(0)
asyncio.run(main()); print('end')
";
    let said = recorded(DOCUMENTED, source);
    assert_eq!(printed(&said), "end\n");
    assert_eq!(lints(&said), [LintRule::Lost, LintRule::Lost]);
}

const NESTED: &str = "
async def inner(): await asyncio.sleep_ms(1); return 7
async def outer():
    print(asyncio.run(inner()))
    try: print(asyncio.current_task())
    except RuntimeError as e: print(e)
    await asyncio.sleep_ms(1)
    return 'outer'
try: print(asyncio.run(outer()))
except RuntimeError as e: print(e)
";

#[test]
fn a_nested_run_is_refused_as_documented_and_a_hazard_on_a_board() {
    let said = recorded(DOCUMENTED, NESTED);
    assert_eq!(printed(&said), "asyncio.run() cannot be called from a running event loop\n");
    assert_eq!(lints(&said), [LintRule::NestedRun, LintRule::NeverAwaited]);
    let said = recorded(FIRMWARE, NESTED);
    assert_eq!(printed(&said), "7\nno running event loop\nouter\n");
    // Where it begins, and where a board crashes.
    assert_eq!(lints(&said), [LintRule::NestedRun, LintRule::NestedRun]);
    assert_eq!(lines(&said, &[Kind::LoopStopped]).len(), 2);
}

#[test]
fn a_second_sleep_takes_the_place_of_the_first() {
    let source = "
import time
async def main():
    first = asyncio.sleep_ms(500); second = asyncio.sleep_ms(20)
    start = time.ticks_ms()
    await first; await second
    print(first is second, time.ticks_diff(time.ticks_ms(), start))
asyncio.run(main())
";
    assert_eq!(prints(source), "True 20\n");
}

#[test]
fn wait_for_raises_even_if_the_child_returns_after_all() {
    let source = "
async def stubborn():
    try: await asyncio.sleep(5)
    except asyncio.CancelledError: return 'late'
async def main():
    try: print(await asyncio.wait_for(stubborn(), 0.01))
    except asyncio.TimeoutError as e: print(repr(e), type(e))
    async def quick(): return 3
    print(await asyncio.wait_for(quick(), 1), await asyncio.wait_for(quick(), None))
    async def bad(): raise KeyError('k')
    try: await asyncio.wait_for_ms(bad(), 10)
    except KeyError as e: print(repr(e))
asyncio.run(main())
";
    assert_eq!(prints(source), "TimeoutError() <class 'TimeoutError'>\n3 3\nKeyError('k',)\n");
}

#[test]
fn streams_speak_over_sockets_and_make_the_clock_real() {
    let source = "
async def serve(reader, writer):
    line = await reader.readline()
    writer.write(b'echo ' + line); await writer.drain()
    print('rest', await reader.read(-1), reader.get_extra_info('peername')[0])
    await writer.wait_closed()
async def main():
    import socket
    s = socket.socket(); s.bind(('127.0.0.1', 0)); port = s.getsockname()[1]; s.close()
    server = await asyncio.start_server(serve, '127.0.0.1', port)
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'hello\\n'); await writer.drain()
    print(await reader.readexactly(5), await reader.read(20))
    try: await writer.wait_closed()
    finally: await asyncio.sleep_ms(10)
    async with server: pass
    print(server.task.done())
asyncio.run(main())
";
    let said = recorded(DOCUMENTED, source);
    assert_eq!(printed(&said), "b'echo ' b'hello\\n'\nrest b'' 127.0.0.1\nTrue\n");
    assert_eq!(lines(&said, &[Kind::Clock]), ["clock socket"]);
    let added = lines(&said, &[Kind::WatcherAdd]).len();
    assert_eq!(lines(&said, &[Kind::WatcherRemove]).len(), added);
    assert!(added >= 5, "{added}");
}

#[test]
fn a_flag_is_set_by_a_thread() {
    let source = "
import _thread, time
flag = asyncio.ThreadSafeFlag()
def sets(): time.sleep_ms(20); flag.set()
async def main():
    _thread.start_new_thread(sets, ())
    await flag.wait()
    print('set', flag.state)
asyncio.run(main())
";
    assert_eq!(prints(source), "set 0\n");
}

// ---- records -------------------------------------------------------------------------------------

#[test]
fn a_run_is_told_in_the_vocabulary_of_cpythons() {
    let source = "
async def child(): await asyncio.sleep_ms(4)
async def main():
    t = asyncio.create_task(child())
    await t
asyncio.run(main())
";
    let said = recorded(DOCUMENTED, source);
    let told: Vec<_> = said
        .iter()
        .filter_map(|said| match said {
            Said::Record { event, .. } => Some(line(event)),
            _ => None,
        })
        .collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(
        told[1..told.len() - 1],
        [
            "loop-new",
            "task-new task 1 -",
            "handle-new h1 step - task 1",
            "loop-run until-complete task 1",
            "turn-begin turn=1 ready=1 timers=0",
            "handle-run h1 task 1",
            "task-step task 1",
            "task-new task 2 - by=h1",
            "handle-new h2 step - by=h1 task 2",
            "task-suspend task 1 waits for task 2",
            "handle-done h1 task 1",
            "turn-end ready=1 timers=0",
            "turn-begin turn=2 ready=1 timers=0",
            "handle-run h2 task 2",
            "task-step task 2",
            "timer-new h3 when=0.004000 - by=h2 task 2",
            "task-suspend task 2 waits for h3",
            "handle-done h2 task 2",
            "turn-end ready=0 timers=1",
            "poll-begin timeout=0.004000",
            "poll-end ready=0",
            "timer-due h3 when=0.004000",
            "turn-begin turn=3 ready=1 timers=0",
            "handle-run h3 task 2",
            "task-step task 2",
            "task-done task 2 result",
            "handle-new h4 wakeup - by=h3 task 1",
            "handle-done h3 task 2",
            "turn-end ready=1 timers=0",
            "turn-begin turn=4 ready=1 timers=0",
            "handle-run h4 task 1",
            "task-step task 1",
            "task-done task 1 result",
            "handle-done h4 task 1",
            "turn-end ready=0 timers=0",
            "loop-stopped until-complete",
        ]
    );
}

#[test]
fn an_unretrieved_failure_is_queued_once_more_and_reported() {
    let said = recorded(DOCUMENTED, &format!("{FAILS}\nasyncio.run(main())\n"));
    let told = lines(&said, &[Kind::TaskDone, Kind::HandleNew, Kind::HandlerCall]);
    let at = told.iter().position(|line| line == "task-done task 2 exception").expect("it fails");
    assert!(told[at + 1].contains("done-callback") && told[at + 1].ends_with("task 2"), "{told:?}");
    assert!(told[at + 2].contains("step"), "main sleeps once more: {told:?}");
    assert!(told[at + 3].starts_with("handler-call default"), "{told:?}");
}

#[test]
fn two_runs_are_the_same_to_the_byte() {
    let source = format!(
        "{FAILS}{NESTED}{LEFTOVER_TWICE}",
        LEFTOVER_TWICE = LEFTOVER.replace("main", "leaves")
    );
    for dialect in [DOCUMENTED, FIRMWARE] {
        let run = || {
            let mut plan = in_dialect(dialect, &source);
            // The same file, so that its name is the same.
            plan.options.program =
                loopscope_engine::host::Program::Code(format!("import asyncio\n{source}"));
            let mut child = plan.with(|options| options.capture = true).start();
            child.rest();
            // What it says first is its process id.
            let records = child.all.iter().position(|byte| *byte == 0).map_or(0, |end| end + 1);
            child.all.split_off(records)
        };
        let (first, second) = (run(), run());
        assert!(first.len() > 1000);
        assert_eq!(first, second);
    }
}

#[test]
fn it_holds_before_each_step_and_nothing_has_happened_yet() {
    let source = "
import pathlib
async def writes(n):
    pathlib.Path('effect').write_text(str(n))
    await asyncio.sleep_ms(1)
    pathlib.Path('effect').write_text(str(n + 10))
async def main(): await asyncio.gather(writes(1), writes(2))
asyncio.run(main())
";
    let plan = in_dialect(DOCUMENTED, source);
    let effect = plan.folder.join("effect");
    let mut child = plan.held();
    let seen = || std::fs::read_to_string(&effect).unwrap_or_default();
    for expected in ["", "", "1", "2", "11"] {
        child.until(Kind::TaskStep);
        assert_eq!(seen(), expected);
    }
    child.run(StopWhen::NEVER);
    assert_eq!(seen(), "12");
}

#[test]
fn a_statement_at_a_pause_may_cancel_a_task() {
    let source = "
async def sleeper():
    try: await asyncio.sleep(1000)
    except asyncio.CancelledError: print('cancelled'); raise
async def main():
    global t
    t = asyncio.create_task(sleeper())
    try: await t
    except asyncio.CancelledError: print('main too')
asyncio.run(main())
";
    let mut child = in_dialect(DOCUMENTED, source).held();
    child.until(Kind::PollBegin);
    let (_, answer) = child.py("t.cancel(), loop");
    assert_eq!(answer, Said::Ran { ok: true, text: "(True, <class 'Loop'>)\n".to_owned() });
    let said = child.run(StopWhen::NEVER);
    assert_eq!(printed(&said), "cancelled\nmain too\n");
}

// ---- what never ends -----------------------------------------------------------------------------

/// Waits for the first output, then interrupts; gives what comes then, and how long it took.
fn interrupted(source: &str, clock: ClockMode) -> (Vec<Said>, Duration) {
    let mut child = in_dialect(DOCUMENTED, source).with(|options| options.clock = clock).start();
    while !matches!(child.hear(), Said::Record { event, .. } if event.kind() == Kind::Output) {}
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    child.ask(Request::Interrupt);
    let said = child.rest();
    (said, start.elapsed())
}

#[test]
fn an_interrupt_ends_what_never_ends() {
    let spins = "
async def main():
    print('x')
    while True: await asyncio.sleep_ms(0)
asyncio.run(main())
";
    let hangs = "
async def main(): print('x'); await asyncio.Event().wait()
asyncio.run(main())
";
    let waits = "
async def main(): print('x'); await asyncio.ThreadSafeFlag().wait()
asyncio.run(main())
";
    let sleeps = "
async def main(): print('x'); await asyncio.sleep(1000)
asyncio.run(main())
";
    for (source, clock) in [
        (spins, ClockMode::Auto),
        (hangs, ClockMode::Auto),
        (hangs, ClockMode::Real),
        (waits, ClockMode::Auto),
        (waits, ClockMode::Real),
        (sleeps, ClockMode::Real),
    ] {
        let (said, took) = interrupted(source, clock);
        let (code, how, _) = exit_record(&said).expect("it ends");
        assert_eq!((code, how), (130, "interrupted"), "{source}");
        assert!(took < Duration::from_secs(2), "{source}: {took:?}");
    }
}

#[test]
fn a_hang_is_told_once_and_passes_time_in_slices() {
    let source = "
async def main(): await asyncio.Event().wait()
asyncio.run(main())
";
    let mut child = in_dialect(DOCUMENTED, source).held();
    let said = child.until(Kind::Lint);
    assert_eq!(lints(&said), [LintRule::Lost]);
    let said = child.step(7);
    assert_eq!(lines(&said, &[Kind::PollBegin]), ["poll-begin timeout=0.003000"; 4]);
    assert_eq!(lints(&said), []);
}

#[test]
fn new_event_loop_in_a_run_abandons_its_tasks() {
    let source = "
async def other(): print('never')
async def main():
    asyncio.create_task(other())
    asyncio.new_event_loop()
    await asyncio.sleep(0)
    print('main goes on')
asyncio.run(main())
";
    let said = recorded(FIRMWARE, source);
    assert_eq!(printed(&said), "main goes on\n");
    assert_eq!(lines(&said, &[Kind::HandleCancel, Kind::HandleSkip]).len(), 2);
    let run = Event::LoopRun { how: RunHow::UntilComplete, task: TaskId(1) };
    assert_eq!(lines(&said, &[Kind::LoopRun]), [line(&run)]);
}
