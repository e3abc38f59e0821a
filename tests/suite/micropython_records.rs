//! MicroPython's dialects from outside: no record of a run is impossible, and what is asked of the
//! state at a pause is true.

use loopscope_tests::Scratch;
use loopscope_tests::run::loopscope;

use crate::recorded_with;

/// Nearly everything that the loop can do.
const RICH: &str = "\
import asyncio, micropython
async def worker(n):
    for _ in range(3):
        await asyncio.sleep_ms(n)
async def bad():
    raise ValueError('no')
async def forever():
    while True:
        await asyncio.sleep(1)
async def locked(lock):
    async with lock:
        await asyncio.sleep_ms(1)
async def main():
    lock, event, flag = asyncio.Lock(), asyncio.Event(), asyncio.ThreadSafeFlag()
    workers = [asyncio.create_task(worker(n)) for n in range(4)]
    lockers = [asyncio.create_task(locked(lock)) for _ in range(3)]
    asyncio.create_task(bad())
    waits = asyncio.create_task(event.wait())
    spins = asyncio.create_task(forever())
    await asyncio.sleep(0)
    try:
        await asyncio.wait_for(forever(), 0.02)
    except asyncio.TimeoutError:
        print('timeout')
    spins.cancel(); waits.cancel(); lockers[2].cancel()
    await asyncio.gather(*lockers, return_exceptions=True)
    print(await asyncio.gather(worker(2), bad(), return_exceptions=True))
    micropython.schedule(lambda _: flag.set(), None)
    await flag.wait()
    asyncio.create_task(forever())
asyncio.run(main())
loop = asyncio.get_event_loop()
async def stops():
    await asyncio.sleep(0.01)
    loop.stop()
loop.create_task(stops())
loop.run_forever()
loop.create_task(worker(5))
asyncio.new_event_loop()
loop.create_task(stops())
loop.run_forever()
";

const NESTED: &str = "\
import asyncio
async def inner():
    await asyncio.sleep_ms(3)
    return 7
async def other():
    await asyncio.sleep_ms(1)
async def outer():
    asyncio.create_task(other())
    print(asyncio.run(inner()))
    await asyncio.sleep_ms(5)
asyncio.run(outer())
";

#[test]
fn no_record_of_a_run_is_impossible() {
    for (dialect, code) in
        [("micropython", RICH), ("micropython-firmware", RICH), ("micropython-firmware", NESTED)]
    {
        let (ended, records) = recorded_with(&["--dialect", dialect], code);
        assert_eq!(ended.code(), 0, "{ended}");
        let odd: Vec<_> = records.iter().filter(|record| record.is("anomaly")).collect();
        assert!(odd.is_empty(), "{dialect}: {odd:?}");
        assert!(records.iter().any(|record| record.is("timer-due")));
    }
}

#[test]
fn two_runs_write_the_same_records() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", RICH);
    for dialect in ["micropython", "micropython-firmware"] {
        let run = |to: &str| {
            let to = scratch.path(to);
            let run = loopscope(["run", "--headless", "--dialect", dialect, "--events"]);
            assert_eq!(run.arg(&to).arg(&file).end().code(), 0);
            std::fs::read(&to).expect("the records were written")
        };
        let (first, second) = (run("first.jsonl"), run("second.jsonl"));
        assert!(first.len() > 10_000);
        assert!(first == second, "two runs of a program differ in {dialect}");
    }
}

#[test]
fn the_queue_is_shown_by_key() {
    let scratch = Scratch::new();
    let code = "\
import asyncio
event = asyncio.Event()
async def sleeper(): await asyncio.sleep_ms(3)
async def waiter(): await event.wait()
async def main():
    asyncio.create_task(sleeper()); asyncio.create_task(waiter())
    await asyncio.sleep_ms(1)
    import time; time.sleep_ms(5)
    event.set()
    await asyncio.sleep_ms(1)
asyncio.run(main())
";
    let file = scratch.file("program.py", code);
    let commands = ["until timer-due", "until timer-due", "info ready", "info timers"];
    let run = loopscope(["repl", "--dialect", "micropython"]).commands(&commands).arg(&file);
    let ended = run.end();
    let out = ended.out();
    let at = |text: &str| out.rfind(text).unwrap_or_else(|| panic!("no {text:?} in {out}"));
    // The sleep that has expired goes first, although the waiter became ready before it was due.
    assert!(at("sleeper") < at("waiter"), "{out}");
    assert!(out.contains("main"), "{out}");
}
