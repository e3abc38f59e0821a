//! The virtual probe by itself, in front of QEMU: its packets, run control, and a caught reset.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::{M0, M3, M4, Machine, one_at_a_time};

/// Debug registers of a Cortex-M, and what to write there.
const DHCSR: u32 = 0xe000_edf0;
const DCRSR: u32 = 0xe000_edf4;
const DCRDR: u32 = 0xe000_edf8;
const DEMCR: u32 = 0xe000_edfc;
const AIRCR: u32 = 0xe000_ed0c;
const FP_CTRL: u32 = 0xe000_2000;
const FP_COMP: u32 = 0xe000_2008;
const KEY: u32 = 0xa05f << 16;
const IS_HALTED: u32 = 1 << 17;
const PC: u32 = 15;

/// A client that speaks the remote protocol.
struct Client(TcpStream);

impl Client {
    fn ask(&mut self, request: &str) -> String {
        self.0.write_all(request.as_bytes()).expect("the probe listens");
        let mut answer = Vec::new();
        let mut byte = [0];
        while answer.last() != Some(&b'#') {
            self.0.read_exact(&mut byte).expect("the probe answers");
            answer.push(byte[0]);
        }
        String::from_utf8(answer).expect("answers are text")
    }

    fn read(&mut self, address: u32) -> u32 {
        let answer = self.ask(&format!("!Am000023000012{address:08x}00000004#"));
        let digits = answer.strip_prefix("&K").and_then(|rest| rest.strip_suffix('#'));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        number.unwrap_or_else(|| panic!("{address:#x}: {answer}")).swap_bytes()
    }

    fn write(&mut self, address: u32, value: u32) {
        let bytes = value.swap_bytes();
        let request = format!("!AM00002300001202{address:08x}00000004{bytes:08x}#");
        assert_eq!(self.ask(&request), "&K0#", "{address:#x}");
    }

    fn register(&mut self, number: u32) -> u32 {
        self.write(DCRSR, number);
        self.read(DCRDR)
    }

    fn halt(&mut self) -> u32 {
        self.write(DHCSR, KEY | 3);
        assert_ne!(self.read(DHCSR) & IS_HALTED, 0);
        self.register(PC)
    }
}

/// Run control on one machine.
fn controlled(machine: Machine) {
    let _one = one_at_a_time();
    let Some(board) = machine.run("flood_15k") else { return };
    let stream = TcpStream::connect(board.probe.address()).expect("the probe listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket has a limit");
    stream.set_nodelay(true).expect("a socket has no delay");
    let mut client = Client(stream);
    assert_eq!(client.ask("!HC#"), "&K3#");

    // It runs, is halted, steps, and runs again.
    client.write(DHCSR, KEY | 1);
    assert_eq!(client.read(DHCSR) & IS_HALTED, 0);
    let halted = client.halt();
    // An instruction may jump to itself, or stand where an interrupt comes between.
    let mut step = || {
        client.write(DHCSR, KEY | 5);
        client.register(PC)
    };
    let stepped = (0..8).map(|_| step()).find(|at| *at != halted);
    let stepped = stepped.expect("eight steps get somewhere");

    // A breakpoint where it will come by.
    let half = if stepped & 2 == 0 { 1 << 30 } else { 2 << 30 };
    client.write(FP_COMP, half | stepped & !3 | 1);
    client.write(FP_CTRL, 3);
    client.write(DHCSR, KEY | 1);
    let mut tries = 0;
    while client.read(DHCSR) & IS_HALTED == 0 {
        tries += 1;
        assert!(tries < 20_000, "the breakpoint at {stepped:#x} was not reached");
    }
    assert_eq!(client.register(PC), stepped);
    client.write(FP_CTRL, 2);

    // A caught reset: it is held at the first instruction, which the vector table names.
    client.write(DEMCR, 1);
    client.write(AIRCR, 0x05fa_0004);
    assert_ne!(client.read(DHCSR) & IS_HALTED, 0);
    let table = client.read(0xe000_ed08);
    let entry = client.read(table + 4) & !1;
    assert_eq!(client.register(PC), entry);
    client.write(DEMCR, 0);

    // One that leaves lets it run.
    client.write(DHCSR, KEY);
    assert_eq!(client.read(DHCSR) & IS_HALTED, 0);
}

#[test]
fn a_cortex_m0_is_controlled() {
    controlled(M0);
}

#[test]
fn a_cortex_m3_is_controlled() {
    controlled(M3);
}

#[test]
fn a_cortex_m4_is_controlled() {
    controlled(M4);
}
