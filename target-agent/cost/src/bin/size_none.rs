//! A program without the agent, to compare sizes with.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use panic_halt as _;

#[entry]
fn main() -> ! {
    critical_section::with(|_| ());
    loop {
        cortex_m::asm::wfi();
    }
}
