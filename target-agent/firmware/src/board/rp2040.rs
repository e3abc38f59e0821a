//! What a Raspberry Pi Pico needs before anything else: its second-stage boot loader, and a clock
//! that is exact.
//!
//! The `unsafe` code of this file is the boot loader's section, and the clock's registers.

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
