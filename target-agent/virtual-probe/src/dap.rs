//! The debug port and its one access port, as Arm's debug interface of version 5 has them.

use crate::Error;
use crate::processor::{Board, Core};

/// What comes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read a register.
    Read {
        /// Of the access port rather than the debug port.
        ap: bool,
        /// Bits 2 and 3 of its address.
        address: u8,
    },
    /// A write is announced.
    MayWrite {
        /// To the access port rather than the debug port.
        ap: bool,
    },
    /// Write a register.
    Write {
        /// Of the access port rather than the debug port.
        ap: bool,
        /// Bits 2 and 3 of its address.
        address: u8,
        /// What.
        value: u32,
    },
    /// What was to be written arrived harmed.
    BadParity,
}

/// What the wire is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The value read.
    Value(u32),
    /// It is done.
    Done,
    /// An earlier access went wrong, and that was not acknowledged yet.
    Fault,
}

/// `DPIDR`: a debug port of version 2 by Arm.
const DPIDR: u32 = 0x2ba0_1477;
/// `IDR` of the access port: a bus of type AHB3, as a Cortex-M has it.
const AHB: u32 = 0x2477_0011;
/// `BASE`: there is no table of components.
const NO_TABLE: u32 = 0xffff_ffff;

const STICKY_ERROR: u32 = 1 << 5;
const WRITE_DATA_ERROR: u32 = 1 << 7;
/// The two power requests of `CTRL/STAT`; each is acknowledged one bit above it.
const POWER_REQUESTS: u32 = 1 << 28 | 1 << 30;
/// What a client may set in `CTRL/STAT`.
const SETTABLE: u32 = POWER_REQUESTS | 0x0fff_ff0f;

/// Addresses of the debug port's registers.
const ABORT: u8 = 0x0;
const CTRL_STAT: u8 = 0x4;
const SELECT: u8 = 0x8;

/// Addresses of the access port's registers.
const CSW: u8 = 0x00;
const TAR: u8 = 0x04;
const DRW: u8 = 0x0c;
const BANKED: [u8; 4] = [0x10, 0x14, 0x18, 0x1c];
const BASE: u8 = 0xf8;
const IDR: u8 = 0xfc;

/// The ports in front of a processor.
#[derive(Debug)]
pub struct Ports<B> {
    /// The processor and its memory.
    pub core: Core<B>,
    ctrl: u32,
    select: u32,
    buffer: u32,
    csw: u32,
    tar: u32,
}

impl<B: Board> Ports<B> {
    /// Ports that nobody has used yet.
    pub const fn new(core: Core<B>) -> Self {
        // Accesses of four bytes, the device enabled.
        Self { core, ctrl: 0, select: 0, buffer: 0, csw: 0x0300_0042, tar: 0 }
    }

    /// An access over the wire. Reads of the access port come one access late.
    pub fn access(&mut self, access: Access) -> Reply {
        let faulty = self.ctrl & STICKY_ERROR != 0;
        match access {
            Access::Read { ap: true, .. } | Access::MayWrite { ap: true } if faulty => Reply::Fault,
            Access::Read { ap: false, address } => Reply::Value(self.read_debug(address)),
            Access::Read { ap: true, address } => {
                let before = self.buffer;
                let (port, register) = self.selected(address);
                match self.read_access(port, register) {
                    Ok(value) => self.buffer = value,
                    Err(_) => self.ctrl |= STICKY_ERROR,
                }
                Reply::Value(before)
            }
            Access::MayWrite { .. } => Reply::Done,
            Access::Write { ap: false, address, value } => {
                self.write_debug(address, value);
                Reply::Done
            }
            Access::Write { ap: true, address, value } => {
                let (port, register) = self.selected(address);
                if self.write_access(port, register, value).is_err() {
                    self.ctrl |= STICKY_ERROR;
                }
                Reply::Done
            }
            Access::BadParity => {
                self.ctrl |= WRITE_DATA_ERROR;
                Reply::Done
            }
        }
    }

