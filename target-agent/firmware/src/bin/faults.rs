//! A program that works for a second and then does what no program should.
//!
//! A task reads from an address where nothing is. The core faults, says so in the log, and halts
//! if a debugger is there: the host names the halt.
#![no_std]
#![no_main]

use cortex_m_rt::{ExceptionFrame, entry, exception};
use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos as demos;

task! {
    async fn careful() -> Result<(), Error> {
        loop {
            asyncio::sleep_ms(100).await?;
            defmt::info!("all is well");
        }
    }
}

task! {
    async fn reckless() -> Result<u32, Error> {
        asyncio::sleep_ms(1000).await?;
        // Nothing is at this address on any of the boards.
        let nowhere = core::ptr::without_provenance::<u32>(0xf000_0000);
        // SAFETY: it is not: this is the fault that the program is for.
        Ok(unsafe { nowhere.read_volatile() })
    }
}

task! {
    async fn main_task() -> Result<(), Error> {
        asyncio::create_task(careful())?;
        let value = asyncio::create_task(reckless())?.await?;
        defmt::info!("read {=u32}", value);
        Ok(())
    }
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    defmt::error!("HardFault at {=u32:#x}", frame.pc());
    loop {
        cortex_m::asm::bkpt();
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
