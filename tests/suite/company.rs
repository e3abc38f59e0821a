//! Threads under the virtual clock: a thread that works takes no time, and nobody passes the time at
//! which it would have acted; while all wait for each other, or sleep, time passes at once.

use std::time::Duration;

use loopscope_tests::events::{end_time, only};
use loopscope_tests::programs::each;
use loopscope_tests::{Ended, Record};

use crate::recorded_with;

/// How often each kind is run: what is wrong here is wrong in some runs only.
const RUNS: usize = 8;

const HEAD: &str = "import asyncio, threading, time, queue, os\n\
                    from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor\n";

fn virtually(code: &str) -> (Ended, Vec<Record>) {
    recorded_with(&["--clock", "virtual", "--timeout", "60"], &format!("{HEAD}{code}"))
}

/// Each way in which a program of asyncio has threads, with what it prints.
const KINDS: [(&str, &str, &str); 9] = [
    (
        "to_thread",
        "async def main():\n    print(await asyncio.to_thread(lambda: 42))\nasyncio.run(main())\n",
        "42",
    ),
    (
        "run_in_executor",
        "async def main():\n    loop = asyncio.get_running_loop()\n    \
         print(sum(await asyncio.gather(*[loop.run_in_executor(None, int, n) for n in range(20)])))\n\
         asyncio.run(main())\n",
        "190",
    ),
    (
        "a job that fails",
        "async def main():\n    try:\n        await asyncio.to_thread(int, 'x')\n    \
         except ValueError:\n        print('failed')\nasyncio.run(main())\n",
        "failed",
    ),
    (
        "a job that outlives its task",
        "async def main():\n    asyncio.get_running_loop().run_in_executor(None, sum, range(300000))\n    \
         print('left')\nasyncio.run(main())\n",
        "left",
    ),
    (
        "shutdown_default_executor",
        "async def main():\n    loop = asyncio.get_running_loop()\n    \
         await loop.run_in_executor(None, int)\n    \
         await loop.shutdown_default_executor(5)\n    print('shut')\nasyncio.run(main())\n",
        "shut",
    ),
    (
        "an executor of the program",
        "async def main():\n    loop = asyncio.get_running_loop()\n    \
         with ThreadPoolExecutor(2) as pool:\n        \
         job = loop.run_in_executor(pool, sum, range(30000))\n        \
         print(await asyncio.wait_for(job, 5))\nasyncio.run(main())\n",
        "449985000",
    ),
    (
        "a pool of processes",
        "async def main():\n    loop = asyncio.get_running_loop()\n    \
         with ProcessPoolExecutor(1) as pool:\n        \
         print(await asyncio.wait_for(loop.run_in_executor(pool, abs, -7), 30))\n\
         if __name__ == '__main__':\n    asyncio.run(main())\n",
        "7",
    ),
    (
        "a thread that calls back",
        "async def main():\n    loop = asyncio.get_running_loop()\n    done = loop.create_future()\n    \
         def work():\n        loop.call_soon_threadsafe(done.set_result, sum(range(30000)))\n    \
         threading.Thread(target=work).start()\n    \
         print(await asyncio.wait_for(done, 5))\nasyncio.run(main())\n",
        "449985000",
    ),
    (
        "a coroutine from a thread",
        "async def double(n):\n    await asyncio.sleep(0.5)\n    return 2 * n\n\
         async def main():\n    loop = asyncio.get_running_loop()\n    \
         def ask():\n        return asyncio.run_coroutine_threadsafe(double(21), loop).result()\n    \
         print(await asyncio.wait_for(asyncio.to_thread(ask), 5))\nasyncio.run(main())\n",
        "42",
    ),
];

#[test]
fn no_kind_of_thread_is_passed_by_the_virtual_clock() {
    each(
        &KINDS,
        |kind| kind.0.to_owned(),
        |&(_, code, printed)| {
            for _ in 0..RUNS {
                let (ended, records) = virtually(code);
                if ended.code() != 0 || ended.out().trim() != printed || !ended.err().is_empty() {
                    return Err(format!("not {printed}: {ended}"));
                }
                // Looks at the clock are all that takes time, and the one sleep of half a second.
                let end = end_time(&records);
                if end > 0.6 {
                    return Err(format!("it took {end} s of virtual time: {ended}"));
                }
                if !only(&records, "clock").is_empty() {
                    return Err("the clock has become real".to_owned());
                }
            }
            Ok(())
        },
    );
}

/// Runs it, and expects these lines, within that long of the machine's time.
fn prints(code: &str, lines: &[&str], within: u64) -> f64 {
    let (ended, records) = virtually(code);
    let ended = ended.code_is(0);
    assert_eq!(ended.lines(), lines, "{ended}");
    assert!(ended.took < Duration::from_secs(within), "{ended}");
    end_time(&records)
}

