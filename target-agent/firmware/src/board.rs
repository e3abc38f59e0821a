//! What differs between the boards: how fast the clock counts, what starts it, and how a core waits.

#[cfg(target_arch = "arm")]
mod arm;
#[cfg(target_arch = "riscv32")]
mod riscv;
#[cfg(feature = "rp2040")]
mod rp2040;

#[cfg(target_arch = "arm")]
pub use arm::{ask_debugger, entry, halt, singleton, start, undefined_instruction, wait};
#[cfg(target_arch = "riscv32")]
pub use riscv::{ask_debugger, entry, halt, singleton, start, undefined_instruction, wait};

/// The clock's frequency after a reset, which these programs leave as it is: of the core, where it
/// is an Arm.
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
} else if cfg!(feature = "sifive_e") {
    // QEMU's machine timer.
    10_000_000
} else if cfg!(feature = "hifive1") {
    // The real one's counts the crystal of a clock.
    32_768
} else {
    // STM32F4: the internal oscillator.
    16_000_000
};
