//! The loop's records, word for word, in the order that MicroPython's rules give.
//!
//! There is one loop and one agent in a program, so the tests take turns. Time is virtual: it stands
//! still while tasks run, and an idle loop moves it on by a millisecond.

use std::fmt::Write;
use std::string::String;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use loopscope_model::stream::{Arrived, Ingest};
use loopscope_protocol::{Dialect, NameId};
use proptest::prelude::*;

use super::{self as asyncio, *};
use crate::rtt::{_LOOPSCOPE_RTT, Ring};
use crate::test_host::{NOW, read};
use crate::{handler, task};

static TURN: Mutex<()> = Mutex::new(());
static UP: Ring<65536> = Ring::new();
static DOWN: Ring<64> = Ring::new();

/// A fresh start: an empty queue, and time 0.
pub(crate) fn start() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    critical_section::with(|cs| {
        let core = CORE.borrow(cs);
        core.main.set(None);
        core.current.set(None);
    });
    let _ = asyncio::new_event_loop();
    give_up_all();
    get_event_loop().set_exception_handler(None);
    NOW.store(0, Ordering::Relaxed);
    asyncio::set_idle(|| {
        // A loop that nothing can wake any more is a failure, not a wait without end.
        assert!(NOW.fetch_add(1000, Ordering::Relaxed) < 1_000_000, "it hangs");
    });
    critical_section::with(|cs| {
        let core = CORE.borrow(cs);
        core.made.set(false);
        core.tasks.set(0);
        core.gathers.set(0);
        core.queues.set(OUTSIDE.0);
        agent::reset(cs);
    });
    crate::init(&UP, &DOWN, Dialect::Micropython);
    turn
}

/// Tasks of other tests that wait for something are no more.
fn give_up_all() {
    let mut all = Vec::new();
    critical_section::with(|cs| CORE.borrow(cs).each(cs, |task| all.push(task)));
    for task in all {
        critical_section::with(|cs| {
            for queue in [GO.queue(), DOOR.queue(), FLAG.queue(), GATE.queue(), &task.waiters] {
                while queue.pop(cs).is_some() {}
            }
            task.at(cs).data.set(header::Data::None);
        });
        run::give_up(task);
    }
}

/// What was recorded since the start, a line for each record: its time in milliseconds, the event,
/// and names in place of numbers of names. Anything that the model finds odd is a line too.
pub(crate) fn records() -> String {
    let bytes = read(&_LOOPSCOPE_RTT.up, UP.bytes(), usize::MAX);
    let mut ingest = Ingest::new();
    ingest.feed(&bytes);
    ingest.end();
    let arrived: Vec<_> = ingest.by_ref().collect();
    assert_eq!(ingest.trailing(), 0);
    let mut names = ingest.into_names();
    for (number, name) in crate::names::all() {
        names.define(NameId(number), &name);
    }
    let mut state = loopscope_model::State::default();
    let mut lines = String::new();
    for arrived in arrived {
        let Arrived::Record(record) = arrived else { continue };
        state.apply(&record);
        // Without a hello, a tick counts as a nanosecond; here it is a microsecond.
        let line = names.line(&record);
        let line = line.split(" at src/").next().unwrap_or(&line);
        writeln!(lines, "{} {line}", record.t.unwrap_or(0) / 1000).unwrap();
        for anomaly in state.anomalies() {
            writeln!(lines, "ODD: {}", anomaly.text).unwrap();
        }
    }
    lines
}

fn check(expected: &str) {
    let mut expected = expected.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    expected.push('\n');
    let found = records();
    assert!(found == expected, "expected:\n{expected}\nfound:\n{found}");
}

task! {
    pool: 8,
    async fn sleeper(ms: u32) -> Result<u32, Error> {
        asyncio::sleep_ms(ms).await?;
        Ok(ms)
    }
}

task! {
    pool: 4,
    async fn failing(ms: u32) -> Result<u32, Error> {
        asyncio::sleep_ms(ms).await?;
        Err(Error::raise("ValueError", "bad"))
    }
}

task! {
    async fn two_sleepers() -> Result<(), Error> {
        let first = asyncio::create_task(sleeper(2))?;
        asyncio::sleep_ms(0).await?;
        first.await?;
        Ok(())
    }
}

