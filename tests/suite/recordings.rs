//! Recordings: written as the program runs, read up to the last whole record, the same as the run.

mod truth;

use std::fs;
use std::path::PathBuf;

use loopscope_tests::events::{events, only, parse};
use loopscope_tests::{Live, Scratch, Screen, loopscope};
use nix::sys::signal::Signal;

use crate::{headless, headless_with, program};

struct Recorded {
    scratch: Scratch,
    file: PathBuf,
    events: String,
}

/// A recording of a program, with what `--events` wrote in the same run.
fn recording() -> Recorded {
    let program = program("cpython/tasks_interleaved.py");
    recording_of(&fs::read_to_string(program).expect("the programs are there"))
}

fn recording_of(code: &str) -> Recorded {
    let scratch = Scratch::new();
    let (file, to) = (scratch.path("run.loop"), scratch.path("events"));
    let run = loopscope(["run", "--headless", "--record"]).arg(&file).arg("--events").arg(&to);
    let _ = run.arg(scratch.file("program.py", code)).end().code_is(0);
    let events = fs::read_to_string(&to).expect("--events writes its file");
    assert!(parse(&events).len() > 20, "{events}");
    Recorded { scratch, file, events }
}

/// What a replay of a file writes as events.
fn replayed(file: &PathBuf, options: &[&str]) -> loopscope_tests::Ended {
    loopscope(["replay", "--headless", "--events", "-"]).args(options).arg(file).end()
}

#[test]
fn a_replay_gives_the_records_of_the_run() {
    let recorded = recording();
    let ended = replayed(&recorded.file, &[]).code_is(0);
    assert_eq!(ended.out(), recorded.events);
}

#[test]
fn recording_changes_nothing() {
    let scratch = Scratch::new();
    let file = program("cpython/timers_ties.py");
    let plain = headless(&file).end();
    let to = scratch.path("run.loop");
    let recorded = headless_with(&["--record", &to.to_string_lossy()], &file).end();
    assert_eq!((plain.code(), plain.out()), (recorded.code(), recorded.out()));
    assert!(fs::metadata(&to).is_ok_and(|file| file.len() > 0));
}

#[test]
fn two_recordings_of_a_run_hold_the_same_records() {
    let (one, other) = (recording(), recording());
    let events = |recorded: &Recorded| replayed(&recorded.file, &[]).code_is(0).out();
    assert_eq!(events(&one), events(&other));
}

#[test]
fn line_mode_walks_in_a_recording() {
    let recorded = recording();
    let commands = [
        "goto end",
        "assert event == 'program-exit'",
        "goto 5",
        "assert seq == 5",
        "step",
        "rstep 2",
        "assert seq == 4",
    ];
    let _ = loopscope(["repl"]).commands(&commands).arg(&recorded.file).end().code_is(0);
    let refused = loopscope(["repl", "-c", "goto end", "-c", "py 1"]).arg(&recorded.file).end();
    assert_eq!(refused.code(), 1, "{refused}");
}

#[test]
fn a_truncated_recording_is_readable_up_to_its_last_whole_record() {
    let recorded = recording();
    let bytes = fs::read(&recorded.file).expect("it was just written");
    let cut = recorded.scratch.path("cut.loop");
    let mut counts = Vec::new();
    for part in [10, 25, 50, 75, 95, 99] {
        fs::write(&cut, &bytes[..bytes.len() * part / 100]).expect("the folder can be written");
        let ended = replayed(&cut, &[]);
        assert!(ended.code() == 0, "{part}%: {ended}");
        let records: Vec<_> = ended.lines();
        let whole = recorded.events.lines().take(records.len()).collect::<Vec<_>>();
        // The last line may tell that the program was lost.
        let same = records.len().saturating_sub(1);
        assert_eq!(records[..same], whole[..same], "{part}%");
        counts.push(records.len());
    }
    assert!(counts.is_sorted() && counts[0] < counts[5], "{counts:?}");
}

