//! Processes that nobody has prepared, attached to by their numbers: CPython 3.14 and later.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use std::io::{Read as _, Write as _};

use loopscope_tests::cpython::{Cpython, cpythons};
use loopscope_tests::events::events;
use loopscope_tests::left_out::mention;
use loopscope_tests::program::Program;
use loopscope_tests::run::{Run, binary};
use loopscope_tests::{Scratch, loopscope};

use super::attached::{PROGRAM, is_told_from_the_middle};

/// The variable by which a server is attached to a hundred times, and a million records are compared: a
/// minute and more for each version.
const LONG: &str = "LOOPSCOPE_LONG_ATTACH";

pub(super) fn is_long() -> bool {
    std::env::var_os(LONG).is_some()
}

/// Those that can be asked to let somebody in.
pub(super) fn open_ones() -> Vec<Cpython> {
    let found: Vec<_> = cpythons().into_iter().filter(|python| python.version >= (3, 14)).collect();
    if found.is_empty() {
        mention("no CPython 3.14 or later to attach to by number");
    }
    found
}

fn at(program: &Program, command: &str) -> Run {
    loopscope([command, "--pid"]).arg(program.pid().to_string())
}

#[test]
fn a_process_that_nobody_prepared_is_told_from_the_middle_and_left_as_it_was() {
    for python in open_ones() {
        let program = Program::start(&python.file, &[], &[], PROGRAM);
        let before = program.belongings();
        for _ in 0..3 {
            let scratch = Scratch::new();
            let to = scratch.path("events");
            let run = at(&program, "attach").args(["--headless", "--timeout", "0.4", "--events"]);
            let _ = run.arg(&to).end().code_is(124);
            is_told_from_the_middle(&events(&to), &format!("{python:?}"));
        }
        program.wait_until("what there was", || program.belongings() == before);
        assert_eq!(program.err(), "", "{python:?}");
    }
}

#[test]
fn one_that_sleeps_and_one_that_is_blocked_are_attached_to_at_once() {
    let asleep = "import asyncio\nasync def main():\n  print('ready')\n  await asyncio.sleep(600)\n\
                  asyncio.run(main())\n";
    let blocked = "import asyncio, time\nasync def main():\n  print('ready')\n  while True:\n    \
                   time.sleep(0.05)\nasyncio.run(main())\n";
    let busy = "import asyncio\nasync def main():\n  print('ready')\n  while True: pass\n\
                asyncio.run(main())\n";
    for python in open_ones() {
        for code in [asleep, blocked, busy] {
            let program = Program::start(&python.file, &[], &[], code);
            let ended =
                at(&program, "repl").commands(&["info tasks", "info loop"]).end().code_is(0);
            assert!(ended.out().contains("main (task 1)"), "{code}: {ended}");
            assert_ne!(program.state(), 'T', "{code}");
        }
    }
}

const SERVER: &str = "\
import asyncio, sys
async def handle(reader, writer):
    while line := await reader.readline():
        await asyncio.sleep(0)
        writer.write(line)
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(handle, '127.0.0.1', int(sys.argv[1]))
    print('ready')
    async with server:
        await server.serve_forever()
sys.argv[1:] = [PORT]
asyncio.run(main())
";

/// For how long we come and go, and how often at most: a hundred times where there is time for it.
const LOADED: Duration = Duration::from_secs(20);
const ROUNDS: usize = 100;

#[test]
fn a_loaded_server_answers_every_request_while_we_come_and_go() {
    for python in open_ones() {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("it has one").port();
        drop(free);
        let code = SERVER.replace("PORT", &port.to_string());
        let program = Program::start(&python.file, &[], &[], &code);
        let until = Instant::now() + LOADED;
        let is_over = Arc::new(AtomicBool::new(false));
        let client = move |number: u32, is_over: &AtomicBool| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
            stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
            let line = format!("request {number}\n");
            let mut answer = vec![0; line.len()];
            let mut answered = 0_u32;
            while !is_over.load(Ordering::Relaxed) {
                stream.write_all(line.as_bytes()).expect("it takes the request");
                stream.read_exact(&mut answer).expect("it answers");
                assert_eq!(answer, line.as_bytes());
                answered += 1;
            }
            answered
        };
        let clients: Vec<_> = (0..4)
            .map(|number| {
                let is_over = Arc::clone(&is_over);
                thread::spawn(move || client(number, &is_over))
            })
            .collect();
        let mut rounds = 0;
        while rounds < ROUNDS && (is_long() || Instant::now() < until) {
            let run = at(&program, "attach").args(["--headless", "--timeout", "0.1"]);
            let ended = run.end();
            assert_eq!(ended.code(), 124, "round {rounds}: {ended}");
            rounds += 1;
        }
        is_over.store(true, Ordering::Relaxed);
        let answered = clients.into_iter().map(|client| client.join().expect("all is answered"));
        let answered: Vec<u32> = answered.collect();
        assert!(rounds > 10 && answered.iter().all(|one| *one > 100), "{rounds}: {answered:?}");
        println!("{python:?}: {rounds} rounds, {} requests", answered.iter().sum::<u32>());
        assert_eq!(program.err(), "", "{python:?}");
    }
}

