//! What differs between the boards: how fast the core runs, and what starts its clock.

use cortex_m::peripheral::Peripherals;
use cortex_m_rt::exception;
use loopscope_agent::clock::SysTick;

/// The core's frequency after a reset, which these programs leave as it is.
pub const CLOCK_HZ: u32 = if cfg!(feature = "lm3s6965evb") {
    // QEMU divides 200 MHz by 16 after a reset.
    12_500_000
} else if cfg!(feature = "microbit") {
    16_000_000
} else if cfg!(feature = "netduinoplus2") {
    // QEMU's board runs at the speed that the real one has after its clocks are set up.
    168_000_000
} else if cfg!(feature = "nrf52840") {
    64_000_000
} else if cfg!(feature = "rp2040") {
    // From the crystal, which `start` switches to.
    12_000_000
} else {
    // STM32F4: the internal oscillator.
    16_000_000
};

/// SysTick interrupts every millisecond, which also wakes a waiting core.
type Clock = SysTick<{ CLOCK_HZ / 1000 }>;

loopscope_agent::clock!(CLOCK_HZ, Clock::now);

/// Starts the clock.
///
/// # Panics
///
/// When it is called twice.
pub fn start() {
    let mut peripherals = Peripherals::take().expect("the board is started once");
    Clock::start(&mut peripherals.SYST);
}

#[exception]
fn SysTick() {
    Clock::interrupt();
    crate::alarm::look();
}
