//! Stopping a program that does not stop by itself.

use std::time::{Duration, Instant};

use loopscope_protocol::{ClockMode, Kind, Request};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::process::program;
use super::received::{Received, exit_record, outputs, printed};

/// Long enough for a busy machine, short enough to mean "at once".
const AT_ONCE: Duration = Duration::from_secs(2);

/// Starts `source`, waits until it has printed, interrupts it, and gives what comes then.
fn interrupted(source: &str, clock: ClockMode) -> (Vec<Received>, Duration) {
    let mut child = program(source).with(|options| options.clock = clock).start();
    while !matches!(child.hear(), Received::Record { event, .. } if event.kind() == Kind::Output) {}
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    child.ask(Request::Interrupt);
    let said = child.rest();
    let took = start.elapsed();
    let left = child.left();
    if exit_record(&said).is_some_and(|(_, how, _)| how == "interrupted") {
        assert_eq!(left.code, Some(130));
    }
    (said, took)
}

#[test]
fn an_endless_loop_ends_at_once() {
    let (said, took) = interrupted("print('x')\nwhile True: pass\n", ClockMode::Auto);
    assert_eq!(exit_record(&said), Some((130, "interrupted", "The program was interrupted.")));
    assert!(took < AT_ONCE, "{took:?}");
    let traceback: String = outputs(&said).iter().map(|(_, text)| *text).collect();
    assert!(traceback.contains("line 2, in <module>") && traceback.contains("KeyboardInterrupt"));
}

#[test]
fn a_long_sleep_ends_at_once() {
    let source = "import time\nprint('x')\ntime.sleep(1000)\n";
    let (said, took) = interrupted(source, ClockMode::Real);
    assert_eq!(exit_record(&said).map(|(code, how, _)| (code, how)), Some((130, "interrupted")));
    assert!(took < AT_ONCE, "{took:?}");
}

#[test]
fn a_sleep_goes_on_after_a_signal_that_was_dealt_with() {
    let source = "\
import signal, time
signal.signal(signal.SIGINT, lambda *_: print('signal', flush=True))
print('x', flush=True)
start = time.monotonic()
time.sleep(0.6)
print(time.monotonic() - start >= 0.6)
";
    let (said, _) = interrupted(source, ClockMode::Real);
    assert_eq!(printed(&said), "signal\nTrue\n");
}

#[test]
fn the_program_may_catch_it() {
    let source = "\
print('x')
try:
    while True: pass
except KeyboardInterrupt:
    print('caught')
";
    let (said, _) = interrupted(source, ClockMode::Auto);
    assert_eq!(printed(&said), "caught\n");
    assert_eq!(exit_record(&said).map(|(code, how, _)| (code, how)), Some((0, "end")));
}

#[test]
fn a_poll_without_end_ends_at_once() {
    let source = "\
import asyncio
async def main():
    print('x')
    await asyncio.get_running_loop().create_future()
asyncio.run(main())
";
    let (said, took) = interrupted(source, ClockMode::Auto);
    assert_eq!(exit_record(&said).map(|(code, how, _)| (code, how)), Some((130, "interrupted")));
    assert!(took < AT_ONCE, "{took:?}");
}

#[test]
fn a_wait_for_a_thread_ends_at_once() {
    let source = "\
import threading, time
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print('x')
threading.Event().wait()
";
    let (said, took) = interrupted(source, ClockMode::Auto);
    assert_eq!(exit_record(&said).map(|(code, how, _)| (code, how)), Some((130, "interrupted")));
    assert!(took < AT_ONCE, "{took:?}");
}

#[test]
fn a_signal_to_oneself_arrives_before_kill_returns_also_with_threads() {
    let source = "\
import os, signal, threading, time
threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start()
got = []
signal.signal(signal.SIGUSR1, lambda *_: got.append(1))
for i in range(200):
    os.kill(os.getpid(), signal.SIGUSR1)
    assert len(got) == i + 1, (i, len(got))
print('ok')
";
    assert_eq!(program(source).leave().stdout, "ok\n");
    let mut child = program(source).start();
    assert_eq!(printed(&child.rest()), "ok\n");
}

#[test]
fn a_process_started_from_a_thread_can_be_terminated() {
    let source = "\
import subprocess, threading
def work():
    p = subprocess.Popen(['sleep', '1000'])
    p.terminate()
    print(p.wait(timeout=10))
t = threading.Thread(target=work); t.start(); t.join()
";
    let left = program(source).leave();
    assert_eq!(left.stdout, "-15\n", "{left:?}");
}

#[test]
fn a_signal_from_outside_reaches_it() {
    let mut child = program("print('x')\nwhile True: pass\n").start();
    while !matches!(child.hear(), Received::Record { event, .. } if event.kind() == Kind::Output) {}
    kill(Pid::from_raw(child.process.id().cast_signed()), Signal::SIGINT).unwrap();
    let said = child.rest();
    assert_eq!(exit_record(&said).map(|(code, ..)| code), Some(130));
}

#[test]
fn an_endless_statement_can_be_interrupted() {
    let mut child = program("pass").held();
    child.ask(Request::Python { more: false, code: b"while True: pass" });
    std::thread::sleep(Duration::from_millis(200));
    child.ask(Request::Interrupt);
    loop {
        match child.hear() {
            Received::Ran { ok, text } => {
                assert!(!ok && text.contains("KeyboardInterrupt"), "{text}");
                break;
            }
            Received::Hello { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(child.py("1").1, Received::Ran { ok: true, .. }));
}

#[test]
fn what_cannot_be_interrupted_can_be_killed_and_leaves_its_timeline() {
    let mut child = program("print('x')\nsum(range(10**11))\n").start();
    while !matches!(child.hear(), Received::Record { event, .. } if event.kind() == Kind::Output) {}
    child.process.kill().unwrap();
    assert!(child.rest().is_empty());
    assert_eq!(child.left().signal, Some(9));
}
