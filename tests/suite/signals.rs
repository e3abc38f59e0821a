//! Signals: who gets them, how often, and in which turn their handlers run.

use std::thread;
use std::time::Duration;

use loopscope_tests::events::{Record, only};
use loopscope_tests::left_out::mention;
use loopscope_tests::{Live, Scratch, Screen};
use nix::sys::signal::Signal;

use crate::{headless, headless_with, program, recorded};

/// Counts the signals that it gets, and leaves a while after the first one.
const COUNTS: &str = "\
import asyncio, signal, functools
loop = asyncio.new_event_loop()
seen = []
def arrived(name):
    if not seen:
        loop.call_later(0.5, loop.stop)
    seen.append(name)
for name in ('SIGINT', 'SIGTERM', 'SIGHUP'):
    loop.add_signal_handler(getattr(signal, name), functools.partial(arrived, name))
print('listening', flush=True)
loop.run_forever()
print(*seen)
raise SystemExit(len(seen))
";

fn listening(code: &str) -> (Live, Scratch) {
    let scratch = Scratch::new();
    let live = Live::start(headless_with(&["--wait-forever"], &scratch.file("program.py", code)));
    live.wait_for("listening");
    // The loop is on its way into the poll.
    thread::sleep(Duration::from_millis(100));
    (live, scratch)
}

/// Whether this process, and so every program that it starts, ignores a signal.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let bits = bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
    bits & 1 << (signal as i32 - 1) != 0
}

#[test]
fn a_signal_sent_to_us_alone_is_forwarded_once() {
    for (signal, name) in
        [(Signal::SIGINT, "SIGINT"), (Signal::SIGTERM, "SIGTERM"), (Signal::SIGHUP, "SIGHUP")]
    {
        // Under `nohup` that is handed down, and what is ignored is not forwarded.
        if is_ignored(signal) {
            mention(&format!("{name} is ignored here: that it is forwarded was not tested"));
            continue;
        }
        let (mut live, _scratch) = listening(COUNTS);
        live.signal(signal);
        assert_eq!(live.end().code(), Some(1), "{live}");
        assert_eq!(live.out(), format!("listening\n{name}\n"));
    }
}

#[test]
fn the_terminals_interrupt_reaches_the_program_once_and_not_through_us() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", COUNTS);
    let Some(screen) = Screen::open(&["run", "--headless", &file.to_string_lossy()]) else {
        return;
    };
    screen.wait_for("listening");
    thread::sleep(Duration::from_millis(200));
    screen.keys(&["C-c"]);
    assert_eq!(screen.left(), 1, "{}", screen.text());
    assert_eq!(screen.text().matches("SIGINT").count(), 1, "{}", screen.text());
}

#[test]
fn without_a_handler_an_interrupt_ends_the_program_as_cpython_does() {
    let code =
        "import asyncio\nprint('listening', flush=True)\nasyncio.new_event_loop().run_forever()\n";
    for group in [true, false] {
        let (mut live, _scratch) = listening(code);
        if group {
            live.signal_group(Signal::SIGINT);
        } else {
            live.signal(Signal::SIGINT);
        }
        assert_eq!(loopscope_code(&mut live), 130, "{live}");
        assert!(live.err().contains("KeyboardInterrupt"), "{live}");
    }
}

#[test]
fn asyncio_run_turns_an_interrupt_into_a_cancellation() {
    let code = "import asyncio\nasync def main():\n    print('listening', flush=True)\n    try:\n        \
                await asyncio.get_running_loop().create_future()\n    finally:\n        print('tidied')\n\
                asyncio.run(main())\n";
    let (mut live, _scratch) = listening(code);
    live.signal_group(Signal::SIGINT);
    assert_eq!(loopscope_code(&mut live), 130, "{live}");
    assert!(live.out().contains("tidied"), "{live}");
}

#[test]
fn a_killed_programs_code_is_128_and_the_signal() {
    let code = "import time\nprint('listening', flush=True)\nwhile True:\n    pass\n";
    let (mut live, _scratch) = listening(code);
    live.signal(Signal::SIGTERM);
    assert_eq!(loopscope_code(&mut live), 143, "{live}");
}

/// The exit code as a shell counts it.
fn loopscope_code(live: &mut Live) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    let status = live.end();
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

#[test]
fn the_terminals_interrupt_stops_an_endless_loop() {
    let code = "print('listening', flush=True)\nwhile True:\n    pass\n";
    let (mut live, _scratch) = listening(code);
    live.signal_group(Signal::SIGINT);
    assert_eq!(loopscope_code(&mut live), 130, "{live}");
}

#[test]
fn a_signals_handler_runs_in_the_turn_after_the_self_pipes() {
    let ended = headless(&program("cpython/signal_in_chain.py")).end().code_is(0);
    let expected =
        std::fs::read_to_string(program("cpython/signal_in_chain.out")).expect("it is there");
    assert_eq!(ended.out(), expected);
    let code = "import asyncio, os, signal\nloop = asyncio.new_event_loop()\n\
                loop.add_signal_handler(signal.SIGUSR1, loop.stop)\n\
                loop.call_soon(os.kill, os.getpid(), signal.SIGUSR1)\nloop.run_forever()\n";
    let (ended, records) = recorded(code);
    let ended = ended.code_is(0);
    let arrived = records.iter().position(|r| r.is("signal")).unwrap_or_else(|| panic!("{ended}"));
    let handle = records[arrived].number("handle");
    // It arrives while a handle of the batch runs: the self-pipe's reader.
    let before = records[..arrived].iter().rev().find(|r| r.kind().starts_with("handle-"));
    assert!(
        before.is_some_and(|record| record.is("handle-run")),
        "{:?}",
        records[..arrived].last()
    );
    let run = records.iter().find(|r| r.is("handle-run") && r.number("handle") == handle);
    let turn = |record: &Record| record.number("turn");
    assert_eq!(run.map(turn), Some(turn(&records[arrived]) + 1));
}

#[test]
fn a_thread_safe_call_wakes_the_poll() {
    let code = "import asyncio, threading, time\nloop = asyncio.new_event_loop()\n\
                def other():\n    time.sleep(0.2)\n    loop.call_soon_threadsafe(loop.stop)\n\
                threading.Thread(target=other).start()\nloop.run_forever()\nprint('woken')\n";
    let (ended, records) = recorded(code);
    assert_eq!(ended.out(), "woken\n");
    let made = only(&records, "handle-new");
    assert!(made.iter().any(|record| record.text("how") == "threadsafe"), "{made:?}");
}

#[test]
fn signals_are_recorded_with_their_handlers() {
    let code = "import asyncio, os, signal\nloop = asyncio.new_event_loop()\n\
                loop.add_signal_handler(signal.SIGUSR1, loop.stop)\n\
                loop.call_later(0.01, os.kill, os.getpid(), signal.SIGUSR1)\nloop.run_forever()\n\
                loop.remove_signal_handler(signal.SIGUSR1)\nloop.close()\n";
    let (_, records) = recorded(code);
    for kind in ["signal-add", "signal", "signal-remove"] {
        let found = only(&records, kind);
        assert_eq!(found.len(), 1, "{kind}");
        assert_eq!(found[0].number("signal"), i64::from(Signal::SIGUSR1 as i32), "{kind}");
    }
}
