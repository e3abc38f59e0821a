//! The debug registers of a Cortex-M, in front of a processor that can be held, stepped and read.
//!
//! QEMU does not emulate these registers, so accesses to their addresses end here; every other
//! address is the machine's own memory.

#[cfg(test)]
pub(crate) mod made_up;
mod registers;

use crate::Error;
use crate::bkpt::{Traps, is_bkpt};
pub use crate::board::{Board, Register};
use crate::console::Console;
use crate::semihosting::{CALL, Semihosting, Then};
use registers::{BY_BREAKPOINT, BY_REQUEST, BY_VECTOR_CATCH, CATCH_RESET, COMPARATORS};

/// A processor with its debug registers.
#[derive(Debug)]
pub struct Core<B> {
    /// What runs.
    pub board: B,
    enabled: bool,
    halted: bool,
    mask_interrupts: bool,
    was_reset: bool,
    reasons: u32,
    data: u32,
    monitor: u32,
    comparators: [u32; COMPARATORS as usize],
    comparing: bool,
    /// Where breakpoint instructions are.
    traps: Traps,
    /// The addresses at which the board holds.
    breakpoints: Vec<u32>,
    /// What answers the program's calls, where somebody shows what it says.
    semihosting: Option<Semihosting>,
}

impl<B: Board> Core<B> {
    /// The registers of a board that is held before its first instruction, or of one that runs.
    ///
    /// A held board looks as if a debugger had caught its reset, so that a client that only
    /// attaches does not let it run.
    pub const fn new(board: B, held: bool) -> Self {
        Self {
            board,
            enabled: held,
            halted: held,
            mask_interrupts: false,
            was_reset: held,
            reasons: if held { BY_VECTOR_CATCH } else { 0 },
            data: 0,
            monitor: 0,
            comparators: [0; COMPARATORS as usize],
            comparing: false,
            traps: Traps::new(),
            breakpoints: Vec::new(),
            semihosting: None,
        }
    }

    /// The same with a console, to which the program's semihosting goes. Without one its calls hold
    /// the processor, as any `BKPT` does while a debugger is attached.
    #[must_use]
    pub fn with_console(mut self, console: Option<Console>) -> Self {
        self.semihosting = console.map(Semihosting::new);
        self
    }

    /// Lets a board run that nobody has let run yet, although it counts as running.
    pub(crate) fn start(&mut self) -> Result<(), Error> {
        self.halted = true;
        self.let_go()
    }

    /// Whether it is held.
    pub const fn is_halted(&self) -> bool {
        self.halted
    }

    /// Resets the board, as its reset pin or `AIRCR` does.
    pub fn reset(&mut self) -> Result<(), Error> {
        self.board.reset()?;
        if let Some(semihosting) = &mut self.semihosting {
            semihosting.begin();
        }
        self.was_reset = true;
        self.halted = true;
        // A client that has written a firmware resets the board for it.
        self.traps.grow_old();
        if self.enabled && self.monitor & CATCH_RESET != 0 {
            self.reasons |= BY_VECTOR_CATCH;
            return Ok(());
        }
        self.let_go()
    }

    /// Holds the processor.
    pub fn hold(&mut self) -> Result<(), Error> {
        if !self.halted {
            self.board.hold()?;
            self.halted = true;
            self.reasons |= BY_REQUEST;
        }
        Ok(())
    }

    /// Lets a held processor run on.
    pub fn let_go(&mut self) -> Result<(), Error> {
        if self.halted {
            self.arrange_breakpoints()?;
            self.board.resume()?;
            self.halted = false;
        }
        Ok(())
    }

