//! A bell that an interrupt rings: the task that waits for it is woken while the loop sleeps, and while
//! another task computes.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::{milliseconds, task};
use loopscope_demos::{self as demos, alarm, entry};

/// When the timer's interrupt rings, in milliseconds since the start: while the loop sleeps, while a
/// task computes, and while the loop sleeps again.
const RINGS: [u64; 3] = [700, 1_260, 1_900];

task! {
    async fn lamp() -> Result<(), Error> {
        for _ in 0..5 {
            asyncio::sleep_ms(500).await?;
        }
        Ok(())
    }
}

task! {
    async fn paint() -> Result<(), Error> {
        asyncio::sleep_ms(1_200).await?;
        // A computation that never awaits.
        demos::block_ms(150);
        Ok(())
    }
}

task! {
    async fn door() -> Result<(), Error> {
        for ring in RINGS {
            // The loop has no timer for it: only the interrupt knows when.
            alarm::until(ring).await;
            defmt::info!("it rang at {=u64} ms, and I open at {=u64} ms", ring, milliseconds());
        }
        Ok(())
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        asyncio::gather((lamp(), paint(), door())).await?;
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