#[test]
fn sleeping_and_awaiting() {
    let _turn = start();
    assert_eq!(asyncio::run(two_sleepers()), Ok(()));
    check(
        "0 loop-new
         0 task-new task 1 two_sleepers
         0 handle-new h1 step two_sleepers task 1
         0 loop-run until-complete task 1
         0 handle-run h1 task 1
         0 task-step task 1
         0 task-new task 2 sleeper
         0 handle-new h3 step sleeper by=h1 task 2
         0 handle-new h2 step two_sleepers by=h1 task 1
         0 task-suspend task 1
         0 handle-done h1 task 1
         0 handle-run h3 task 2
         0 task-step task 2
         0 timer-new h4 when=0.002000 sleeper by=h3 task 2
         0 task-suspend task 2 waits for h4
         0 handle-done h3 task 2
         0 handle-run h2 task 1
         0 task-step task 1
         0 task-suspend task 1 waits for task 2
         0 handle-done h2 task 1
         0 poll-begin timeout=0.002000
         2 poll-end ready=0
         2 timer-due h4 when=0.002000
         2 handle-run h4 task 2
         2 task-step task 2
         2 task-done task 2 result
         2 handle-new h1 wakeup two_sleepers by=h4 task 1
         2 handle-done h4 task 2
         2 handle-run h1 task 1
         2 task-step task 1
         2 task-done task 1 result
         2 handle-done h1 task 1
         2 loop-stopped until-complete",
    );
}

fn on_error(context: &Context) {
    assert_eq!(context.message, "Task exception wasn't retrieved");
    assert_eq!(context.exception, Some(Error::raise("ValueError", "bad")));
}

task! {
    async fn fails_twice() -> Result<(), Error> {
        get_event_loop().set_exception_handler(Some(handler!(on_error)));
        asyncio::create_task(failing(1))?;
        asyncio::sleep_ms(3).await?;
        let awaited = asyncio::create_task(failing(1))?;
        assert_eq!(awaited.await, Err(Error::raise("ValueError", "bad")));
        Ok(())
    }
}

#[test]
fn an_exception_that_nobody_awaits_goes_to_the_handler_a_round_later() {
    let _turn = start();
    assert_eq!(asyncio::run(fails_twice()), Ok(()));
    check(
        "0 loop-new
         0 task-new task 1 fails_twice
         0 handle-new h1 step fails_twice task 1
         0 loop-run until-complete task 1
         0 handle-run h1 task 1
         0 task-step task 1
         0 handler-set custom on_error
         0 task-new task 2 failing
         0 handle-new h3 step failing by=h1 task 2
         0 timer-new h2 when=0.003000 fails_twice by=h1 task 1
         0 task-suspend task 1 waits for h2
         0 handle-done h1 task 1
         0 handle-run h3 task 2
         0 task-step task 2
         0 timer-new h4 when=0.001000 failing by=h3 task 2
         0 task-suspend task 2 waits for h4
         0 handle-done h3 task 2
         0 poll-begin timeout=0.001000
         1 poll-end ready=0
         1 timer-due h4 when=0.001000
         1 handle-run h4 task 2
         1 task-step task 2
         1 task-done task 2 exception
         1 handle-new h3 done-callback failing by=h4 task 2
         1 handle-done h4 task 2
         1 handle-run h3 task 2
         1 handler-call custom message=\"Task exception wasn't retrieved\" exception=\"ValueError('bad',)\" task 2
         1 handle-done h3 task 2
         1 poll-begin timeout=0.002000
         3 poll-end ready=0
         3 timer-due h2 when=0.003000
         3 handle-run h2 task 1
         3 task-step task 1
         3 task-new task 3 failing
         3 handle-new h5 step failing by=h2 task 3
         3 task-suspend task 1 waits for task 3
         3 handle-done h2 task 1
         3 handle-run h5 task 3
         3 task-step task 3
         3 timer-new h6 when=0.004000 failing by=h5 task 3
         3 task-suspend task 3 waits for h6
         3 handle-done h5 task 3
         3 poll-begin timeout=0.001000
         4 poll-end ready=0
         4 timer-due h6 when=0.004000
         4 handle-run h6 task 3
         4 task-step task 3
         4 task-done task 3 exception
         4 handle-new h1 wakeup fails_twice by=h6 task 1
         4 handle-done h6 task 3
         4 handle-run h1 task 1
         4 task-step task 1
         4 task-done task 1 result
         4 handle-done h1 task 1
         4 loop-stopped until-complete",
    );
}

task! {
    async fn waits_for(other: Task<u32>) -> Result<u32, Error> {
        other.await
    }
}

