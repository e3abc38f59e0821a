//! JTAG: the controller with its 16 states, and the registers of a debug port behind it.
//!
//! A read comes one scan late, as over serial wire: what a scan shifts out is the result of the one
//! before. An access that went wrong shows as `STICKYERR`, which JTAG clears by writing it to
//! `CTRL/STAT`.

use crate::dap::{Access, Reply};

/// The states of the controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reset,
    Idle,
    SelectData,
    SelectInstruction,
    Capture,
    Shift,
    Exit1,
    Pause,
    Exit2,
    Update,
}

/// Instructions, and how long their register is.
const LENGTH: u32 = 4;
const ABORT: u8 = 0x8;
const DEBUG_PORT: u8 = 0xa;
const ACCESS_PORT: u8 = 0xb;
const ID: u8 = 0xe;
const BYPASS: u8 = 0xf;

/// What capturing the instruction register gives: its last two bits are a test of the chain.
const CAPTURED: u64 = 0b0001;

/// `IDCODE`: a JTAG debug port by Arm.
pub(crate) const IDCODE: u32 = 0x4ba0_0477;

/// The only acknowledgement that is needed: the access before is done.
const OK: u64 = 0b010;

const CTRL_STAT: u8 = 0x4;
const SELECT: u8 = 0x8;
const READ_BUFFER: u8 = 0xc;
const STICKY_ERROR: u32 = 1 << 5;
/// `ABORT`: clear the sticky error.
const CLEAR_ERROR: u32 = 1 << 2;

/// The controller of a chain with one debug port.
#[derive(Debug)]
pub(crate) struct Tap {
    state: State,
    /// Whether the states below are those of the instruction register.
    instruction_side: bool,
    instruction: u8,
    /// What is being shifted, and how long it is.
    bits: u64,
    length: u32,
    /// What the last access has read.
    result: u32,
}

impl Default for Tap {
    fn default() -> Self {
        Self {
            state: State::Reset,
            instruction_side: false,
            instruction: ID,
            bits: 0,
            length: 1,
            result: 0,
        }
    }
}

impl Tap {
    /// What the target drives. A line that nobody drives is high.
    pub(crate) const fn output(&self) -> bool {
        !matches!(self.state, State::Shift) || self.bits & 1 != 0
    }

    /// The clock rises. `access` performs what a finished scan asks for.
    pub(crate) fn clock(
        &mut self,
        mode: bool,
        input: bool,
        access: &mut impl FnMut(Access) -> Reply,
    ) {
        match self.state {
            State::Capture => self.capture(),
            State::Shift => self.bits = self.bits >> 1 | u64::from(input) << (self.length - 1),
            _ => {}
        }
        self.state = self.next(mode);
        match self.state {
            State::Reset => self.instruction = ID,
            State::Update => self.update(access),
            _ => {}
        }
    }

    const fn next(&mut self, mode: bool) -> State {
        match (self.state, mode) {
            (State::Reset | State::SelectInstruction, true) => State::Reset,
            (State::Reset | State::Idle | State::Update, false) => State::Idle,
            (State::Idle | State::Update, true) => {
                self.instruction_side = false;
                State::SelectData
            }
            (State::SelectData, true) => {
                self.instruction_side = true;
                State::SelectInstruction
            }
            (State::SelectData | State::SelectInstruction, false) => State::Capture,
            (State::Capture | State::Shift | State::Exit2, false) => State::Shift,
            (State::Capture | State::Shift, true) => State::Exit1,
            (State::Exit1 | State::Pause, false) => State::Pause,
            (State::Pause, true) => State::Exit2,
            (State::Exit1 | State::Exit2, true) => State::Update,
        }
    }

    fn capture(&mut self) {
        (self.bits, self.length) = match self.instruction {
            _ if self.instruction_side => (CAPTURED, LENGTH),
            ID => (u64::from(IDCODE), 32),
            DEBUG_PORT | ACCESS_PORT => (u64::from(self.result) << 3 | OK, 35),
            ABORT => (0, 35),
            _ => (0, 1),
        };
    }

    #[allow(clippy::cast_possible_truncation, reason = "fields of a scan are cut out")]
    fn update(&mut self, access: &mut impl FnMut(Access) -> Reply) {
        if self.instruction_side {
            self.instruction = self.bits as u8;
            return;
        }
        let (read, address) = (self.bits & 1 != 0, (self.bits as u8 & 0b110) << 1);
        let value = (self.bits >> 3) as u32;
        let mut write = |ap, address, value| {
            let _ = access(Access::Write { ap, address, value });
        };
        match (self.instruction, read) {
            (ABORT, _) => write(false, 0, value),
            (DEBUG_PORT, false) => match address {
                CTRL_STAT => {
                    if value & STICKY_ERROR != 0 {
                        write(false, 0, CLEAR_ERROR);
                    }
                    write(false, CTRL_STAT, value);
                }
                SELECT => write(false, SELECT, value),
                // `ABORT` has an instruction of its own, and the buffer is not written.
                _ => {}
            },
            (DEBUG_PORT, true) => self.result = read_value(access, false, address),
            (ACCESS_PORT, false) => {
                if access(Access::MayWrite { ap: true }) != Reply::Fault {
                    access(Access::Write { ap: true, address, value });
                }
            }
            (ACCESS_PORT, true) => {
                access(Access::Read { ap: true, address });
                self.result = read_value(access, false, READ_BUFFER);
            }
            // What is shifted through goes nowhere.
            (ID | BYPASS | _, _) => {}
        }
    }
}

fn read_value(access: &mut impl FnMut(Access) -> Reply, ap: bool, address: u8) -> u32 {
    match access(Access::Read { ap, address }) {
        Reply::Value(value) => value,
        _ => 0,
    }
}

#[cfg(test)]
pub(crate) mod tests;