    /// The access port and the register that `SELECT` and two address bits name.
    #[allow(clippy::cast_possible_truncation, reason = "the fields of SELECT have eight bits")]
    const fn selected(&self, address: u8) -> (u8, u8) {
        ((self.select >> 24) as u8, (self.select & 0xf0) as u8 | address & 0xc)
    }

    /// Whether `SELECT` names the bank in which the status is.
    const fn is_bank_0(&self) -> bool {
        self.select.trailing_zeros() >= 4
    }

    /// Reads a register of the debug port.
    pub fn read_debug(&mut self, address: u8) -> u32 {
        match address & 0xc {
            ABORT => DPIDR,
            // Only bank 0 is the status; the others tell nothing that a client needs.
            CTRL_STAT if self.is_bank_0() => self.ctrl | (self.ctrl & POWER_REQUESTS) << 1,
            CTRL_STAT => 0,
            // `RDBUF`: what the last read of the access port over the wire found.
            _ => self.buffer,
        }
    }

    /// Writes a register of the debug port.
    pub fn write_debug(&mut self, address: u8, value: u32) {
        match address & 0xc {
            ABORT => {
                if value & 1 << 2 != 0 {
                    self.ctrl &= !STICKY_ERROR;
                }
                if value & 1 << 3 != 0 {
                    self.ctrl &= !WRITE_DATA_ERROR;
                }
            }
            CTRL_STAT if self.is_bank_0() => {
                let errors = self.ctrl & (STICKY_ERROR | WRITE_DATA_ERROR);
                self.ctrl = value & SETTABLE | errors;
            }
            SELECT => self.select = value,
            // `TARGETSEL` and the other banks.
            _ => {}
        }
    }

    /// Reads a register of an access port. All but the first port are empty.
    pub fn read_access(&mut self, port: u8, register: u8) -> Result<u32, Error> {
        if port != 0 {
            return Ok(0);
        }
        Ok(match register {
            CSW => self.csw,
            TAR => self.tar,
            DRW => {
                let value = self.core.read_word(self.tar & !3)?;
                self.advance();
                value
            }
            _ if BANKED.contains(&register) => self.core.read_word(self.banked(register))?,
            BASE => NO_TABLE,
            IDR => AHB,
            _ => 0,
        })
    }

    /// Writes a register of an access port.
    pub fn write_access(&mut self, port: u8, register: u8, value: u32) -> Result<(), Error> {
        if port != 0 {
            return Ok(());
        }
        match register {
            // The access port is always there and enabled.
            CSW => self.csw = supported(value),
            TAR => self.tar = value,
            DRW => {
                self.write_data(value)?;
                self.advance();
            }
            _ if BANKED.contains(&register) => {
                self.core.write(self.banked(register), &value.to_le_bytes())?;
            }
            _ => {}
        }
        Ok(())
    }

    const fn banked(&self, register: u8) -> u32 {
        self.tar & !0xf | register as u32 & 0xc
    }

    /// The width of an access by `DRW`, in bytes.
    const fn width(&self) -> u32 {
        match self.csw & 7 {
            0 => 1,
            1 => 2,
            _ => 4,
        }
    }

    /// Writes by `DRW`: a narrow access takes its bytes from the lanes of its address.
    fn write_data(&mut self, value: u32) -> Result<(), Error> {
        let lane = (self.tar & 3) as usize;
        let width = self.width() as usize;
        let bytes = value.to_le_bytes();
        match bytes.get(lane..lane + width) {
            Some(bytes) => self.core.write(self.tar, bytes),
            None => self.core.write(self.tar & !3, &bytes),
        }
    }

    const fn advance(&mut self) {
        if self.csw >> 4 & 3 != 0 {
            self.tar = self.tar.wrapping_add(self.width());
        }
    }
}