task! {
    async fn cancels() -> Result<(), Error> {
        let inner = asyncio::create_task(sleeper(9))?;
        let outer = asyncio::create_task(waits_for(inner.clone()))?;
        asyncio::sleep_ms(1).await?;
        assert_eq!(outer.cancel(), Ok(true));
        assert_eq!(current_task()?.cancel(), Err(Error::raise("RuntimeError", "can't cancel self")));
        asyncio::sleep_ms(1).await?;
        assert!(inner.done() && outer.done());
        assert_eq!(outer.cancel(), Ok(false));
        assert_eq!(outer.await, Err(Error::Cancelled));
        let unborn = asyncio::create_task(sleeper(9))?;
        unborn.cancel()?;
        assert_eq!(unborn.await, Err(Error::Cancelled));
        Ok(())
    }
}

#[test]
fn cancelling_reaches_the_innermost_task_and_takes_its_timer_away() {
    let _turn = start();
    assert_eq!(asyncio::run(cancels()), Ok(()));
    let found = records();
    let from = found.find("1 task-cancel").unwrap();
    let to = found.find("2 poll-end").unwrap();
    assert_eq!(
        &found[from..to].replace("1 poll-begin timeout=0.001000\n", ""),
        "1 task-cancel task 3 by=h2\n\
         1 task-cancel task 2 by=h2\n\
         1 timer-cancel h4 when=0.009000 by=h2\n\
         1 timer-drop h4 when=0.009000\n\
         1 handle-new h3 step sleeper by=h2 task 2\n\
         1 timer-new h1 when=0.002000 cancels by=h2 task 1\n\
         1 task-suspend task 1 waits for h1\n\
         1 handle-done h2 task 1\n\
         1 handle-run h3 task 2\n\
         1 task-step task 2\n\
         1 task-done task 2 cancelled\n\
         1 handle-new h6 wakeup waits_for by=h3 task 3\n\
         1 handle-done h3 task 2\n\
         1 handle-run h6 task 3\n\
         1 task-step task 3\n\
         1 task-done task 3 cancelled\n\
         1 handle-done h6 task 3\n"
    );
    assert!(
        found.contains(
            "2 task-cancel task 4 by=h1\n\
         2 task-suspend task 1 waits for task 4\n\
         2 handle-done h1 task 1\n\
         2 handle-run h7 task 4\n\
         2 task-step task 4\n\
         2 task-done task 4 cancelled\n"
        ),
        "{found}"
    );
    assert!(!found.contains("ODD"), "{found}");
}

task! {
    async fn limited() -> Result<(), Error> {
        assert_eq!(asyncio::wait_for_ms(sleeper(2), 5).await, Ok(2));
        assert_eq!(asyncio::wait_for_ms(sleeper(9), 3).await, Err(Error::Timeout));
        assert_eq!(
            asyncio::wait_for_ms(failing(1), 3).await,
            Err(Error::raise("ValueError", "bad"))
        );
        assert_eq!(asyncio::wait_for(sleeper(1), None).await, Ok(1));
        Ok(())
    }
}

#[test]
fn a_limit_of_time_brings_the_value_or_the_exception_or_runs_out() {
    let _turn = start();
    assert_eq!(asyncio::run(limited()), Ok(()));
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert!(
        found.contains(
            "0 task-new task 2 sleeper\n\
         0 handle-new h3 step sleeper by=h1 task 2\n\
         0 task-new task 3 _bring\n\
         0 handle-new h5 step _bring by=h1 task 3\n\
         0 timer-new h2 when=0.005000 limited by=h1 task 1\n"
        ),
        "{found}"
    );
    assert!(
        found.contains(
            "2 task-step task 3\n\
         2 task-cancel task 1 by=h6\n\
         2 timer-cancel h2 when=0.005000 by=h6\n\
         2 timer-drop h2 when=0.005000\n\
         2 handle-new h1 step limited by=h6 task 1\n\
         2 task-done task 3 result\n"
        ),
        "{found}"
    );
}

task! {
    async fn gathers() -> Result<(), Error> {
        assert_eq!(asyncio::gather((sleeper(2), sleeper(1))).await, Ok((2, 1)));
        assert_eq!(asyncio::gather([sleeper(1), sleeper(1)]).await, Ok([1, 1]));
        let bad = Error::raise("ValueError", "bad");
        assert_eq!(asyncio::gather((sleeper(3), failing(1))).await, Err(bad));
        let (good, failed) = asyncio::gather_all((sleeper(3), failing(1))).await?;
        assert_eq!((good, failed), (Ok(3), Err(bad)));
        let once = asyncio::create_task(sleeper(1))?;
        let waiter = asyncio::create_task(waits_for(once.clone()))?;
        asyncio::sleep_ms(0).await?;
        let refused = asyncio::gather((once,)).await;
        assert_eq!(refused, Err(Error::raise("RuntimeError", "can't gather")));
        waiter.await?;
        Ok(())
    }
}

