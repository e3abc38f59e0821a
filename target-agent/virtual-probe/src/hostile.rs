//! Clients that mean harm, or that are cut off: whatever they send, the faces go on.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::dap::Ports;
use crate::processor::Core;
use crate::processor::made_up::MadeUp;
use crate::server::{Server, Shared, TakenPort, lock};
use crate::{bitbang, ring, rtt_server, serve};

/// A board behind all the faces.
struct Bench {
    board: Shared<MadeUp>,
    probe: Server,
    wires: Server,
    channel: Server,
}

impl Bench {
    fn new() -> Self {
        let board = Arc::new(Mutex::new(Ports::new(Core::new(MadeUp::default(), false))));
        ring::tests::open(&mut board.lock().unwrap().core, 64);
        let taken = || TakenPort::take(0).unwrap();
        let probe = serve::open(taken(), &board).unwrap();
        let wires = bitbang::open(taken(), &board).unwrap();
        let channel = rtt_server::open(taken(), &board, ring::tests::BLOCK, false).unwrap();
        Self { board, probe, wires, channel }
    }

    /// A client that behaves is answered at each server.
    fn is_well(&self) {
        assert!(!self.board.is_poisoned(), "a client has ended a thread");
        let answer = |server: &Server, question: &[u8]| {
            // The client before is seen to have left a moment later.
            (0..500).any(|_| asked(server.address(), question).is_some())
        };
        assert!(answer(&self.probe, b"!HC#"), "the probe");
        assert!(answer(&self.wires, b"R"), "the wires");
        ring::tests::open(&mut lock(&self.board).core, 64);
        let answer = (0..500).find_map(|_| {
            ring::tests::send(&mut lock(&self.board).core, b'u');
            asked(self.channel.address(), b"")
        });
        assert_eq!(answer, Some(b'u'), "the channel");
    }
}

/// The first byte of an answer.
fn asked(address: SocketAddr, question: &[u8]) -> Option<u8> {
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    client.write_all(question).ok()?;
    let mut byte = [0];
    if matches!(client.read(&mut byte), Ok(1)) {
        return Some(byte[0]);
    }
    std::thread::sleep(Duration::from_millis(5));
    None
}

/// Requests that are almost right: the letters are, the numbers may be anything.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let command = prop::sample::select(vec![
        "GA", "HC", "GZ", "SS", "So", "SO", "Si", "SI", "Ad", "AR", "Aa", "AA", "Am", "AM", "JS",
    ]);
    let digits = vec(prop::sample::select(b"0000123456789abcdef#!".to_vec()), 0..60);
    // The address of a debug register makes more happen than one of memory.
    let address = prop::sample::select(vec![
        "e000edf0", "e000edf4", "e000edfc", "e000ed0c", "e0002000", "e0002008", "ffffffff",
        "20000000",
    ]);
    let known = (address.clone(), any::<u32>()).prop_map(|(address, value)| {
        format!("!AM00002300001202{address}00000004{value:08x}#").into_bytes()
    });
    let read =
        address.prop_map(|address| format!("!Am000023000012{address}000001fe#").into_bytes());
    let loose = (command, digits).prop_map(|(command, digits)| {
        [b"!".as_slice(), command.as_bytes(), &digits, b"#"].concat()
    });
    prop_oneof![loose, known, read, vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_requests_harm_a_probe(requests in vec(request(), 0..60), broken: bool) {
        let mut ports = Ports::new(Core::new(MadeUp::default(), true));
        ports.core.board.broken = broken;
        let mut answers = Vec::new();
        serve::Conversation::default().take(&requests.concat(), &mut answers, &mut ports);
        // Each answer is a whole packet.
        let text = String::from_utf8(answers).unwrap();
        prop_assert_eq!(text.matches('&').count(), text.matches('#').count());
    }
}

proptest! {
    // Each case waits until the servers have seen that the client left.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn clients_that_break_off_leave_the_servers_open(
        requests in vec(request(), 1..20),
        cut in any::<prop::sample::Index>(),
        letters in vec(prop::sample::select(b"01234567RrstudefgOocBbQzZ\0".to_vec()), 0..4000),
    ) {
        let bench = Bench::new();
        let bytes = requests.concat();
        for (server, bytes) in [
            (&bench.probe, &bytes[..cut.index(bytes.len() + 1)]),
            (&bench.wires, &letters[..]),
            (&bench.channel, &bytes[..]),
        ] {
            // It does not read what it is answered, and is gone.
            let mut client = TcpStream::connect(server.address()).unwrap();
            let _ = client.write_all(bytes);
        }
        bench.is_well();
    }
}
