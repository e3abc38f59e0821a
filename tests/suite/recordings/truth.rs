//! A recording holds all that came, to its end, and nothing else, whatever is done to it.

use std::fs;
use std::path::Path;

use loopscope_tests::events::{Record, only, parse};
use loopscope_tests::{Scratch, loopscope};

use super::{recording_of, replayed};

/// A program with several blocks of records.
const MANY: &str = "import asyncio\n\
    async def work(n):\n    for i in range(80):\n        await asyncio.sleep(0.001 * (n % 7))\n\
    async def main():\n    await asyncio.gather(*(work(n) for n in range(60)))\nasyncio.run(main())\n";

#[test]
fn a_program_that_is_ended_inside_a_long_text_has_its_end_in_the_recording() {
    let scratch = Scratch::new();
    let program = scratch.file("program.py", "while True: print('x' * 1_000_000)\n");
    let (file, to) = (scratch.path("run.loop"), scratch.path("events"));
    for time in ["0.3", "0.35", "0.4", "0.45"] {
        let run = loopscope(["run", "--headless", "--timeout", time, "--record"]).arg(&file);
        let ended = run.arg("--events").arg(&to).arg(&program).end();
        assert_eq!(ended.code(), 124, "{}", ended.err());
        let events = fs::read_to_string(&to).expect("--events writes its file");
        let last = parse(events.lines().last().expect("there are records"));
        assert!(last[0].is("program-exit"), "{}", last[0].kind());
        assert_eq!(last[0].text("text"), "The program ran out of its time and was ended.");
        let again = replayed(&file, &["--strict"]);
        assert_eq!(again.code(), 0);
        assert!(again.out() == events, "the recording and --events differ");
    }
}

#[test]
fn a_program_that_is_left_has_its_end_in_the_recording() {
    let scratch = Scratch::new();
    let program = scratch.file("program.py", MANY);
    let file = scratch.path("run.loop");
    let run = loopscope(["repl", "-c", "step 5", "--record"]).arg(&file).arg(program);
    let _ = run.end().code_is(0);
    let records = parse(&replayed(&file, &["--strict"]).code_is(0).out());
    let last = records.last().expect("there are records");
    assert_eq!((last.kind(), last.text("how")), ("program-exit", "killed"), "{last}");
}

/// A segment of a recording.
#[derive(Clone)]
struct Segment {
    is_block: bool,
    /// Of a block: the numbers of the last record before it and of its last one.
    before: i64,
    last: i64,
    bytes: Vec<u8>,
}

/// The segments of a recording that has no index, and what stands before them.
fn segments(bytes: &[u8]) -> (Vec<u8>, Vec<Segment>) {
    const TAIL: u8 = 2;
    const INDEX: u8 = 6;
    const END: u8 = 7;
    let header = bytes.iter().position(|byte| *byte == b'\n').expect("a header is a line") + 1;
    let (mut at, mut segments) = (header, Vec::new());
    while at < bytes.len() {
        let number = |from: usize, count: usize| {
            let digits = &bytes[at + from..at + from + count];
            digits.iter().rev().fold(0, |sum, byte| sum << 8 | i64::from(*byte))
        };
        let end = at + 64 + usize::try_from(number(8, 4)).expect("a length");
        // What came of a block before it was full is there twice.
        if ![TAIL, INDEX, END].contains(&bytes[at + 4]) {
            segments.push(Segment {
                is_block: bytes[at + 4] == 1,
                before: number(24, 8),
                last: number(32, 8),
                bytes: bytes[at..end].to_vec(),
            });
        }
        at = end;
    }
    (bytes[..header].to_vec(), segments)
}

/// The numbers of the records of a changed file, how many it says are missing, and whether it says
/// that it is harmed.
fn look(file: &Path, whole: &[Record]) -> (Vec<i64>, i64, bool) {
    let ended = replayed(&file.to_path_buf(), &[]).code_is(0);
    let records = parse(&ended.out());
    let numbers: Vec<_> =
        records.iter().filter(|r| !r.is("gap")).map(|r| r.number("seq")).collect();
    for record in records.iter().filter(|record| !record.is("gap")) {
        let was = &whole[usize::try_from(record.number("seq")).expect("a number") - 1];
        assert_eq!((record.kind(), record.get("t")), (was.kind(), was.get("t")), "{record}");
    }
    let lost = only(&records, "gap").iter().map(|gap| gap.number("lost")).sum();
    (numbers, lost, !ended.err().is_empty())
}

#[test]
fn whole_blocks_missing_doubled_or_exchanged_are_told_exactly() {
    let recorded = recording_of(MANY);
    let whole = parse(&recorded.events);
    let (header, all) = segments(&fs::read(&recorded.file).expect("it was just written"));
    let places: Vec<_> = (0..all.len()).filter(|at| all[*at].is_block).collect();
    assert!(places.len() > 8, "{} blocks", places.len());
    for (at, next) in places.iter().copied().zip(places[1..].iter().copied()) {
        let mut missing = all.clone();
        missing.remove(at);
        let mut doubled = all.clone();
        doubled.insert(at + 1, all[at].clone());
        let mut exchanged = all.clone();
        exchanged.swap(at, next);
        for (what, order) in [("missing", missing), ("doubled", doubled), ("exchanged", exchanged)]
        {
            let bytes: Vec<u8> = order.iter().flat_map(|each| each.bytes.clone()).collect();
            let bad = recorded.scratch.path("bad.loop");
            fs::write(&bad, [&header[..], &bytes].concat()).expect("the folder can be written");
            let (mut last, mut lost, mut left_out) = (0, 0, false);
            let mut kept = Vec::new();
            for block in order.iter().filter(|each| each.is_block) {
                if block.before < last {
                    left_out = true;
                    continue;
                }
                lost += block.before - last;
                last = block.last;
                kept.extend(block.before + 1..=last);
            }
            let seen = look(&bad, &whole);
            assert_eq!((seen.1, seen.2), (lost, left_out), "{what} at {at}");
            assert!(seen.0 == kept, "{what} at {at}: other records than those of its blocks");
        }
    }
}

#[test]
fn noise_behind_a_recording_is_told_and_is_nothing_that_happened() {
    let recorded = recording_of(MANY);
    let bytes = fs::read(&recorded.file).expect("it was just written");
    let noise: Vec<u8> =
        (1..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 9).to_le_bytes()[0]).collect();
    let bad = recorded.scratch.path("bad.loop");
    for cut in [bytes.len(), bytes.len() - 1, bytes.len() - 40, bytes.len() / 2] {
        for noise in [&noise[..], &noise[..50], &noise[..1]] {
            fs::write(&bad, [&bytes[..cut], noise].concat()).expect("the folder can be written");
            let ended = replayed(&bad, &["--strict"]).code_is(5);
            let there = ended.out();
            assert!(recorded.events.starts_with(&there), "cut at {cut}: {}", ended.err());
        }
    }
}