#[test]
fn gathering_brings_all_values_or_the_first_exception() {
    let _turn = start();
    assert_eq!(asyncio::run(gathers()), Ok(()));
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert!(
        found.contains(
            "0 future-new f1 gather by=h1\n\
         0 future-link f1 waits for task 2\n\
         0 future-link f1 waits for task 3\n\
         0 task-suspend task 1 waits for f1\n"
        ),
        "{found}"
    );
    assert!(
        found.contains(
            "2 task-done task 2 result\n\
         2 future-done f1 result by=h4\n\
         2 handle-new h2 wakeup gathers by=h4 task 1\n"
        ),
        "{found}"
    );
    assert!(found.contains("future-done f3 exception"), "{found}");
}

static GO: Event = Event::new();
static DOOR: Lock = Lock::new();
static LOG: Mutex<Vec<u32>> = Mutex::new(Vec::new());

task! {
    pool: 3,
    async fn through_the_door(number: u32) -> Result<(), Error> {
        GO.wait().await?;
        let _inside = DOOR.lock().await?;
        LOG.lock().unwrap().push(number);
        asyncio::sleep_ms(1).await
    }
}

task! {
    async fn opens() -> Result<(), Error> {
        let tasks = [1, 2, 3].map(|n| asyncio::create_task(through_the_door(n)));
        asyncio::sleep_ms(1).await?;
        assert_eq!(DOOR.release(), Err(Error::raise("RuntimeError", "Lock not acquired")));
        GO.set();
        GO.clear();
        // The second is cancelled while it waits for the lock.
        asyncio::sleep_ms(0).await?;
        let [first, second, third] = tasks;
        second?.cancel()?;
        third?.await?;
        first?.await?;
        assert!(!DOOR.locked() && !GO.is_set());
        Ok(())
    }
}

#[test]
fn events_and_locks_wake_in_the_order_of_coming() {
    let _turn = start();
    LOG.lock().unwrap().clear();
    assert_eq!(asyncio::run(opens()), Ok(()));
    assert_eq!(*LOG.lock().unwrap(), [1, 3]);
    let found = records();
    assert!(!found.contains("ODD"), "{found}");
    assert!(found.contains("waits in queue 2"), "{found}");
}

task! {
    async fn stops() -> Result<(), Error> {
        asyncio::sleep_ms(1).await?;
        get_event_loop().stop();
        get_event_loop().stop();
        asyncio::sleep_ms(1).await
    }
}

#[test]
fn stopping_queues_the_sentinel_and_what_is_left_runs_on_later() {
    let _turn = start();
    let event_loop = get_event_loop();
    let task = event_loop.create_task(stops()).unwrap();
    assert_eq!(event_loop.run_forever(), Ok(()));
    assert!(!task.done());
    event_loop.close();
    assert_eq!(event_loop.run_until_complete(task), Ok(()));
    check(
        "0 loop-new
         0 task-new task 1 stops
         0 handle-new h1 step stops task 1
         0 task-new task 2 _stopper
         0 loop-run forever task 2
         0 handle-run h1 task 1
         0 task-step task 1
         0 timer-new h2 when=0.001000 stops by=h1 task 1
         0 task-suspend task 1 waits for h2
         0 handle-done h1 task 1
         0 poll-begin timeout=0.001000
         1 poll-end ready=0
         1 timer-due h2 when=0.001000
         1 handle-run h2 task 1
         1 task-step task 1
         1 loop-stop-request by=h2
         1 handle-new h3 step _stopper by=h2 task 2
         1 timer-new h1 when=0.002000 stops by=h2 task 1
         1 task-suspend task 1 waits for h1
         1 handle-done h2 task 1
         1 handle-run h3 task 2
         1 task-step task 2
         1 task-done task 2 result
         1 handle-done h3 task 2
         1 loop-stopped forever
         1 loop-run until-complete task 1
         1 poll-begin timeout=0.001000
         2 poll-end ready=0
         2 timer-due h1 when=0.002000
         2 handle-run h1 task 1
         2 task-step task 1
         2 task-done task 1 result
         2 handle-done h1 task 1
         2 loop-stopped until-complete",
    );
}

