//! 15,000 records a second.
#![no_std]
#![no_main]

use loopscope_demos::entry;

#[entry]
fn main() -> ! {
    loopscope_demos::flood::flood(15_000)
}
