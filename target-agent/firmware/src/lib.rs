//! What the demo programs share: the board, the rings, where logs go, and how they end.
#![no_std]

use defmt_rtt as _;
use loopscope_agent::event_loop::{self, State};
use loopscope_agent::protocol::Dialect;
use loopscope_agent::{Ring, clock, milliseconds, poll};
#[cfg(target_arch = "arm")]
use panic_probe as _;

pub mod alarm;
pub mod board;
pub mod flood;

pub use board::entry;

/// Records, on their way to the host.
static RECORDS: Ring<2048> = Ring::new();
/// Requests, on their way from it.
static REQUESTS: Ring<64> = Ring::new();

// Log lines and records have the same time.
defmt::timestamp!("{=u64:us}", {
    loopscope_agent::ticks() * 1_000_000 / u64::from(clock::ticks_per_second())
});

/// Starts the board's clock and the agent.
pub fn start(dialect: Dialect) {
    board::start();
    loopscope_agent::init(&RECORDS, &REQUESTS, dialect);
}

/// Starts the board for a program on our event loop: waiting sleeps, and what the default exception
/// handler prints is logged.
pub fn start_loop() {
    start(Dialect::Micropython);
    event_loop::set_idle(board::wait);
    event_loop::set_printer(|pieces| match pieces {
        [line] => defmt::error!("{=str}", line),
        [a, b, c, d] => defmt::error!("{=str}{=str}{=str}{=str}", a, b, c, d),
        _ => {}
    });
}

/// The program is over; the host may still ask.
pub fn end() -> ! {
    defmt::info!("the program is over");
    loop {
        let _ = poll(&State);
        board::wait();
    }
}

/// Keeps the core busy for so long, as a computation that never awaits does.
pub fn block_ms(ms: u64) {
    let end = milliseconds() + ms;
    while milliseconds() < end {}
}