    /// Executes one instruction of a held processor. At a breakpoint instruction it stays.
    fn step(&mut self) -> Result<(), Error> {
        let at = self.board.register(Register::General(15))?;
        let half = self.half_at(at)?;
        if half == CALL && self.semihosting.is_some() {
            let ended = self.answer(at)? == Some(Then::Ended);
            self.reasons |= if ended { BY_BREAKPOINT } else { BY_REQUEST };
            return Ok(());
        }
        if is_bkpt(half) {
            self.reasons |= BY_BREAKPOINT;
            return Ok(());
        }
        self.board.step()?;
        self.reasons |= BY_REQUEST;
        Ok(())
    }

    fn half_at(&mut self, at: u32) -> Result<u16, Error> {
        let mut half = [0; 2];
        self.board.read(at & !1, &mut half)?;
        Ok(u16::from_le_bytes(half))
    }

    /// Looks whether it has come to hold by itself. Where that is at a call, the call is answered,
    /// and it runs on: true.
    pub(crate) fn look(&mut self) -> Result<bool, Error> {
        if self.halted || !self.board.has_stopped()? {
            return Ok(false);
        }
        if self.semihosting.is_some() {
            let at = self.board.register(Register::General(15))?;
            if self.half_at(at)? == CALL {
                match self.answer(at)? {
                    Some(Then::Answer(_)) => {
                        self.board.resume()?;
                        return Ok(true);
                    }
                    // There is no room: it is asked again at the next look.
                    None => return Ok(false),
                    Some(Then::Ended) => {}
                }
            }
        }
        self.halted = true;
        self.reasons |= BY_BREAKPOINT;
        Ok(false)
    }

    /// Answers the call of a processor that has stopped there, and moves it behind the call. `None`:
    /// the console is full.
    fn answer(&mut self, at: u32) -> Result<Option<Then>, Error> {
        let Some(semihosting) = &mut self.semihosting else { return Ok(None) };
        if semihosting.console.is_full() {
            return Ok(None);
        }
        let [number, argument] = [
            self.board.register(Register::General(0))?,
            self.board.register(Register::General(1))?,
        ];
        let then = semihosting.call(&mut self.board, number, argument)?;
        if let Then::Answer(answer) = then {
            self.board.set_register(Register::General(0), answer)?;
            self.board.set_register(Register::General(15), at.wrapping_add(2))?;
        }
        Ok(Some(then))
    }

    /// Brings the board's breakpoints in line with the comparators and the breakpoint
    /// instructions. Without a debugger neither holds, but for calls that are answered.
    fn arrange_breakpoints(&mut self) -> Result<(), Error> {
        let answers = self.semihosting.is_some();
        if (self.enabled || answers) && self.traps.is_old() {
            self.traps.look(&self.board.code()?);
        }
        let comparators = self.comparators.iter().filter(|_| self.comparing);
        let comparators = comparators.flat_map(|value| matches_of(*value));
        let mut wanted: Vec<u32> = comparators.chain(self.traps.all()).collect();
        if !self.enabled {
            wanted.clear();
            wanted.extend(self.traps.calls().filter(|_| answers));
        }
        wanted.sort_unstable();
        wanted.dedup();
        if wanted == self.breakpoints {
            return Ok(());
        }
        // The board takes them only while it is held.
        if !self.halted {
            self.board.hold()?;
        }
        for address in self.breakpoints.iter().filter(|address| !wanted.contains(address)) {
            self.board.set_breakpoint(*address, false)?;
        }
        for address in wanted.iter().filter(|address| !self.breakpoints.contains(address)) {
            self.board.set_breakpoint(*address, true)?;
        }
        self.breakpoints = wanted;
        if self.halted { Ok(()) } else { self.board.resume() }
    }
}

/// The addresses that a comparator matches: either half of a word, or both.
fn matches_of(comparator: u32) -> impl Iterator<Item = u32> {
    let word = comparator & 0x1fff_fffc;
    let halves = if comparator & 1 == 0 { 0 } else { comparator >> 30 };
    let lower = (halves & 1 != 0).then_some(word);
    lower.into_iter().chain((halves & 2 != 0).then_some(word | 2))
}

#[cfg(test)]
mod tests;
