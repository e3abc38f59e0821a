//! Three tasks that sleep, each for another time. Twin: `twins/sleepers.py`.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, entry};

task! {
    pool: 3,
    async fn sleeper(ms: u32, times: u32) -> Result<(), Error> {
        for time in 0..times {
            asyncio::sleep_ms(ms).await?;
            defmt::info!("{=u32} ms, {=u32} of {=u32}", ms, time + 1, times);
        }
        Ok(())
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        asyncio::create_task(sleeper(30, 6))?;
        asyncio::create_task(sleeper(70, 3))?;
        let longest = asyncio::create_task(sleeper(130, 2))?;
        longest.await?;
        // The others are done by now; this gives the queue a turn.
        asyncio::sleep_ms(0).await
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
