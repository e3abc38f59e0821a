//! Logs are plain text on the terminal channel of rtt-target; records go beside it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use rtt_target::{rprintln, rtt_init_print};

#[entry]
fn main() -> ! {
    rtt_init_print!();
    rprintln!("plain text, beside records");
    loopscope_beside_rtt_target::run(|number, runs| {
        rprintln!("task {} has run {} times", number, runs);
    })
}
