//! Serial wire, bit by bit: a client connects with single bits before it uses whole accesses.
//!
//! Turnaround bits do not show: a client that changes direction leaves them out.

use crate::dap::{Access, Reply};

/// This many ones in a row reset the line.
const RESET: u32 = 50;

/// What the target expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It does not understand what comes until the line is reset.
    Deaf,
    /// The line was reset and is still high.
    Reset,
    /// A one begins a request.
    Idle,
    /// A request is coming in: its bits so far, and how many.
    Request { bits: u8, got: u32 },
    /// The client is to read the acknowledgement; for a read, the data and their parity after it.
    Reading { bits: u64, left: u32 },
    /// The client is to read the acknowledgement, and then to write.
    Acknowledging { address: u8, ap: bool, bits: u8, left: u32 },
    /// The client is to read an acknowledgement after which nothing comes.
    Refusing { bits: u8, left: u32 },
    /// Data and their parity are coming in.
    Writing { address: u8, ap: bool, bits: u64, got: u32 },
}

/// The target's end of the wire.
#[derive(Debug)]
pub struct Wire {
    state: State,
    /// How many ones came in a row.
    ones: u32,
}

impl Default for Wire {
    fn default() -> Self {
        Self { state: State::Deaf, ones: 0 }
    }
}

impl Wire {
    /// The client sends `length` bits, the lowest first. `access` performs the writes that they
    /// complete and the reads that they ask for.
    pub fn out(&mut self, bits: u32, length: u32, mut access: impl FnMut(Access) -> Reply) {
        for at in 0..length {
            self.bit_out(bits >> at & 1 != 0, &mut access);
        }
    }

    /// The client reads `length` bits, at most 32. A line that nobody drives is high.
    pub fn read(&mut self, length: u32) -> u32 {
        (0..length).fold(0, |bits, at| bits | u32::from(self.bit_in()) << at)
    }

    fn bit_out(&mut self, bit: bool, access: &mut impl FnMut(Access) -> Reply) {
        self.ones = if bit { self.ones.saturating_add(1) } else { 0 };
        if self.ones >= RESET {
            self.state = State::Reset;
            return;
        }
        self.state = match self.state {
            State::Deaf => State::Deaf,
            State::Reset if bit => State::Reset,
            State::Request { bits, got } => {
                let bits = bits | u8::from(bit) << got;
                if got < 7 { State::Request { bits, got: got + 1 } } else { request(bits, access) }
            }
            // The client may also write where it should read: then it has given that access up.
            State::Reset
            | State::Idle
            | State::Reading { .. }
            | State::Acknowledging { .. }
            | State::Refusing { .. } => {
                if bit {
                    State::Request { bits: 1, got: 1 }
                } else {
                    State::Idle
                }
            }
            State::Writing { address, ap, bits, got } => {
                let bits = bits | u64::from(bit) << got;
                if got < 32 {
                    State::Writing { address, ap, bits, got: got + 1 }
                } else {
                    written(address, ap, bits, access)
                }
            }
        };
    }

    fn bit_in(&mut self) -> bool {
        self.ones = 0;
        let (bit, state) = match self.state {
            State::Reading { bits, left } => {
                let state = match left {
                    1 => State::Idle,
                    _ => State::Reading { bits: bits >> 1, left: left - 1 },
                };
                (bits & 1 != 0, state)
            }
            State::Refusing { bits, left } => {
                let state = match left {
                    1 => State::Idle,
                    _ => State::Refusing { bits: bits >> 1, left: left - 1 },
                };
                (bits & 1 != 0, state)
            }
            State::Acknowledging { address, ap, bits, left } => {
                let state = match left {
                    1 => State::Writing { address, ap, bits: 0, got: 0 },
                    _ => State::Acknowledging { address, ap, bits: bits >> 1, left: left - 1 },
                };
                (bits & 1 != 0, state)
            }
            other => (true, other),
        };
        self.state = state;
        bit
    }
}

/// Acknowledgements as they are read, the first bit lowest.
const OK: u8 = 0b001;
const FAULT: u8 = 0b100;

/// A whole request: start, which port, read, two bits of address, parity, stop, park.
fn request(bits: u8, access: &mut impl FnMut(Access) -> Reply) -> State {
    let inner = bits >> 1 & 0b1111;
    let parity = bits >> 5 & 1;
    let (stop, park) = (bits >> 6 & 1, bits >> 7 & 1);
    if u32::from(parity) != inner.count_ones() % 2 || stop != 0 || park != 1 {
        return State::Deaf;
    }
    let (ap, read) = (inner & 1 != 0, inner & 2 != 0);
    let address = inner & 0b1100;
    if !read {
        return match access(Access::MayWrite { ap }) {
            Reply::Fault => State::Refusing { bits: FAULT, left: 3 },
            _ => State::Acknowledging { address, ap, bits: OK, left: 3 },
        };
    }
    match access(Access::Read { ap, address }) {
        Reply::Fault => State::Refusing { bits: FAULT, left: 3 },
        Reply::Value(value) => {
            let parity = u64::from(value.count_ones() % 2);
            State::Reading { bits: u64::from(OK) | u64::from(value) << 3 | parity << 35, left: 36 }
        }
        Reply::Done => State::Reading { bits: u64::from(OK), left: 36 },
    }
}

