//! The time that programs see.

use std::time::Duration;

use loopscope_protocol::ClockMode;

use super::process::program;
use super::received::{kinds, printed};

#[test]
fn virtual_time_starts_at_the_wall_start_and_costs_nothing() {
    let source = "\
import time, datetime
print(datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'))
print(datetime.date.today() >= datetime.date(1999, 12, 31))
a = time.time(), time.monotonic(), time.perf_counter(), time.time_ns(), time.monotonic_ns()
time.sleep(3600)
b = time.time(), time.monotonic(), time.perf_counter(), time.time_ns(), time.monotonic_ns()
print([round(y - x) for x, y in zip(a, b)])
print(time.strftime('%Y %H', time.gmtime()), time.gmtime()[:4], time.gmtime(0)[:3])
print(time.ctime()[-4:], time.asctime()[-4:], time.strftime('%Y'), time.localtime().tm_year)
print(datetime.datetime.now(datetime.timezone.utc).hour)
print(time.clock_gettime(time.CLOCK_REALTIME) > 946684800, time.clock_gettime_ns(time.CLOCK_MONOTONIC) < 4e12)
";
    let left = program(source).leave();
    let wanted = "2000-01-01T00:00:00+00:00\nTrue\n\
                  [3600, 3600, 3600, 3600000000009, 3600000000009]\n";
    assert!(left.took < Duration::from_secs(10), "{left:?}");
    let lines: Vec<&str> = left.stdout.lines().collect();
    assert_eq!(lines[0], "2000-01-01T00:00:00+00:00", "{left:?} {wanted}");
    assert!(lines[2].starts_with("[3600, 3600, 3600, 36000000"), "{left:?}");
    assert_eq!(lines[3], "2000 01 (2000, 1, 1, 1) (1970, 1, 1)");
    assert_eq!(lines[6], "True True");
}

#[test]
fn the_wall_start_can_be_chosen() {
    let source = "import time\nprint(time.time_ns() // 10**9)\n";
    let left = program(source).with(|options| options.wall_start_ns = 1_000_000_000).leave();
    assert_eq!(left.stdout, "1\n");
}

#[test]
fn a_look_at_the_virtual_clock_moves_it() {
    let source = "\
import time, datetime
a = time.monotonic_ns(); b = time.monotonic_ns(); print(b - a)
a = datetime.datetime.now(); b = datetime.datetime.now(); print((b - a).microseconds)
end = time.time() + 0.1
while time.time() < end: pass
print('ends')
";
    assert_eq!(program(source).leave().stdout, "1000\n1\nends\n");
}

#[test]
fn the_real_clock_is_real() {
    let source =
        "import time\na = time.time()\ntime.sleep(0.2)\nprint(0.2 <= time.time() - a < 5)\n";
    let left = program(source).with(|options| options.clock = ClockMode::Real).leave();
    assert_eq!(left.stdout, "True\n");
    assert!(left.took >= Duration::from_millis(200));
}

#[test]
fn a_wrong_sleep_is_an_error_as_in_cpython() {
    let source = "\
import time
for length in -1, -0.5, float('nan'), 'x', 1e300, 10**30, None:
    try:
        time.sleep(length)
    except Exception as error:
        print(type(error).__name__, error)
time.sleep(0); time.sleep(0.0); time.sleep(True)
class Index:
    def __index__(self): return 1
time.sleep(Index())
";
    let wanted = "\
ValueError sleep length must be non-negative
ValueError sleep length must be non-negative
ValueError Invalid value NaN (not a number)
TypeError 'str' object cannot be interpreted as an integer
OverflowError timestamp too large to convert to C PyTime_t
OverflowError timestamp too large to convert to C PyTime_t
TypeError 'NoneType' object cannot be interpreted as an integer
";
    assert_eq!(program(source).leave().stdout, wanted);
}

#[test]
fn outside_sources_make_an_automatic_clock_real_once() {
    for (source, how) in [
        ("import threading; t = threading.Thread(target=print); t.start(); t.join()", "thread"),
        ("import subprocess; subprocess.run(['true'])", "subprocess"),
        ("import os; os.system('true')", "subprocess"),
        ("import os; p = os.fork(); os._exit(0) if p == 0 else os.waitpid(p, 0)", "subprocess"),
        ("import os; r, w = os.pipe(); os.write(w, b'x'); os.read(r, 1)", "pipe"),
        ("import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()", "socket"),
        ("import socket; a, b = socket.socketpair(); a.send(b'x'); b.recv(1)", "socket"),
    ] {
        let mut child = program(source).with(|options| options.capture = true).start();
        let said = child.rest();
        let clocks: Vec<_> = said
            .iter()
            .filter_map(|said| match said {
                super::received::Received::Record {
                    event: loopscope_protocol::Event::Clock { how },
                    ..
                } => Some(loopscope_protocol::Word::word(*how)),
                _ => None,
            })
            .collect();
        assert_eq!(clocks, [how], "{source}: {said:?}");
    }
}

#[test]
fn what_only_looks_like_outside_leaves_it_virtual() {
    let source = "\
import os, socket, sys, threading, subprocess
socket.socket().close()
os.pipe()
f = open(__file__); os.read(f.fileno(), 10)
os.write(1, b'x\\n'); print('y'); sys.stdout.flush()
threading.Lock()
sys.stdin.read()
";
    let mut child = program(source).start();
    let said = child.rest();
    assert!(!kinds(&said).contains(&"clock"), "{said:?}");
}

#[test]
fn insisting_on_virtual_keeps_it_virtual() {
    let source = "\
import subprocess, time
subprocess.run(['true'])
time.sleep(1000)
print(time.monotonic() < 1001)
";
    let mut child = program(source).with(|options| options.clock = ClockMode::Virtual).start();
    let said = child.rest();
    assert_eq!(printed(&said), "True\n");
    assert!(!kinds(&said).contains(&"clock"));
}

#[test]
fn a_read_from_a_pipe_as_standard_input_is_outside() {
    let (read, write) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut &write, b"line\n").unwrap();
    drop(write);
    let mut child = program("print(input())").stdin(read.into()).start();
    let said = child.rest();
    assert_eq!(printed(&said), "line\n");
    assert!(kinds(&said).contains(&"clock"));
}

#[test]
fn utcnow_warns_as_its_version_does() {
    let source = "import datetime\nprint(datetime.datetime.utcnow())\n";
    let left = program(source).leave();
    assert!(left.stdout.starts_with("2000-01-01 00:00:00.0000"), "{left:?}");
    assert!(left.stderr.contains("DeprecationWarning: datetime.datetime.utcnow()"), "{left:?}");
    let old = program(source)
        .with(|options| options.dialect = loopscope_protocol::Dialect::Cpython36)
        .leave();
    assert_eq!(old.stderr, "");
}
