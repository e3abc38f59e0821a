//! A program that attacks who looks at it: the screen, its terminal, its processes and its records.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use loopscope_tests::events::{Record, only};
use loopscope_tests::left_out::leave_out;
use loopscope_tests::outside::{is_alive, wait_for_end_of};
use loopscope_tests::{Live, Scratch, Screen, loopscope};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{headless_with, recorded};

/// What every attack has: its report, and the two of ours above it.
const BEGIN: &str = "\
import fcntl, os, signal, subprocess, sys, time
report = []
def tried(what, attack):
    try:
        attack()
        report.append(what + ' worked')
    except OSError as error:
        report.append(what + ' ' + type(error).__name__)
def finish():
    with open(sys.argv[1] + '.part', 'w') as file:
        file.write('\\n'.join(report) + '\\n')
    os.rename(sys.argv[1] + '.part', sys.argv[1])
def parent(pid):
    return int(open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()[1])
keeper = os.getppid()
screen = parent(keeper)
";

/// Whether this system keeps programs from harming who looks at them; says so where it does not.
fn keeps_programs_away() -> bool {
    let doctor = loopscope(["doctor"]).end();
    if doctor.lines().iter().any(|line| line.starts_with("ok    guard")) {
        return true;
    }
    leave_out("this kernel does not keep a program from the screen: attacks on it");
    false
}

/// An attack under the screen, and what came of it.
struct Attack {
    screen: Screen,
    report: String,
    _scratch: Scratch,
}

