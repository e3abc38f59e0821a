//! Measures the adapter for embassy-executor in a program of sixteen tasks, which it looks for one by
//! one; see `COST.md`.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use loopscope_cost as cost;

#[path = "../hooks.rs"]
mod hooks;

/// Each of them in turn.
fn task(number: u32) -> u32 {
    hooks::TASK + number % 16 * 64
}

#[entry]
fn main() -> ! {
    for number in 0..16 {
        hooks::_embassy_trace_task_new(hooks::EXECUTOR, task(number));
        hooks::step(task(number));
    }
    let empty = || cost::empty(&cost::_LOOPSCOPE_RTT);
    cost::measure_steps("embassy, 16 tasks", |number| hooks::step(task(number)), empty)
}
