//! lilos: one task sleeps and wakes another one, which sleeps for a moment. Each is seen by one line.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::pin::pin;

use cortex_m::peripheral::Peripherals;
use cortex_m_rt::entry;
use defmt_rtt as _;
use lilos::exec::{ALL_TASKS, Notify, run_tasks_with_idle};
use lilos::time::{Millis, PeriodicGate, TickTime, initialize_sys_tick, sleep_for};
use lm3s6965 as _;
use loopscope_agent::{polled, traced};
use panic_probe as _;

loopscope_agent::traced_tasks!(
    clock: (1_000, || u64::from(TickTime::now()) as u32),
    ring: 4096,
);

/// QEMU divides 200 MHz by 16 after a reset.
const CLOCK_HZ: u32 = 12_500_000;

async fn bell(rings: &Notify) -> Infallible {
    let mut gate = PeriodicGate::from(Millis(100));
    loop {
        gate.next_time().await;
        defmt::info!("bell rings");
        rings.notify();
    }
}

async fn worker(rings: &Notify) -> Infallible {
    loop {
        rings.until_next().await;
        defmt::info!("worker begins");
        sleep_for(Millis(10)).await;
        defmt::info!("worker ends");
    }
}

#[entry]
fn main() -> ! {
    let mut peripherals = Peripherals::take().expect("the board is started once");
    initialize_sys_tick(&mut peripherals.SYST, CLOCK_HZ);
    let rings = Notify::new();
    let bell = pin!(polled!("bell", bell(&rings)));
    let worker = pin!(polled!("worker", worker(&rings)));
    run_tasks_with_idle(&mut [bell, worker], ALL_TASKS, || {
        traced::idle();
        cortex_m::asm::wfi();
    })
}
