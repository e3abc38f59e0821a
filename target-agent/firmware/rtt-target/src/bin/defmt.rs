//! Logs are defmt's over a channel of rtt-target; records go beside it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use rtt_target::rtt_init_defmt;

#[entry]
fn main() -> ! {
    rtt_init_defmt!();
    defmt::info!("defmt by rtt-target, beside records");
    loopscope_beside_rtt_target::run(|number, runs| {
        defmt::info!("task {=usize} has run {=u32} times", number, runs);
    })
}
