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
