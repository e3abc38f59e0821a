//! A recording holds all that came, to its end, and nothing else, whatever is done to it.

use std::fs;
use std::path::Path;

use loopscope_tests::events::{Record, only, parse};
use loopscope_tests::run::{Run, binary};
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

/// Where the first line of a recording and each of its segments end.
fn ends(bytes: &[u8]) -> Vec<usize> {
    let mut at = bytes.iter().position(|byte| *byte == b'\n').expect("a header is a line") + 1;
    let mut ends = vec![at];
    while at < bytes.len() {
        let length = bytes[at + 8..at + 12].first_chunk().copied().expect("four bytes");
        at += 64 + usize::try_from(u32::from_le_bytes(length)).expect("a length");
        ends.push(at);
    }
    ends
}

#[test]
fn a_recording_that_was_cut_says_so_wherever_that_was() {
    let recorded =
        recording_of("import asyncio\nasyncio.run(asyncio.sleep(1))\n".repeat(3).as_str());
    let bytes = fs::read(&recorded.file).expect("it was just written");
    let cut = recorded.scratch.path("cut.loop");
    let ends = ends(&bytes);
    assert_eq!(ends.last(), Some(&bytes.len()));
    // Between two segments, where nothing is cut in two, and beside them.
    let places = ends.iter().flat_map(|end| [end - 1, *end, end + 1]);
    let places: Vec<_> = places.filter(|place| *place < bytes.len()).collect();
    assert!(places.len() > 10, "{places:?}");
    let mut before = 0;
    for place in places {
        fs::write(&cut, &bytes[..place]).expect("the folder can be written");
        let ended = replayed(&cut, &[]).code_is(0).complains("the recording is harmed: it ");
        assert!(recorded.events.starts_with(&ended.out()), "cut at {place}: {ended}");
        assert!(ended.out().len() >= before, "cut at {place}: {ended}");
        before = ended.out().len();
        let _ = replayed(&cut, &["--strict"]).code_is(5);
    }
    assert_eq!(before, recorded.events.len(), "only the index was cut in the end");
    let whole = replayed(&recorded.file, &["--strict"]).code_is(0);
    assert_eq!(whole.err(), "");
}

#[test]
fn a_recording_that_finds_no_more_room_is_whole_up_to_there() {
    let scratch = Scratch::new();
    let program = scratch.file("program.py", &format!("{MANY}print('ran to its end')\n"));
    let (file, whole) = (scratch.path("run.loop"), scratch.path("whole.loop"));
    let run = loopscope(["run", "--headless", "--record"]).arg(&whole).arg(&program);
    let _ = run.end().code_is(0);
    let whole = replayed(&whole, &["--strict"]).code_is(0).out();
    // Without lines of JSON, and with them: two ways of writing.
    for (events, room) in
        [("", 20), ("", 27), ("--events /dev/null", 20), ("--events /dev/null", 27)]
    {
        let words = format!(
            "trap '' XFSZ; ulimit -f {room}; exec \"$0\" run --headless {events} --record \"$1\" \"$2\""
        );
        let run = Run::new("sh").args(["-c", &words]).arg(binary()).arg(&file).arg(&program);
        let ended = run.end().code_is(1).says("ran to its end").complains("any further");
        assert!(ended.err().contains("what is in it up to there is whole"), "{ended}");
        let there = replayed(&file, &["--strict"]).code_is(0);
        assert_eq!(there.err(), "");
        assert!(there.lines().len() > 1000 && whole.starts_with(&there.out()), "{there}");
    }
}

/// The segments of a recording that has no index, and what stands before them.
fn segments(bytes: &[u8]) -> (Vec<u8>, Vec<Segment>) {
    const TAIL: u8 = 2;
    const INDEX: u8 = 6;
    let header = bytes.iter().position(|byte| *byte == b'\n').expect("a header is a line") + 1;
    let (mut at, mut segments) = (header, Vec::new());
    while at < bytes.len() {
        let number = |from: usize, count: usize| {
            let digits = &bytes[at + from..at + from + count];
            digits.iter().rev().fold(0, |sum, byte| sum << 8 | i64::from(*byte))
        };
        let end = at + 64 + usize::try_from(number(8, 4)).expect("a length");
        // What came of a block before it was full is there twice.
        if ![TAIL, INDEX].contains(&bytes[at + 4]) {
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
