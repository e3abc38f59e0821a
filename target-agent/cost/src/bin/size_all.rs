//! A program with every call of the emitter and the control channel, to see their size.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use loopscope_agent::{NoSnapshot, poll};
use panic_halt as _;

#[path = "../every_call.rs"]
mod every_call;

#[entry]
fn main() -> ! {
    every_call::make();
    critical_section::with(|_| ());
    loop {
        let _ = poll(&NoSnapshot);
        cortex_m::asm::wfi();
    }
}
