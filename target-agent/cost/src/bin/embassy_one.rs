//! Measures the adapter for embassy-executor in a program of one task; see `COST.md`.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use loopscope_cost as cost;

#[path = "../hooks.rs"]
mod hooks;

#[entry]
fn main() -> ! {
    hooks::_embassy_trace_task_new(hooks::EXECUTOR, hooks::TASK);
    hooks::step(hooks::TASK);
    let empty = || cost::empty(&cost::_LOOPSCOPE_RTT);
    cost::measure_steps("embassy, 1 task", |_| hooks::step(hooks::TASK), empty)
}
