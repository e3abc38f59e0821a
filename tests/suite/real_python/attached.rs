//! Programs that let somebody come to them, in a real CPython: told from the middle, left as they were.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use loopscope_tests::cpython::{Cpython, cpythons, newest};
use loopscope_tests::events::{Record, events, only};
use loopscope_tests::program::Program;
use loopscope_tests::run::{Ended, Run, binary};
use loopscope_tests::{Live, Scratch, loopscope};
use nix::sys::signal::Signal;

/// Two workers that print, two tasks that wait for ever, a handler that never runs.
pub(super) const PROGRAM: &str = "\
import asyncio
async def inner(event):
    await event.wait()
async def worker(n):
    while True:
        await asyncio.sleep(0.02)
        print('worker', n)
async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(worker(n), name='worker-%d' % n) for n in range(2)]
    tasks += [asyncio.create_task(inner(event), name='inner-%d' % n) for n in range(2)]
    asyncio.get_running_loop().call_later(1000, print, 'late')
    print('ready')
    await asyncio.gather(*tasks)
asyncio.run(main())
";

/// A program that does nothing but go round, and says how often it has.
const BUSY: &str = "\
import asyncio
async def spin():
    while True:
        await asyncio.sleep(0)
async def counts():
    while True:
        for _ in range(50_000):
            await asyncio.sleep(0)
        print('50,000 more')
async def main():
    print('ready')
    await asyncio.gather(spin(), counts())
asyncio.run(main())
";

/// A folder with the module in it, to be named by `PYTHONPATH`.
pub(super) fn module() -> Scratch {
    let scratch = Scratch::new();
    let ended = loopscope(["python-module"]).arg(scratch.folder()).end().code_is(0);
    assert_eq!(ended.out(), "");
    scratch
}

pub(super) fn listening(python: &Cpython, code: &str) -> Program {
    let module = module();
    let path = module.folder().display().to_string();
    let variables = [("PYTHONPATH", path.as_str()), ("LOOPSCOPE_RECORDER_RAISES", "1")];
    Program::start(&python.file, &["-m", "loopscope", "--socket", "SOCKET"], &variables, code)
}

pub(super) fn at(program: &Program, command: &str) -> Run {
    loopscope([command, "--socket"]).arg(&program.socket)
}

/// Somebody who is attached.
struct Watching {
    live: Live,
    scratch: Scratch,
}

impl Watching {
    /// Attaches, and waits until there are records.
    fn start(program: &Program) -> Self {
        let scratch = Scratch::new();
        let to = scratch.path("events");
        let live = Live::start(at(program, "attach").args(["--headless", "--events"]).arg(to));
        live.wait_until("records", || scratch.read("events").contains("snapshot-end"));
        Self { live, scratch }
    }
}

/// The records of some time.
fn watched(program: &Program, seconds: &str) -> (Ended, Vec<Record>) {
    let scratch = Scratch::new();
    let to = scratch.path("events");
    let run = at(program, "attach").args(["--headless", "--timeout", seconds, "--events"]).arg(&to);
    let ended = run.end().code_is(124);
    (ended, events(&to))
}

/// What a snapshot in the middle of a run has to say of [`PROGRAM`], and what goes on behind it.
pub(super) fn is_told_from_the_middle(records: &[Record], what: &str) {
    let kinds: Vec<_> = records.iter().map(Record::kind).collect();
    assert_eq!(kinds[..3], ["run-start", "snapshot-begin", "loop-new"], "{what}");
    let end = kinds.iter().position(|kind| *kind == "snapshot-end").expect("it has an end");
    let (told, goes_on) = records.split_at(end);
    let labels: Vec<_> =
        only(told, "task-new").iter().map(|r| r.text("label").to_owned()).collect();
    for label in ["worker-0", "worker-1", "inner-0", "inner-1"] {
        assert!(labels.iter().any(|each| each == label), "{what}: no {label} in {labels:?}");
    }
    let waits: Vec<_> = only(told, "task-suspend");
    let inner = waits.iter().filter(|record| record.text("where") == "program.py:3").count();
    assert_eq!(inner, 2, "{what}: {waits:?}");
    assert!(waits.iter().any(|record| record.text("where") == "program.py:14"), "{what}");
    assert!(only(told, "timer-new").iter().any(|record| record.text("name") == "print"), "{what}");
    for kind in ["handle-run", "task-step", "output", "timer-due", "turn-end"] {
        assert!(goes_on.iter().any(|record| record.is(kind)), "{what}: no {kind}");
    }
}

#[test]
fn what_there_is_is_told_first_and_then_what_happens() {
    for python in cpythons() {
        let program = listening(&python, PROGRAM);
        let (ended, records) = watched(&program, "0.6");
        is_told_from_the_middle(&records, &format!("{python:?}"));
        // What the process prints is shown as a board's log is.
        assert!(ended.out().contains("worker 1\n"), "{ended}");
        assert_eq!(only(&records, "gap").len(), 0, "{python:?}");
        let before = program.out().lines().count();
        program.wait_until("more output", || program.out().lines().count() > before + 4);
    }
}

