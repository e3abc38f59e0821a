//! Scans, in front of a made-up board.

use super::*;
use crate::dap::Ports;
use crate::processor::Core;
use crate::processor::made_up::MadeUp;

/// A chain with its debug port.
struct Chain {
    tap: Tap,
    ports: Ports<MadeUp>,
}

impl Chain {
    fn new() -> Self {
        let ports = Ports::new(Core::new(MadeUp::default(), false));
        let mut chain = Self { tap: Tap::default(), ports };
        for _ in 0..5 {
            chain.clock(true, false);
        }
        chain.clock(false, false);
        chain
    }

    fn clock(&mut self, mode: bool, input: bool) -> bool {
        let output = self.tap.output();
        self.tap.clock(mode, input, &mut |access| self.ports.access(access));
        output
    }

    /// From idle through a register and back.
    fn scan(&mut self, instruction: bool, bits: u64, length: u32) -> u64 {
        self.clock(true, false);
        if instruction {
            self.clock(true, false);
        }
        self.clock(false, false);
        self.clock(false, false);
        let mut out = 0;
        for at in 0..length {
            out |= u64::from(self.clock(at + 1 == length, bits >> at & 1 != 0)) << at;
        }
        self.clock(true, false);
        self.clock(false, false);
        out
    }

    /// A scan of a port's register; what the access before has read.
    fn port(&mut self, instruction: u8, read: bool, address: u8, value: u32) -> u32 {
        assert_eq!(self.scan(true, u64::from(instruction), 4), CAPTURED);
        let inside = u64::from(read) | u64::from(address >> 1) | u64::from(value) << 3;
        let out = self.scan(false, inside, 35);
        assert_eq!(out & 0b111, OK);
        u32::try_from(out >> 3).unwrap()
    }
}

#[test]
fn after_a_reset_the_identity_is_shifted_out() {
    let mut chain = Chain::new();
    assert_eq!(chain.scan(false, 0, 32), u64::from(IDCODE));
    // Through the bypass a bit comes one clock late.
    chain.scan(true, u64::from(BYPASS), 4);
    assert_eq!(chain.scan(false, 0b1011, 5), 0b10110);
}

#[test]
fn memory_is_written_and_read() {
    let mut chain = Chain::new();
    chain.port(ACCESS_PORT, false, 0x4, 0x2000_0000);
    chain.port(ACCESS_PORT, false, 0xc, 0x1234_5678);
    chain.port(ACCESS_PORT, false, 0x4, 0x2000_0000);
    chain.port(ACCESS_PORT, true, 0xc, 0);
    assert_eq!(chain.port(DEBUG_PORT, true, READ_BUFFER, 0), 0x1234_5678);
    // Power is acknowledged.
    chain.port(DEBUG_PORT, false, CTRL_STAT, 0x5000_0000);
    chain.port(DEBUG_PORT, true, CTRL_STAT, 0);
    assert_eq!(chain.port(DEBUG_PORT, true, READ_BUFFER, 0), 0xf000_0000);
}

#[test]
fn an_error_sticks_until_it_is_written() {
    let mut chain = Chain::new();
    chain.ports.core.board.broken = true;
    chain.port(ACCESS_PORT, true, 0xc, 0);
    chain.ports.core.board.broken = false;
    chain.port(ACCESS_PORT, false, 0x4, 0x2000_0000);
    chain.port(DEBUG_PORT, true, CTRL_STAT, 0);
    assert_eq!(chain.port(DEBUG_PORT, false, CTRL_STAT, STICKY_ERROR), STICKY_ERROR);
    chain.port(DEBUG_PORT, true, CTRL_STAT, 0);
    assert_eq!(chain.port(ACCESS_PORT, true, 0x4, 0), 0);
    assert_eq!(chain.port(DEBUG_PORT, true, READ_BUFFER, 0), 0, "the write was left out");
}