#[test]
fn a_new_loop_drops_what_is_queued() {
    let _turn = start();
    let event_loop = get_event_loop();
    let sleeping = event_loop.create_task(sleeper(5)).unwrap();
    assert_eq!(event_loop.run_until_complete(two_sleepers()), Ok(()));
    event_loop.create_task(sleeper(1)).unwrap();
    records();
    asyncio::new_event_loop().unwrap();
    assert!(sleeping.done());
    let bytes = read(&_LOOPSCOPE_RTT.up, UP.bytes(), usize::MAX);
    // timer-cancel and timer-drop of the sleeping one, handle-cancel and handle-skip of the other.
    assert!(!bytes.is_empty());
    // Their places are free again: the pool has room for eight.
    let tasks: Vec<_> = (0..8).map(|_| event_loop.create_task(sleeper(1))).collect();
    drop(sleeping);
    assert!(tasks.iter().filter(|task| task.is_ok()).count() >= 7);
}

#[test]
fn a_full_pool_is_an_error_and_a_run_inside_a_run_is_refused() {
    let _turn = start();
    let tasks: Vec<_> = (0..5).map(|_| asyncio::create_task(failing(1))).collect();
    assert_eq!(tasks.iter().filter(|task| task.is_ok()).count(), 4);
    assert!(matches!(tasks[4], Err(Error::Raised { class: "MemoryError", .. })));
    task! {
        async fn nested() -> Result<(), Error> {
            let refused = asyncio::run(sleeper(1));
            assert!(matches!(refused, Err(Error::Raised { class: "RuntimeError", .. })));
            Ok(())
        }
    }
    assert_eq!(asyncio::run(nested()), Ok(()));
    assert_eq!(current_task().unwrap_err(), Error::raise("RuntimeError", "no running event loop"));
    assert!(!records().contains("ODD"));
}

task! {
    async fn woken_from_outside() -> Result<(), Error> {
        let mut first = true;
        core::future::poll_fn(|context| {
            if core::mem::take(&mut first) {
                let waker = context.waker().clone();
                std::thread::spawn(move || waker.wake()).join().unwrap();
                return core::task::Poll::Pending;
            }
            core::task::Poll::Ready(())
        })
        .await;
        Ok(())
    }
}

#[test]
fn a_waker_of_another_library_queues_the_task() {
    let _turn = start();
    assert_eq!(asyncio::run(woken_from_outside()), Ok(()));
    let found = records();
    assert!(
        found.contains(
            "0 task-suspend task 1 waits in queue 1\n\
         0 handle-done h1 task 1\n\
         0 handle-new h2 wakeup woken_from_outside task 1\n\
         0 handle-run h2 task 1\n"
        ),
        "{found}"
    );
}

#[test]
fn a_snapshot_tells_all_that_is_there() {
    let _turn = start();
    let event_loop = get_event_loop();
    event_loop.create_task(stops()).unwrap();
    event_loop.create_task(sleeper(7)).unwrap();
    event_loop.create_task(waits_for(event_loop.create_task(sleeper(8)).unwrap())).unwrap();
    event_loop.run_forever().unwrap();
    event_loop.create_task(sleeper(1)).unwrap();
    let bytes = read(&_LOOPSCOPE_RTT.up, UP.bytes(), usize::MAX);
    let mut ingest = Ingest::new();
    ingest.feed(&bytes);
    let mut state = loopscope_model::State::default();
    let mut known = |state: &mut loopscope_model::State, bytes: &[u8]| {
        ingest.feed(bytes);
        for arrived in ingest.by_ref() {
            if let Arrived::Record(record) = arrived {
                state.apply(&record);
            }
        }
        let the_loop = state.event_loop(loopscope_protocol::LoopId(1)).unwrap();
        let tasks: Vec<_> = state.pending_tasks().map(|task| (task.id, task.state)).collect();
        (the_loop.ready().collect::<Vec<_>>(), the_loop.timers().collect::<Vec<_>>(), tasks)
    };
    let before = known(&mut state, &[]);
    crate::control::snapshot(&super::State);
    let bytes = read(&_LOOPSCOPE_RTT.up, UP.bytes(), usize::MAX);
    let room = crate::Source::room(&super::State).unwrap();
    assert!(bytes.len() as u32 <= room + 76, "{} bytes, but {room} were asked for", bytes.len());
    let mut fresh = loopscope_model::State::default();
    assert_eq!(known(&mut fresh, &bytes), before);
    assert_eq!(before.2.len(), 5);
}

