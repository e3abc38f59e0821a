//! Names and texts with half a surrogate pair, which CPython runs: so do we, recorded or not.

use loopscope_tests::{Scratch, loopscope};

/// Programs, and what each prints.
const PROGRAMS: [(&str, &str); 9] = [
    (
        "import asyncio\nasync def main():\n    task = asyncio.create_task(asyncio.sleep(0), name='\\ud800')\n    \
         await task\n    task.set_name('\\udcff')\n    print(ascii(task.get_name()))\nasyncio.run(main())\n",
        "'\\udcff'\n",
    ),
    (
        "import asyncio\nasync def f(): await asyncio.sleep(0)\nasync def main():\n    for how in (asyncio.create_task, lambda c: c):\n        \
         c = f(); c.__qualname__ = '\\ud800'; c.__name__ = '\\ud801'\n        await how(c)\n    print('ok')\nasyncio.run(main())\n",
        "ok\n",
    ),
    (
        "import asyncio\nloop = asyncio.new_event_loop()\ndef f(*a): print(ascii(a))\nf.__qualname__ = '\\ud800'\n\
         loop.call_soon(f, '\\ud800'); loop.call_later(0, f); loop.call_later(0.01, loop.stop)\nloop.run_forever()\n",
        "('\\ud800',)\n()\n",
    ),
    (
        "import asyncio\nloop = asyncio.new_event_loop()\ndef h(l, c): print(ascii(c['message']))\nh.__qualname__ = '\\ud800'\n\
         loop.set_exception_handler(h)\nloop.call_exception_handler({'message': '\\ud800', 'exception': ValueError('\\ud801')})\n",
        "'\\ud800'\n",
    ),
    (
        "import asyncio, gc\nasync def bad(): raise ValueError('\\ud800')\nasync def main():\n    \
         asyncio.create_task(bad(), name='\\ud801')\n    await asyncio.sleep(0.01)\n    gc.collect()\n    print('ok')\nasyncio.run(main())\n",
        "ok\n",
    ),
    (
        "import asyncio\nasync def f(): pass\nasync def main():\n    c = f(); c.__qualname__ = '\\ud800'\n    del c\n    \
         await asyncio.sleep(0)\n    print('ok')\nasyncio.run(main())\n",
        "ok\n",
    ),
    (
        "import asyncio\nasync def main():\n    task = asyncio.create_task(asyncio.sleep(1))\n    await asyncio.sleep(0)\n    \
         task.cancel('\\ud800')\n    try:\n        await task\n    except asyncio.CancelledError as e:\n        print(ascii(e.args))\nasyncio.run(main())\n",
        "('\\ud800',)\n",
    ),
    (
        // An error here would leave whoever starts the thread waiting.
        "import threading\nshow = lambda: print(ascii(threading.current_thread().name))\n\
         t = threading.Thread(target=show, name='\\ud800'); t.start(); t.join()\n",
        "'\\ud800'\n",
    ),
    (
        "import asyncio\nfrom concurrent.futures import ThreadPoolExecutor\nasync def main():\n    \
         pool = ThreadPoolExecutor(1, thread_name_prefix='\\ud800')\n    \
         print(await asyncio.get_running_loop().run_in_executor(pool, lambda: 1))\nasyncio.run(main())\n",
        "1\n",
    ),
];

