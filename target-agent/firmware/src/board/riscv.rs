//! The FE310 of the `HiFive1`, and QEMU's `sifive_e`: the machine timer is the clock, and what wakes
//! a waiting core.
//!
//! The `unsafe` code of this file is the timer's registers, switching its interrupt on, and the
//! instructions by which a program calls its debugger.

use core::panic::PanicInfo;

use riscv::interrupt::Interrupt;
use riscv::register::mie;
pub use riscv::singleton;
use riscv_rt::core_interrupt;
pub use riscv_rt::entry;

use super::CLOCK_HZ;

/// The time since power-on: 64 bits in two words.
const MTIME: *const u32 = 0x0200_bff8 as *const u32;
/// When the timer interrupts: 64 bits in two words.
const MTIMECMP: *mut u32 = 0x0200_4000 as *mut u32;

loopscope_agent::clock!(CLOCK_HZ, now);

/// The low word of the time.
fn now() -> u32 {
    // SAFETY: it is the register of the FE310's manual (chapter 9), and reading it changes nothing.
    unsafe { MTIME.read_volatile() }
}

/// Both words of it.
fn now_in_full() -> u64 {
    loop {
        // SAFETY: as above.
        let high = || unsafe { MTIME.add(1).read_volatile() };
        let (before, low, after) = (high(), now(), high());
        if before == after {
            return u64::from(before) << 32 | u64::from(low);
        }
    }
}

/// Interrupts a millisecond from now.
fn interrupt_soon() {
    let due = now_in_full() + u64::from(CLOCK_HZ / 1000);
    let [low, high] = [due as u32, (due >> 32) as u32];
    // SAFETY: they are the registers of the manual, and nothing else uses them. The high word is
    // out of reach first, so that the time between two writes is never one that has passed.
    unsafe {
        MTIMECMP.add(1).write_volatile(u32::MAX);
        MTIMECMP.write_volatile(low);
        MTIMECMP.add(1).write_volatile(high);
    }
}

/// Starts the timer's interrupt; the clock itself runs from power-on.
pub fn start() {
    interrupt_soon();
    // SAFETY: the interrupt's handler stands below, and no critical section is open.
    unsafe {
        mie::set_mtimer();
        riscv::interrupt::enable();
    }
}

/// Waits until the next interrupt.
pub fn wait() {
    riscv::asm::wfi();
}

#[core_interrupt(Interrupt::MachineTimer)]
fn machine_timer() {
    interrupt_soon();
    crate::alarm::look();
}

/// A panic is logged, as `panic-probe` does it on Arm.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    super::halt()
}

/// Asks the debugger for something, by semihosting.
pub fn ask_debugger(number: usize, argument: usize) -> usize {
    let answer;
    // SAFETY: the debugger reads what the argument points to, and writes only where a call says so,
    // which none of the calls here does. The two shifts, which do nothing, are how it knows a call.
    unsafe {
        core::arch::asm!(
            ".balign 16",
            ".option push",
            ".option norvc",
            "slli x0, x0, 0x1f",
            "ebreak",
            "srai x0, x0, 7",
            ".option pop",
            inout("a0") number => answer,
            in("a1") argument,
            options(nostack)
        );
    }
    answer
}

/// An instruction that no core has.
pub fn undefined_instruction() -> ! {
    // SAFETY: it is: the core faults and does not come back.
    unsafe { core::arch::asm!("unimp", options(noreturn, nomem, nostack)) }
}

/// Stops the core for good: nothing wakes it once interrupts are off.
pub fn halt() -> ! {
    riscv::interrupt::disable();
    loop {
        riscv::asm::wfi();
    }
}
