//! The clock of these programs: `SysTick`, by the driver that systick-timer has for embassy-time.
#![no_std]

use cortex_m::peripheral::SYST;
use cortex_m_rt::exception;
#[cfg(feature = "lm3s6965evb")]
use lm3s6965 as _;
use panic_semihosting as _;
use systick_timer::SystickDriver;

/// The core's clock, as QEMU has it.
const CLOCK_HZ: u64 = if cfg!(feature = "microbit") { 16_000_000 } else { 12_500_000 };

// It interrupts every millisecond, which is also how exactly it wakes.
embassy_time_driver::time_driver_impl!(static DRIVER: SystickDriver<4>
    = SystickDriver::new(CLOCK_HZ, (CLOCK_HZ / 1000) as u32 - 1));

/// Starts it.
pub fn start(timer: &mut SYST) {
    DRIVER.start(timer);
}

#[exception]
fn SysTick() {
    DRIVER.systick_interrupt();
}