#[test]
fn killed_at_any_moment_we_leave_the_process_running() {
    let Some(python) = open_ones().pop() else { return };
    let program = Program::start(&python.file, &[], &[], PROGRAM);
    for millis in [1, 4, 8, 15, 18, 25, 40, 80, 150] {
        let mut ours = Command::new(binary())
            .args(["attach", "--headless", "--pid"])
            .arg(program.pid().to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        thread::sleep(Duration::from_millis(millis));
        ours.kill().expect("it runs");
        let _ = ours.wait();
        let before = program.out().lines().count();
        program.wait_until("more output", || program.out().lines().count() > before + 2);
        assert_ne!(program.state(), 'T');
    }
}

#[test]
fn doctor_says_what_stands_in_the_way_and_what_to_do() {
    let refused = |python: &Cpython, variables: &[(&str, &str)], part: &str| {
        let program = Program::start(&python.file, &[], variables, PROGRAM);
        let said = at(&program, "doctor").end().code_is(1);
        assert!(said.out().contains(part), "{said}");
        let attached = at(&program, "attach").arg("--headless").end().code_is(4);
        assert!(attached.err().contains(part), "{attached}");
    };
    let old = cpythons().into_iter().find(|python| python.version < (3, 14));
    if let Some(python) = old {
        refused(&python, &[], "only 3.14 and later can be asked to let somebody in; start it with");
    }
    for python in open_ones() {
        refused(&python, &[("PYTHON_DISABLE_REMOTE_DEBUG", "1")], "-X disable-remote-debug");
        let program = Program::start(&python.file, &[], &[], PROGRAM);
        let said = at(&program, "doctor").end().code_is(0);
        assert!(said.out().contains("It can be attached to"), "{said}");
        let list = loopscope(["attach", "--list"]).end().code_is(0);
        let pid = program.pid().to_string();
        let line =
            list.out().lines().find(|line| line.trim_start().starts_with(&pid)).map(str::to_owned);
        assert!(line.is_some_and(|line| line.contains("yes")), "{list}");
    }
    let nobody = loopscope(["attach", "--headless", "--pid", "4194305"]).end().code_is(4);
    assert!(nobody.err().contains("there is no process 4194305"), "{nobody}");
}

/// Ten thousand tasks that wait, and one that prints.
const MANY: &str = "\
import asyncio
async def waits(event):
    await event.wait()
async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waits(event)) for _ in range(10_000)]
    await asyncio.sleep(0)
    print('ready')
    await asyncio.gather(*tasks)
asyncio.run(main())
";

/// What it may take here, where a machine may do much else meanwhile; one second is what is promised, and
/// README says what was measured.
const AT_MOST: Duration = Duration::from_secs(6);

#[test]
fn ten_thousand_tasks_are_there_at_once() {
    let Some(python) = open_ones().pop() else { return };
    let program = Program::start(&python.file, &[], &[], MANY);
    let began = Instant::now();
    let ended = at(&program, "repl").commands(&["assert tasks == 10001", "info loop"]).end();
    let took = began.elapsed();
    let _ = ended.code_is(0);
    assert!(took < AT_MOST, "{took:?}");
}

#[test]
fn another_user_s_process_and_one_in_a_container_are_refused() {
    let Some(python) = open_ones().pop() else { return };
    if std::fs::metadata("/proc/self").map_or(1, |about| about.uid()) != 0 {
        return mention("not the superuser: another user's process, and one in a container");
    }
    let program = Program::start(&python.file, &[], &[], PROGRAM);
    // A folder that everybody may look into.
    let ours = std::env::temp_dir().join(format!("loopscope-of-all-{}", std::process::id()));
    std::fs::copy(binary(), &ours).expect("there is room");
    let mut stranger = Command::new(&ours);
    stranger.args(["attach", "--headless", "--pid"]).arg(program.pid().to_string());
    stranger.current_dir("/").uid(65534).gid(65534);
    let refused = stranger.stdin(Stdio::null()).output();
    let _ = std::fs::remove_file(&ours);
    let refused = refused.expect("it starts");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(4), "{said}");
    assert!(said.contains("it is user 0's; attach as that user"), "{said}");

    let mut apart = Command::new("unshare");
    apart.args(["--pid", "--fork", "--kill-child"]).arg(&python.file);
    apart.args(["-c", "import time; time.sleep(60)"]).stdin(Stdio::null()).stderr(Stdio::null());
    let Ok(mut apart) = apart.spawn() else { return mention("unshare: a process in a container") };
    let children = format!("/proc/{0}/task/{0}/children", apart.id());
    let until = Instant::now() + Duration::from_secs(10);
    let child = loop {
        let child = std::fs::read_to_string(&children).unwrap_or_default();
        let child = child.trim().to_owned();
        let is_python = || {
            let name = std::fs::read_to_string(format!("/proc/{child}/cmdline"));
            name.is_ok_and(|name| name.contains("time.sleep"))
        };
        if !child.is_empty() && is_python() {
            break Some(child);
        }
        if apart.try_wait().is_ok_and(|ended| ended.is_some()) || Instant::now() > until {
            break None;
        }
        thread::sleep(Duration::from_millis(5));
    };
    if let Some(child) = &child {
        let refused = loopscope(["attach", "--headless", "--pid", child.as_str()]).end().code_is(4);
        assert!(refused.err().contains("other processes than we do"), "{refused}");
    } else {
        mention("unshare may not make a namespace: a process in a container");
    }
    let _ = apart.kill();
    let _ = apart.wait();
}
