//! Rings in the memory of a made-up board.

use proptest::prelude::*;

use super::*;
use crate::processor::made_up::MadeUp;

pub(crate) const BLOCK: u32 = 0x2000_0100;
const UP: u32 = BLOCK + HEAD;
const DOWN: u32 = UP + DESCRIPTOR;
const UP_BUFFER: u32 = 0x2000_1000;
const DOWN_BUFFER: u32 = 0x2000_2000;

/// Fills in a block with two rings.
pub(crate) fn open(core: &mut Core<MadeUp>, size: u32) {
    for (at, buffer) in [(UP, UP_BUFFER), (DOWN, DOWN_BUFFER)] {
        for (number, value) in [0, buffer, size, 0, 0, 0].into_iter().enumerate() {
            put(core, at + 4 * u32::try_from(number).unwrap(), value);
        }
    }
    put(core, BLOCK + 16, 1);
    put(core, BLOCK + 20, 1);
    core.write(BLOCK, &ID).unwrap();
}

/// What the program does to send a byte; whether there was room.
pub(crate) fn send(core: &mut Core<MadeUp>, byte: u8) -> bool {
    let up = Ring::read(core, UP).unwrap().unwrap();
    let next = (up.write + 1) % up.size;
    if next == up.read {
        return false;
    }
    core.write(up.buffer + up.write, &[byte]).unwrap();
    put(core, UP + WRITE_OFFSET, next);
    true
}

/// What the program does to take a byte.
pub(crate) fn receive(core: &mut Core<MadeUp>) -> Option<u8> {
    let down = Ring::read(core, DOWN).unwrap().unwrap();
    if down.read == down.write {
        return None;
    }
    let mut byte = [0];
    core.read(down.buffer + down.read, &mut byte).unwrap();
    put(core, DOWN + READ_OFFSET, (down.read + 1) % down.size);
    Some(byte[0])
}

fn put(core: &mut Core<MadeUp>, address: u32, value: u32) {
    core.write(address, &value.to_le_bytes()).unwrap();
}

fn core() -> Core<MadeUp> {
    Core::new(MadeUp::default(), false)
}

fn channels(core: &mut Core<MadeUp>) -> Option<Channels> {
    first_channels(core, BLOCK).unwrap()
}

#[test]
fn a_block_is_there_once_its_identifier_is_whole() {
    let mut core = core();
    assert_eq!(channels(&mut core), None);
    open(&mut core, 16);
    assert!(matches!(channels(&mut core), Some(Channels { up: Some(_), down: Some(_) })));
    core.write(BLOCK + 9, b"\0").unwrap();
    assert_eq!(channels(&mut core), None);
    open(&mut core, 16);
    put(&mut core, BLOCK + 20, 0);
    assert!(matches!(channels(&mut core), Some(Channels { up: Some(_), down: None })));
    put(&mut core, BLOCK + 16, u32::MAX);
    assert_eq!(channels(&mut core), None);
}

#[test]
fn a_descriptor_that_cannot_be_is_no_ring() {
    let mut core = core();
    for (size, write, read) in [(0, 0, 0), (1, 0, 0), (16, 16, 0), (16, 0, 99), (u32::MAX, 0, 0)] {
        open(&mut core, size);
        put(&mut core, UP + WRITE_OFFSET, write);
        put(&mut core, UP + READ_OFFSET, read);
        assert!(
            matches!(channels(&mut core), Some(Channels { up: None, .. })),
            "{size} {write} {read}"
        );
    }
}

#[test]
fn a_full_ring_holds_one_byte_less_than_its_size() {
    let mut core = core();
    open(&mut core, 8);
    let Channels { down, .. } = channels(&mut core).unwrap();
    assert_eq!(down.unwrap().give(&mut core, &[1; 20]).unwrap(), 7);
    let Channels { down, .. } = channels(&mut core).unwrap();
    assert_eq!(down.unwrap().give(&mut core, &[1; 20]).unwrap(), 0);
}

proptest! {
    #[test]
    fn what_goes_in_comes_out_in_order(
        size in 2_u32..70,
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 0..20),
    ) {
        let mut core = core();
        open(&mut core, size);
        let (mut sent, mut taken) = (Vec::<u8>::new(), Vec::new());
        let (mut asked, mut received) = (Vec::new(), Vec::new());
        for piece in &pieces {
            sent.extend(piece.iter().take_while(|byte| send(&mut core, **byte)));
            let Channels { up, down } = channels(&mut core).unwrap();
            up.unwrap().take(&mut core, &mut taken).unwrap();
            let given = down.unwrap().give(&mut core, piece).unwrap();
            asked.extend_from_slice(&piece[..given]);
            received.extend(std::iter::from_fn(|| receive(&mut core)));
        }
        prop_assert_eq!(sent, taken);
        prop_assert_eq!(asked, received);
    }

    #[test]
    fn any_block_does_no_harm(bytes in proptest::collection::vec(any::<u8>(), 72), request in any::<[u8; 9]>()) {
        let mut core = core();
        open(&mut core, 16);
        core.write(BLOCK + 16, &bytes).unwrap();
        if let Some(Channels { up, down }) = channels(&mut core) {
            let mut into = Vec::new();
            if let Some(up) = up {
                up.take(&mut core, &mut into).unwrap();
            }
            if let Some(down) = down {
                down.give(&mut core, &request).unwrap();
            }
            prop_assert!(into.len() <= PIECE as usize);
        }
    }
}
