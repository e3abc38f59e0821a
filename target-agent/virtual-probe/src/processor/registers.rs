//! The debug registers: their addresses and bits, and what reading and writing them does.

use super::Core;
use crate::Error;
use crate::board::{Board, Register};

/// Addresses of the registers that end here.
pub(super) const AIRCR: u32 = 0xe000_ed0c;
pub(super) const DFSR: u32 = 0xe000_ed30;
pub(super) const DHCSR: u32 = 0xe000_edf0;
pub(super) const DCRSR: u32 = 0xe000_edf4;
pub(super) const DCRDR: u32 = 0xe000_edf8;
pub(super) const DEMCR: u32 = 0xe000_edfc;
pub(super) const FP_CTRL: u32 = 0xe000_2000;
const FP_REMAP: u32 = 0xe000_2004;
pub(super) const FP_COMP: u32 = 0xe000_2008;

/// How many comparators there are.
pub(super) const COMPARATORS: u32 = 6;
const FP_COMP_END: u32 = FP_COMP + 4 * COMPARATORS;

/// Bits of `DHCSR`: what a client sets, and what it reads.
pub(super) const DEBUG_ENABLE: u32 = 1;
pub(super) const HALT: u32 = 1 << 1;
pub(super) const STEP: u32 = 1 << 2;
pub(super) const MASK_INTERRUPTS: u32 = 1 << 3;
pub(super) const REGISTER_READY: u32 = 1 << 16;
pub(super) const IS_HALTED: u32 = 1 << 17;
const RETIRED: u32 = 1 << 24;
pub(super) const WAS_RESET: u32 = 1 << 25;
pub(super) const DEBUG_KEY: u32 = 0xa05f;

/// Bits of `DFSR`: why it is halted.
pub(super) const BY_REQUEST: u32 = 1;
pub(super) const BY_BREAKPOINT: u32 = 1 << 1;
pub(super) const BY_VECTOR_CATCH: u32 = 1 << 3;

/// Bits of `AIRCR` that ask for a reset, and its key.
const RESET_REQUESTS: u32 = 1 << 2 | 1;
pub(super) const RESET_KEY: u32 = 0x05fa;

/// `DEMCR`: hold after a reset.
pub(super) const CATCH_RESET: u32 = 1;

impl<B: Board> Core<B> {
    /// Reads memory or debug registers.
    pub fn read(&mut self, address: u32, into: &mut [u8]) -> Result<(), Error> {
        if !is_private(address) {
            return self.board.read(address, into);
        }
        let mut at = address;
        for piece in into.chunks_mut(4) {
            if at.is_multiple_of(4) && piece.len() == 4 {
                let word = self.read_word(at)?;
                piece.copy_from_slice(&word.to_le_bytes());
            } else {
                self.board.read(at, piece)?;
            }
            at = at.wrapping_add(4);
        }
        Ok(())
    }

    /// Reads a word, its address a multiple of four.
    pub fn read_word(&mut self, address: u32) -> Result<u32, Error> {
        Ok(match address {
            DHCSR => self.status()?,
            DCRSR | FP_REMAP => 0,
            DCRDR => self.data,
            DEMCR => self.monitor,
            DFSR => self.reasons,
            FP_CTRL => COMPARATORS << 4 | u32::from(self.comparing),
            FP_COMP..FP_COMP_END => self.comparators[((address - FP_COMP) / 4) as usize],
            _ => {
                let mut word = [0; 4];
                self.board.read(address, &mut word)?;
                u32::from_le_bytes(word)
            }
        })
    }

    /// Writes memory or debug registers.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        if !is_private(address) {
            self.traps.write(address, bytes);
            return self.board.write(address, bytes);
        }
        let mut at = address;
        for piece in bytes.chunks(4) {
            match <[u8; 4]>::try_from(piece) {
                Ok(word) if at.is_multiple_of(4) => {
                    self.write_word(at, u32::from_le_bytes(word))?;
                }
                _ => self.board.write(at, piece)?,
            }
            at = at.wrapping_add(4);
        }
        Ok(())
    }

    fn write_word(&mut self, address: u32, value: u32) -> Result<(), Error> {
        match address {
            DHCSR => return self.control(value),
            DCRSR => return self.transfer(value),
            DCRDR => self.data = value,
            DEMCR => self.monitor = value,
            DFSR => self.reasons &= !value,
            AIRCR if value >> 16 == RESET_KEY && value & RESET_REQUESTS != 0 => {
                return self.reset();
            }
            FP_CTRL => {
                // Without its key the write is ignored.
                if value & 2 != 0 {
                    self.comparing = value & 1 != 0;
                    return self.arrange_breakpoints();
                }
            }
            FP_REMAP => {}
            FP_COMP..FP_COMP_END => {
                self.comparators[((address - FP_COMP) / 4) as usize] = value;
                return self.arrange_breakpoints();
            }
            _ => return self.board.write(address, &value.to_le_bytes()),
        }
        Ok(())
    }

    /// Reads `DHCSR`.
    fn status(&mut self) -> Result<u32, Error> {
        let _ = self.look()?;
        self.was_reset |= self.board.was_reset()?;
        let mut status = REGISTER_READY;
        let mut add = |on: bool, bit: u32| status |= if on { bit } else { 0 };
        add(self.enabled, DEBUG_ENABLE);
        add(self.halted, HALT | IS_HALTED);
        add(!self.halted, RETIRED);
        add(self.mask_interrupts, MASK_INTERRUPTS);
        // Reading clears it.
        add(std::mem::take(&mut self.was_reset), WAS_RESET);
        Ok(status)
    }

    /// Writes `DHCSR`.
    fn control(&mut self, value: u32) -> Result<(), Error> {
        if value >> 16 != DEBUG_KEY {
            return Ok(());
        }
        let before = std::mem::replace(&mut self.enabled, value & DEBUG_ENABLE != 0);
        self.mask_interrupts = self.enabled && value & MASK_INTERRUPTS != 0;
        let halt = self.enabled && value & HALT != 0;
        let step = self.enabled && value & STEP != 0;
        match (self.halted, halt) {
            (false, true) => self.hold()?,
            (true, false) if step => self.step()?,
            (true, false) => self.let_go()?,
            (false, false) if before != self.enabled => self.arrange_breakpoints()?,
            _ => {}
        }
        Ok(())
    }

    /// Writes `DCRSR`: moves a register of the processor to or from `DCRDR`.
    fn transfer(&mut self, value: u32) -> Result<(), Error> {
        if !self.halted {
            return Ok(());
        }
        let Some(register) = Register::selected(value & 0x7f) else {
            self.data = 0;
            return Ok(());
        };
        if value & 1 << 16 == 0 {
            self.data = self.board.register(register)?;
            Ok(())
        } else {
            self.board.set_register(register, self.data)
        }
    }
}

/// Whether the debug registers may be meant: the private peripheral bus.
const fn is_private(address: u32) -> bool {
    address >> 20 == 0xe00
}
