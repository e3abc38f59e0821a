//! The Arm cores: `SysTick` is the clock, and what wakes a waiting core.
//!
//! The `unsafe` code of this file is the instruction by which a program calls its debugger.

pub use cortex_m::asm::udf as undefined_instruction;
use cortex_m::peripheral::{DCB, Peripherals};
pub use cortex_m::singleton;
pub use cortex_m_rt::entry;
use cortex_m_rt::exception;
use loopscope_agent::clock::SysTick;

use super::CLOCK_HZ;

/// `SysTick` interrupts every millisecond, which also wakes a waiting core.
type Clock = SysTick<{ CLOCK_HZ / 1000 }>;

loopscope_agent::clock!(CLOCK_HZ, Clock::now);

/// Starts the clock.
///
/// # Panics
///
/// When it is called twice.
pub fn start() {
    #[cfg(feature = "rp2040")]
    super::rp2040::use_crystal();
    let mut peripherals = Peripherals::take().expect("the board is started once");
    Clock::start(&mut peripherals.SYST);
}

/// Waits until the next interrupt.
pub fn wait() {
    cortex_m::asm::wfi();
}

/// Asks the debugger for something, by semihosting.
pub fn ask_debugger(number: usize, argument: usize) -> usize {
    let answer;
    // SAFETY: the debugger reads what the argument points to, and writes only where a call says so,
    // which none of the calls here does.
    unsafe {
        core::arch::asm!("bkpt 0xab", inout("r0") number => answer, in("r1") argument, options(nostack));
    }
    answer
}

/// QEMU does not tell a program whether a debugger is there, so a program on its machines takes it
/// for granted. Without one, QEMU ends a machine that comes to a breakpoint in a fault's handler.
const EMULATED: bool =
    cfg!(any(feature = "lm3s6965evb", feature = "microbit", feature = "netduinoplus2"));

/// Stops the core for good: where a debugger can see it, if there is one.
pub fn halt() -> ! {
    loop {
        // Without a debugger, a breakpoint in a fault's handler would lock the core up.
        if EMULATED || DCB::is_debugger_attached() {
            cortex_m::asm::bkpt();
        }
    }
}

#[exception]
fn SysTick() {
    Clock::interrupt();
    crate::alarm::look();
}
