//! Cancelling in all its ways, and time limits. Twin: `twins/cancellation.py`.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, entry};

task! {
    pool: 3,
    async fn sleeper() -> Result<(), Error> {
        asyncio::sleep_ms(1000).await
    }
}

task! {
    async fn stubborn() -> Result<u32, Error> {
        if asyncio::sleep_ms(1000).await == Err(Error::Cancelled) {
            defmt::info!("stubborn goes on");
            asyncio::sleep_ms(20).await?;
        }
        Ok(7)
    }
}

task! {
    async fn waits_for_another() -> Result<(), Error> {
        asyncio::create_task(sleeper())?.await
    }
}

task! {
    async fn quick() -> Result<u32, Error> {
        asyncio::sleep_ms(10).await?;
        Ok(42)
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        let asleep = asyncio::create_task(sleeper())?;
        asyncio::sleep_ms(30).await?;
        asleep.cancel()?;
        if (&asleep).await == Err(Error::Cancelled) {
            defmt::info!("the sleeper was cancelled");
        }
        let stubborn = asyncio::create_task(stubborn())?;
        asyncio::sleep_ms(30).await?;
        stubborn.cancel()?;
        defmt::info!("stubborn gave {=u32}", stubborn.await?);
        let outer = asyncio::create_task(waits_for_another())?;
        asyncio::sleep_ms(30).await?;
        outer.cancel()?;
        asyncio::sleep_ms(20).await?;
        let unborn = asyncio::create_task(sleeper())?;
        unborn.cancel()?;
        asyncio::sleep_ms(20).await?;
        if asyncio::wait_for_ms(sleeper(), 40).await == Err(Error::Timeout) {
            defmt::info!("it took too long");
        }
        defmt::info!("in time: {=u32}", asyncio::wait_for_ms(quick(), 40).await?);
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
