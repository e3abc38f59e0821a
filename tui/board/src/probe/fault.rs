//! Faults: that the program is in a fault handler, why, and which line of it led there.
//!
//! That it is there is read while it runs. Where it came from stands on its stack, and where that
//! is only a processor that is held tells: it is held for that moment, once for each fault. A fault
//! handler comes before every interrupt of the program, so nothing of it can notice.

use std::fmt;
use std::time::{Duration, Instant};

use probe_rs::{Core, MemoryInterface, RegisterId};

use super::super::lines;

/// How long the program must be in the handler before that is reported: one that mends what it
/// came for is soon over.
const SETTLED: Duration = Duration::from_millis(150);

/// The register that tells which exception is handled, and the bits that do.
const ICSR: u64 = 0xe000_ed04;
const ACTIVE: u32 = 0x1ff;

/// The register of what caused a fault; 0 on a Cortex-M0, which has none.
const CFSR: u64 = 0xe000_ed28;

/// How many words of the stack are looked through for what the processor has put there.
const DEEP: u32 = 256;

/// What the processor puts there: eight words, the last but one the instruction, the last the state.
const FRAME: usize = 8;

/// The numbers of registers.
const SP: RegisterId = RegisterId(13);
const LR: RegisterId = RegisterId(14);
const PSP: RegisterId = RegisterId(18);

/// The bit of the state that says Thumb, which every Cortex-M has set.
const THUMB: u32 = 1 << 24;

/// A fault that is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    number: u32,
    cause: u32,
}

impl Fault {
    /// The fault that is handled at this moment, if one is.
    pub(super) fn active(core: &mut Core<'_>) -> Result<Option<Self>, probe_rs::Error> {
        if !core.core_type().is_cortex_m() {
            return Ok(None);
        }
        let number = core.read_word_32(ICSR)? & ACTIVE;
        if !(3..=7).contains(&number) {
            return Ok(None);
        }
        // Where it is not there, it reads as 0 or not at all.
        let cause = core.read_word_32(CFSR).unwrap_or(0);
        Ok(Some(Self { number, cause }))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.number {
            3 => "HardFault",
            4 => "MemManage",
            5 => "BusFault",
            6 => "UsageFault",
            _ => "SecureFault",
        })
    }
}

/// What the bits of the cause mean, the likeliest first.
const CAUSES: [(u32, &str); 12] = [
    (1 << 25, "a division by zero"),
    (1 << 24, "an unaligned access"),
    (1 << 16, "an undefined instruction"),
    (1 << 17, "a jump to an address that is no Thumb code"),
    (1 << 18, "a wrong return from an exception"),
    (1 << 19, "a coprocessor that is off"),
    (1 << 8, "an instruction that cannot be fetched"),
    (1 << 9, "an access to an address where nothing is"),
    (1 << 10, "a write to an address where nothing is"),
    (1 | 1 << 1, "an access that the memory protection forbids"),
    (1 << 12, "a stack that cannot be written"),
    (1 << 4, "a stack that may not be written"),
];

/// What is looked at again and again: since when a fault is handled, and where it came from.
#[derive(Debug, Default)]
pub(super) struct Faults {
    present: Option<(Fault, Instant)>,
    /// What is to be said of it, once it is known.
    words: Option<String>,
}

impl Faults {
    /// Looks once. Gives what is new: that a fault is handled, or that it is over.
    pub(super) fn look(
        &mut self,
        core: &mut Core<'_>,
        elf: &[u8],
    ) -> Result<Option<String>, probe_rs::Error> {
        let active = Fault::active(core)?;
        match (active, self.present) {
            (None, None) => Ok(None),
            (None, Some((fault, _))) => {
                self.present = None;
                let told = self.words.take().is_some();
                Ok(told.then(|| format!("The program has left its {fault} handler.")))
            }
            (Some(fault), Some((same, since))) if fault == same => {
                if self.words.is_some() || since.elapsed() < SETTLED {
                    return Ok(None);
                }
                let place = place(core, elf)?;
                let at = place.map_or_else(String::new, |place| format!(", at {place}"));
                let cause = CAUSES.iter().find(|(bits, _)| fault.cause & bits != 0);
                let cause = cause.map_or_else(String::new, |(_, cause)| format!(", by {cause}"));
                self.words = Some(format!("{at}{cause}"));
                Ok(Some(format!("The program is in its {fault} handler{at}{cause}.")))
            }
            (Some(fault), _) => {
                *self = Self { present: Some((fault, Instant::now())), words: None };
                Ok(None)
            }
        }
    }

