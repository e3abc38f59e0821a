//! Where nothing can ever wake the loop: a run that nobody watches ends, a script fails, and both say
//! who waits for what held by whom.

use loopscope_tests::run::{Run, loopscope};
use loopscope_tests::scratch::Scratch;

use crate::{batch, headless, headless_with};

const TWO_LOCKS: &str = "\
import asyncio
async def take(first, second):
    async with first:
        await asyncio.sleep(0.1)
        async with second:
            print('both')
async def main():
    l1, l2 = asyncio.Lock(), asyncio.Lock()
    alice = asyncio.create_task(take(l1, l2), name='alice')
    bob = asyncio.create_task(take(l2, l1), name='bob')
    print('begun', flush=True)
    await asyncio.gather(alice, bob)
asyncio.run(main())
";

const CYCLE: &str = "Nothing can ever wake the loop: alice holds l1 and waits at program.py:5 for \
                     l2, which bob holds; bob waits at program.py:5 for l1; main waits at \
                     program.py:12 for alice and bob.";

/// How a program that is wrapped in a coroutine `main` ends, without a screen.
fn told(body: &str) -> String {
    let scratch = Scratch::new();
    let code = format!("import asyncio\nasync def main():\n{body}asyncio.run(main())\n");
    let ended = headless(&scratch.file("program.py", &code)).end();
    assert_eq!(ended.code(), 1, "{ended}");
    let told = ended.err();
    let from = told.find("Nothing can ever wake").unwrap_or_else(|| panic!("{told}"));
    told[from..].split(" With --wait-forever").next().unwrap_or_default().to_owned()
}

#[test]
fn a_run_without_a_screen_ends_and_names_the_cycle() {
    let scratch = Scratch::new();
    let ended = headless(&scratch.file("program.py", TWO_LOCKS)).end().code_is(1);
    assert_eq!(ended.out(), "begun\n");
    assert!(ended.err().contains(CYCLE), "{}", ended.err());
}

#[test]
fn its_records_say_so_too() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", TWO_LOCKS);
    let records = headless_with(&["--events", "-"], &file).end().code_is(1);
    let lines = records.out();
    let lint = lines.lines().find(|line| line.contains("\"rule\":\"deadlock\"")).expect("a lint");
    assert!(lint.contains(CYCLE), "{lint}");
    let last = lines.lines().last().unwrap_or_default();
    assert!(last.contains("\"code\":1,\"how\":\"deadlock\""), "{last}");
}

#[test]
fn a_script_fails_there_whatever_it_waits_for() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", TWO_LOCKS);
    for command in ["continue", "finish bob", "until task-done", "goto end"] {
        let ended = batch(&file, &["until output", command]).end().code_is(1);
        let told = ended.out() + &ended.err();
        assert!(told.contains(CYCLE), "{command}: {ended}");
    }
}

#[test]
fn who_wants_to_wait_may_wait() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", TWO_LOCKS);
    let waits = |run: Run| assert_eq!(run.end().code(), 124);
    waits(headless_with(&["--wait-forever", "--timeout", "1"], &file));
    waits(
        loopscope(["repl", "--wait-forever", "--timeout", "1"]).commands(&["continue"]).arg(&file),
    );
}

#[test]
fn each_primitive_is_told_by_its_name_and_state() {
    let cases = [
        ("    q = asyncio.Queue()\n    await q.get()\n", "for an item of q, which is empty."),
        (
            "    q = asyncio.Queue(1)\n    await q.put(1)\n    await q.put(2)\n",
            "for room in q, which is full with 1.",
        ),
        ("    go = asyncio.Event()\n    await go.wait()\n", "for go, which nobody sets."),
        (
            "    lock = asyncio.Lock()\n    await lock.acquire()\n    await lock.acquire()\n",
            "for lock, which is locked.",
        ),
        (
            "    news = asyncio.Condition()\n    async with news:\n        await news.wait()\n",
            "for news, which nobody notifies.",
        ),
        (
            "    gate = asyncio.Barrier(2)\n    await gate.wait()\n",
            "for gate, where 1 of 2 have come.",
        ),
        (
            "    await asyncio.get_running_loop().create_future()\n",
            "main waits at program.py:3 for a future that nobody completes.",
        ),
        (
            "    go = asyncio.Event()\n    async with asyncio.TaskGroup() as group:\n        \
             group.create_task(go.wait(), name='one')\n",
            "main waits at program.py:4 for one;",
        ),
    ];
    for (body, end) in cases {
        let told = told(body);
        assert!(told.contains(end), "{told}");
    }
}

#[test]
fn a_worker_that_is_idle_wakes_nobody() {
    let told = told("    await asyncio.to_thread(int)\n    await asyncio.Event().wait()\n");
    assert!(told.contains("for an Event, which nobody sets"), "{told}");
}

#[test]
fn what_may_still_be_woken_is_no_deadlock() {
    let thread = "import asyncio, threading, time\nasync def main():\n    go = asyncio.Event()\n    \
                  loop = asyncio.get_running_loop()\n    wake = lambda: (time.sleep(0.3), \
                  loop.call_soon_threadsafe(go.set))\n    threading.Thread(target=wake).start()\n    \
                  await go.wait()\n    print('woken')\nasyncio.run(main())\n";
    let signal = "import asyncio, signal\nasync def main():\n    go = asyncio.Event()\n    \
                  signal.signal(signal.SIGALRM, lambda *_: print('rang'))\n    \
                  signal.setitimer(signal.ITIMER_REAL, 0.3)\n    \
                  asyncio.get_running_loop().add_signal_handler(signal.SIGALRM, go.set)\n    \
                  await go.wait()\n    print('woken')\nasyncio.run(main())\n";
    let child = "import asyncio, sys\nasync def main():\n    child = await \
                 asyncio.create_subprocess_exec(sys.executable, '-c', 'import time; time.sleep(0.3)')\n    \
                 await child.wait()\n    print('woken')\nasyncio.run(main())\n";
    for code in [thread, signal, child] {
        let scratch = Scratch::new();
        let ended = headless(&scratch.file("program.py", code)).end().code_is(0);
        assert_eq!(ended.out(), "woken\n");
    }
}
