//! What an event costs: the events of real runs, sent through an emitter, and counted.
//!
//! Under `qemu-system-arm -icount shift=0` an instruction takes a nanosecond of the machine's time,
//! so the timer counts instructions: one tick of the lm3s6965evb's 12.5 MHz is 80 of them. The same
//! walk through the table without an emitter is subtracted.

#![no_std]

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{Peripherals, SYST};
use cortex_m_semihosting::{debug, hprintln};

use panic_halt as _;

use crate::mix::MIX;

mod mix;

/// An event, as far as a scheduler has to tell it.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "they are the events of the protocol")]
pub enum What {
    LoopNew,
    LoopRun(u16),
    LoopStopped,
    StopRequest(u16),
    PollBegin(u16),
    PollEnd,
    HandleNew(u16, u8, u16),
    TimerNew(u16, u16, u16),
    TimerDue(u16, u16),
    TimerCancel(u16, u16, u16),
    TimerDrop(u16, u16),
    HandleRun(u16),
    HandleDone(u16),
    HandleCancel(u16, u16),
    HandleSkip(u16),
    TaskNew(u16, u16, u16, u16),
    TaskStep(u16),
    TaskSuspend(u16, u8, u16),
    TaskDone(u16, u8),
    TaskCancel(u16, u16),
    FutureNew(u16, u16, u16),
    FutureLink(u16, u16),
    FutureDone(u16, u8, u16),
}

/// The clock of the measurement: it moves as it did in the real runs, and is read with the two
/// loads that a cycle counter takes.
pub static TIME: AtomicU32 = AtomicU32::new(0);

/// How often the table is walked.
const ROUNDS: u32 = 20;

/// Instructions in a tick of the timer.
const INSTRUCTIONS: u32 = 80;

/// Measures `send` and prints what it found. `written` says how many bytes a ring has taken in, and
/// empties it.
pub fn measure(name: &str, send: impl Fn(What), mut empty: impl FnMut() -> u32) -> ! {
    start_timer();
    empty();
    let without = walk(read, &mut empty).0;
    let (with, bytes) = walk(&send, &mut empty);
    let events = ROUNDS * MIX.len() as u32;
    let instructions = (with - without) * INSTRUCTIONS;
    hprintln!(
        "{}: {} events, {} instructions, {} bytes, {}.{:02} instructions and {}.{:02} bytes an event",
        name,
        events,
        instructions,
        bytes,
        instructions / events,
        instructions % events * 100 / events,
        bytes / events,
        bytes % events * 100 / events,
    );
    finish()
}

/// Starts the timer by which instructions are counted.
fn start_timer() {
    let mut peripherals = Peripherals::take().expect("the board is started once");
    let timer = &mut peripherals.SYST;
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(0x00ff_ffff);
    timer.clear_current();
    timer.enable_counter();
}

/// Ends the emulator.
fn finish() -> ! {
    debug::exit(debug::EXIT_SUCCESS);
    loop {
        cortex_m::asm::wfi();
    }
}

/// Steps that are measured.
const STEPS: u32 = 4096;

/// Measures what is called for each step of a task, and prints what it found.
pub fn measure_steps(name: &str, step: impl Fn(u32), mut empty: impl FnMut() -> u32) -> ! {
    start_timer();
    empty();
    let without = walk_steps(|number| seen([number as u16]), &mut empty).0;
    let (with, bytes) = walk_steps(step, &mut empty);
    let instructions = (with - without) * INSTRUCTIONS;
    hprintln!(
        "{}: {} steps, {} instructions, {} bytes, {}.{:02} instructions and {}.{:02} bytes a step",
        name,
        STEPS,
        instructions,
        bytes,
        instructions / STEPS,
        instructions % STEPS * 100 / STEPS,
        bytes / STEPS,
        bytes % STEPS * 100 / STEPS,
    );
    finish()
}

/// Ticks that the steps took, and bytes that were written.
#[inline(never)]
fn walk_steps(step: impl Fn(u32), empty: &mut impl FnMut() -> u32) -> (u32, u32) {
    let mut bytes = 0;
    let start = SYST::get_current();
    for number in 0..STEPS {
        // As long as a tick of a slow clock.
        TIME.store(TIME.load(Ordering::Relaxed).wrapping_add(50), Ordering::Relaxed);
        step(number);
        if number % 8 == 7 {
            bytes += empty();
        }
    }
    (start.wrapping_sub(SYST::get_current()) & 0x00ff_ffff, bytes)
}

/// Takes an event apart and does nothing with it: what is not the emitter's.
#[inline(always)]
fn read(what: What) {
    match what {
        What::LoopNew | What::LoopStopped | What::PollEnd => seen([]),
        What::LoopRun(a)
        | What::StopRequest(a)
        | What::PollBegin(a)
        | What::HandleRun(a)
        | What::HandleDone(a)
        | What::HandleSkip(a)
        | What::TaskStep(a) => seen([a]),
        What::TimerDue(a, b)
        | What::TimerDrop(a, b)
        | What::HandleCancel(a, b)
        | What::TaskCancel(a, b)
        | What::FutureLink(a, b) => seen([a, b]),
        What::TaskDone(a, b) => seen([a, b.into()]),
        What::TimerNew(a, b, c) | What::TimerCancel(a, b, c) | What::FutureNew(a, b, c) => {
            seen([a, b, c]);
        }
        What::HandleNew(a, b, c) | What::TaskSuspend(a, b, c) | What::FutureDone(a, b, c) => {
            seen([a, b.into(), c]);
        }
        What::TaskNew(a, b, c, d) => seen([a, b, c, d]),
    }
}

/// Makes the compiler believe that the numbers are used, without an instruction.
#[inline(always)]
fn seen<const N: usize>(numbers: [u16; N]) {
    for number in numbers {
        // SAFETY: it is empty.
        unsafe { core::arch::asm!("/* {0} */", in(reg) number, options(nomem, nostack)) };
    }
}

/// Ticks that the walk took, and bytes that were written.
#[inline(never)]
fn walk(send: impl Fn(What), empty: &mut impl FnMut() -> u32) -> (u32, u32) {
    let mut bytes = 0;
    let start = SYST::get_current();
    for _ in 0..ROUNDS {
        for part in MIX.chunks(16) {
            for (passed, what) in part {
                TIME.store(TIME.load(Ordering::Relaxed).wrapping_add(*passed), Ordering::Relaxed);
                send(*what);
            }
            bytes += empty();
        }
    }
    // The timer counts down, in 24 bits.
    (start.wrapping_sub(SYST::get_current()) & 0x00ff_ffff, bytes)
}

/// The words of an RTT block up to the end of its first up channel.
#[derive(Debug)]
#[repr(transparent)]
pub struct Block([AtomicU32; 12]);

unsafe extern "C" {
    /// The agent's block.
    pub safe static _LOOPSCOPE_RTT: Block;
}

/// Takes what stands in the up channel 0 of an RTT block, as a host does, and says how many bytes it
/// was.
#[must_use]
pub fn empty(Block(words): &Block) -> u32 {
    /// Where the fields of the first channel are, in words.
    const SIZE: usize = 8;
    const WRITE: usize = 9;
    const READ: usize = 10;
    let [size, write, read] = [SIZE, WRITE, READ].map(|at| words[at].load(Ordering::Acquire));
    words[READ].store(write, Ordering::Release);
    if write >= read { write - read } else { size - read + write }
}
