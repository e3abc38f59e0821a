//! Clock: virtual until the first real outside source, then real, once.

use std::time::Duration;

use loopscope_tests::events::{end_time, only};
use loopscope_tests::run::Run;
use loopscope_tests::{Record, Scratch};

use crate::{batch, headless, headless_with, loopscope, program, recorded, recorded_with};

/// What makes the clock real, with the word that the record gives it.
const SOURCES: [(&str, &str); 9] = [
    (
        "watcher",
        "import socket\na, b = socket.socketpair()\nloop.add_reader(a, print)\nloop.remove_reader(a)",
    ),
    (
        "watcher",
        "import socket\na, b = socket.socketpair()\nloop.add_writer(a, print)\nloop.remove_writer(a)",
    ),
    ("executor", "loop.run_until_complete(loop.run_in_executor(None, int))"),
    ("thread", "import threading\nt = threading.Thread(target=int)\nt.start()\nt.join()"),
    ("signal", "import signal\nloop.add_signal_handler(signal.SIGUSR1, print)"),
    ("subprocess", "import subprocess\nsubprocess.run(['true'])"),
    (
        "subprocess",
        "async def main():\n    p = await asyncio.create_subprocess_exec('true')\n    await p.wait()\nloop.run_until_complete(main())",
    ),
    ("socket", "import socket\na, b = socket.socketpair()\na.send(b'x')\nb.recv(1)"),
    ("pipe", "import os\na, b = os.pipe()\nos.write(b, b'x')\nos.read(a, 1)"),
];

const LOOP: &str = "import asyncio\nloop = asyncio.new_event_loop()\n";

/// A program that sleeps, then meets a source, then sleeps again.
fn around(source: &str) -> String {
    let sleep = "loop.run_until_complete(asyncio.sleep(";
    format!("{LOOP}{sleep}50))\n{source}\n{sleep}0.01))\nloop.close()\n")
}

fn printed(code: &str) -> Vec<String> {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", code);
    headless(&file).end().code_is(0).lines()
}

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

#[test]
fn each_outside_source_makes_the_clock_real_once_and_says_which() {
    for (how, source) in SOURCES {
        let (ended, records) = recorded(&around(source));
        let ended = ended.code_is(0);
        let changes = only(&records, "clock");
        assert_eq!(changes.len(), 1, "{source}: {ended}");
        assert_eq!(changes[0].text("how"), how, "{source}");
    }
}

#[test]
fn the_real_clock_goes_on_from_the_virtual_time() {
    let (ended, records) = recorded(&around(SOURCES[3].1));
    let change = only(&records, "clock")[0].t();
    assert!((50.0..50.1).contains(&change), "{change}");
    assert!((50.01..60.0).contains(&end_time(&records)), "{}", end_time(&records));
    let times: Vec<_> = records.iter().filter_map(|record| record.seconds("t")).collect();
    assert!(times.is_sorted(), "time goes back: {times:?}");
    assert!(ended.took < Duration::from_secs(20), "{ended}");
}

#[test]
fn the_self_pipe_and_the_interrupt_handler_of_run_leave_the_clock_virtual() {
    let code = "import asyncio\nasync def main():\n    loop = asyncio.get_running_loop()\n    \
                loop.call_soon_threadsafe(int)\n    await asyncio.sleep(100)\nasyncio.run(main())\n";
    let (ended, records) = recorded(code);
    let ended = ended.code_is(0);
    assert!(only(&records, "clock").is_empty(), "{ended}");
    assert!(end_time(&records) >= 100.0);
    assert!(ended.took < Duration::from_secs(10), "{ended}");
}