/// What a random task does.
#[derive(Clone, Copy, Debug)]
enum Do {
    Sleep(u32),
    Spawn(u32),
    CancelLast,
    AwaitLast,
    Fail,
    Set,
    Clear,
    Wait,
    Lock(u32),
    Gather,
    Limit(u32),
}

static SCRIPTS: Mutex<Vec<Vec<Do>>> = Mutex::new(Vec::new());
static FLAG: Event = Event::new();
static GATE: Lock = Lock::new();

/// A task that makes its own kind does it through a function: its size must not contain itself.
fn spawn(number: u32) -> Result<Task<u32>, Error> {
    asyncio::create_task(scripted(number))
}

task! {
    pool: 24,
    async fn scripted(number: u32) -> Result<u32, Error> {
        let script = SCRIPTS.lock().unwrap().get(number as usize).cloned().unwrap_or_default();
        let mut last: Option<Task<u32>> = None;
        for act in script {
            match act {
                Do::Sleep(ms) => asyncio::sleep_ms(ms).await?,
                // A task makes only later ones, so that there is an end of it.
                Do::Spawn(more) => last = spawn(number + 1 + more).ok(),
                Do::CancelLast => {
                    if let Some(task) = &last {
                        task.cancel()?;
                    }
                }
                Do::AwaitLast => {
                    if let Some(task) = last.take() {
                        let _ = task.await;
                    }
                }
                Do::Fail => return Err(Error::raise("ValueError", "as asked")),
                Do::Set => FLAG.set(),
                Do::Clear => FLAG.clear(),
                Do::Wait => {
                    let _ = asyncio::wait_for_ms(flag_is_set(), 3).await;
                }
                Do::Lock(ms) => {
                    let _held = GATE.lock().await?;
                    asyncio::sleep_ms(ms).await?;
                }
                Do::Gather => {
                    if let (Ok(one), Ok(two)) = (spawn(number + 1), spawn(number + 2)) {
                        let _ = asyncio::gather((one, two)).await;
                    }
                }
                Do::Limit(ms) => {
                    if let Ok(task) = spawn(number + 1) {
                        let _ = asyncio::wait_for_ms(task, ms).await;
                    }
                }
            }
        }
        Ok(number)
    }
}

task! {
    pool: 8,
    async fn flag_is_set() -> Result<(), Error> {
        FLAG.wait().await
    }
}

fn acts() -> impl Strategy<Value = Do> {
    prop_oneof![
        4 => (0u32..4).prop_map(Do::Sleep),
        3 => (0u32..2).prop_map(Do::Spawn),
        2 => Just(Do::CancelLast),
        2 => Just(Do::AwaitLast),
        1 => Just(Do::Fail),
        1 => Just(Do::Set),
        1 => Just(Do::Clear),
        1 => Just(Do::Wait),
        1 => (0u32..3).prop_map(Do::Lock),
        1 => Just(Do::Gather),
        1 => (0u32..4).prop_map(Do::Limit),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_tasks_do_the_records_are_possible_and_every_place_is_given_back(
        scripts in proptest::collection::vec(proptest::collection::vec(acts(), 0..6), 1..6),
    ) {
        let _turn = start();
        *SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner) = scripts;
        FLAG.clear();
        for _ in 0..2 {
            let _ = asyncio::run(scripted(0));
            // What is left over runs to its end too. A task that ignores a cancellation of its
            // wait_for and begins another one may leave a waiter behind, as in MicroPython.
            FLAG.set();
            while get_event_loop().run_until_complete(sleeper(50)).is_ok() && !all_done() {}
        }
        let found = records();
        prop_assert!(!found.contains("ODD"), "{}", found);
        prop_assert!(!found.contains("gap"), "the ring is too small for this test");
        prop_assert!(!GATE.locked());
        let all: Vec<_> = (0..24).map(|_| asyncio::create_task(scripted(99))).collect();
        prop_assert!(all.iter().all(Result::is_ok), "a place was not given back");
    }
}

fn all_done() -> bool {
    critical_section::with(|cs| {
        let mut done = true;
        CORE.borrow(cs).each(cs, |task| {
            let at = task.at(cs);
            done &= at.state.get().is_done() && !at.queued.get();
        });
        done
    })
}
