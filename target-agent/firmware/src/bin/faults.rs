//! A program that works for a second and then does what no program should.
//!
//! A task runs into an instruction that does not exist, as one does that jumps through a pointer
//! which was overwritten. The core faults and says so in the log; then it halts where a debugger
//! is, and the host names the halt.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, board, entry};

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
        board::undefined_instruction()
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

/// What the core does after a fault.
fn fault(at: u32) -> ! {
    defmt::error!("HardFault at {=u32:#x}", at);
    board::halt()
}

#[cfg(target_arch = "arm")]
#[cortex_m_rt::exception]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    fault(frame.pc())
}

#[cfg(target_arch = "riscv32")]
#[riscv_rt::exception(riscv::interrupt::Exception::IllegalInstruction)]
fn illegal_instruction(_: &riscv_rt::TrapFrame) -> ! {
    fault(riscv::register::mepc::read() as u32)
}

#[entry]
fn main() -> ! {
    demos::start_loop();
    if let Err(error) = asyncio::run(main_task()) {
        defmt::error!("{=str}", error.repr()[0]);
    }
    demos::end()
}
