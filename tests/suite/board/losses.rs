//! Losses: harmed and missing bytes on a raw stream, full rings, a host that stands still.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use loopscope_protocol::wire::{Encoder, Item, VERSION};
use loopscope_protocol::{
    By, Capabilities, Dialect, Event, FutureId, HandleHow, HandleId, LoopId, NameId, Place, Reply,
    TaskId,
};
use loopscope_tests::events::{Record, only};
use loopscope_tests::{Live, Scratch, events, loopscope};
use nix::sys::signal::Signal;

use super::{M3, Running, one_at_a_time};

/// How many records the made-up board sends.
const SENT: u32 = 3000;

/// A board's stream in which handle `n` is made by record `n`, so that each record tells its number.
fn stream() -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new();
    let hello = Reply::Hello {
        version: VERSION,
        capabilities: Capabilities::default(),
        ticks_per_second: 1_000_000,
        dialect: Dialect::Other,
        pid: 0,
    };
    let mut frames = vec![encoder.item(&Item::Reply(hello)).to_vec()];
    for n in 1..=SENT {
        let event = if n == 1 {
            Event::LoopNew {}
        } else {
            Event::HandleNew {
                handle: HandleId(n),
                how: HandleHow::Soon,
                name: NameId::NONE,
                place: Place::NONE,
                by: By::Outside,
                task: TaskId::NONE,
                future: FutureId::NONE,
            }
        };
        frames.push(encoder.event(u64::from(n) * 100, LoopId(1), &event).to_vec());
    }
    frames
}

/// Serves bytes once, as an RTT server does, and keeps the connection open for a while.
fn serve(bytes: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        let Ok((mut stream, _)) = listener.accept() else { return };
        for piece in bytes.chunks(700) {
            if stream.write_all(piece).is_err() {
                return;
            }
        }
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        let until = Instant::now() + Duration::from_secs(20);
        let mut piece = [0; 64];
        while Instant::now() < until && matches!(stream.read(&mut piece), Ok(1..)) {}
    });
    address
}

/// What comes of the bytes.
fn watched(bytes: Vec<u8>) -> Vec<Record> {
    let address = serve(bytes);
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run =
        loopscope(["attach", "--headless", "--timeout", "4", "--tcp"]).arg(address.to_string());
    let _ = run.arg("--events").arg(&to).end().code_is(124);
    events(&to)
}

/// Each record of a handle tells its own number on the board; the difference to the number in the
/// stream must be the same for all of them. Gives how many there are.
fn never_wrong(records: &[Record]) -> usize {
    let made = only(records, "handle-new");
    let shift = |record: &Record| record.number("seq") - record.number("handle");
    let first = made.first().map(|record| shift(record));
    for record in &made {
        assert_eq!(Some(shift(record)), first, "{record} has another number than it was sent with");
        assert_eq!(record.text("how"), "soon", "{record} was sent otherwise");
    }
    // Every hole is explained.
    let mut last = 0;
    for record in records {
        let lost = if record.is("gap") { record.number("lost") } else { 0 };
        let hole = record.number("seq") - last - 1;
        // A gap that the reader has found stands in the place of the last missing record.
        let explained = hole == lost || record.is("gap") && hole == lost - 1;
        assert!(explained, "an unexplained hole before {record}");
        last = record.number("seq");
    }
    made.len()
}

#[test]
fn a_sound_raw_stream_is_whole() {
    let records = watched(stream().concat());
    assert_eq!(never_wrong(&records), SENT as usize - 1);
    // It was caught at its very beginning.
    assert_eq!(only(&records, "gap").len(), 0);
}

#[test]
fn dropped_bytes_are_a_gap_of_the_right_size() {
    let mut frames = stream();
    // Frame n holds record n.
    let lost = 40_usize;
    frames.drain(1000..1000 + lost);
    let mut bytes = frames.concat();
    // And half a record somewhere else.
    let cut: usize = frames[..2000].iter().map(Vec::len).sum();
    bytes.drain(cut + 3..cut + 6);
    let records = watched(bytes);
    let gaps: Vec<_> = only(&records, "gap").iter().map(|gap| gap.number("lost")).collect();
    assert_eq!(gaps, [40, 1]);
    assert_eq!(never_wrong(&records), SENT as usize - 1 - lost - 1);
}

