//! Producers and consumers with an event and a lock. Twin: `twins/producers_consumers.py`.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use loopscope_agent::event_loop::{self as asyncio, Error, Event, Lock};
use loopscope_agent::task;
use loopscope_demos::{self as demos, entry};

static THERE_IS_ONE: Event = Event::new();
static SHELF: Lock = Lock::new();
/// How many things lie on the shelf. Tasks run one at a time, so a load and a store are enough.
static THINGS: AtomicU32 = AtomicU32::new(0);

fn things() -> u32 {
    THINGS.load(Ordering::Relaxed)
}

task! {
    pool: 2,
    async fn producer(times: u32, every: u32) -> Result<(), Error> {
        for _ in 0..times {
            asyncio::sleep_ms(every).await?;
            {
                let _held = SHELF.lock().await?;
                THINGS.store(things() + 1, Ordering::Relaxed);
                defmt::info!("put one, {=u32} there", things());
            }
            THERE_IS_ONE.set();
        }
        Ok(())
    }
}

task! {
    pool: 2,
    async fn consumer(wanted: u32) -> Result<(), Error> {
        let mut taken = 0;
        while taken < wanted {
            if things() == 0 {
                THERE_IS_ONE.clear();
                THERE_IS_ONE.wait().await?;
            }
            let _held = SHELF.lock().await?;
            if things() > 0 {
                THINGS.store(things() - 1, Ordering::Relaxed);
                taken += 1;
                defmt::info!("took one, {=u32} there", things());
                asyncio::sleep_ms(30).await?;
            }
        }
        Ok(())
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        asyncio::gather((producer(4, 50), producer(1, 115), consumer(3), consumer(2))).await?;
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
