//! The hooks, called as the executor calls them.

use super::*;
use crate::event_loop::tests::{records, start};

const EXECUTOR: u32 = 0x2000_0000;
const BLINK: u32 = 0x2000_1000;
const OTHER: u32 = 0x2000_2000;

#[test]
fn a_program_is_told_and_empty_polls_are_not() {
    static ADAPTER: Adapter<2> = Adapter::new();
    let _turn = start();
    let it = &ADAPTER;
    it.name(BLINK, crate::name!("blink"));
    it.task_new(EXECUTOR, BLINK);
    it.task_ready(EXECUTOR, BLINK);
    it.task_new(EXECUTOR, OTHER);
    it.task_ready(EXECUTOR, OTHER);
    // A third has no place: it is counted.
    it.task_new(EXECUTOR, OTHER + 4);
    it.task_ready(EXECUTOR, OTHER + 4);
    it.poll_start(EXECUTOR);
    it.task_exec_begin(EXECUTOR, BLINK);
    it.task_ready(EXECUTOR, OTHER);
    it.task_exec_end(EXECUTOR, BLINK);
    it.task_exec_begin(EXECUTOR, OTHER);
    it.task_ready(EXECUTOR, BLINK);
    it.task_end(EXECUTOR, OTHER);
    it.task_exec_end(EXECUTOR, OTHER);
    it.poll_start(EXECUTOR);
    it.task_exec_begin(EXECUTOR, BLINK);
    it.task_exec_end(EXECUTOR, BLINK);
    for _ in 0..100 {
        it.executor_idle(EXECUTOR);
        it.poll_start(EXECUTOR);
    }
    it.task_ready(EXECUTOR, BLINK);
    it.poll_start(EXECUTOR);
    // One that nobody has named has its address, by which the host finds its pool.
    // The address of one that has ended is another's now.
    it.name(OTHER, crate::name!("again"));
    it.task_new(EXECUTOR, OTHER);
    let expected = "0 loop-new
        0 task-new task 1 blink
        0 handle-new h1 step blink task 1
        0 task-new task 2 ?536879104
        0 handle-new h3 step ?536879104 task 2
        0 loop-run forever
        0 handle-run h1 task 1
        0 task-step task 1
        0 task-suspend task 1 waits for its waker
        0 handle-done h1 task 1
        0 handle-run h3 task 2
        0 task-step task 2
        0 handle-new h2 wakeup blink by=h3 task 1
        0 task-done task 2 result
        0 handle-done h3 task 2
        0 handle-run h2 task 1
        0 task-step task 1
        0 task-suspend task 1 waits for its waker
        0 handle-done h2 task 1
        0 poll-begin
        0 handle-new h1 wakeup blink task 1
        0 poll-end ready=0
        0 task-new task 3 again";
    let found = records();
    let lines: std::vec::Vec<_> = expected.lines().map(str::trim).collect();
    assert_eq!(found.lines().collect::<std::vec::Vec<_>>(), lines, "{found}");
}

#[test]
fn each_executor_is_a_loop_and_one_in_an_interrupt_stands_within_the_other() {
    static ADAPTER: Adapter<4> = Adapter::new();
    const HIGH: u32 = EXECUTOR + 0x100;
    let _turn = start();
    let it = &ADAPTER;
    it.name(BLINK, crate::name!("high"));
    it.task_new(HIGH, BLINK);
    it.task_ready(HIGH, BLINK);
    it.name(OTHER, crate::name!("low"));
    it.task_new(EXECUTOR, OTHER);
    it.task_ready(EXECUTOR, OTHER);
    for executor in [HIGH, EXECUTOR] {
        it.poll_start(executor);
    }
    it.task_exec_begin(EXECUTOR, OTHER);
    // The interrupt comes in the middle of the low task.
    it.poll_start(HIGH);
    it.task_exec_begin(HIGH, BLINK);
    it.task_exec_end(HIGH, BLINK);
    it.executor_idle(HIGH);
    it.task_exec_end(EXECUTOR, OTHER);
    it.executor_idle(EXECUTOR);
    let expected = "0 loop-new
        0 task-new task 1 high
        0 handle-new h1 step high task 1
        0 loop 2: loop-new
        0 loop 2: task-new task 2 low
        0 loop 2: handle-new h3 step low task 2
        0 loop-run forever
        0 loop 2: loop-run forever
        0 loop 2: handle-run h3 task 2
        0 loop 2: task-step task 2
        0 handle-run h1 task 1
        0 task-step task 1
        0 task-suspend task 1 waits for its waker
        0 handle-done h1 task 1
        0 poll-begin
        0 loop 2: task-suspend task 2 waits for its waker
        0 loop 2: handle-done h3 task 2
        0 loop 2: poll-begin";
    let found = records();
    let lines: std::vec::Vec<_> = expected.lines().map(str::trim).collect();
    assert_eq!(found.lines().collect::<std::vec::Vec<_>>(), lines, "{found}");
}
