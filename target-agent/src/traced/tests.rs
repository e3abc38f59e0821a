//! Traced tasks, polled by hand as a scheduler does.

use core::cell::RefCell;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicU16, Ordering};
use core::task::{Context, Poll, Waker};
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::event_loop::tests::{records, start as start_records};

/// The exception in which tasks run.
pub(super) static CONTEXT: AtomicU16 = AtomicU16::new(0);

#[unsafe(no_mangle)]
extern "C" fn _loopscope_start_traced_tasks() {}

fn start() -> std::sync::MutexGuard<'static, ()> {
    let turn = start_records();
    CONTEXT.store(0, Ordering::Relaxed);
    critical_section::with(slot::reset);
    turn
}

/// Polls it once; true if it is done.
fn poll_once(future: Pin<&mut impl Future>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// Waits until it is woken by what it leaves there.
async fn woken(by: &RefCell<Option<Waker>>) {
    let mut first = true;
    poll_fn(|context| {
        if core::mem::take(&mut first) {
            *by.borrow_mut() = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

fn wake(by: &RefCell<Option<Waker>>) {
    by.take().expect("it waits").wake();
}

/// They are these.
fn expect(expected: &str) {
    let found = records();
    let lines: Vec<_> = expected.lines().map(str::trim).collect();
    assert_eq!(found.lines().collect::<Vec<_>>(), lines, "{found}");
}

#[test]
fn a_task_is_seen_from_its_first_step_to_its_end_and_again() {
    let _turn = start();
    let bell = RefCell::new(None);
    let other = RefCell::new(None);
    let make = || traced!("reader", woken(&bell));
    {
        let mut first = pin!(make());
        assert!(!poll_once(first.as_mut()));
        let mut ringer = pin!(traced!("ringer", async {
            wake(&bell);
            woken(&other).await;
        }));
        assert!(!poll_once(ringer.as_mut()));
        assert!(poll_once(first.as_mut()));
        // Woken twice, it is queued once.
        let twice = other.borrow().clone();
        wake(&other);
        twice.expect("it waits").wake();
        assert!(poll_once(ringer.as_mut()));
    }
    {
        // It is made again, and dropped before its end.
        let mut second = pin!(make());
        assert!(!poll_once(second.as_mut()));
        wake(&bell);
    }
    expect(
        "0 loop-new
        0 loop-run forever
        0 task-new task 1 reader
        0 handle-new h1 step reader task 1
        0 handle-run h1 task 1
        0 task-step task 1
        0 task-suspend task 1 waits for its waker
        0 handle-done h1 task 1
        0 poll-begin
        0 poll-end ready=0
        0 task-new task 2 ringer
        0 handle-new h3 step ringer task 2
        0 handle-run h3 task 2
        0 task-step task 2
        0 handle-new h2 wakeup reader by=h3 task 1
        0 task-suspend task 2 waits for its waker
        0 handle-done h3 task 2
        0 handle-run h2 task 1
        0 task-step task 1
        0 task-done task 1 result
        0 handle-done h2 task 1
        0 poll-begin
        0 handle-new h4 wakeup ringer task 2
        0 poll-end ready=0
        0 handle-run h4 task 2
        0 task-step task 2
        0 task-done task 2 result
        0 handle-done h4 task 2
        0 poll-begin
        0 poll-end ready=0
        0 task-new task 3 reader
        0 handle-new h5 step reader task 3
        0 handle-run h5 task 3
        0 task-step task 3
        0 task-suspend task 3 waits for its waker
        0 handle-done h5 task 3
        0 poll-begin
        0 handle-new h6 wakeup reader task 3
        0 handle-cancel h6
        0 handle-skip h6
        0 task-done task 3 cancelled",
    );
}

#[test]
fn tasks_of_an_interrupt_are_a_loop_of_their_own_and_one_in_another_is_a_part_of_it() {
    let _turn = start();
    let bell = RefCell::new(None);
    let mut low = pin!(traced!("low", async {
        CONTEXT.store(7, Ordering::Relaxed);
        let mut high = pin!(traced!("high", traced!("inner", woken(&bell))));
        assert!(!poll_once(high.as_mut()));
        CONTEXT.store(0, Ordering::Relaxed);
        woken(&bell).await;
    }));
    assert!(!poll_once(low.as_mut()));
    let found = records();
    let expected = [
        "0 handle-run h1 task 1",
        "0 task-step task 1",
        "0 loop 2: loop-new",
        "0 loop 2: loop-run forever",
        "0 loop 2: task-new task 2 high",
        "0 loop 2: handle-new h3 step high task 2",
        "0 loop 2: handle-run h3 task 2",
        "0 loop 2: task-step task 2",
        "0 loop 2: task-suspend task 2 waits for its waker",
        "0 loop 2: handle-done h3 task 2",
        "0 loop 2: poll-begin",
        "0 task-suspend task 1 waits for its waker",
        "0 handle-done h1 task 1",
        "0 poll-begin",
    ];
    let lines: Vec<String> = found.lines().skip(4).map(str::to_owned).collect();
    assert_eq!(lines, expected, "{found}");
}

#[test]
fn a_waker_that_is_left_alone_is_the_schedulers_and_the_program_says_when_it_sleeps() {
    let _turn = start();
    let mut task = pin!(polled!("task", async {
        poll_fn(|context| {
            assert!(context.waker().will_wake(Waker::noop()));
            Poll::Ready(())
        })
        .await;
        core::future::pending::<()>().await;
    }));
    for _ in 0..2 {
        assert!(!poll_once(task.as_mut()));
    }
    idle();
    idle();
    let found = records();
    assert_eq!(found.matches("poll-begin").count(), 1, "{found}");
    assert!(found.contains("0 handle-new h2 wakeup task task 1\n0 handle-run h2"), "{found}");
    assert!(found.ends_with("0 handle-done h2 task 1\n0 poll-begin\n"), "{found}");
}
