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
    emit::loop_new();
    it.name(BLINK, crate::name!("blink"));
    it.task_new(EXECUTOR, BLINK);
    it.task_ready(EXECUTOR, BLINK);
    it.task_new(EXECUTOR, OTHER);
    it.task_ready(EXECUTOR, OTHER);
    // A third has no place, and another executor is not seen.
    it.task_new(EXECUTOR, OTHER + 4);
    it.task_ready(EXECUTOR, OTHER + 4);
    it.task_new(EXECUTOR + 4, 7);
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
    // The address of one that has ended is another's now.
    it.name(OTHER, crate::name!("again"));
    it.task_new(EXECUTOR, OTHER);
    let expected = "0 loop-new
        0 task-new task 1 blink
        0 handle-new h1 step blink task 1
        0 task-new task 2
        0 handle-new h3 step task 2
        0 loop-run forever
        0 handle-run h1 task 1
        0 task-step task 1
        0 task-suspend task 1 waits in queue 1
        0 handle-done h1 task 1
        0 handle-run h3 task 2
        0 task-step task 2
        0 handle-new h2 wakeup blink by=h3 task 1
        0 task-done task 2 result
        0 handle-done h3 task 2
        0 handle-run h2 task 1
        0 task-step task 1
        0 task-suspend task 1 waits in queue 1
        0 handle-done h2 task 1
        0 poll-begin
        0 handle-new h1 wakeup blink task 1
        0 poll-end ready=0
        0 task-new task 3 again";
    let found = records();
    let lines: std::vec::Vec<_> = expected.lines().map(str::trim).collect();
    assert_eq!(found.lines().collect::<std::vec::Vec<_>>(), lines, "{found}");
}