#[test]
fn a_state_from_the_middle_has_no_contradictions() {
    let Some(python) = newest() else { return };
    let program = listening(&python, PROGRAM);
    let commands = [
        "pause",
        "assert tasks >= 5",
        "until handle-run if name == \"worker\"",
        "py sorted(t.get_name() for t in __import__('asyncio').all_tasks(loop))[-2:]",
        "turn 20",
        "info lints",
        "info tasks",
    ];
    let ended = at(&program, "repl").arg("--control").commands(&commands).end().code_is(0);
    assert!(ended.out().contains("['worker-0', 'worker-1']"), "{ended}");
    assert!(!ended.out().contains("anomaly"), "{ended}");
    assert!(ended.out().contains("inner-0") && ended.out().contains("program.py:3"), "{ended}");
    let before = program.out().lines().count();
    program.wait_until("more output", || program.out().lines().count() > before + 4);
    assert_eq!(program.err().lines().count(), 2, "{}", program.err());
}

#[test]
fn a_process_is_only_watched_without_control() {
    let Some(python) = newest() else { return };
    let program = listening(&python, PROGRAM);
    for command in ["pause", "py 1", "interrupt"] {
        let ended = at(&program, "repl").commands(&[command]).end().code_is(1);
        assert!(!ended.err().is_empty(), "{command}: {ended}");
    }
    let ended = at(&program, "repl").commands(&["pause"]).end().code_is(1);
    assert!(ended.err().contains("attach with --control"), "{ended}");
}

#[test]
fn nothing_of_ours_is_left_behind() {
    let code = PROGRAM.replace(
        "    await asyncio.gather",
        "    import signal, sys\n    \
         def tell():\n        \
             import asyncio.events as e\n        \
             print('plain', e.Handle.__init__.__module__, e.Handle.__mro__[1].__name__,\n              \
                   'select' in vars(asyncio.get_running_loop()._selector), 'write' in vars(sys.stdout))\n    \
         asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)\n    \
         await asyncio.gather",
    );
    for python in cpythons() {
        let program = listening(&python, &code);
        let before = program.belongings();
        for _ in 0..5 {
            let (_, records) = watched(&program, "0.1");
            assert!(records.iter().any(|record| record.is("snapshot-end")), "{python:?}");
        }
        program.wait_until("what there was", || program.belongings() == before);
        let pid = nix::unistd::Pid::from_raw(program.pid().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGUSR1).expect("it runs");
        program.wait_for("plain asyncio.events object False False");
        assert_eq!(program.err().lines().count(), 2, "{python:?}: {}", program.err());
    }
}

#[test]
fn a_slow_reader_is_told_of_a_gap_and_the_program_does_not_wait() {
    let Some(python) = newest() else { return };
    let program = listening(&python, BUSY);
    let scratch = Scratch::new();
    let to = scratch.path("events");
    let mut reader = Command::new(binary())
        .args(["attach", "--headless", "--timeout", "120", "--socket"])
        .arg(&program.socket)
        .arg("--events")
        .arg(&to)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    program.wait_until("records", || !scratch.read("events").is_empty());
    let pid = nix::unistd::Pid::from_raw(reader.id().cast_signed());
    let signal = |signal| nix::sys::signal::kill(pid, signal).expect("it is there");
    signal(nix::sys::signal::Signal::SIGSTOP);
    // However long that takes, it is more than may wait to be read.
    let rounds = || program.out().matches("50,000 more").count();
    let before = rounds();
    program.wait_until("many more steps", || rounds() > before + 4);
    signal(nix::sys::signal::Signal::SIGCONT);
    let mut lines = BufReader::new(File::open(&to).expect("it is there"));
    let (mut line, mut is_past_gap, mut steps) = (String::new(), false, 0);
    let until = Instant::now() + Duration::from_mins(1);
    while steps <= 100 {
        assert!(Instant::now() < until, "no gap, or no steps behind it: {steps}");
        let _ = lines.read_line(&mut line).expect("it is text");
        if !line.ends_with('\n') {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        }
        is_past_gap |= line.contains("\"event\":\"gap\"");
        steps += usize::from(is_past_gap && line.contains("\"event\":\"task-step\""));
        line.clear();
    }
    signal(nix::sys::signal::Signal::SIGINT);
    assert_eq!(reader.wait().expect("it ends").code(), Some(130));
    let records = events(&to);
    let gap = records.iter().position(|record| record.is("gap")).expect("records were lost");
    assert!(records[gap].number("lost") > 1000, "{:?}", records[gap]);
    assert_eq!(records[gap + 1].kind(), "snapshot-begin");
    assert!(records[gap..].iter().filter(|record| record.is("task-step")).count() > 100);
}

