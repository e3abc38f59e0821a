//! The program's process: what it sees of its surroundings is what `python3 FILE` would show.

use std::fs;

use loopscope_tests::events::only;
use loopscope_tests::{Live, Run, Scratch, loopscope};
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::{headless, headless_with, program};

#[test]
fn arguments_file_path_and_folder_are_as_with_python3() {
    let scratch = Scratch::new();
    let code = "import sys, os\nprint(sys.argv)\nprint(__file__)\nprint(__name__)\n\
                print(sys.path[0])\nprint(os.getcwd())\nimport beside\n";
    let file = scratch.file("folder/program.py", code);
    let _ = scratch.file("folder/beside.py", "print('imported')\n");
    let elsewhere = scratch.file("elsewhere/x", "");
    let elsewhere = elsewhere.parent().expect("it lies in a folder");
    let run = headless(&file).args(["--headless", "-x", "two words"]).within(elsewhere);
    let ended = run.end().code_is(0);
    let path = file.display();
    let folder = file.parent().expect("it lies in a folder").display();
    let expected = [
        format!("['{path}', '--headless', '-x', 'two words']"),
        format!("{path}"),
        "__main__".to_owned(),
        format!("{folder}"),
        format!("{}", elsewhere.display()),
        "imported".to_owned(),
    ];
    assert_eq!(ended.lines(), expected, "{ended}");
    let relative = loopscope(["run", "--headless", "folder/program.py"]).within(scratch.folder());
    assert_eq!(relative.end().code_is(0).lines()[0], "['folder/program.py']");
}

#[test]
fn sys_executable_accepts_code_modules_and_files() {
    let scratch = Scratch::new();
    let _ = scratch.file("inner.py", "import sys\nprint('file', sys.argv[1:])\n");
    let _ = scratch.file("module.py", "import sys\nprint('module', __name__, sys.argv[1:])\n");
    let code = "import subprocess, sys\n\
                for args in (['-c', 'import sys; print(\"code\", sys.argv[1:])', 'a'], \
                ['-m', 'module', 'b'], ['inner.py', 'c']):\n    \
                subprocess.run([sys.executable, *args], check=True)\n\
                print(subprocess.run([sys.executable, '-c', 'raise SystemExit(7)']).returncode)\n";
    let file = scratch.file("program.py", code);
    let ended = headless(&file).within(scratch.folder()).end().code_is(0);
    let expected = ["code ['a']", "module __main__ ['b']", "file ['c']", "7"];
    assert_eq!(ended.lines(), expected, "{ended}");
}

#[test]
fn an_asyncio_program_can_spawn_itself() {
    let scratch = Scratch::new();
    let code = "import asyncio, sys\nasync def main():\n    p = await asyncio.create_subprocess_exec(\
                sys.executable, '-c', 'import asyncio; asyncio.run(asyncio.sleep(1)); print(\"hi\")', \
                stdout=asyncio.subprocess.PIPE)\n    out, _ = await p.communicate()\n    \
                print(out, p.returncode)\nasyncio.run(main())\n";
    let ended = headless(&scratch.file("program.py", code)).end().code_is(0);
    assert_eq!(ended.lines(), ["b'hi\\n' 0"], "{ended}");
}

#[test]
fn the_version_is_that_of_the_dialect() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "import sys\nprint(sys.version_info[:2])\n");
    assert_eq!(headless(&file).end().code_is(0).out(), "(3, 13)\n");
}

#[test]
fn headless_returns_the_programs_own_code() {
    let scratch = Scratch::new();
    for (code, text) in
        [(0, "pass"), (1, "1 / 0"), (7, "raise SystemExit(7)"), (255, "import os; os._exit(255)")]
    {
        let file = scratch.file("program.py", &format!("{text}\n"));
        let _ = headless(&file).end().code_is(code);
    }
}

#[test]
fn a_program_has_a_session_of_its_own() {
    let scratch = Scratch::new();
    let code = "import os\nprint('terminal', end=' ')\ntry: os.open('/dev/tty', os.O_RDWR)\n\
                except OSError: print('none', os.getsid(0), os.getpgrp() == os.getpid())\n";
    let file = scratch.file("program.py", code);
    let live = Live::start(headless(&file));
    live.wait_for("terminal none ");
    let own = nix::unistd::getsid(None).expect("we have one");
    live.wait_for("True");
    assert!(!live.out().contains(&format!("none {own} ")), "{live}");
}

#[test]
fn a_subprocess_gets_no_descriptor_of_ours() {
    let list = "ls /proc/self/fd";
    if !std::path::Path::new("/proc/self/fd").is_dir() {
        return;
    }
    let scratch = Scratch::new();
    let code = format!("import subprocess\nsubprocess.run({list:?}.split(), close_fds=False)\n");
    let file = scratch.file("program.py", &code);
    let to = scratch.path("events");
    let ours = headless_with(&["--events", &to.to_string_lossy()], &file).end().code_is(0);
    // What is open in the tests themselves is open in everything that they start.
    let plain = Run::new("sh").args(["-c", list]).end().code_is(0);
    assert_eq!(ours.lines(), plain.lines(), "{ours}");
}

#[test]
fn a_fork_closes_the_wire_in_the_copy() {
    let scratch = Scratch::new();
    let code = "import asyncio, os\nasync def work(): await asyncio.sleep(1)\n\
                pid = os.fork()\nif pid == 0:\n    asyncio.run(work())\n    asyncio.run(work())\n    \
                os._exit(0)\nos.waitpid(pid, 0)\nasyncio.run(work())\n";
    let file = scratch.file("program.py", code);
    let to = scratch.path("events");
    let _ = headless_with(&["--events", &to.to_string_lossy()], &file).end().code_is(0);
    let records = loopscope_tests::events(&to);
    let work = only(&records, "task-new").into_iter().filter(|r| r.text("name") == "work");
    assert_eq!(work.count(), 1);
    assert!(only(&records, "gap").is_empty() && only(&records, "anomaly").is_empty());
    let numbers: Vec<_> = records.iter().map(|record| record.number("seq")).collect();
    assert!(numbers.iter().zip(1..).all(|(a, b)| *a == b), "{numbers:?}");
}

#[test]
fn the_child_dies_with_its_parent() {
    let scratch = Scratch::new();
    let code = "import os\nprint('pid', os.getpid(), flush=True)\nwhile True:\n    pass\n";
    let file = scratch.file("program.py", code);
    let to = scratch.path("recording");
    let mut live = Live::start(headless_with(&["--record", &to.to_string_lossy()], &file));
    live.wait_for("pid ");
    let child = live.out().trim().rsplit(' ').next().and_then(|pid| pid.parse().ok());
    let child = Pid::from_raw(child.unwrap_or_else(|| panic!("{live}")));
    live.signal(Signal::SIGKILL);
    let _ = live.end();
    loopscope_tests::outside::wait_for_end_of(child);
}

#[test]
fn a_killed_child_leaves_a_timeline_and_a_sentence() {
    let scratch = Scratch::new();
    let to = scratch.path("events");
    let run =
        headless_with(&["--events", &to.to_string_lossy()], &program("hostile/kill_itself.py"));
    let ended = run.end().code_is(137);
    assert!(!ended.err().trim().is_empty(), "no sentence: {ended}");
    let records = loopscope_tests::events(&to);
    let last = records.last().expect("there are records");
    assert_eq!((last.kind(), last.number("code")), ("program-exit", 137), "{last}");
    assert!(fs::read_to_string(&to).expect("it is there").contains("about to go"));
}
