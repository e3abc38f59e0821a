//! The loop's records, word for word, in the order that MicroPython's rules give.
//!
//! There is one loop and one agent in a program, so the tests take turns. Time is virtual: it stands
//! still while tasks run, and an idle loop moves it on by a millisecond. What the tests share is
//! here; the tests themselves are in a file for each subject.

mod cancelling;
mod exceptions;
mod gathering;
mod lifecycle;
mod limits;
mod outside;
mod snapshots;
mod tasks;
mod waiting;
mod whatever;

use std::fmt::Write;
use std::string::String;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use loopscope_model::stream::{Arrived, Ingest};
use loopscope_protocol::{Dialect, NameId};

use super::{self as asyncio, *};
use crate::rtt::{_LOOPSCOPE_RTT, Ring};
use crate::task;
use crate::test_host::{NOW, read};

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
        assert!(NOW.fetch_add(1000, Ordering::Relaxed) < 10_000_000, "it hangs");
    });
    critical_section::with(|cs| {
        let core = CORE.borrow(cs);
        core.made.set(false);
        core.tasks.set(0);
        core.gathers.set(0);
        core.queues.set(NO_QUEUE.0);
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
            for queue in [
                waiting::GO.queue(),
                waiting::DOOR.queue(),
                whatever::FLAG.queue(),
                whatever::GATE.queue(),
                &task.waiters,
            ] {
                while queue.pop(cs).is_some() {}
            }
            task.at(cs).data.set(header::Data::None);
        });
        run::discard_task(task);
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
        let whose = match record.loop_id.0 {
            0 | 1 => String::new(),
            other => format!("loop {other}: "),
        };
        writeln!(lines, "{} {whose}{line}", record.t.unwrap_or(0) / 1000).unwrap();
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
    async fn waits_for(other: Task<u32>) -> Result<u32, Error> {
        other.await
    }
}
