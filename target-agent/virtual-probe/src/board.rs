//! What is asked of a board: its memory, its registers, and that it runs or is held.

use std::fmt::Debug;

use crate::Error;

/// A processor with its memory.
pub trait Board: Debug {
    /// Reads memory, whether it runs or not.
    fn read(&mut self, address: u32, into: &mut [u8]) -> Result<(), Error>;
    /// Writes memory, whether it runs or not.
    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error>;
    /// Holds it.
    fn hold(&mut self) -> Result<(), Error>;
    /// Lets it run on.
    fn resume(&mut self) -> Result<(), Error>;
    /// Executes one instruction. It was held, and is held after it.
    fn step(&mut self) -> Result<(), Error>;
    /// Whether it has come to hold by itself since it was let run.
    fn has_stopped(&mut self) -> Result<bool, Error>;
    /// A register of it while it is held. One that it does not have is 0.
    fn register(&mut self, register: Register) -> Result<u32, Error>;
    /// Changes a register while it is held.
    fn set_register(&mut self, register: Register, value: u32) -> Result<(), Error>;
    /// Lets it hold before it executes what is at this address, or no more. It is held.
    fn set_breakpoint(&mut self, address: u32, on: bool) -> Result<(), Error>;
    /// Resets it. Afterwards it is held before its first instruction.
    fn reset(&mut self) -> Result<(), Error>;
    /// Whether its program has reset it since this was asked last.
    fn was_reset(&mut self) -> Result<bool, Error>;
    /// The code that it may execute: addresses, and what is there.
    fn code(&mut self) -> Result<Vec<(u32, Vec<u8>)>, Error>;
}

/// A register of the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// `r0` to `r12`, `sp`, `lr`, `pc`.
    General(u8),
    /// The program status.
    Status,
    /// The main stack pointer.
    MainStack,
    /// The process stack pointer.
    ProcessStack,
    /// `CONTROL`, `FAULTMASK`, `BASEPRI` and `PRIMASK`, from the highest byte to the lowest.
    Masks,
    /// The floating point status.
    FloatStatus,
    /// `s0` to `s31`.
    Float(u8),
}

impl Register {
    /// The register that this number in `DCRSR` selects.
    pub(crate) fn selected(number: u32) -> Option<Self> {
        let small = u8::try_from(number).ok()?;
        Some(match small {
            0..=15 => Self::General(small),
            16 => Self::Status,
            17 => Self::MainStack,
            18 => Self::ProcessStack,
            20 => Self::Masks,
            33 => Self::FloatStatus,
            64..=95 => Self::Float(small - 64),
            _ => return None,
        })
    }
}
