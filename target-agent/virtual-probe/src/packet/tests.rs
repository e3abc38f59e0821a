//! Packets: what is a request, what is none, and how answers look.

use super::*;

fn all(text: &str) -> Vec<Request> {
    let mut assembler = Assembler::default();
    text.bytes().filter_map(|byte| assembler.push(byte)).collect()
}

#[test]
fn requests_are_found_between_other_bytes() {
    let requests = all("+#!GA# !GV#junk!HC#!GZ0#!GZ1#!GF003d0900#!SS#");
    let expected = [
        Request::Version,
        Request::Voltage,
        Request::Protocol,
        Request::ResetLine(false),
        Request::ResetLine(true),
        Request::Electrical,
        Request::SerialWire,
    ];
    assert_eq!(requests, expected);
}

#[test]
fn bits_have_a_length_and_a_value() {
    let out = |bits, length, parity| Request::BitsOut { bits, length, parity };
    let into = |length, parity| Request::BitsIn { length, parity };
    assert_eq!(
        all("!So20ffffffff#!So107e#!SO205#!Si03#!SI20#"),
        [
            out(u32::MAX, 32, false),
            out(0x7e, 16, false),
            out(5, 32, true),
            into(3, false),
            into(32, true)
        ]
    );
    for bad in ["!So#", "!So00ff#", "!So21ff#", "!So08#", "!So20fffffffff#", "!Si00#", "!Si3#"] {
        assert_eq!(all(bad), [Request::Malformed], "{bad}");
    }
}

#[test]
fn ports_are_read_and_written() {
    assert_eq!(all("!Ad00ff0004#"), [Request::ReadDebugPort { address: 4 }]);
    assert_eq!(
        all("!AR0000000850000000#"),
        [Request::Raw { read: false, address: 8, value: 0x5000_0000 }]
    );
    assert_eq!(all("!Aa000001fc#"), [Request::ReadAccessPort { port: 0, address: 0xfc }]);
    // The bytes of the value are in the order of memory.
    assert_eq!(
        all("!AA0003010478563412#"),
        [Request::WriteAccessPort { port: 3, address: 4, value: 0x1234_5678 }]
    );
}

#[test]
fn memory_is_written_in_whole_accesses() {
    let write = |width, data: &[u8]| Request::WriteMemory {
        address: 0x2000_0010,
        width,
        data: data.to_vec(),
    };
    assert_eq!(
        all("!AM000023000012022000001000000004deadbeef#"),
        [write(4, &[0xde, 0xad, 0xbe, 0xef])]
    );
    assert_eq!(all("!AM00002300001200200000100000000107#"), [write(1, &[7])]);
    // Half an access, too few bytes, too many bytes, no such width.
    for bad in [
        "022000001000000002dead",
        "022000001000000004dead",
        "0020000010000000010707",
        "04200000100000000107",
    ] {
        assert_eq!(all(&format!("!AM000023000012{bad}#")), [Request::Malformed], "{bad}");
    }
}

#[test]
fn a_read_fits_into_the_clients_buffer() {
    let read = |length: u32| all(&format!("!Am00002300001220000000{length:08x}#"));
    assert_eq!(read(510), [Request::ReadMemory { address: 0x2000_0000, length: 510 }]);
    assert_eq!(read(511), [Request::Malformed]);
    assert_eq!(read(u32::MAX), [Request::Malformed]);
}

#[test]
fn a_request_without_an_end_takes_no_more_than_its_room() {
    let mut assembler = Assembler::default();
    assert_eq!(assembler.push(b'!'), None);
    for _ in 0..100_000 {
        assert_eq!(assembler.push(b'A'), None);
    }
    assert_eq!(assembler.bytes.len(), LONGEST);
    assert_eq!(assembler.push(b'#'), Some(Request::Malformed));
    assert_eq!(
        all("!JS#!A6a00#!!#!x#"),
        [Request::Unknown, Request::Unknown, Request::Unknown, Request::Unknown]
    );
}

#[test]
fn any_bytes_do_no_harm() {
    // A small generator of our own: what matters is many different bytes, not which.
    let mut state = 0x2545_f491_u32;
    let mut assembler = Assembler::default();
    let letters = b"!#AGSHadmMRioIO0123456789abcdef\xff\0 ";
    for _ in 0..300_000 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        assembler.push(letters[state as usize % letters.len()]);
    }
}

#[test]
fn answers_are_packets() {
    assert_eq!(Answer::Done.packet(), "&K0#");
    assert_eq!(Answer::Number(3).packet(), "&K3#");
    assert_eq!(Answer::Word(0x2ba0_1477).packet(), "&K7714a02b#");
    assert_eq!(Answer::Bytes(vec![0xde, 0xad, 7]).packet(), "&Kdead07#");
    assert_eq!(Answer::NotSupported.packet(), "&N0#");
}