fn wait_for_file(path: &Path, screen: &Screen) -> String {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Ok(text) = std::fs::read_to_string(path) {
            return text;
        }
        assert!(Instant::now() < until, "no report:\n{}", screen.text());
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Attack {
    /// Runs it to its report; then it goes on for ever.
    fn start(code: &str) -> Option<Self> {
        let scratch = Scratch::new();
        let text = format!("{BEGIN}{code}finish()\nwhile True:\n    time.sleep(0.01)\n");
        let file = scratch.file("attack.py", &text);
        let report = scratch.path("report");
        let [file, to] = [&file, &report].map(|path| path.to_string_lossy().into_owned());
        let screen = Screen::open(&["run", "--clock", "real", &file, &to])?;
        screen.wait_for("ready");
        screen.line(":continue");
        let report = wait_for_file(&report, &screen);
        Some(Self { screen, report, _scratch: scratch })
    }

    /// All attempts failed, and the screen is left as always.
    fn was_in_vain(self) {
        assert!(!self.report.contains("worked"), "{}", self.report);
        self.leaves_in_order();
    }

    fn leaves_in_order(self) {
        self.screen.keys(&["q"]);
        std::thread::sleep(Duration::from_millis(200));
        self.screen.keys(&["y"]);
        assert_eq!(self.screen.left(), 0, "{}", self.screen.text());
        assert!(self.screen.leftovers().is_empty(), "{:?}", self.screen.leftovers());
    }
}

#[test]
fn a_program_under_the_screen_has_no_terminal() {
    let code = "\
tried('open', lambda: os.open('/dev/tty', os.O_RDWR))
assert os.getsid(0) != os.getsid(screen), 'it shares the session'
tried('join', lambda: os.setpgid(0, os.getpgid(screen)))
for fd in range(3):
    tried('foreground', lambda: os.tcsetpgrp(fd, os.getpgrp()))
";
    if let Some(attack) = Attack::start(code) {
        attack.was_in_vain();
    }
}

#[test]
fn it_finds_no_terminal_by_its_name_either() {
    if !keeps_programs_away() {
        return;
    }
    let code = "\
names = ['/dev/pts/' + name for name in os.listdir('/dev/pts')] + ['/dev/console', '/dev/tty0']
names += ['/proc/self/fd/0/../../../dev/pts/0', '/dev/../dev/pts/0']
def attack(name, how):
    fd = os.open(name, how | os.O_NOCTTY | os.O_NONBLOCK)
    fcntl.ioctl(fd, 0x5412, b'q')
for name in filter(os.path.exists, names):
    for how in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
        tried(name, lambda: attack(name, how))
os.symlink('/dev/pts', sys.argv[1] + '.link')
for name in os.listdir('/dev/pts'):
    tried(name, lambda: attack(sys.argv[1] + '.link/' + name, os.O_WRONLY))
if subprocess.run(['sh', '-c', 'echo x > /dev/pts/0'], stderr=subprocess.DEVNULL).returncode == 0:
    report.append('a process worked')
";
    if let Some(attack) = Attack::start(code) {
        attack.was_in_vain();
    }
}

#[test]
fn it_cannot_stop_end_or_slow_down_the_screen() {
    if !keeps_programs_away() {
        return;
    }
    let code = "\
for pid in (keeper, screen):
    for number in (0, signal.SIGSTOP, signal.SIGTSTP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        tried('kill', lambda: os.kill(pid, number))
        tried('killpg', lambda: os.killpg(os.getpgid(pid), number))
    command = ['sh', '-c', f'kill -9 {pid}']
    if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
        report.append('a process worked')
    for limit in ('--cpu=1', '--nofile=3', '--fsize=1'):
        command = ['prlimit', limit, '--pid', str(pid)]
        try:
            if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
                report.append('a limit worked')
        except FileNotFoundError:
            pass
    for thread in (pid, *map(int, os.listdir(f'/proc/{pid}/task'))):
        tried('priority', lambda: os.setpriority(os.PRIO_PROCESS, thread, 5))
        if hasattr(os, 'sched_setaffinity'):
            tried('affinity', lambda: os.sched_setaffinity(thread, {0}))
    tried('priorities', lambda: os.setpriority(os.PRIO_PGRP, os.getpgid(pid), 5))
    tried('score', lambda: open(f'/proc/{pid}/oom_score_adj', 'w').write('1000'))
tried('everybody', lambda: os.setpriority(os.PRIO_USER, os.getuid(), 5))
os.setpriority(os.PRIO_PROCESS, 0, 1); os.nice(1)
for name in ('cgroup.kill', 'cgroup.freeze'):
    for folder, _, files in os.walk('/sys/fs/cgroup'):
        if name in files:
            tried(name, lambda: open(os.path.join(folder, name), 'w'))
";
    if let Some(attack) = Attack::start(code) {
        attack.was_in_vain();
    }
}

#[test]
fn it_reaches_neither_memory_nor_descriptors_of_the_screen() {
    if !keeps_programs_away() {
        return;
    }
    let code = "\
names = ['mem', 'fd/0', 'fd/1', 'fd/2', 'exe', 'cwd/x']
# Root may look at every process of the machine in these.
names += ['environ', 'maps'] if os.geteuid() != 0 else []
for pid in (keeper, screen):
    for name in names:
        for how in (os.O_RDONLY, os.O_WRONLY):
            tried(name, lambda: os.open(f'/proc/{pid}/{name}', how))
";
    if let Some(attack) = Attack::start(code) {
        attack.was_in_vain();
    }
}

/// Leaves processes in every way there is, and tells their numbers.
const LEAVES: &str = "\
report.append(str(subprocess.Popen(['sleep', '600']).pid))
report.append(str(subprocess.Popen(['sleep', '601'], start_new_session=True).pid))
ours, theirs = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.write(theirs, str(os.getpid()).encode())
        while True:
            time.sleep(1)
    os._exit(0)
report.append(os.read(ours, 20).decode())
";

fn numbers(report: &str) -> Vec<Pid> {
    report.lines().filter_map(|line| line.parse().ok()).map(Pid::from_raw).collect()
}

#[test]
fn what_it_has_started_ends_when_the_screen_is_left() {
    let Some(attack) = Attack::start(LEAVES) else { return };
    let left = numbers(&attack.report);
    assert_eq!(left.len(), 3, "{}", attack.report);
    assert!(left.iter().all(|pid| is_alive(*pid)));
    attack.leaves_in_order();
    left.into_iter().for_each(wait_for_end_of);
}

/// A program of its own, without a screen, that leaves processes and goes on, or ends.
fn leaving(options: &[&str], goes_on: bool) -> (Live, Vec<Pid>, Scratch) {
    let scratch = Scratch::new();
    let end = if goes_on { "while True:\n    time.sleep(0.01)\n" } else { "" };
    let file = scratch.file("program.py", &format!("{BEGIN}{LEAVES}finish()\n{end}"));
    let report = scratch.path("report");
    let live = Live::start(headless_with(options, &file).arg(&report));
    live.wait_until("report", || report.exists());
    let left = numbers(&std::fs::read_to_string(&report).unwrap_or_default());
    assert_eq!(left.len(), 3);
    (live, left, scratch)
}

#[test]
fn without_a_screen_nothing_outlives_the_program_either() {
    let scratch = Scratch::new();
    let recording = scratch.path("run.loop");
    let recording = recording.to_string_lossy();
    for options in [&["--clock", "real"][..], &["--clock", "real", "--record", &recording]] {
        for how in [None, Some(Signal::SIGTERM), Some(Signal::SIGKILL)] {
            let (mut live, left, _scratch) = leaving(options, how.is_some());
            if let Some(signal) = how {
                live.signal(signal);
            }
            let _ = live.end();
            left.into_iter().for_each(wait_for_end_of);
        }
        let limited = [options, &["--timeout", "1"]].concat();
        let (mut live, left, _scratch) = leaving(&limited, true);
        assert_eq!(live.end().code(), Some(124), "{live}");
        left.into_iter().for_each(wait_for_end_of);
    }
}

#[test]
fn what_it_has_started_ends_with_its_keeper_too() {
    let (mut live, left, _scratch) = leaving(&["--clock", "real"], true);
    let file = format!("/proc/{0}/task/{0}/children", live.pid());
    let Ok(children) = std::fs::read_to_string(file) else { return };
    let keeper = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
    let keeper = Pid::from_raw(keeper.unwrap_or_else(|| panic!("no keeper: {live}")));
    let _ = kill(keeper, Signal::SIGKILL);
    let _ = live.end();
    left.into_iter().for_each(wait_for_end_of);
}

#[test]
fn a_program_that_only_ever_forks_is_ended() {
    if !keeps_programs_away() {
        return;
    }
    let scratch = Scratch::new();
    // Each copy goes on with the next; there are never more than a few dozen at a time.
    let code = "import os, time\nos.setsid() if os.fork() == 0 else None\n\
                until = time.monotonic() + 60\nwhile time.monotonic() < until:\n    \
                if os.fork() != 0:\n        os._exit(0)\n    os.setsid()\n";
    let file = scratch.file("program.py", code);
    let mark = format!("loopscope-forks-{}", std::process::id());
    let run = headless_with(&["--clock", "real", "--timeout", "2"], &file).arg(&mark);
    let _ = run.limit(60).end();
    let until = Instant::now() + Duration::from_secs(10);
    while !with_argument(&mark).is_empty() {
        assert!(Instant::now() < until, "{:?} are left", with_argument(&mark));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes that have this argument.
fn with_argument(argument: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let has = |path: &PathBuf| {
        let words = std::fs::read(path.join("cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| word == argument.as_bytes())
    };
    all.filter(has).collect()
}

#[test]
fn what_it_writes_into_its_records_pipe_is_told_and_not_believed() {
    // Ours are out of reach by their numbers; by way of /proc they are not.
    let code = "\
import asyncio, os
async def forged(): pass
found = 0
for fd in os.listdir('/proc/self/fd'):
    try:
        if int(fd) >= 90 and os.readlink('/proc/self/fd/' + fd).startswith('pipe'):
            pipe = os.open('/proc/self/fd/' + fd, os.O_WRONLY | os.O_NONBLOCK)
            os.write(pipe, bytes(range(256)) * 8)
            found += 1
    except OSError:
        pass
asyncio.run(asyncio.sleep(1))
";
    let (ended, records) = recorded(code);
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(ended.err().contains("the pipe that its records come through"), "{ended}");
    assert!(only(&records, "gap").is_empty() && only(&records, "anomaly").is_empty(), "{ended}");
    let numbers: Vec<_> = records.iter().map(|record| record.number("seq")).collect();
    assert!(numbers.iter().zip(1..).all(|(a, b)| *a == b), "{numbers:?}");
    assert!(records.last().is_some_and(|last| last.is("program-exit")), "{ended}");
    let (ended, _) = crate::recorded_with(&["--strict"], code);
    assert_eq!(ended.code(), 5, "{ended}");
}

#[test]
fn a_program_that_closes_whatever_is_open_keeps_its_records() {
    let code = "\
import asyncio, os
for fd in range(3, 300):
    for attack in (os.close, os.fstat, lambda fd: os.write(fd, b'x'), lambda fd: os.read(fd, 1)):
        try:
            attack(fd)
        except OSError as error:
            assert error.errno == 9, error
null = os.open('/dev/null', os.O_RDWR)
for fd in range(90, 120):
    try:
        os.dup2(null, fd)
    except OSError:
        pass
asyncio.run(asyncio.sleep(1))
print('after')
";
    let (ended, records) = recorded(code);
    assert_eq!((ended.code(), ended.out().as_str()), (0, "after\n"), "{ended}");
    assert_eq!(only(&records, "output").len(), 1, "{ended}");
    assert!(records.last().is_some_and(|last| last.text("how") == "end"), "{ended}");
}

#[test]
fn what_it_becomes_prints_where_it_would_have_printed() {
    let code = "import os\nprint('before', flush=True)\n\
                os.execv('/bin/sh', ['sh', '-c', 'echo replaced; echo too >&2; exit 7'])\n";
    let (ended, records) = recorded(code);
    assert_eq!((ended.code(), ended.out().as_str()), (7, "before\nreplaced\n"), "{ended}");
    assert!(ended.err().contains("too"), "{ended}");
    assert_eq!(records.last().map(|last| last.number("code")), Some(7));
    let told = |records: &[Record]| -> Vec<_> {
        let outputs = only(records, "output").into_iter();
        outputs.map(|each| (each.text("stream").to_owned(), each.text("text").to_owned())).collect()
    };
    let of = |stream: &str, text: &str| (stream.to_owned(), text.to_owned());
    let mut outputs = told(&records);
    outputs[1..].sort();
    assert_eq!(
        outputs,
        [of("stdout", "before\n"), of("stderr", "too\n"), of("stdout", "replaced\n")]
    );
    // It may take its time, on a terminal or not, and what has no end of a line is told as well.
    let slow = "import os\nprint('before', flush=True)\n\
                os.execv('/bin/sh', ['sh', '-c', 'echo one; sleep 3; printf two'])\n";
    let (ended, records) = recorded(slow);
    assert_eq!((ended.code(), ended.out().as_str()), (0, "before\none\ntwo"), "{ended}");
    let numbers: Vec<_> = records.iter().map(|record| record.number("seq")).collect();
    assert!(numbers.iter().zip(1..).all(|(a, b)| *a == b), "{numbers:?}");
    let scratch = Scratch::new();
    let file = scratch.file("program.py", slow);
    let line_mode = crate::batch(&file, &["goto end"]).end().code_is(0);
    assert!(line_mode.out().contains("one\ntwo"), "{line_mode}");
    // One that does not come about changes nothing.
    let code = "import os\ntry:\n    os.execv('/no/such', ['x'])\nexcept FileNotFoundError:\n    \
                print('still here')\n";
    let (ended, records) = recorded(code);
    assert_eq!((ended.code(), ended.out().as_str()), (0, "still here\n"), "{ended}");
    assert_eq!(only(&records, "output").len(), 1);
}

#[test]
fn a_finalizer_that_never_ends_is_told_as_time_that_is_over() {
    let scratch = Scratch::new();
    let code = "class Endless:\n    def __del__(self):\n        while True: pass\na = Endless()\n";
    let file = scratch.file("program.py", code);
    let to = scratch.path("events");
    let recorded = ["--timeout", "1", "--events", &to.to_string_lossy()];
    for options in [&recorded[..2], &recorded[..]] {
        let ended = headless_with(options, &file).end().code_is(124);
        assert!(ended.err().contains("did not end within 1 s"), "{ended}");
    }
}
