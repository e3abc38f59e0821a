//! Where timestamps come from: one function of the program's, and ready-made ones for it to name.
//!
//! The counter has 32 bits and wraps. Every event and every [`crate::poll`] looks at it, so it is
//! extended without loss as long as there are a few of them in each wrap: at 64 MHz, that takes 67
//! seconds, which every idle loop does. A counter that goes back by less than a quarter of that
//! stands still instead.
#![allow(clippy::inline_always, reason = "a call would cost as much as what is called")]
#![allow(unsafe_code, reason = "the program defines the clock as symbols, as it does for defmt")]

#[cfg(target_arch = "arm")]
mod dwt;
#[cfg(target_arch = "riscv32")]
mod mcycle;
#[cfg(target_arch = "arm")]
mod systick;

#[cfg(target_arch = "arm")]
pub use dwt::Dwt;
#[cfg(target_arch = "riscv32")]
pub use mcycle::Mcycle;
#[cfg(target_arch = "arm")]
pub use systick::SysTick;

unsafe extern "C" {
    safe fn _loopscope_clock() -> u32;
    safe fn _loopscope_clock_mask() -> u32;
    safe fn _loopscope_clock_ticks_per_second() -> u32;
}

/// The counter, in ticks, as the program's [`clock!`](crate::clock!) reads it.
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

/// Ticks from one reading of the counter to a later one. A counter that goes back a little, as one
/// does that is put together from two registers, or is started after [`crate::init`], stands still
/// meanwhile: nearly a whole turn of it is not believed.
#[inline(always)]
pub(crate) fn between(earlier: u32, later: u32) -> u32 {
    let passed = later.wrapping_sub(earlier) & mask();
    if passed > mask() / 4 * 3 { 0 } else { passed }
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
/// A counter of the program's:
///
/// ```standalone_crate
/// # use std::sync::atomic::{AtomicU32, Ordering};
/// static MICROSECONDS: AtomicU32 = AtomicU32::new(0);
/// loopscope_agent::clock!(1_000_000, || MICROSECONDS.load(Ordering::Relaxed));
/// assert_eq!(loopscope_agent::clock::ticks_per_second(), 1_000_000);
/// ```
///
/// Ready-made ones, each after its `start`; the frequency is the core's:
///
/// ```ignore
/// use loopscope_agent::{clock, clock::{Dwt, Mcycle, SysTick}};
///
/// clock!(64_000_000, Dwt::now); // Cortex-M3 and larger
/// clock!(12_000_000, SysTick::<12_000>::now); // any Cortex-M
/// clock!(16_000_000, Mcycle::now); // RISC-V
/// clock!(32_768, || embassy_time::Instant::now().as_ticks() as u32);
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