/// Everything that has a name, with names that are odd in other ways too.
const EVERYTHING: &str = "\
import asyncio, gc, sys, threading
from concurrent.futures import ThreadPoolExecutor
async def work(): await asyncio.sleep(0)
def call(*args): pass
async def one(name):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)
    task = asyncio.create_task(work(), name=name)
    await task
    assert task.get_name() == name and repr(task)
    coro = work(); coro.__qualname__ = coro.__name__ = name
    task = asyncio.create_task(coro); assert repr(task)
    await task
    call.__qualname__ = call.__name__ = name
    assert repr(loop.call_soon(call, name)) and repr(loop.call_later(0, call))
    loop.call_soon_threadsafe(call)
    class Future(asyncio.Future): pass
    class Lock(asyncio.Lock): pass
    class Error(Exception): pass
    class Loop(asyncio.SelectorEventLoop): pass
    for each in (Future, Lock, Error, Loop): each.__qualname__ = name
    future = Future(loop=loop); future.set_result(repr(future)); await future
    async with Lock(): pass
    Loop().close()
    async def fails(): raise Error(name)
    fails.__qualname__ = name
    task = asyncio.create_task(fails(), name=name)
    await asyncio.sleep(0.01)
    del task; gc.collect()
    loop.call_exception_handler({'message': name, 'exception': Error(name), name: name})
    async def numbers(): yield 1
    numbers.__qualname__ = name
    async for _ in numbers(): pass
    seen = []
    thread = threading.Thread(target=lambda: seen.append(threading.current_thread().name), name=name)
    thread.start(); thread.join()
    assert seen == [thread.name] and (thread.name == name or not name)
    with ThreadPoolExecutor(1, thread_name_prefix=name) as pool:
        await loop.run_in_executor(pool, call)
    task = asyncio.create_task(asyncio.sleep(9)); await asyncio.sleep(0); task.cancel(name)
    try:
        await task
    except asyncio.CancelledError as error:
        assert error.args == (name,)
async def main():
    for name in ('\\ud800', 'a\\0b', '', '\\x1b[2J\\n', '\\udcff\\udc80' * 200, 'x' * 1_000_000, '\\U0001F600' * 300_000):
        await one(name)
    print('ok')
asyncio.run(main(), debug='debug' in sys.argv)
";

#[test]
fn whatever_is_named_may_have_any_name() {
    for arguments in [&[][..], &["debug"]] {
        for options in [&[][..], &["--record", "r.loop", "--events", "e.jsonl"]] {
            let scratch = Scratch::new();
            let file = scratch.file("program.py", EVERYTHING);
            let run = loopscope(["run", "--headless"]).args(options).arg(file).args(arguments);
            let ended = run.within(scratch.folder()).limit(30).end().code_is(0);
            assert_eq!(ended.out(), "ok\n", "{ended}");
            assert!(!ended.err().contains("panicked"), "{ended}");
        }
    }
}

#[test]
fn programs_with_such_names_run_and_are_recorded() {
    for (code, out) in PROGRAMS {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", code);
        for options in [&[][..], &["--record", "r.loop", "--events", "e.jsonl"]] {
            let run = loopscope(["run", "--headless"]).args(options).arg(&file);
            let ended = run.within(scratch.folder()).limit(20).end().code_is(0);
            assert_eq!(ended.out(), out, "{ended}");
            assert!(!ended.err().contains("panicked"), "{ended}");
        }
        let looks = ["goto end", "info tasks", "info exceptions", "info lints", "info records"];
        let look = loopscope(["repl"]).commands(&looks).arg("r.loop").within(scratch.folder());
        let _ = look.end().code_is(0);
    }
}

#[test]
fn two_such_names_stay_two_in_the_records() {
    let scratch = Scratch::new();
    let code = "import asyncio\nasync def main():\n    await asyncio.gather(*(asyncio.create_task(\
                asyncio.sleep(0), name=n) for n in ('\\ud800', '\\ud801')))\nasyncio.run(main())\n";
    let file = scratch.file("program.py", code);
    let run = loopscope(["run", "--headless", "--events", "-"]).arg(file).end().code_is(0);
    let lines = run.lines();
    for name in ["ud800", "ud801"] {
        let named = |line: &&String| line.contains("task-new") && line.contains(name);
        assert!(lines.iter().any(|line| named(&line)), "no {name}: {run}");
    }
}

#[test]
fn a_finalizer_that_does_not_end_is_ended_with_a_sentence() {
    let scratch = Scratch::new();
    let code = "class Endless:\n    def __del__(self):\n        while True: pass\n\
                endless = Endless()\nprint('end')\n";
    let file = scratch.file("program.py", code);
    for options in [&[][..], &["--record", "r.loop"], &["--events", "e.jsonl"]] {
        let run = loopscope(["run", "--headless", "--timeout", "1"]).args(options).arg(&file);
        let _ = run.within(scratch.folder()).end().code_is(124).says("end").complains("--timeout");
    }
}