/// What of `CSW` is taken over: the port is there and enabled, it has accesses of one, two and four
/// bytes, and packs no small ones into a large one. A client reads back what is possible.
const fn supported(value: u32) -> u32 {
    let width = if value & 7 > 2 { 2 } else { value & 7 };
    let increment = if value & 0x30 == 0 { 0 } else { 1 << 4 };
    value & !(1 << 7 | 0x37) | 1 << 6 | width | increment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::made_up::MadeUp;

    fn ports() -> Ports<MadeUp> {
        Ports::new(Core::new(MadeUp::default(), false))
    }

    #[test]
    fn power_is_acknowledged() {
        let mut ports = ports();
        assert_eq!(ports.read_debug(ABORT), DPIDR);
        ports.write_debug(CTRL_STAT, POWER_REQUESTS);
        assert_eq!(ports.read_debug(CTRL_STAT), POWER_REQUESTS | POWER_REQUESTS << 1);
        ports.write_debug(CTRL_STAT, 0);
        assert_eq!(ports.read_debug(CTRL_STAT), 0);
    }

    #[test]
    fn only_the_first_access_port_is_there() {
        let mut ports = ports();
        assert_eq!(ports.read_access(0, IDR).unwrap(), AHB);
        for port in 1..=255 {
            assert_eq!(ports.read_access(port, IDR).unwrap(), 0);
        }
    }

    #[test]
    fn data_moves_through_the_transfer_registers() {
        let mut ports = ports();
        ports.write_access(0, CSW, 0x2300_0012).unwrap();
        ports.write_access(0, TAR, 0x2000_0000).unwrap();
        ports.write_access(0, DRW, 0x1122_3344).unwrap();
        ports.write_access(0, DRW, 0x5566_7788).unwrap();
        assert_eq!(ports.read_access(0, TAR).unwrap(), 0x2000_0008);
        ports.write_access(0, TAR, 0x2000_0000).unwrap();
        assert_eq!(ports.read_access(0, DRW).unwrap(), 0x1122_3344);
        // One byte in its lane.
        ports.write_access(0, CSW, 0x2300_0000).unwrap();
        ports.write_access(0, TAR, 0x2000_0001).unwrap();
        ports.write_access(0, DRW, 0x0000_ee00).unwrap();
        ports.write_access(0, TAR, 0x2000_0000).unwrap();
        assert_eq!(ports.read_access(0, 0x10).unwrap(), 0x1122_ee44);
    }

    #[test]
    fn a_client_reads_back_what_accesses_there_are() {
        let mut ports = ports();
        let mut back = |value| {
            ports.write_access(0, CSW, value).unwrap();
            ports.read_access(0, CSW).unwrap()
        };
        // Disabled, of eight bytes, packed: none of these is supported.
        assert_eq!(back(0x2300_0023), 0x2300_0052);
        assert_eq!(back(0x2300_0000), 0x2300_0040);
        assert_eq!(back(0x2300_0011), 0x2300_0051);
    }

    #[test]
    fn over_the_wire_a_read_comes_one_access_late() {
        let mut ports = ports();
        ports.core.write(0x2000_0000, &7_u32.to_le_bytes()).unwrap();
        ports.access(Access::Write { ap: true, address: 4, value: 0x2000_0000 });
        assert_eq!(ports.access(Access::Read { ap: true, address: 12 }), Reply::Value(0));
        let buffer = Access::Read { ap: false, address: 0xc };
        assert_eq!(ports.access(buffer), Reply::Value(7));
    }

    #[test]
    fn a_failed_access_sticks_until_it_is_cleared() {
        let mut ports = ports();
        ports.core.board.broken = true;
        ports.access(Access::Write { ap: true, address: 4, value: 0x2000_0000 });
        ports.access(Access::Read { ap: true, address: 12 });
        assert_eq!(ports.access(Access::MayWrite { ap: true }), Reply::Fault);
        assert_ne!(ports.read_debug(CTRL_STAT) & STICKY_ERROR, 0);
        ports.access(Access::Write { ap: false, address: ABORT, value: 1 << 2 });
        assert_eq!(ports.access(Access::MayWrite { ap: true }), Reply::Done);
        ports.access(Access::BadParity);
        assert_ne!(ports.read_debug(CTRL_STAT) & WRITE_DATA_ERROR, 0);
    }
}
