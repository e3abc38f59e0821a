//! A program that faults and says nothing of it: the handler is the one that does nothing for ever.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, board, entry};

task! {
    async fn reckless() -> Result<(), Error> {
        asyncio::sleep_ms(500).await?;
        board::undefined_instruction()
    }
}

#[entry]
fn main() -> ! {
    demos::start_loop();
    let _ = asyncio::run(reckless());
    demos::end()
}
