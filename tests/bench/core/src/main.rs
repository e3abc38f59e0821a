//! Callbacks and yields a second: the loop's core against tokio's `LocalSet` and smol's
//! `LocalExecutor`, in turns, by CPU time, the median of some rounds.
#![allow(clippy::cast_precision_loss, reason = "figures are shown with two digits")]

/// The engine's files as they are; what a benchmark does not call is dead here.
#[allow(dead_code, unused_imports, clippy::pedantic, reason = "they are linted where they belong")]
#[path = "../../../../engine/src"]
mod engine {
    pub mod core;
}
mod tasks;

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use engine::core;
use engine::core::closures::Loop;

const ROUNDS: usize = 7;
const CALLBACKS: u64 = 5_000_000;
const TASKS: u64 = 1_000;
const YIELDS: u64 = 2_000;

fn main() {
    let rounds: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let mut tables = [const { Vec::new() }; 4];
    for _ in 0..rounds {
        tables[0].push(seconds(chained_callbacks));
        tables[1].push(seconds(tasks::yields));
        tables[2].push(seconds(tokio_yields));
        tables[3].push(seconds(smol_yields));
    }
    let [chained, ours, tokio, smol] = tables.map(median);
    println!("CPU time, median of {rounds} rounds in turns, millions a second");
    println!("chained call_soon of closures: {:.1}", CALLBACKS as f64 / chained / 1e6);
    let yields = (TASKS * YIELDS) as f64 / 1e6;
    println!("yields of {TASKS} tasks, ours: {:.1}", yields / ours);
    println!(
        "yields, tokio's LocalSet: {:.1} (ours takes {:.2} of it)",
        yields / tokio,
        ours / tokio
    );
    println!(
        "yields, smol's LocalExecutor: {:.1} (ours takes {:.2} of it)",
        yields / smol,
        ours / smol
    );
}

/// The CPU time that `work` takes.
fn seconds(work: impl FnOnce()) -> f64 {
    let before = cpu();
    work();
    cpu() - before
}

fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Each callback registers the next.
fn chained_callbacks() {
    fn link(events: &Loop, left: u64) {
        events.call_soon("link", move |events| {
            if left == 0 {
                events.stop();
            } else {
                link(events, left - 1);
            }
            Ok(())
        });
    }
    let events = Loop::new();
    link(&events, CALLBACKS);
    events.run_forever().expect("it does not run yet");
}

/// What every task does: it counts, and gives the others a turn.
async fn worker<F: Future<Output = ()>>(pause: impl Fn() -> F, count: Rc<Cell<u64>>) {
    for _ in 0..YIELDS {
        pause().await;
        count.set(count.get() + 1);
    }
}

fn tokio_yields() {
    let count = Rc::new(Cell::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let all: Vec<_> = (0..TASKS)
            .map(|_| tokio::task::spawn_local(worker(tokio::task::yield_now, Rc::clone(&count))))
            .collect();
        for task in all {
            task.await.expect("no task fails");
        }
    });
    assert_eq!(count.get(), TASKS * YIELDS);
}

fn smol_yields() {
    let count = Rc::new(Cell::new(0));
    let executor = smol::LocalExecutor::new();
    smol::future::block_on(executor.run(async {
        let all: Vec<_> = (0..TASKS)
            .map(|_| executor.spawn(worker(smol::future::yield_now, Rc::clone(&count))))
            .collect();
        for task in all {
            task.await;
        }
    }));
    assert_eq!(count.get(), TASKS * YIELDS);
}

/// A pause that is over at the second look.
fn pause_once() -> impl Future<Output = ()> {
    let mut paused = false;
    poll_fn(move |_| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        Poll::Pending
    })
}