#[test]
fn a_corrupt_recording_is_told_and_is_an_error_where_asked() {
    let code = "import asyncio\nloop = asyncio.new_event_loop()\n\
                for n in range(5000):\n    loop.call_soon(int)\n\
                loop.call_soon(loop.stop)\nloop.run_forever()\nloop.close()\n";
    let recorded = recording_of(code);
    let mut bytes = fs::read(&recorded.file).expect("it was just written");
    // One place alone may lie in what a block beside it says again.
    let len = bytes.len();
    for at in (100..len / 2).step_by(100) {
        bytes[at] ^= 0x55;
    }
    let bad = recorded.scratch.path("bad.loop");
    fs::write(&bad, bytes).expect("the folder can be written");
    let lenient = replayed(&bad, &[]).code_is(0);
    let records = parse(&lenient.out());
    // What is lost is counted exactly, and what is not lost is what it was.
    let gaps = only(&records, "gap");
    let lost: i64 = gaps.iter().map(|record| record.number("lost")).sum();
    let there = i64::try_from(records.len() - gaps.len()).expect("a count");
    let whole = i64::try_from(parse(&recorded.events).len()).expect("a count");
    assert!(!gaps.is_empty() && lost + there == whole, "{lost} lost of {whole}: {lenient}");
    assert!(!lenient.err().is_empty(), "the damage is not told: {lenient}");
    let _ = replayed(&bad, &["--strict"]).code_is(5);
    let _ = replayed(&recorded.file, &["--strict"]).code_is(0);
}

#[test]
fn what_is_no_recording_is_told_in_one_sentence() {
    let scratch = Scratch::new();
    for (name, text) in [("text.loop", "not a recording at all\n"), ("empty.loop", "")] {
        let file = scratch.file(name, text);
        let ended = loopscope(["replay", "--headless"]).arg(file).end().complains(name);
        assert_ne!(ended.code(), 0, "{ended}");
        assert_eq!(ended.err().trim_end().lines().count(), 1, "{ended}");
    }
    let ended = loopscope(["replay", "--headless", "missing.loop"]).end().complains("missing.loop");
    assert_ne!(ended.code(), 0, "{ended}");
}

#[test]
fn a_recording_of_a_killed_run_is_readable() {
    let scratch = Scratch::new();
    let code = "import asyncio, time\nprint('here', flush=True)\nloop = asyncio.new_event_loop()\n\
                for n in range(100):\n    loop.call_soon(int)\n\
                loop.call_soon(print, 'there')\nloop.call_soon(lambda: [0 for _ in iter(int, 1)])\n\
                loop.run_forever()\n";
    let to = scratch.path("run.loop");
    let file = scratch.file("program.py", code);
    let mut live = Live::start(headless_with(&["--record", &to.to_string_lossy()], &file));
    live.wait_for("here");
    live.wait_until("its records", || to.exists() && replayed(&to, &[]).lines().len() > 100);
    live.signal(Signal::SIGKILL);
    let _ = live.end();
    let ended = replayed(&to, &[]).code_is(0).complains("harmed: it has no end");
    assert!(ended.lines().len() > 100, "{ended}");
    let _ = replayed(&to, &["--strict"]).code_is(5);
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_program_runs() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print('it ran')\n");
    for option in ["--record", "--events"] {
        let ended = headless_with(&[option, "no/such/folder/file"], &file).end();
        let ended = ended.complains("no/such/folder/file");
        assert!(ended.code() != 0 && ended.out().is_empty(), "{ended}");
    }
}

#[test]
fn the_tui_opens_a_recording() {
    let recorded = recording();
    let Some(screen) = Screen::open(&["replay", &recorded.file.to_string_lossy()]) else { return };
    screen.wait_for("ready");
    screen.line(":goto end");
    screen.wait_for("program-exit");
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn a_file_alone_is_run_or_replayed() {
    let recorded = recording();
    let program = recorded.scratch.file("alone.py", "print('hello')\n");
    for (file, shown) in [(&recorded.file, "start of the recording"), (&program, "alone.py")] {
        let Some(screen) = Screen::open(&[&file.to_string_lossy()]) else { return };
        screen.wait_for(shown);
        screen.keys(&["q", "y"]);
        assert_eq!(screen.left(), 0);
    }
}

#[test]
fn the_tui_shows_the_program_of_a_recording_from_its_beginning() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "import asyncio\nasyncio.run(asyncio.sleep(1))\n");
    let to = scratch.path("run.loop");
    let _ = headless_with(&["--record", &to.to_string_lossy()], &file).end().code_is(0);
    let Some(screen) = Screen::open(&["replay", &to.to_string_lossy()]) else { return };
    screen.wait_for("start of the recording");
    let text = screen.wait_for("asyncio.run(asyncio.sleep(1))");
    assert!(text.contains("source: program.py") && text.contains("#0 of"), "{text}");
}

#[test]
fn events_of_line_mode_and_of_a_replay_are_the_same_form() {
    let recorded = recording();
    let to = recorded.scratch.path("again");
    let run = loopscope(["repl", "-c", "goto end", "--events"]).arg(&to).arg(&recorded.file);
    let _ = run.end().code_is(0);
    assert_eq!(events(&to), parse(&recorded.events));
}
