//! Plain text on one channel of rtt-target and defmt on another; records go beside them.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use rtt_target::{rprintln, rtt_init, set_defmt_channel, set_print_channel};

#[entry]
fn main() -> ! {
    let channels = rtt_init! {
        up: {
            0: { size: 1024, name: "Terminal" }
            1: { size: 1024, name: "defmt" }
        }
    };
    set_print_channel(channels.up.0);
    set_defmt_channel(channels.up.1);
    loopscope_beside_rtt_target::run(|number, runs| {
        if number == 0 {
            rprintln!("task {} has run {} times", number, runs);
        } else {
            defmt::info!("task {=usize} has run {=u32} times", number, runs);
        }
    })
}
