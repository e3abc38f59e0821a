//! The hooks that embassy-executor calls, and the adapter behind them, with places for sixteen tasks.

use loopscope_cost::TIME;

loopscope_agent::embassy!(
    clock: (1_562_500, || TIME.load(core::sync::atomic::Ordering::Relaxed)),
    ring: 1024,
    tasks: 16,
);

unsafe extern "Rust" {
    pub safe fn _embassy_trace_poll_start(executor: u32);
    pub safe fn _embassy_trace_task_new(executor: u32, task: u32);
    pub safe fn _embassy_trace_task_end(executor: u32, task: u32);
    pub safe fn _embassy_trace_task_exec_begin(executor: u32, task: u32);
    pub safe fn _embassy_trace_task_exec_end(executor: u32, task: u32);
    pub safe fn _embassy_trace_task_ready_begin(executor: u32, task: u32);
    pub safe fn _embassy_trace_executor_idle(executor: u32);
}

/// The executor, and the first of its tasks, whose addresses are next to each other.
pub const EXECUTOR: u32 = 0x2000_0000;
pub const TASK: u32 = 0x2000_1000;

/// A task is woken while the executor sleeps, runs, and waits again.
#[inline(always)]
pub fn step(task: u32) {
    _embassy_trace_task_ready_begin(EXECUTOR, task);
    _embassy_trace_poll_start(EXECUTOR);
    _embassy_trace_task_exec_begin(EXECUTOR, task);
    _embassy_trace_task_exec_end(EXECUTOR, task);
    _embassy_trace_executor_idle(EXECUTOR);
}
