//! `SysTick`: the timer that every Cortex-M has.
//!
//! It counts down and wraps often, so what is counted here is its periods.
//!
//! The `unsafe` code of this file reads whether it counts, for which `cortex-m` wants the timer itself.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{SCB, SYST};

/// The register whose lowest bit says whether the timer counts.
const CONTROL: *const u32 = 0xe000_e010 as *const u32;

static PERIODS: AtomicU32 = AtomicU32::new(0);
/// What was read last.
static LAST: AtomicU32 = AtomicU32::new(0);

/// The core's own timer as a clock that counts the core's cycles, for cores without a cycle
/// counter. It interrupts once in `PERIOD` cycles, which also wakes a waiting core.
///
/// The program calls [`SysTick::start`] at the beginning and [`SysTick::interrupt`] in its
/// handler of the `SysTick` exception.
#[derive(Debug)]
pub struct SysTick<const PERIOD: u32>;

impl<const PERIOD: u32> SysTick<PERIOD> {
    /// Starts the timer with the core's clock.
    pub fn start(timer: &mut SYST) {
        const { assert!(PERIOD > 1 && PERIOD <= 1 << 24, "SysTick has 24 bits") };
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(PERIOD - 1);
        timer.clear_current();
        timer.enable_interrupt();
        timer.enable_counter();
    }

    /// The handler of the exception.
    #[inline]
    pub fn interrupt() {
        // Only this handler writes, so a load and a store are enough where there is no more.
        PERIODS.store(PERIODS.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// Cycles since the start, modulo 2^32; 0 before it. May be called with interrupts masked.
    #[inline]
    pub fn now() -> u32 {
        critical_section::with(|_| {
            let read = Self::read();
            let last = LAST.load(Ordering::Relaxed);
            // In an emulator the counter may wrap before its interrupt waits: then the time
            // stands still for a moment rather than going back by a period.
            let now = if read.wrapping_sub(last).cast_signed() < 0 { last } else { read };
            LAST.store(now, Ordering::Relaxed);
            now
        })
    }

    fn read() -> u32 {
        loop {
            let periods = PERIODS.load(Ordering::Acquire);
            let left = SYST::get_current();
            // The timer may have wrapped while its interrupt is masked.
            let waiting = SCB::is_pendst_pending();
            let again = SYST::get_current();
            // SAFETY: reading it changes nothing but a flag of its own, which nobody here uses.
            if left == 0 && unsafe { CONTROL.read_volatile() } & 1 == 0 {
                // It was not started, so no time has passed.
                return periods.wrapping_mul(PERIOD);
            }
            // At zero the interrupt waits already, but the period is not over yet.
            if left == 0 || again > left || periods != PERIODS.load(Ordering::Acquire) {
                continue;
            }
            let whole = periods.wrapping_add(u32::from(waiting));
            return whole.wrapping_mul(PERIOD).wrapping_add(PERIOD - 1 - left);
        }
    }
}
