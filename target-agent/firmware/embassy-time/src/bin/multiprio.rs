//! Three executors of embassy, after its own example `multiprio`: the lower two compute for long, by
//! loops that take a fixed work and so longer where they are interrupted, and each says how long it
//! took.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::{NVIC, Peripherals};
use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;
use embassy_executor::{Executor, InterruptExecutor};
use embassy_time::{Instant, Timer};
use lm3s6965::{Interrupt, interrupt};
use loopscope_embassy_time as clock;
use static_cell::StaticCell;

loopscope_agent::embassy!(
    clock: (embassy_time::TICK_HZ as u32, || embassy_time::Instant::now().as_ticks() as u32),
    ring: 8192,
    tasks: 4,
);

static HIGH: InterruptExecutor = InterruptExecutor::new();
static MEDIUM: InterruptExecutor = InterruptExecutor::new();
static LOW: StaticCell<Executor> = StaticCell::new();

/// How far `delay` counts in a millisecond: an emulator's cycles are no real ones.
static PER_MS: AtomicU32 = AtomicU32::new(0);

/// Computes for that long, and longer if it is interrupted.
fn compute(ms: u32) {
    for _ in 0..ms {
        cortex_m::asm::delay(PER_MS.load(Ordering::Relaxed));
    }
}

/// Finds out how much work is a millisecond's.
fn measure() {
    const WORK: u32 = 1_000_000;
    let begin = Instant::now();
    cortex_m::asm::delay(WORK);
    let took = begin.elapsed().as_micros().max(1);
    PER_MS.store((u64::from(WORK) * 1000 / took) as u32, Ordering::Relaxed);
}

#[interrupt]
fn UART0() {
    // SAFETY: this is the interrupt that it was started with.
    unsafe { HIGH.on_interrupt() }
}

#[interrupt]
fn UART1() {
    // SAFETY: as above.
    unsafe { MEDIUM.on_interrupt() }
}

#[embassy_executor::task]
async fn run_high() {
    loop {
        hprintln!("[high] tick!");
        Timer::after_millis(209).await;
    }
}

#[embassy_executor::task]
async fn run_medium() {
    loop {
        let begin = Instant::now();
        hprintln!("[medium] starts");
        compute(250);
        hprintln!("[medium] took {} us", begin.elapsed().as_micros());
        Timer::after_millis(179).await;
    }
}

#[embassy_executor::task]
async fn run_low() {
    loop {
        let begin = Instant::now();
        hprintln!("[low] starts");
        compute(500);
        hprintln!("[low] took {} us", begin.elapsed().as_micros());
        Timer::after_millis(252).await;
    }
}

#[entry]
fn main() -> ! {
    let mut peripherals = Peripherals::take().expect("the board is started once");
    clock::start(&mut peripherals.SYST);
    measure();
    // SAFETY: nothing runs yet that a change of priorities could disturb. The timer comes before both.
    unsafe {
        NVIC::set_priority(&mut peripherals.NVIC, Interrupt::UART0, 0x40);
        NVIC::set_priority(&mut peripherals.NVIC, Interrupt::UART1, 0x80);
    }
    HIGH.start(Interrupt::UART0).spawn(run_high().expect("it is spawned once"));
    MEDIUM.start(Interrupt::UART1).spawn(run_medium().expect("it is spawned once"));
    LOW.init(Executor::new()).run(|spawner| {
        spawner.spawn(run_low().expect("it is spawned once"));
    })
}
