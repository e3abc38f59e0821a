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
    #[cfg(feature = "rp2040")]
    rp2040::use_crystal();
    let mut peripherals = Peripherals::take().expect("the board is started once");
    Clock::start(&mut peripherals.SYST);
}

#[exception]
fn SysTick() {
    Clock::interrupt();
    crate::alarm::look();
}

/// What a Raspberry Pi Pico needs before anything else: its second-stage boot loader, and a clock
/// that is exact.
#[cfg(feature = "rp2040")]
mod rp2040 {
    /// Reads the program from the flash chip of the Pico.
    #[unsafe(link_section = ".boot2")]
    #[used]
    static BOOT: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;

    const XOSC_CTRL: *mut u32 = 0x4002_4000 as *mut u32;
    const XOSC_STATUS: *mut u32 = 0x4002_4004 as *mut u32;
    const XOSC_STARTUP: *mut u32 = 0x4002_400c as *mut u32;
    const CLK_REF_CTRL: *mut u32 = 0x4000_8030 as *mut u32;
    const CLK_REF_SELECTED: *mut u32 = 0x4000_8038 as *mut u32;

    /// Switches the core from the ring oscillator, which is what it starts with, to the crystal of
    /// 12 MHz.
    pub(super) fn use_crystal() {
        // SAFETY: these are the registers of the RP2040's datasheet (2.16 and 2.15), and nothing
        // else uses them.
        unsafe {
            // A millisecond to start up, and then "enable" for 1 to 15 MHz.
            XOSC_STARTUP.write_volatile(47);
            XOSC_CTRL.write_volatile(0xfab << 12 | 0xaa0);
            while XOSC_STATUS.read_volatile() >> 31 == 0 {}
            // The core's clock comes from this one after a reset.
            CLK_REF_CTRL.write_volatile(2);
            while CLK_REF_SELECTED.read_volatile() != 1 << 2 {}
        }
    }
}
