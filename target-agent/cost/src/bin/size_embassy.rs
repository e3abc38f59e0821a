//! A program with the adapter for embassy-executor and all that belongs to it, to see its size.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
use loopscope_cost as _;

#[path = "../hooks.rs"]
mod hooks;

#[entry]
fn main() -> ! {
    let (executor, task) = (black_box(hooks::EXECUTOR), black_box(hooks::TASK));
    hooks::_embassy_trace_task_new(executor, task);
    critical_section::with(|_| ());
    loop {
        hooks::step(task);
        hooks::_embassy_trace_task_end(executor, task);
        cortex_m::asm::wfi();
    }
}
