//! How fast a host decodes what a board sends: prints records a second for streams of growing
//! length, so that a cost that is not linear would show.
//!
//! ```text
//! cargo run --release --ignore-rust-version -p loopscope-model --example decode_speed [RECORDS...]
//! ```

#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::time::{Duration, Instant};

use loopscope_model::stream::{Arrived, Ingest};
use loopscope_protocol::wire::short::Short;
use loopscope_protocol::wire::{Decoder, Step, crc8};

/// How much a link hands over at once.
const PIECE: usize = 4096;

/// How many records are read for each length, in as many rounds as that takes; the best round counts,
/// since everything else only adds to it.
const ALL_ROUNDS: usize = 12_000_000;

/// A board's records as the agent writes them: a task runs, queues itself again, and gives the
/// others a turn.
fn stream(records: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let frames: [&[u8]; 5] = [
        &[Short::HandleRun as u8, 1],
        &[loopscope_protocol::Kind::TaskStep as u8, 1],
        &[Short::StepOwn as u8, 2],
        &[Short::Suspend as u8, 1],
        &[Short::HandleDone as u8, 1],
    ];
    for n in 0..records {
        let from = bytes.len();
        let (code, rest) = frames[n % frames.len()].split_first().expect("no frame is empty");
        bytes.push(*code);
        bytes.push(u8::try_from((n + 1) % 256).expect("below 256"));
        // The ticks since the record before.
        bytes.push(40);
        bytes.extend_from_slice(rest);
        bytes.push(crc8(&bytes[from..]));
    }
    bytes
}

/// Frames are found and checked, and nothing is done with them.
fn frames(bytes: &[u8]) -> usize {
    let (mut decoder, mut at, mut count) = (Decoder::new(), 0, 0);
    while let Step::Frame { used, .. } = decoder.next(&bytes[at..], true) {
        at += used;
        count += 1;
    }
    count
}

/// Whole records come out, as a session takes them.
fn records(bytes: &[u8]) -> usize {
    let mut ingest = Ingest::new();
    let mut count = 0;
    for piece in bytes.chunks(PIECE) {
        ingest.feed(piece);
        count += ingest.by_ref().filter(|each| matches!(each, Arrived::Record(_))).count();
    }
    ingest.end();
    count + ingest.filter(|each| matches!(each, Arrived::Record(_))).count()
}

fn best(bytes: &[u8], wanted: usize, work: fn(&[u8]) -> usize) -> f64 {
    let mut least = Duration::MAX;
    for _ in 0..(ALL_ROUNDS / wanted).clamp(3, 30) {
        let began = Instant::now();
        let found = work(bytes);
        least = least.min(began.elapsed());
        assert_eq!(found, wanted, "every record is found");
    }
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let per_second = wanted as f64 / least.as_secs_f64();
    per_second / 1e6
}

fn main() {
    println!("  records    frames only      records");
    let mut lengths: Vec<usize> = std::env::args().skip(1).flat_map(|n| n.parse()).collect();
    if lengths.is_empty() {
        lengths = vec![50_000, 100_000, 200_000, 400_000];
    }
    for wanted in lengths {
        let bytes = stream(wanted);
        let (checked, whole) = (best(&bytes, wanted, frames), best(&bytes, wanted, records));
        println!("{wanted:>9}  {checked:>9.2} M/s  {whole:>9.2} M/s");
    }
}
