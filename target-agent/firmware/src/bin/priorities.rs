//! Three executors of embassy, as programs with deadlines have them: two run in interrupts, of which
//! one comes before the other, and each comes before what runs in none.
//!
//! Nobody names the tasks: they have the names of their functions, which the host finds by itself.
//! The `unsafe` code of this file says which interrupts are free, and hands each to its executor.
#![no_std]
#![no_main]

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::exception;
use embassy_executor::{Executor, InterruptExecutor};
use loopscope_agent::milliseconds;
use loopscope_demos::{alarm, block_ms, board, entry};

loopscope_agent::embassy!(ring: 8192, tasks: 4);

/// An interrupt that nothing else uses.
#[derive(Clone, Copy)]
struct Free(u16);

// SAFETY: every vector table of these boards has that many interrupts.
unsafe impl InterruptNumber for Free {
    fn number(self) -> u16 {
        self.0
    }
}

const FIRST: Free = Free(3);
const SECOND: Free = Free(4);

static HIGH: InterruptExecutor = InterruptExecutor::new();
static MEDIUM: InterruptExecutor = InterruptExecutor::new();

#[exception]
unsafe fn DefaultHandler(number: i16) {
    // SAFETY: these are the interrupts that they were started with.
    unsafe {
        match number {
            3 => HIGH.on_interrupt(),
            4 => MEDIUM.on_interrupt(),
            _ => {}
        }
    }
}

#[embassy_executor::task]
async fn high() {
    let mut due = milliseconds();
    loop {
        defmt::info!("[high] tick!");
        due += 70;
        alarm::until(due).await;
    }
}

#[embassy_executor::task]
async fn medium() {
    loop {
        defmt::info!("[medium] starts to compute");
        block_ms(150);
        defmt::info!("[medium] has computed");
        alarm::until(milliseconds() + 200).await;
    }
}

#[embassy_executor::task]
async fn low() {
    loop {
        defmt::info!("[low] starts to compute");
        block_ms(400);
        defmt::info!("[low] has computed");
        alarm::until(milliseconds() + 100).await;
    }
}

#[entry]
fn main() -> ! {
    board::start();
    // SAFETY: nothing runs yet that a change of priorities could disturb. The timer comes before both.
    unsafe {
        let mut interrupts = cortex_m::Peripherals::steal().NVIC;
        for (interrupt, priority) in [(FIRST, 0x40), (SECOND, 0x80)] {
            NVIC::set_priority(&mut interrupts, interrupt, priority);
        }
    }
    let above = HIGH.start(FIRST);
    if let Ok(token) = high() {
        above.spawn(token);
    }
    let above = MEDIUM.start(SECOND);
    if let Ok(token) = medium() {
        above.spawn(token);
    }
    let executor = board::singleton!(: Executor = Executor::new()).expect("it is made once");
    executor.run(|spawner| {
        if let Ok(token) = low() {
            spawner.spawn(token);
        }
    })
}
