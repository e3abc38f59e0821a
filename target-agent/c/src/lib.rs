//! The agent's calls for C, with what a library without Rust around it needs beside them: a critical
//! section, and what becomes of a panic.
//!
//! On a board a critical section masks the interrupts of the one core, and a panic stops it. On a
//! computer, where the same library serves to try a scheduler out, both are the standard library's.
#![cfg_attr(target_os = "none", no_std)]

#[cfg(all(target_arch = "arm", target_os = "none"))]
use cortex_m as _;
#[cfg(not(target_os = "none"))]
use critical_section as _;
pub use loopscope_agent::c::*;
#[cfg(target_os = "none")]
use panic_halt as _;
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
use riscv as _;
