//! The target `wire`: the decoder takes any bytes in any pieces, comes to an end, and finds the
//! same frames however the bytes are cut.

use loopscope_protocol::text::{Line, NoNames};
use loopscope_protocol::wire::{Decoder, Encoder, ItemFrame, Step};

use crate::input::Input;
use crate::sealed::sealed;

/// Where something was found, how long it is, and how many events are missing before it; `None` for
/// a byte that is no frame.
type Found = (usize, Option<(usize, u8)>);

/// Runs the target.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let flags = input.byte();
    let start = match flags & 3 {
        0 => Decoder::midway(),
        1 => Decoder::after(input.byte()),
        _ => Decoder::new(),
    };
    let cuts = input.take(8);
    let made = if flags & 4 == 0 { input.0.to_vec() } else { sealed(input.0) };
    let whole = all(start, &made, &[]);
    assert_eq!(all(start, &made, cuts), whole, "pieces change what is found");
}

/// Everything that is found in `bytes` when they come in pieces of these lengths.
fn all(mut decoder: Decoder, bytes: &[u8], cuts: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let (mut at, mut end) = (0, 0);
    let mut lengths = cuts.iter().cycle();
    while end < bytes.len() {
        end =
            lengths.next().map_or(bytes.len(), |cut| bytes.len().min(end + 1 + usize::from(*cut)));
        loop {
            let last = cuts.is_empty() && end == bytes.len();
            match decoder.next(&bytes[at..end], last) {
                Step::More => break,
                step => at += taken(step, at, &mut found),
            }
        }
    }
    loop {
        match decoder.next(&bytes[at..], true) {
            Step::More => break,
            step => at += taken(step, at, &mut found),
        }
    }
    assert_eq!(at, bytes.len(), "at the end every byte is decided");
    found
}

fn taken(step: Step<'_>, at: usize, found: &mut Vec<Found>) -> usize {
    let Step::Frame { item, used, skipped } = step else {
        found.push((at, None));
        return 1;
    };
    assert!(used > 0);
    check(&item);
    found.push((at, Some((used, skipped))));
    used
}

/// Whatever was read can be written, and is read again as the same.
fn check(item: &ItemFrame<'_>) {
    let mut encoder = Encoder::new();
    let bytes = match item {
        ItemFrame::Event(frame) => {
            let _ = Line { event: &frame.event, names: &NoNames }.to_string();
            encoder.resume(u64::from(frame.seq.wrapping_sub(1)), 0);
            encoder.event(frame.delta, frame.loop_id, &frame.event).to_vec()
        }
        ItemFrame::Item(item) => encoder.item(item).to_vec(),
    };
    let before = match item {
        ItemFrame::Event(frame) => frame.seq.wrapping_sub(1),
        ItemFrame::Item(_) => 0,
    };
    let Step::Frame { item: again, used, .. } = Decoder::after(before).next(&bytes, true) else {
        panic!("{item:?} cannot be written");
    };
    assert_eq!(used, bytes.len());
    // A number that is none is not equal to itself, but it looks the same.
    assert_eq!(format!("{again:?}"), format!("{item:?}"));
}