#[test]
fn a_socket_is_this_user_s_alone() {
    let Some(python) = newest() else { return };
    let module = module();
    let folder = Scratch::new();
    let base = std::env::temp_dir().join(format!("lsd-{}", std::process::id()));
    std::fs::create_dir_all(&base).expect("a folder");
    let path = module.folder().display().to_string();
    let variables = [
        ("PYTHONPATH", path.as_str()),
        ("TMPDIR", base.to_str().expect("plain")),
        ("XDG_RUNTIME_DIR", ""),
    ];
    let code = format!("import loopscope\nprint(loopscope.listen())\n{PROGRAM}");
    let program = Program::start(&python.file, &[], &variables, &code);
    let socket = program.out().lines().next().unwrap_or_default().to_owned();
    let mode = |path: &std::path::Path| {
        std::fs::metadata(path).map_or(0, |found| found.permissions().mode() & 0o777)
    };
    let socket = std::path::Path::new(&socket);
    assert_eq!((mode(socket), mode(socket.parent().expect("a folder"))), (0o600, 0o700));
    assert!(program.err().contains(&format!("loopscope attach --socket {}", socket.display())));
    let list =
        loopscope(["attach", "--list"]).env("TMPDIR", &base).env("XDG_RUNTIME_DIR", "").end();
    let pid = program.pid().to_string();
    let line =
        list.out().lines().find(|line| line.trim_start().starts_with(&pid)).map(str::to_owned);
    assert!(line.is_some_and(|line| line.contains("listens")), "{list}");
    drop(program);
    drop(folder);
    let _ = std::fs::remove_dir_all(base);
}

#[test]
fn a_loop_that_is_not_asyncio_s_own_is_refused_and_left_alone() {
    let Some(python) = newest() else { return };
    let code = "\
import asyncio
class Own(asyncio.AbstractEventLoop):
    def __init__(self): self.tasks = []
    def get_debug(self): return False
    def is_running(self): return True
    def is_closed(self): return False
    def call_soon(self, callback, *args, context=None): pass
    def call_exception_handler(self, context): pass
async def main(): pass
class Kept(asyncio.tasks._PyTask):
    pass
loop = Own()
kept = Kept(main(), loop=loop, name='own')
asyncio.tasks._register_task(kept)
print('ready', flush=True)
import time
time.sleep(600)
";
    let program = listening(&python, code);
    let ended = at(&program, "attach").arg("--headless").end().code_is(4);
    assert!(ended.err().contains("which is not asyncio's own"), "{ended}");
}

#[test]
fn two_do_not_attach_at_once() {
    let Some(python) = newest() else { return };
    let program = listening(&python, PROGRAM);
    let mut first = Watching::start(&program);
    let second = at(&program, "attach").args(["--headless", "--timeout", "1"]).end().code_is(4);
    assert!(second.err().contains("Another Loopscope is attached"), "{second}");
    first.live.signal(Signal::SIGKILL);
    let _ = first.live.end();
    let (_, records) = watched(&program, "0.3");
    assert!(records.iter().any(|record| record.is("snapshot-end")));
}

#[test]
fn a_program_that_was_paused_goes_on_when_we_are_killed() {
    let Some(python) = newest() else { return };
    let program = listening(&python, PROGRAM);
    let mut ours = Command::new(binary())
        .args(["repl", "--control", "--socket"])
        .arg(&program.socket)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut to = ours.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut to, b"pause\n").expect("it reads");
    let count = || program.out().lines().count();
    program.wait_until("a pause", || {
        let before = count();
        std::thread::sleep(Duration::from_millis(400));
        count() == before
    });
    ours.kill().expect("it runs");
    let _ = ours.wait();
    let before = count();
    program.wait_until("more output", || count() > before + 4);
}

#[test]
fn the_end_of_a_program_is_told_with_its_exit_code() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let go = scratch.path("go");
    let code = format!(
        "import asyncio, os, sys\nasync def main():\n  print('ready')\n  \
         while not os.path.exists({go:?}):\n    await asyncio.sleep(0.02)\n\
         asyncio.run(main())\nsys.exit(7)\n"
    );
    let program = listening(&python, &code);
    let mut watching = Watching::start(&program);
    let _ = scratch.file("go", "");
    assert_eq!(watching.live.end().code(), Some(7), "{}", watching.live);
    let records = events(&watching.scratch.path("events"));
    let end = records.last().expect("there are records");
    assert_eq!((end.kind(), end.number("code"), end.text("how")), ("program-exit", 7, "exit"));
    assert!(records.iter().any(|record| record.is("loop-close")));
}

#[test]
fn a_process_that_is_killed_is_lost() {
    let Some(python) = newest() else { return };
    let program = listening(&python, PROGRAM);
    let mut watching = Watching::start(&program);
    let pid = nix::unistd::Pid::from_raw(program.pid().cast_signed());
    nix::sys::signal::kill(pid, Signal::SIGKILL).expect("it runs");
    assert_eq!(watching.live.end().code(), Some(4), "{}", watching.live);
    let err = watching.live.err();
    assert!(err.contains("without a word about its end"), "{err}");
}
