//! MicroPython's dialects: what programs see of asyncio, where the documented behaviour and a
//! board's differ, and what the records tell.

mod records;
mod running;

use loopscope_protocol::text::{Line, Lookup};
use loopscope_protocol::{Dialect, Event, Kind, LintRule, NameId};

use super::process::{Plan, program};
use super::received::Received;

const DOCUMENTED: Dialect = Dialect::Micropython;
const FIRMWARE: Dialect = Dialect::MicropythonFirmware;

/// A task that fails, and nobody looks.
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

/// A task that `run()` leaves unfinished.
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

/// A run inside a run.
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

fn recorded(dialect: Dialect, source: &str) -> Vec<Received> {
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
    let line = Line { event, names: &Nameless }.to_string();
    // Where in the program it is said elsewhere.
    let words = line
        .split(" at -")
        .map(|part| part.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    let line: String = words.collect();
    line.split(" chain=").next().unwrap_or_default().to_owned()
}

fn lines(said: &[Received], kinds: &[Kind]) -> Vec<String> {
    said.iter()
        .filter_map(|said| match said {
            Received::Record { event, .. } if kinds.contains(&event.kind()) => Some(line(event)),
            _ => None,
        })
        .collect()
}

fn lints(said: &[Received]) -> Vec<LintRule> {
    said.iter()
        .filter_map(|said| match said {
            Received::Record { event: Event::Lint { rule, .. }, .. } => Some(*rule),
            _ => None,
        })
        .collect()
}

/// What the lints say.
fn diagnoses(said: &[Received]) -> Vec<&str> {
    said.iter()
        .filter_map(|said| match said {
            Received::Record { event: Event::Lint { .. }, texts, .. } => texts.first(),
            _ => None,
        })
        .map(String::as_str)
        .collect()
}

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
import uasyncio, utime, time, ujson
print(uasyncio.Event is asyncio.Event, utime is time, ujson.loads('[1]'))
";
    assert_eq!(
        prints(source),
        "['cancel', 'coro', 'data', 'done', 'ph_key', 'state']\n['peek', 'pop', 'push', \
         'remove']\nFalse False\nTrue\nTrue True [1]\n"
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
    let printed = prints_in(DOCUMENTED, source);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(
        lines[..5],
        ["micropython (1, 29) (3, 4)", "True", "1073741823 2", "ticks interval overflow", "32"]
    );
    assert_eq!(lines[5..8], ["7 None 0", "[]", "[(True, 4)]"]);
    assert_eq!(lines[8], "Traceback (most recent call last):");
    assert!(lines[9].ends_with("line 18, in <module>"), "{printed}");
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
    assert!(printed.starts_with("after\nsoon\nwoken\n"), "{printed}");
}

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
