//! Any bytes as sound frames: checks and numbers are put in, so that what stands behind them is
//! reached.

use loopscope_protocol::Kind;
use loopscope_protocol::wire::short::Short;
use loopscope_protocol::wire::{Decoder, Step, crc8};

/// The longest event that is looked for.
const LONGEST: usize = 40;

/// The frames that can be made of `bytes`. What becomes no frame stays as it is.
pub fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut at, mut seq) = (0, 0_u8);
    while at < bytes.len() {
        if let Some((frame, used, counts)) = frame(&bytes[at..], seq.wrapping_add(1)) {
            out.extend(frame);
            at += used;
            seq = seq.wrapping_add(u8::from(counts));
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// A frame, how many bytes it was made of, and whether it has a number.
fn frame(bytes: &[u8], seq: u8) -> Option<(Vec<u8>, usize, bool)> {
    let first = *bytes.first()?;
    let is_item = (0x61..=0x65).contains(&first);
    let form = first & 0x7f;
    if !is_item && Kind::from_code(form).is_none() && Short::from_code(form).is_none() {
        return None;
    }
    let lengths = if is_item {
        let length = usize::from(*bytes.get(1)?) + 2;
        length..=length
    } else {
        3..=LONGEST.min(bytes.len())
    };
    for length in lengths {
        let mut frame = bytes.get(..length)?.to_vec();
        if !is_item {
            frame[1] = seq;
        }
        frame.push(crc8(&frame));
        let step = Decoder::after(seq.wrapping_sub(1)).next(&frame, true);
        if matches!(step, Step::Frame { used, .. } if used == frame.len()) {
            return Some((frame, length, !is_item));
        }
    }
    None
}

/// The other way: frames without their checks, as [`sealed`] takes them.
pub fn unsealed(frames: &[u8]) -> Vec<u8> {
    let (mut decoder, mut at) = (Decoder::new(), 0);
    let mut out = Vec::new();
    while let Step::Frame { used, .. } = decoder.next(&frames[at..], true) {
        out.extend_from_slice(&frames[at..at + used - 1]);
        at += used;
    }
    out
}
