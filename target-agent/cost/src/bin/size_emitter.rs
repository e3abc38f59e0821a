//! A program with every call of the emitter, but without the control channel, to see its size.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use panic_halt as _;

#[path = "../every_call.rs"]
mod every_call;

#[entry]
fn main() -> ! {
    every_call::make();
    critical_section::with(|_| ());
    loop {
        cortex_m::asm::wfi();
    }
}
