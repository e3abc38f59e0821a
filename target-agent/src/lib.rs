//! Loopscope on a microcontroller.
//!
//! The agent records what a scheduler does and streams it over RTT, on a channel of its own beside
//! defmt's or `rtt-target`'s; `loopscope attach` shows it live. It needs no operating system and no
//! heap, never waits, and counts what it has no room for.
//!
//! What a program does to be seen:
//!
//! ```standalone_crate
//! use loopscope_agent::{Ring, protocol::Dialect};
//!
//! static RECORDS: Ring<1024> = Ring::new();
//! static REQUESTS: Ring<64> = Ring::new();
//! loopscope_agent::clock!(64_000_000, || 0); // DWT, SysTick, or a counter of your own
//!
//! loopscope_agent::init(&RECORDS, &REQUESTS, Dialect::Micropython);
//! ```
//!
//! Then it runs [`event_loop`], which sends everything by itself; or another scheduler sends what
//! happens by [`emit`], and calls [`poll`] before each task and when idle.
//!
//! # Memory
//!
//! The ring's size is the program's choice. A snapshot has to fit in it at once: about 40 bytes a
//! task. Beyond rings and tasks the agent has less than 256 bytes.
#![cfg_attr(not(test), no_std)]
#![allow(
    clippy::cast_possible_truncation,
    reason = "numbers are taken apart into bytes all over, and offsets of a ring fit in 24 bits"
)]

mod agent;
#[cfg(feature = "c")]
pub mod c;
pub mod clock;
mod control;
pub mod embassy;
pub mod emit;
mod emitter;
pub mod event_loop;
mod exception;
#[doc(hidden)]
pub mod names;
mod rtt;
#[cfg(test)]
mod test_host;
pub mod traced;

pub use agent::{init, milliseconds, poll, ticks};
pub use control::Hold;
pub use loopscope_protocol as protocol;
pub use rtt::{_LOOPSCOPE_RTT, Channel, ControlBlock, Ring};

/// The programs in the readme compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;

/// A scheduler, as far as [`poll`] has to know it.
pub trait Scheduler {
    /// Room in the ring that [`Scheduler::snapshot`] needs, in bytes; `None` if it cannot send its
    /// state. It must not be more than the ring has.
    fn room(&self) -> Option<u32>;
    /// Sends the present state as ordinary events: all of it, since what a snapshot does not name
    /// does not exist for the host.
    fn snapshot(&self);
}

/// A scheduler that cannot send its state: a host is refused a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct NoSnapshot;

impl Scheduler for NoSnapshot {
    fn room(&self) -> Option<u32> {
        None
    }

    fn snapshot(&self) {}
}
