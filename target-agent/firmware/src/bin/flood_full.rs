//! As many records as the core makes: far more than any link carries.
#![no_std]
#![no_main]

use loopscope_demos::entry;

#[entry]
fn main() -> ! {
    loopscope_demos::flood::flood(0)
}
