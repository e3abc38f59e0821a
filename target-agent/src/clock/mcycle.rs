//! `mcycle`: the cycle counter of a RISC-V core.
//!
//! The `unsafe` code of this file is the one instruction that reads it.

/// The core's cycle counter as a clock: the cheapest one, and exact to a cycle.
///
/// It counts from the reset on, so there is no `start`. On many chips it stands still while the
/// core sleeps: it is for programs that do not. The program runs in machine mode, and on a core that
/// has the register: an ESP32-C3 has another one.
#[derive(Debug)]
pub struct Mcycle;

impl Mcycle {
    /// Cycles since the reset, modulo 2^32.
    #[inline]
    pub fn now() -> u32 {
        let cycles;
        // SAFETY: reading it changes nothing; a core without it faults and gives no wrong time.
        unsafe { core::arch::asm!("csrr {}, mcycle", out(reg) cycles, options(nomem, nostack)) };
        cycles
    }
}
