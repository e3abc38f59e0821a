//! The board of `loopscope attach --demo`: a small weather station that runs for ever and shows a
//! little of everything: sleepers, a queue of measurements, time limits, a cancelled task, a task
//! that fails, and one that computes for too long.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use loopscope_agent::event_loop::{self as asyncio, Error, Event};
use loopscope_agent::task;
use loopscope_demos::{self as demos, entry};

static THERE_IS_ONE: Event = Event::new();
/// Measurements that were taken and not sent yet. Tasks run one at a time, so a load and a store
/// are enough.
static WAITING: AtomicU32 = AtomicU32::new(0);

fn waiting() -> u32 {
    WAITING.load(Ordering::Relaxed)
}

task! {
    async fn blink() -> Result<(), Error> {
        loop {
            asyncio::sleep_ms(250).await?;
        }
    }
}

task! {
    pool: 2,
    async fn measure(every: u32) -> Result<(), Error> {
        loop {
            asyncio::sleep_ms(every).await?;
            WAITING.store(waiting() + 1, Ordering::Relaxed);
            THERE_IS_ONE.set();
        }
    }
}

task! {
    async fn send() -> Result<(), Error> {
        loop {
            if waiting() == 0 {
                THERE_IS_ONE.clear();
                THERE_IS_ONE.wait().await?;
            }
            WAITING.store(waiting() - 1, Ordering::Relaxed);
            // It takes a while to go out.
            asyncio::sleep_ms(20).await?;
            defmt::debug!("sent, {=u32} waiting", waiting());
        }
    }
}

task! {
    async fn read_sensor(ms: u32) -> Result<u32, Error> {
        asyncio::sleep_ms(ms).await?;
        Ok(ms)
    }
}

/// Reads a sensor that takes `ms`, and gives up after `limit`. While a debugger holds the board
/// even a fast one may be late.
async fn read_within(ms: u32, limit: u32) -> Result<(), Error> {
    match asyncio::wait_for_ms(read_sensor(ms), limit).await {
        Err(Error::Timeout) => defmt::warn!("the sensor took too long"),
        value => defmt::info!("read {=u32}", value?),
    }
    Ok(())
}

task! {
    async fn average() -> Result<(), Error> {
        // A computation that never awaits: everything else is late.
        demos::block_ms(60);
        Ok(())
    }
}

task! {
    async fn calibrate() -> Result<(), Error> {
        asyncio::sleep_ms(30).await?;
        Err(Error::raise("ValueError", "the sensor is not there"))
    }
}

task! {
    async fn report() -> Result<(), Error> {
        let mut number = 0_u32;
        loop {
            asyncio::sleep_ms(700).await?;
            number += 1;
            defmt::info!("report {=u32}", number);
            match number % 4 {
                // In time, and then not.
                0 => read_within(40, 90).await?,
                1 => read_within(400, 90).await?,
                2 => asyncio::create_task(average())?.await?,
                // Nobody awaits it, so the exception handler is told.
                _ => {
                    asyncio::create_task(calibrate())?;
                }
            }
        }
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        asyncio::gather((blink(), measure(330), measure(410), send(), report())).await?;
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
