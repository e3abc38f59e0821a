//! A task that computes for long without awaiting, and one that suffers from it. Twin: `twins/hog.py`.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, entry};

task! {
    async fn blinker() -> Result<(), Error> {
        for time in 0..6 {
            asyncio::sleep_ms(30).await?;
            defmt::info!("blink {=u32}", time + 1);
        }
        Ok(())
    }
}

task! {
    async fn hog() -> Result<(), Error> {
        for _ in 0..3 {
            demos::block_ms(80);
            asyncio::sleep_ms(20).await?;
        }
        Ok(())
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        asyncio::gather((blinker(), hog())).await?;
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    demos::start_loop();
    if let Err(error) = asyncio::run(main_task()) {
        defmt::error!("{=str}", error.repr()[0]);
    }
    demos::end()
}