fn written(address: u8, ap: bool, bits: u64, access: &mut impl FnMut(Access) -> Reply) -> State {
    #[allow(clippy::cast_possible_truncation, reason = "the lower 32 bits are the value")]
    let value = bits as u32;
    if u64::from(value.count_ones() % 2) == bits >> 32 & 1 {
        access(Access::Write { ap, address, value });
    } else {
        access(Access::BadParity);
    }
    State::Idle
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the wire asked of the ports.
    #[derive(Default)]
    struct Seen(Vec<Access>);

    impl Seen {
        fn answer(&mut self, access: Access) -> Reply {
            self.0.push(access);
            match access {
                Access::Read { ap: false, address: 0 } => Reply::Value(0x2ba0_1477),
                Access::Read { ap: true, .. } | Access::MayWrite { ap: true } => Reply::Fault,
                _ => Reply::Done,
            }
        }
    }

    /// The eight bits of a request.
    fn bits(ap: bool, read: bool, address: u8) -> u32 {
        let inner = u32::from(ap) | u32::from(read) << 1 | u32::from(address & 0b1100);
        1 | inner << 1 | (inner.count_ones() % 2) << 5 | 1 << 7
    }

    fn connected(seen: &mut Seen) -> Wire {
        let mut wire = Wire::default();
        // 51 ones, the switch from JTAG, 51 ones again, three idle bits: what a client sends.
        for (bits, length) in
            [(u32::MAX, 32), (0x7_ffff, 19), (0xe79e, 16), (u32::MAX, 32), (0x7_ffff, 22)]
        {
            wire.out(bits, length, |access| seen.answer(access));
        }
        assert!(seen.0.is_empty(), "connecting is no access");
        wire
    }

    #[test]
    fn nothing_is_understood_before_the_line_was_reset() {
        let mut seen = Seen::default();
        let mut wire = Wire::default();
        wire.out(bits(false, true, 0), 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b111, "nobody drives the line");
        assert!(seen.0.is_empty());
        // One short of a reset is none.
        wire.out(u32::MAX, 32, |access| seen.answer(access));
        wire.out(u32::MAX >> 15, 17, |access| seen.answer(access));
        wire.out(0, 3, |access| seen.answer(access));
        wire.out(bits(false, true, 0), 8, |access| seen.answer(access));
        assert!(seen.0.is_empty());
    }

    #[test]
    fn a_read_gives_the_acknowledgement_the_value_and_its_parity() {
        let mut seen = Seen::default();
        let mut wire = connected(&mut seen);
        wire.out(bits(false, true, 0), 8, |access| seen.answer(access));
        assert_eq!(seen.0, [Access::Read { ap: false, address: 0 }]);
        // The first bit that is read is the acknowledgement's first.
        let low = wire.read(32);
        let high = wire.read(4);
        assert_eq!(low & 0b111, 0b001);
        assert_eq!(low >> 3 | (high & 0b111) << 29, 0x2ba0_1477);
        assert_eq!(high >> 3, 0x2ba0_1477_u32.count_ones() % 2);
        // Idle bits, and the next request is understood.
        wire.out(0, 8, |access| seen.answer(access));
        wire.out(bits(false, true, 4), 8, |access| seen.answer(access));
        assert_eq!(seen.0[1], Access::Read { ap: false, address: 4 });
    }

    #[test]
    fn a_write_comes_after_its_acknowledgement() {
        let mut seen = Seen::default();
        let mut wire = connected(&mut seen);
        wire.out(bits(false, false, 8), 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b001);
        wire.out(0x0102_0304, 32, |access| seen.answer(access));
        assert_eq!(seen.0.len(), 1, "not before its parity");
        wire.out(0x0102_0304_u32.count_ones() % 2, 1, |access| seen.answer(access));
        let write = Access::Write { ap: false, address: 8, value: 0x0102_0304 };
        assert_eq!(seen.0, [Access::MayWrite { ap: false }, write]);
    }

    #[test]
    fn requests_in_one_stream_are_all_served() {
        let mut seen = Seen::default();
        let mut wire = connected(&mut seen);
        for value in [5_u32, 0x1e] {
            wire.out(bits(false, false, 0), 8, |access| seen.answer(access));
            assert_eq!(wire.read(3), 0b001);
            wire.out(value, 32, |access| seen.answer(access));
            // The parity and idle bits together.
            wire.out(value.count_ones() % 2, 9, |access| seen.answer(access));
        }
        assert_eq!(seen.0.len(), 4);
    }

    #[test]
    fn wrong_parity_is_no_access() {
        let mut seen = Seen::default();
        let mut wire = connected(&mut seen);
        wire.out(bits(false, false, 8), 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b001);
        wire.out(7, 32, |access| seen.answer(access));
        wire.out(0, 1, |access| seen.answer(access));
        assert_eq!(seen.0[1], Access::BadParity);
        // A request with wrong parity makes the target deaf until the line is reset.
        wire.out(bits(false, true, 0) ^ 1 << 5, 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b111);
        wire.out(bits(false, true, 0), 8, |access| seen.answer(access));
        assert_eq!(seen.0.len(), 2);
    }

    #[test]
    fn a_fault_has_no_data() {
        let mut seen = Seen::default();
        let mut wire = connected(&mut seen);
        wire.out(bits(true, true, 12), 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b100);
        wire.out(bits(true, false, 4), 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b100);
        wire.out(0, 8, |access| seen.answer(access));
        wire.out(bits(false, true, 0), 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b001);
    }

    #[test]
    fn any_bits_do_no_harm() {
        let mut seen = Seen::default();
        let mut wire = Wire::default();
        let mut state = 1_u32;
        for _ in 0..200_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let length = state >> 27 & 31;
            if state & 1 == 0 {
                wire.out(state, length, |access| seen.answer(access));
            } else {
                wire.read(length);
            }
            seen.0.clear();
        }
        let mut wire = connected(&mut Seen::default());
        wire.out(bits(false, true, 0), 8, |access| seen.answer(access));
        assert_eq!(wire.read(3), 0b001);
    }
}
