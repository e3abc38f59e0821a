//! Gathering: values, exceptions, exceptions as values, and cancelling. Twin: `twins/gather.py`.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, entry};

task! {
    pool: 4,
    async fn reading(value: u32, ms: u32) -> Result<u32, Error> {
        asyncio::sleep_ms(ms).await?;
        Ok(value)
    }
}

task! {
    pool: 2,
    async fn broken(ms: u32) -> Result<u32, Error> {
        asyncio::sleep_ms(ms).await?;
        Err(Error::raise("ValueError", "no sensor"))
    }
}

task! {
    async fn group() -> Result<(), Error> {
        asyncio::gather((reading(5, 1000), reading(6, 1100))).await?;
        Ok(())
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        let (first, second) = asyncio::gather((reading(1, 60), reading(2, 30))).await?;
        defmt::info!("{=u32} and {=u32}", first, second);
        if let Err(error) = asyncio::gather((reading(3, 60), broken(30))).await {
            defmt::info!("{=str}: the other goes on", error.repr()[0]);
        }
        asyncio::sleep_ms(60).await?;
        let (value, failed) = asyncio::gather_all((reading(4, 20), broken(40))).await?;
        defmt::info!("{=u32} and an exception: {=bool}", value?, failed.is_err());
        let group = asyncio::create_task(group())?;
        asyncio::sleep_ms(30).await?;
        group.cancel()?;
        asyncio::sleep_ms(30).await
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
