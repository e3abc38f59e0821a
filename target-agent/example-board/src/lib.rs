//! The board that the examples of the agent's documentation run on: this computer, with a clock that
//! is a little later each time that it is read.
//!
//! A program has one clock, so examples that are compiled as one program share this one.

use std::sync::atomic::{AtomicU32, Ordering};

// For its critical section.
use critical_section as _;
use loopscope_agent::Ring;
use loopscope_agent::protocol::Dialect;

static RECORDS: Ring<4096> = Ring::new();
static REQUESTS: Ring<64> = Ring::new();
static NOW: AtomicU32 = AtomicU32::new(0);

// In microseconds.
loopscope_agent::clock!(1_000_000, || NOW.fetch_add(100, Ordering::Relaxed));

/// Starts the agent for a program on our event loop.
pub fn start() {
    loopscope_agent::init(&RECORDS, &REQUESTS, Dialect::Micropython);
}
