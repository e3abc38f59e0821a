//! Where breakpoint instructions are: a Cortex-M with a debugger is held at one, and QEMU is not.
//!
//! To QEMU the instruction is a fault. It stops before the instruction instead where a breakpoint of
//! its own is, which is what the hardware does. Such a breakpoint acts only when the processor
//! comes to that address as to an instruction, so one too many, on a constant that looks like
//! the instruction, does no harm.

use std::collections::BTreeSet;

use crate::semihosting::CALL;

/// The upper byte of the instruction; the lower byte is for the debugger.
const BKPT: u16 = 0xbe;

/// From this value on, a halfword begins an instruction of two.
const FIRST_OF_TWO: u16 = 0xe800;

/// The two that are in use, of a debugger and of semihosting.
const USUAL: [u16; 2] = [0xbe00, CALL];

/// How many are kept of those that a client has written. A flash algorithm has one or two.
const MOST: usize = 1024;

/// The places of a board's breakpoint instructions.
#[derive(Debug, Default)]
pub(crate) struct Traps {
    /// In the code that the board holds.
    code: BTreeSet<u32>,
    /// Those of them that ask the debugger for something.
    calls: BTreeSet<u32>,
    /// In what a client has written, such as a flash algorithm.
    written: BTreeSet<u32>,
    looked: bool,
}

impl Traps {
    /// Traps of which nothing is known yet.
    pub(crate) const fn new() -> Self {
        Self {
            code: BTreeSet::new(),
            calls: BTreeSet::new(),
            written: BTreeSet::new(),
            looked: false,
        }
    }

    /// Whether the board's code is to be looked through.
    pub(crate) const fn is_old(&self) -> bool {
        !self.looked
    }

    /// The board's code may be another now.
    pub(crate) const fn grow_old(&mut self) {
        self.looked = false;
    }

    /// Takes over what the board's code is.
    pub(crate) fn look(&mut self, code: &[(u32, Vec<u8>)]) {
        let found = || code.iter().flat_map(|(address, bytes)| places(*address, bytes));
        self.code = found().map(|(at, _)| at).collect();
        self.calls = found().filter(|(_, half)| *half == CALL).map(|(at, _)| at).collect();
        self.looked = true;
    }

    /// A client has written this.
    pub(crate) fn write(&mut self, address: u32, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let over = address & !1..address.saturating_add(length);
        let gone: Vec<u32> = self.written.range(over).copied().collect();
        for place in gone {
            self.written.remove(&place);
        }
        let room = MOST - self.written.len();
        self.written.extend(places(address, bytes).map(|(at, _)| at).take(room));
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> {
        self.code.union(&self.written).copied()
    }

    /// Those at which the program asks its debugger for something.
    pub(crate) fn calls(&self) -> impl Iterator<Item = u32> {
        self.calls.iter().copied()
    }
}

/// Whether a halfword is the instruction.
pub(crate) const fn is_bkpt(halfword: u16) -> bool {
    halfword >> 8 == BKPT
}

/// The addresses in some bytes at which the instruction may be, and it itself.
fn places(address: u32, bytes: &[u8]) -> impl Iterator<Item = (u32, u16)> {
    // Half a halfword at the beginning cannot be told.
    let skipped = usize::from(!address.is_multiple_of(2));
    let first = u64::from(address) + skipped as u64;
    let halves = bytes.get(skipped..).unwrap_or_default().chunks_exact(2);
    // Whether the next halfword is the second of an instruction. After a constant it may look so
    // and be the first of the next function: the usual ones are taken for what they seem to be.
    let mut second = false;
    let addresses = (first..).step_by(2).map_while(|at| u32::try_from(at).ok());
    halves.zip(addresses).filter_map(move |(half, at)| {
        let half = u16::from_le_bytes([half[0], half[1]]);
        let begins = !std::mem::take(&mut second);
        second = begins && half >= FIRST_OF_TWO;
        (begins && is_bkpt(half) || USUAL.contains(&half)).then_some((at, half))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(address: u32, halves: &[u16]) -> Vec<u32> {
        let bytes: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        places(address, &bytes).map(|(at, _)| at).collect()
    }

    #[test]
    fn the_second_half_of_an_instruction_is_none() {
        // nop, bkpt 0, bl (whose second half looks like one), bkpt 0xab
        assert_eq!(found(0x100, &[0xbf00, 0xbe00, 0xf7ff, 0xbe12, 0xbeab]), [0x102, 0x108]);
        assert_eq!(found(0x100, &[0xbd00, 0xbf00]), []);
        // The end of a constant, and a function that begins with it.
        assert_eq!(found(0x100, &[0xffff, 0xbe00]), [0x102]);
    }

    #[test]
    fn an_odd_beginning_and_an_odd_end_are_left_out() {
        let at = |address, bytes: &[u8]| -> Vec<u32> {
            places(address, bytes).map(|(at, _)| at).collect()
        };
        assert_eq!(at(0x101, &[0xbe, 0x00, 0xbe, 0x00]), [0x102]);
        assert_eq!(at(u32::MAX, &[0xbe, 0x00, 0xbe]), [] as [u32; 0]);
        assert_eq!(places(7, &[]).count(), 0);
    }

    #[test]
    fn what_is_written_over_is_forgotten() {
        let mut traps = Traps::default();
        traps.write(0x2000_0000, &[0x00, 0xbe, 0x00, 0xbe]);
        assert_eq!(traps.all().collect::<Vec<_>>(), [0x2000_0000, 0x2000_0002]);
        traps.write(0x2000_0003, &[0x12]);
        assert_eq!(traps.all().collect::<Vec<_>>(), [0x2000_0000]);
        traps.look(&[(0x100, vec![0xab, 0xbe])]);
        assert_eq!(traps.all().collect::<Vec<_>>(), [0x100, 0x2000_0000]);
        traps.look(&[]);
        assert_eq!(traps.all().collect::<Vec<_>>(), [0x2000_0000]);
    }

    #[test]
    fn a_client_cannot_fill_the_memory_with_them() {
        let mut traps = Traps::default();
        for page in 0..64 {
            traps.write(0x2000_0000 + page * 512, &[0x00, 0xbe].repeat(256));
        }
        assert_eq!(traps.all().count(), MOST);
    }
}
