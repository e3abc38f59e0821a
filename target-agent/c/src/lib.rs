//! The agent's calls for C, with what a library without Rust around it needs beside them.
#![no_std]

// For its critical section: interrupts off, on one core.
use cortex_m as _;
pub use loopscope_agent::c::*;
use panic_halt as _;
