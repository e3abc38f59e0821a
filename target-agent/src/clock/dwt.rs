//! DWT: the cycle counter of a Cortex-M3 and larger ones.
//!
//! The `unsafe` code of this file reads the counter: `cortex-m` has it only for the cores that have
//! it, and a library does not know which core it is built for.

use cortex_m::peripheral::{DCB, DWT};

/// The register `DWT_CYCCNT`.
const COUNTER: *const u32 = 0xe000_1004 as *const u32;

/// The core's cycle counter as a clock: the cheapest one, and exact to a cycle.
///
/// It stands still while the core sleeps, on most chips: it is for programs that do not.
#[derive(Debug)]
pub struct Dwt;

impl Dwt {
    /// Starts the counter. False: this core has none, as a Cortex-M0 and QEMU's cores.
    #[must_use = "a counter that is not there stands still"]
    pub fn start(debug: &mut DCB, trace: &mut DWT) -> bool {
        debug.enable_trace();
        // SAFETY: bit 0 starts the counter, and where there is none it does nothing.
        unsafe { trace.ctrl.modify(|control| control | 1) };
        let before = Self::now();
        cortex_m::asm::delay(8);
        Self::now() != before
    }

    /// Cycles since the start, modulo 2^32.
    #[inline]
    pub fn now() -> u32 {
        // SAFETY: reading it changes nothing, and where there is no counter it is 0.
        unsafe { COUNTER.read_volatile() }
    }
}
