//! What the programs beside rtt-target share: the clock, the rings, and the tasks.
#![no_std]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::Peripherals;
use cortex_m_rt::exception;
use loopscope_agent::clock::SysTick;
use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::protocol::Dialect;
use loopscope_agent::{Ring, task};
use panic_halt as _;

static RECORDS: Ring<2048> = Ring::new();
static REQUESTS: Ring<64> = Ring::new();

/// QEMU's lm3s6965evb divides 200 MHz by 16 after a reset; the timer interrupts each millisecond.
const CLOCK_HZ: u32 = 12_500_000;
type Clock = SysTick<{ CLOCK_HZ / 1000 }>;

loopscope_agent::clock!(CLOCK_HZ, Clock::now);

#[exception]
fn SysTick() {
    Clock::interrupt();
}

/// How often each task has run.
static RUNS: [AtomicU32; 2] = [const { AtomicU32::new(0) }; 2];

task! {
    pool: 2,
    async fn counter(number: usize, ms: u32, log: fn(usize, u32)) -> Result<(), Error> {
        loop {
            asyncio::sleep_ms(ms).await?;
            let runs = RUNS[number].load(Ordering::Relaxed) + 1;
            RUNS[number].store(runs, Ordering::Relaxed);
            log(number, runs);
        }
    }
}

task! {
    async fn main_task(log: fn(usize, u32)) -> Result<(), Error> {
        asyncio::gather((counter(0, 50, log), counter(1, 70, log))).await?;
        Ok(())
    }
}

/// Runs two tasks for ever that call `log` with their number and how often they have run.
///
/// # Panics
///
/// When it is called twice.
pub fn run(log: fn(usize, u32)) -> ! {
    let mut peripherals = Peripherals::take().expect("the board is started once");
    Clock::start(&mut peripherals.SYST);
    loopscope_agent::init(&RECORDS, &REQUESTS, Dialect::Micropython);
    asyncio::set_idle(cortex_m::asm::wfi);
    let _ = asyncio::run(main_task(log));
    loop {
        cortex_m::asm::wfi();
    }
}
