//! A board for tests: memory, registers, and a list of what was done to it.

use std::collections::BTreeMap;
use std::io;

use super::{Board, Register};
use crate::Error;

/// What was done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    Hold,
    Resume,
    Step,
    Break(u32, bool),
    Reset,
}

/// The board.
#[derive(Debug, Default)]
pub(crate) struct MadeUp {
    pub(crate) did: Vec<Did>,
    /// It comes to hold by itself.
    pub(crate) stopped: bool,
    /// Its program resets it.
    pub(crate) resets: bool,
    /// Its code.
    pub(crate) code: Vec<(u32, Vec<u8>)>,
    /// Its memory cannot be reached.
    pub(crate) broken: bool,
    memory: BTreeMap<u32, u8>,
    registers: Vec<(Register, u32)>,
}

impl Board for MadeUp {
    fn read(&mut self, address: u32, into: &mut [u8]) -> Result<(), Error> {
        if self.broken {
            let why = io::Error::from(io::ErrorKind::BrokenPipe);
            return Err(Error::Lost { socket: "memory", why });
        }
        for (at, byte) in (address..=u32::MAX).zip(into) {
            *byte = self.memory.get(&at).copied().unwrap_or(0);
        }
        Ok(())
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        self.memory.extend((address..=u32::MAX).zip(bytes.iter().copied()));
        Ok(())
    }

    fn hold(&mut self) -> Result<(), Error> {
        self.did.push(Did::Hold);
        Ok(())
    }

    fn resume(&mut self) -> Result<(), Error> {
        self.did.push(Did::Resume);
        Ok(())
    }

    fn step(&mut self) -> Result<(), Error> {
        self.did.push(Did::Step);
        Ok(())
    }

    fn has_stopped(&mut self) -> Result<bool, Error> {
        Ok(self.stopped)
    }

    fn register(&mut self, register: Register) -> Result<u32, Error> {
        let set = self.registers.iter().rev().find(|(name, _)| *name == register);
        Ok(set.map_or(0, |(_, value)| *value))
    }

    fn set_register(&mut self, register: Register, value: u32) -> Result<(), Error> {
        self.registers.push((register, value));
        Ok(())
    }

    fn set_breakpoint(&mut self, address: u32, on: bool) -> Result<(), Error> {
        self.did.push(Did::Break(address, on));
        Ok(())
    }

    fn reset(&mut self) -> Result<(), Error> {
        self.did.push(Did::Reset);
        Ok(())
    }

    fn was_reset(&mut self) -> Result<bool, Error> {
        Ok(std::mem::take(&mut self.resets))
    }

    fn code(&mut self) -> Result<Vec<(u32, Vec<u8>)>, Error> {
        Ok(self.code.clone())
    }
}
