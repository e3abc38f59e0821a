//! What the demo programs share: the board, the rings, and where logs go.
#![no_std]

use defmt_rtt as _;
use loopscope_agent::protocol::Dialect;
use loopscope_agent::{Config, Ring};
use panic_probe as _;

pub mod board;

/// Records, on their way to the host.
static RECORDS: Ring<2048> = Ring::new();
/// Requests, on their way from it.
static REQUESTS: Ring<64> = Ring::new();

defmt::timestamp!("{=u64:us}", {
    loopscope_agent::ticks() * 1_000_000
        / u64::from(Config::new(board::CLOCK_HZ, Dialect::Other).ticks_per_second())
});

/// Starts the board's clock and the agent.
pub fn start(dialect: Dialect) {
    board::start();
    loopscope_agent::init(&RECORDS, &REQUESTS, Config::new(board::CLOCK_HZ, dialect));
}