#[test]
fn virtual_and_real_insist() {
    for (_, source) in SOURCES {
        let (ended, records) = recorded_with(&["--clock", "virtual"], &around(source));
        let ended = ended.code_is(0);
        assert!(only(&records, "clock").is_empty(), "{source}: {ended}");
    }
    let short = format!("{LOOP}loop.run_until_complete(asyncio.sleep(0.3))\n");
    let (ended, records) = recorded_with(&["--clock", "real"], &short);
    assert!(only(&records, "clock").is_empty());
    assert!(ended.took >= Duration::from_millis(300), "{ended}");
    assert_eq!(records[0].text("clock"), "real");
}

#[test]
fn a_read_of_the_virtual_clock_advances_it_by_a_microsecond() {
    let lines =
        printed(&format!("{LOOP}a = loop.time()\nb = loop.time()\nprint(round((b - a) * 1e9))\n"));
    assert_eq!(lines, ["1000"]);
}

#[test]
fn a_poll_advances_the_virtual_clock_by_its_timeout_in_whole_milliseconds() {
    let code = format!("{LOOP}loop.call_later(0.0105, loop.stop)\nloop.run_forever()\n");
    let (_, records) = recorded(&code);
    let begin = records.iter().position(|r| r.is("poll-begin")).expect("the loop polls");
    let timeout = records[begin].seconds("timeout").expect("a timer limits the poll");
    assert!((0.0100..=0.0105).contains(&timeout), "{timeout}");
    let slept = records[begin + 1].t() - records[begin].t();
    assert!(records[begin + 1].is("poll-end"));
    // The clock is also read once or twice around the poll.
    assert!((0.011..0.01101).contains(&slept), "{slept}");
}

#[test]
fn near_ties_fall_in_one_turn_and_equal_times_make_ties() {
    let code = format!(
        "{LOOP}for n in range(6):\n    loop.call_later(0.01, print, n)\n\
         loop.call_later(0.5, loop.stop)\nloop.run_forever()\n\
         for n in range(6):\n    loop.call_at(2.0, print, n)\nloop.call_at(3.0, loop.stop)\nloop.run_forever()\n"
    );
    let (ended, records) = recorded(&code);
    let order = ended.lines().join("");
    assert_eq!(order, "012345025134", "{ended}");
    let due = only(&records, "timer-due");
    let turns: Vec<_> = due[..6].iter().map(|record| record.number("turn")).collect();
    assert!(turns.iter().all(|turn| *turn == turns[0]), "{turns:?}");
}

#[test]
fn a_busy_wait_ends() {
    let code = "import time\nend = time.monotonic() + 0.05\nwhile time.monotonic() < end:\n    pass\nprint('over')\n";
    assert_eq!(printed(code), ["over"]);
}

#[test]
fn the_programs_clocks_follow_the_loops() {
    let code = format!(
        "{LOOP}import time, datetime\n\
         def now():\n    return [time.time(), time.monotonic(), time.perf_counter(), \
         time.time_ns() / 1e9, time.monotonic_ns() / 1e9, time.perf_counter_ns() / 1e9, \
         datetime.datetime.now().timestamp(), datetime.datetime.today().timestamp(), \
         datetime.datetime.now(datetime.timezone.utc).timestamp(), loop.time()]\n\
         before = now()\ntime.sleep(1000)\nloop.run_until_complete(asyncio.sleep(1000))\n\
         for a, b in zip(before, now()):\n    print(round(b - a, 2))\n"
    );
    let lines = printed(&code);
    assert_eq!(lines.len(), 10);
    for line in lines {
        assert!((number(&line) - 2000.0).abs() < 0.05, "{line}");
    }
}

#[test]
fn the_calendar_begins_where_it_is_told() {
    let code = "import time, datetime\nprint(time.strftime('%Y-%m-%d %H:%M', time.gmtime()))\n\
                print(time.gmtime().tm_year, time.localtime().tm_year)\nprint(time.strftime('%Y'))\n\
                print(datetime.datetime.now(datetime.timezone.utc).isoformat()[:16])\n\
                print(datetime.date.today().year)\n";
    let lines = printed(code);
    let expected = ["2000-01-01 00:00", "2000 2000", "2000", "2000-01-01T00:00", "2000"];
    assert_eq!(lines, expected);
    let scratch = Scratch::new();
    let file = scratch.file("program.py", code);
    let told = headless_with(&["--wall-start", "2021-03-04T05:06:07Z"], &file).end().code_is(0);
    assert_eq!(told.lines()[0], "2021-03-04 05:06", "{told}");
}

