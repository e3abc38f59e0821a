//! The Arm cores: `SysTick` is the clock, and what wakes a waiting core.

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
