//! Running for ever, stopping, running on, and starting over. Twin: `twins/stop_and_close.py`.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, entry};

task! {
    pool: 2,
    async fn ticker(times: u32) -> Result<(), Error> {
        for time in 0..times {
            asyncio::sleep_ms(30).await?;
            defmt::info!("tick {=u32}", time + 1);
        }
        Ok(())
    }
}

task! {
    async fn stops_after(ms: u32) -> Result<(), Error> {
        asyncio::sleep_ms(ms).await?;
        asyncio::get_event_loop().stop();
        // A second time it does nothing.
        asyncio::get_event_loop().stop();
        Ok(())
    }
}

task! {
    async fn last() -> Result<(), Error> {
        asyncio::sleep_ms(20).await
    }
}

fn program() -> Result<(), Error> {
    let event_loop = asyncio::get_event_loop();
    event_loop.create_task(ticker(6))?;
    event_loop.create_task(stops_after(100))?;
    event_loop.run_forever()?;
    defmt::info!("stopped");
    // This does nothing: the loop runs on afterwards.
    event_loop.close();
    event_loop.create_task(stops_after(40))?;
    event_loop.run_forever()?;
    defmt::info!("stopped again");
    event_loop.create_task(ticker(2))?;
    // What is queued is dropped.
    asyncio::new_event_loop()?;
    event_loop.run_until_complete(last())
}

#[entry]
fn main() -> ! {
    demos::start_loop();
    if let Err(error) = program() {
        defmt::error!("{=str}", error.repr()[0]);
    }
    demos::end()
}