#[test]
fn a_blocking_sleep_is_time_in_which_nothing_else_ran() {
    let code = format!(
        "{LOOP}import time\nloop.call_later(0.1, print, 'late')\nloop.call_soon(time.sleep, 1)\n\
         loop.call_later(2, loop.stop)\nloop.run_forever()\n"
    );
    let (ended, records) = recorded(&code);
    let run = records.iter().position(|r| r.is("handle-run")).expect("a handle runs");
    assert!(records[run + 1].is("handle-done"), "{}", records[run + 1]);
    let took = records[run + 1].t() - records[run].t();
    assert!((1.0..1.001).contains(&took), "{took}");
    assert!(ended.took < Duration::from_secs(10), "{ended}");
}

#[test]
fn help_says_that_cpu_time_is_not_counted() {
    let help = loopscope(["run", "--help"]).end().code_is(0).out().to_lowercase();
    assert!(help.contains("cpu"), "{help}");
}

#[test]
fn the_timeout_counts_wall_seconds_under_every_clock() {
    let scratch = Scratch::new();
    let endless = scratch.file("endless.py", "while True:\n    pass\n");
    for clock in ["auto", "virtual", "real"] {
        let run = headless_with(&["--clock", clock, "--timeout", "1"], &endless);
        let ended = run.limit(20).end().code_is(124);
        assert!(ended.took >= Duration::from_secs(1), "{ended}");
    }
    // A thousand seconds of loop time are no second of the wall's.
    let sleeper = scratch.file("sleeper.py", "import time\ntime.sleep(1000)\nprint('up')\n");
    let ended = headless_with(&["--timeout", "10"], &sleeper).end().code_is(0);
    assert_eq!(ended.out(), "up\n");
}

#[test]
fn within_counts_loop_time() {
    let scratch = Scratch::new();
    let code = format!("{LOOP}loop.call_later(30, loop.stop)\nloop.run_forever()\n");
    let file = scratch.file("program.py", &code);
    let run = |command: &str| batch(&file, &["until timer-new", command]).end();
    let soon_enough = run("expect timer-due within 31s").code_is(0);
    assert!(soon_enough.took < Duration::from_secs(10), "{soon_enough}");
    let _ = run("expect timer-due within 29s").code_is(1);
}

#[test]
fn a_real_clock_does_not_count_the_time_that_the_user_holds_the_program() {
    let scratch = Scratch::new();
    let code = format!("{LOOP}loop.call_later(0.2, loop.stop)\nloop.run_forever()\n");
    let file = scratch.file("program.py", &code);
    let to = scratch.path("events.jsonl");
    let run: Run = loopscope(["repl", "--clock", "real", "--events"]).arg(&to).arg(&file);
    let mut live = loopscope_tests::Live::start(run);
    live.say("until timer-new");
    live.say("print event");
    live.wait_for("timer-new");
    std::thread::sleep(Duration::from_secs(2));
    live.say("goto end");
    live.say("quit");
    assert!(live.end().success(), "{live}");
    let records: Vec<Record> = loopscope_tests::events(&to);
    let end = end_time(&records);
    assert!((0.2..1.5).contains(&end), "{end} s of loop time: the pause counts");
}

#[test]
fn the_virtual_clock_is_the_default_and_the_first_record_says_so() {
    let (_, records) = recorded("pass\n");
    assert_eq!(records[0].kind(), "run-start");
    assert_eq!(records[0].text("clock"), "auto");
    let real = headless_with(&["--clock", "imaginary"], &program("classic/hello.py")).end();
    assert_eq!(real.code(), 2, "{real}");
}