#[test]
fn sleeps_of_threads_and_of_the_loop_end_in_the_order_of_their_times() {
    let code = "async def tick():\n    loop = asyncio.get_running_loop()\n    \
                for n in range(4):\n        await asyncio.sleep(100)\n        \
                print('tick', round(loop.time(), -1))\n\
                def work(n):\n    for _ in range(2):\n        time.sleep(n)\n        \
                print('work', n, round(time.monotonic(), -1))\n\
                async def main():\n    \
                await asyncio.gather(tick(), asyncio.to_thread(work, 150), asyncio.to_thread(work, 170))\n\
                asyncio.run(main())\n";
    let lines = [
        "tick 100.0",
        "work 150 150.0",
        "work 170 170.0",
        "tick 200.0",
        "work 150 300.0",
        "tick 300.0",
        "work 170 340.0",
        "tick 400.0",
    ];
    for _ in 0..RUNS {
        let (ended, _) = virtually(code);
        let ended = ended.code_is(0);
        let mut printed = ended.lines();
        // Two that end at the same time may come in either order.
        let same: Vec<usize> =
            (0..printed.len()).filter(|&at| printed[at].ends_with(" 300.0")).collect();
        if let [first, second] = same[..]
            && printed[first].starts_with("tick")
        {
            printed.swap(first, second);
        }
        assert_eq!(printed, lines, "{ended}");
        assert!(ended.took < Duration::from_secs(20), "{ended}");
    }
}

#[test]
fn an_hour_passes_at_once_while_threads_wait_for_the_loop() {
    let code = "items = queue.Queue()\nother = queue.SimpleQueue()\n\
                def eat():\n    print('ate', items.get(), other.get())\n\
                async def main():\n    \
                loop = asyncio.get_running_loop()\n    \
                pool = ThreadPoolExecutor(3)\n    await loop.run_in_executor(pool, int)\n    \
                eater = threading.Thread(target=eat)\n    eater.start()\n    \
                for n in range(50):\n        await asyncio.sleep(3600)\n    \
                items.put(1)\n    await asyncio.sleep(3600)\n    other.put(2)\n    \
                await asyncio.to_thread(eater.join)\n    print('over')\nasyncio.run(main())\n";
    let end = prints(code, &["ate 1 2", "over"], 20);
    assert!((183_600.0..183_700.0).contains(&end), "{end}");
}

#[test]
fn a_limit_passes_at_once_where_a_thread_waits_for_what_only_the_loop_can_give() {
    let code = "async def main():\n    gate = threading.Event()\n    \
                try:\n        await asyncio.wait_for(asyncio.to_thread(gate.wait), 3600)\n    \
                except TimeoutError:\n        print('too late')\n    gate.set()\nasyncio.run(main())\n";
    let end = prints(code, &["too late"], 20);
    assert!((3600.0..3601.0).contains(&end), "{end}");
}

#[test]
fn a_limit_passes_as_the_machines_clock_does_where_a_thread_waits_for_the_outside() {
    let code = "async def main():\n    r, w = os.pipe()\n    \
                try:\n        await asyncio.wait_for(asyncio.to_thread(os.read, r, 1), 0.3)\n    \
                except TimeoutError:\n        print('too late')\n    os.write(w, b'x')\nasyncio.run(main())\n";
    let (ended, records) = virtually(code);
    let ended = ended.code_is(0);
    assert_eq!(ended.lines(), ["too late"], "{ended}");
    assert!(ended.took >= Duration::from_millis(300), "{ended}");
    let end = end_time(&records);
    assert!((0.3..0.4).contains(&end), "{end}");
}

#[test]
fn loops_in_two_threads_sleep_side_by_side() {
    let code = "def run(name, length):\n    async def main():\n        \
                for n in range(3):\n            await asyncio.sleep(length)\n            \
                print(name, round(asyncio.get_running_loop().time(), -1))\n    asyncio.run(main())\n\
                other = threading.Thread(target=run, args=('b', 1500))\nother.start()\n\
                run('a', 1000)\nother.join()\n";
    for _ in 0..RUNS {
        let (ended, _) = virtually(code);
        let ended = ended.code_is(0);
        let mut lines = ended.lines();
        let own = |name: &str| -> Vec<String> {
            lines.iter().filter(|line| line.starts_with(name)).cloned().collect()
        };
        assert_eq!(own("a"), ["a 1000.0", "a 2000.0", "a 3000.0"], "{ended}");
        assert_eq!(own("b"), ["b 1500.0", "b 3000.0", "b 4500.0"], "{ended}");
        lines.retain(|line| !line.contains(" 3000.0"));
        assert_eq!(lines, ["a 1000.0", "b 1500.0", "a 2000.0", "b 4500.0"], "{ended}");
        assert!(ended.took < Duration::from_secs(20), "{ended}");
    }
}