    /// How it is now, if a fault was told: `HardFault since 0.3 s, at src/main.rs:41`.
    pub(super) fn state(&self) -> Option<String> {
        let ((fault, since), words) = (self.present?, self.words.as_ref()?);
        Some(format!("{fault} since {:.1} s{words}", since.elapsed().as_secs_f64()))
    }
}

/// Which line has led into the handler that runs, as far as the stack tells.
pub(super) fn place(core: &mut Core<'_>, elf: &[u8]) -> Result<Option<String>, probe_rs::Error> {
    let was_halted = core.core_halted()?;
    if !was_halted {
        core.halt(Duration::from_millis(100))?;
    }
    let found = return_addresses(core);
    if !was_halted {
        core.run()?;
    }
    Ok(found?.into_iter().find_map(|address| lines::place(elf, address.into())))
}

/// The instructions that the handler may return to, the likeliest first.
fn return_addresses(core: &mut Core<'_>) -> Result<Vec<u32>, probe_rs::Error> {
    let sp: u32 = core.read_core_reg(SP)?;
    let lr: u32 = core.read_core_reg(LR)?;
    let psp: u32 = core.read_core_reg(PSP)?;
    let mut stack = Vec::new();
    // The stack may end before that many words.
    for at in (0..DEEP).map(|n| sp.wrapping_add(4 * n)) {
        match core.read_word_32(at.into()) {
            Ok(word) => stack.push(word),
            Err(_) => break,
        }
    }
    // A program with stacks of its own for tasks was on the other one.
    let pushed = stack.iter().copied().find(|word| is_return(*word));
    if let Some(kind) = is_return(lr).then_some(lr).or(pushed)
        && kind & 1 << 2 != 0
        && psp != sp
    {
        let mut frame = [0; FRAME];
        for (word, at) in frame.iter_mut().zip((0..).map(|n| psp.wrapping_add(4 * n))) {
            *word = core.read_word_32(at.into())?;
        }
        return Ok(if is_frame(&frame) { vec![frame[6]] } else { Vec::new() });
    }
    let frames = stack.windows(FRAME).filter(|words| is_frame(words));
    Ok(frames.map(|words| words[6]).collect())
}

/// Whether a word is what the link register holds in a handler.
const fn is_return(word: u32) -> bool {
    word >> 8 == 0x00ff_ffff && word & 0xf != 0xf
}

/// Whether eight words may be what the processor puts on the stack when a handler begins.
fn is_frame(words: &[u32]) -> bool {
    let [.., pc, state] = words else { return false };
    // Nothing but flags, the exception that was interrupted, and Thumb.
    let is_state =
        state & THUMB != 0 && state & 0x00ff_fc00 & !(1 << 9) == 0 && state & 0x1ff < 256;
    // Code is in the lowest half GB, or in RAM above it.
    let is_code = |address: u32| address != 0 && address < 0x4000_0000;
    is_state && is_code(*pc) && pc & 1 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_processor_put_on_the_stack_is_told_from_other_words() {
        let frame = [1, 2, 3, 4, 12, 0x0000_04d5, 0x0000_0a3c, 0x0100_0000];
        assert!(is_frame(&frame));
        let changed = |at: usize, to| {
            let mut other = frame;
            other[at] = to;
            is_frame(&other)
        };
        assert!(!changed(7, 0), "it is no Thumb code");
        assert!(!changed(7, 0x2000_1000), "an address of the stack");
        assert!(!changed(6, 0x0000_0a3d), "an instruction has an even address");
        assert!(!changed(6, 0xe000_ed00), "a register is no code");
        assert!(changed(5, 0x2000_0000), "a function uses the link register for anything");
    }

    #[test]
    fn only_what_a_handler_returns_by_is_taken_for_that() {
        assert!(is_return(0xffff_fff9) && is_return(0xffff_ffe1) && is_return(0xffff_fffd));
        assert!(!is_return(u32::MAX) && !is_return(0x0000_0401));
    }
}
