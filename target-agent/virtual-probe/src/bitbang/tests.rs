//! Letters, in front of a made-up board.

use proptest::prelude::*;

use super::*;
use crate::jtag::IDCODE;
use crate::processor::Core;
use crate::processor::made_up::{Did, MadeUp};

struct Client {
    wires: Wires,
    ports: Ports<MadeUp>,
}

impl Client {
    fn new() -> Self {
        let ports = Ports::new(Core::new(MadeUp::default(), false));
        Self { wires: Wires::default(), ports }
    }

    fn send(&mut self, letters: &[u8]) -> Vec<u8> {
        let mut answers = Vec::new();
        for letter in letters {
            assert!(self.wires.take(*letter, &mut self.ports, &mut answers));
        }
        answers
    }

    /// Bits over serial wire as `OpenOCD` sends them.
    fn out(&mut self, bits: u64, length: u32) {
        for at in 0..length {
            let bit = u8::from(bits >> at & 1 != 0);
            self.send(&[b'd' + bit, b'f' + bit]);
        }
    }

    fn read(&mut self, length: u32) -> u64 {
        (0..length).fold(0, |bits, at| {
            let answer = self.send(b"dc");
            self.send(b"f");
            bits | u64::from(answer == b"1") << at
        })
    }
}

#[test]
fn over_jtag_the_identity_is_read() {
    let mut client = Client::new();
    client.send(&b"26".repeat(5));
    client.send(b"04260404");
    let bits = client.send(&b"0R4".repeat(32));
    let value = bits.iter().rev().fold(0_u32, |value, bit| value << 1 | u32::from(*bit == b'1'));
    assert_eq!(value, IDCODE);
}

#[test]
fn over_serial_wire_a_register_is_written_and_read() {
    let mut client = Client::new();
    client.send(b"O");
    client.out(u64::MAX, 60);
    client.out(0, 4);
    // DPIDR: request, turn, acknowledgement, value, parity, turn.
    client.out(0b1010_0101, 8);
    client.send(b"o");
    let answer = client.read(1 + 3 + 32 + 1 + 1) >> 1;
    client.send(b"O");
    assert_eq!(answer & 0b111, 0b001);
    assert_eq!(answer >> 3 & 0xffff_ffff, 0x2ba0_1477);
    // CTRL/STAT: request, turn, acknowledgement, turn, value, parity.
    client.out(0b1010_1001, 8);
    client.send(b"o");
    assert_eq!(client.read(1 + 3 + 1) >> 1 & 0b111, 0b001);
    client.send(b"O");
    client.out(0x5000_0000, 33);
    client.out(0, 8);
    assert_eq!(client.ports.read_debug(4), 0xf000_0000);
}

#[test]
fn the_reset_line_resets_when_it_is_let_go() {
    let mut client = Client::new();
    client.send(b"rsssu");
    assert!(client.ports.core.board.did.is_empty());
    client.send(b"rr");
    assert_eq!(client.ports.core.board.did, [Did::Reset, Did::Resume]);
}

proptest! {
    #[test]
    fn any_letters_do_no_harm(letters in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let mut client = Client::new();
        let mut answers = Vec::new();
        for letter in &letters {
            client.wires.take(*letter, &mut client.ports, &mut answers);
        }
        let asked = letters.iter().filter(|letter| matches!(letter, b'R' | b'c')).count();
        prop_assert_eq!(answers.len(), asked);
    }
}
