//! Where timestamps come from: one function of the program's, and ready-made ones for it to name.
//!
//! The counter has 32 bits and wraps. Every event and every [`crate::poll`] looks at it, so it is
//! extended without loss as long as there are a few of them in each wrap: at 64 MHz, that takes 67
//! seconds, which every idle loop does.
#![allow(clippy::inline_always, reason = "a call would cost as much as what is called")]
#![allow(unsafe_code, reason = "the program defines the clock as symbols, as it does for defmt")]

unsafe extern "C" {
    safe fn _loopscope_clock() -> u32;
    safe fn _loopscope_clock_mask() -> u32;
    safe fn _loopscope_clock_ticks_per_second() -> u32;
}

/// The counter, in ticks, as the program's [`clock!`](crate::clock) reads it.
#[inline(always)]
pub fn now() -> u32 {
    _loopscope_clock()
}

/// The bits that the counter has in ticks.
#[inline(always)]
pub(crate) fn mask() -> u32 {
    _loopscope_clock_mask()
}

/// How many ticks make a second.
#[inline(always)]
pub fn ticks_per_second() -> u32 {
    _loopscope_clock_ticks_per_second()
}

/// Ticks from one reading of the counter to a later one.
#[inline(always)]
pub(crate) fn between(earlier: u32, later: u32) -> u32 {
    later.wrapping_sub(earlier) & mask()
}

/// How often a counter of this frequency is halved to make ticks: they are of half a microsecond
/// to one, which keeps the records short.
#[doc(hidden)]
pub const fn shift(hz: u32) -> u32 {
    let mut shift = 0;
    while hz >> shift >= 2_000_000 && (hz >> shift).is_multiple_of(2) {
        shift += 1;
    }
    shift
}

/// Names the function that reads the clock, and its frequency in hertz: a free-running counter of
/// 32 bits that counts up and wraps. Exactly one place in a program does this.
///
/// ```ignore
/// loopscope_agent::clock!(64_000_000, cortex_m::peripheral::DWT::cycle_count);
/// loopscope_agent::clock!(12_000_000, loopscope_agent::clock::SysTick::<12_000>::now);
/// loopscope_agent::clock!(32_768, || embassy_time::Instant::now().as_ticks() as u32);
/// ```
#[macro_export]
macro_rules! clock {
    ($hz:expr, $function:expr) => {
        const _: () = {
            const SHIFT: u32 = $crate::clock::shift($hz);
            #[allow(unsafe_code, reason = "a symbol's fixed name")]
            #[unsafe(no_mangle)]
            extern "C" fn _loopscope_clock() -> u32 {
                let read: fn() -> u32 = $function;
                read() >> SHIFT
            }
            #[allow(unsafe_code, reason = "a symbol's fixed name")]
            #[unsafe(no_mangle)]
            extern "C" fn _loopscope_clock_mask() -> u32 {
                u32::MAX >> SHIFT
            }
            #[allow(unsafe_code, reason = "a symbol's fixed name")]
            #[unsafe(no_mangle)]
            extern "C" fn _loopscope_clock_ticks_per_second() -> u32 {
                $hz >> SHIFT
            }
        };
    };
}

#[cfg(target_arch = "arm")]
pub use systick::SysTick;

#[cfg(target_arch = "arm")]
mod systick {
    use core::sync::atomic::{AtomicU32, Ordering};

    use cortex_m::peripheral::syst::SystClkSource;
    use cortex_m::peripheral::{SCB, SYST};

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

        /// Cycles since the start, modulo 2^32. May be called with interrupts masked.
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
                // At zero the interrupt waits already, but the period is not over yet.
                if left == 0 || again > left || periods != PERIODS.load(Ordering::Acquire) {
                    continue;
                }
                let whole = periods.wrapping_add(u32::from(waiting));
                return whole.wrapping_mul(PERIOD).wrapping_add(PERIOD - 1 - left);
            }
        }
    }
}