#[test]
fn harmed_bytes_are_left_out_and_nothing_wrong_is_told() {
    let mut bytes = stream().concat();
    // A few harmed bytes here and there, and a burst of noise.
    let length = bytes.len();
    for n in 1..12 {
        bytes[length * n / 13] ^= 0x41;
    }
    let noise: Vec<u8> =
        (0..200_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    bytes.splice(length / 2..length / 2 + 150, noise);
    let records = watched(bytes);
    let there = never_wrong(&records);
    assert!(there > SENT as usize - 120, "only {there} of {SENT} records");
    assert!(there < SENT as usize - 11);
}

/// The longest stretch without a gap: how many records, and in how many seconds of the board.
fn longest_stretch(records: &[Record]) -> (usize, f64) {
    let stretches = records.split(|record| record.is("gap"));
    let timed = |part: &[Record]| {
        let times: Vec<f64> = part.iter().filter_map(|record| record.seconds("t")).collect();
        let time = times.last().unwrap_or(&0.0) - times.first().unwrap_or(&0.0);
        (part.len(), time)
    };
    stretches.map(timed).max_by_key(|(count, _)| *count).unwrap_or_default()
}

#[test]
fn nothing_is_lost_at_15_000_records_a_second() {
    let _one = one_at_a_time();
    let Some(board) = M3.run("flood_15k") else { return };
    let scratch = Scratch::new();
    // A busy machine may take the processor away for longer than the ring lasts; not each time.
    let mut best = (0, 0.0);
    for _ in 0..4 {
        let to = scratch.path("events.jsonl");
        let run = board.command("attach").args(["--headless", "--timeout", "5", "--events"]);
        let _ = run.arg(&to).end().code_is(124);
        let found = longest_stretch(&events(&to));
        if found.0 > best.0 {
            best = found;
        }
        if best.0 >= 30_000 {
            break;
        }
    }
    let (count, seconds) = best;
    assert!(count >= 30_000, "at most {count} records in a row without a loss");
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = count as f64 / seconds;
    assert!((14_000.0..16_000.0).contains(&rate), "{rate} records a second of the board's time");
}

#[test]
fn what_a_full_ring_drops_is_counted_exactly() {
    let _one = one_at_a_time();
    let mut off = Vec::new();
    // A busy machine can delay every round of a stretch; a wrong count is wrong each time.
    for _ in 0..4 {
        let Some(board) = M3.run("flood_15k") else { return };
        off.push(records_off(&board));
        if off.last().is_some_and(|off| off.abs() < 2.5) {
            return;
        }
    }
    panic!("{off:.1?} records more or fewer are missing than told");
}

/// By how much the records that are missing by the board's own clock are more than it told.
fn records_off(board: &Running) -> f64 {
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "40", "--events"]);
    let mut live = Live::start(run.arg(&to));
    let lines = || scratch.read("events.jsonl").lines().count();
    live.wait_until("records", || lines() > 30_000);
    // The host stands still for a second, and the board fills its ring.
    live.signal(Signal::SIGSTOP);
    thread::sleep(Duration::from_secs(1));
    live.signal(Signal::SIGCONT);
    let before = lines();
    live.wait_until("more records", || lines() > before + 20_000);
    live.signal(Signal::SIGINT);
    let _ = live.end();
    let records = events(&to);
    let lost: i64 = only(&records[1..], "gap").iter().map(|gap| gap.number("lost")).sum();
    if lost <= 10_000 {
        // The emulated board itself had no time to run in that second.
        return f64::INFINITY;
    }
    // The board sends a round of five records each third of a millisecond by its own clock, or
    // later if it was busy, but never earlier. So the least delay of a round is the same before
    // and after the losses, if as many rounds were lost as is told.
    // What the host says itself takes a number as well, and is no record of the board's.
    let mut said = 0;
    let mut gaps = 0;
    let mut least = [f64::INFINITY; 2];
    let last = only(&records, "gap").len();
    for record in &records {
        let is_the_hosts = ["output", "log", "remark"].iter().any(|kind| record.is(kind));
        said += i64::from(is_the_hosts);
        gaps += usize::from(record.is("gap"));
        if !record.is("handle-run") || (gaps > 0 && gaps < last) {
            continue;
        }
        #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
        let sent = (record.number("seq") - said) as f64;
        let delay = record.t() - sent / 15_000.0;
        let part = &mut least[usize::from(gaps > 0)];
        *part = part.min(delay);
    }
    let [before, after] = least;
    (after - before) * 15_000.0
}

#[test]
fn resets_in_the_middle_of_a_flood_leave_no_wrong_state() {
    let _one = one_at_a_time();
    let Some(board) = M3.run("flood_15k") else { return };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "60", "--events"]);
    let mut live = Live::start(run.arg(&to));
    let resets = 8;
    for n in 1..=resets {
        let lines = || scratch.read("events.jsonl").lines().count();
        let before = lines();
        live.wait_until("records", || lines() > before + 3000);
        // At any place of a record, and of the ring.
        thread::sleep(Duration::from_millis(7 * n));
        board.probe.press_reset().expect("the machine is there");
        let told = || live.err().matches("The board was reset").count() as u64;
        live.wait_until("the reset", || told() == n);
        // Two within a second count as one.
        thread::sleep(Duration::from_millis(1100));
    }
    live.signal(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
    let records = events(&to);
    assert!(only(&records, "anomaly").is_empty(), "{live}");
    // Numbers never go back, every hole is a gap's, and what follows a reset is the first record.
    let mut last = 0;
    let mut starts = 0;
    for pair in records.windows(2) {
        let [before, record] = pair else { continue };
        let lost = if record.is("gap") { record.number("lost") } else { 0 };
        let hole = record.number("seq") - before.number("seq") - 1;
        assert!(hole == lost || record.is("gap") && hole == lost - 1, "a hole before {record}");
        last = record.number("seq");
        if before.is("snapshot-end") && record.is("loop-new") {
            assert!(record.t() < 0.01, "its clock starts again: {record}");
            starts += 1;
        }
    }
    // One that came just while we read has lost its beginning, and says so.
    let torn = live.err().matches("reset while it was read").count() as u64;
    assert_eq!(starts + torn, resets, "of {last} records: {live}");
    assert!(torn < resets / 2, "{live}");
}
