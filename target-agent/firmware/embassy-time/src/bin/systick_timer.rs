//! The example of systick-timer, after it: waits of different lengths, two of them at the same time,
//! and an end. Here each says what time it is by embassy-time.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use cortex_m_semihosting::debug::{self, EXIT_SUCCESS};
use cortex_m_semihosting::hprintln;
use embassy_executor::Spawner;
use embassy_futures::join::join;
use embassy_time::{Instant, Timer};
use loopscope_embassy_time as clock;

loopscope_agent::embassy!(
    clock: (embassy_time::TICK_HZ as u32, || embassy_time::Instant::now().as_ticks() as u32),
    ring: 2048,
    tasks: 2,
);

fn say(what: &str) {
    hprintln!("{} us: {}", Instant::now().as_micros(), what);
}

async fn first() {
    Timer::after_millis(30).await;
}

async fn second() {
    Timer::after_millis(50).await;
}

#[embassy_executor::task]
async fn beside() {
    Timer::after_millis(95).await;
    say("a task ends");
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    hprintln!("begins");
    // The agent reads the clock before this: it has a time then, and goes back here.
    let mut peripherals = Peripherals::take().expect("the board is started once");
    clock::start(&mut peripherals.SYST);
    say("started");
    spawner.spawn(beside().expect("it is spawned once"));
    Timer::after_millis(200).await;
    say("one wait is over");
    Timer::after_millis(100).await;
    say("two waits are over");
    join(first(), second()).await;
    say("both are over");
    debug::exit(EXIT_SUCCESS);
}
