//! What a program may not do to the machine and to its host.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::process::program;
use super::received::{Received, exit_record, kinds, outputs, printed};

const MIB: u64 = 1 << 20;

#[test]
fn deep_recursion_is_an_exception() {
    for source in [
        "def f(n): return f(n + 1)\nf(0)\n",
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return f(n + 1)\nf(0)\n",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())\n",
    ] {
        let left = program(source).leave();
        assert_eq!(left.code, Some(1), "{source}: {:?}", left.signal);
        assert!(left.stderr.contains("RecursionError"), "{source}: {}", left.stderr);
    }
}

#[test]
fn memory_without_end_ends_with_a_sentence_and_keeps_the_timeline() {
    let source = "print('start')\nx = []\nwhile True: x.append('y' * 100000 + str(len(x)))\n";
    let mut child = program(source).with(|options| options.memory_limit = Some(300 * MIB)).start();
    let said = child.rest();
    assert_eq!(outputs(&said)[0], ("stdout", "start\n"));
    let left = child.left();
    assert_eq!(left.signal, Some(6), "{left:?}");
    if let Some((code, how, text)) = exit_record(&said) {
        assert_eq!((code, how), (134, "lost"));
        assert_eq!(
            text,
            "The program ran out of memory: it may use 300 MiB; --memory can give it more."
        );
    }
}

#[test]
fn what_a_program_starts_has_its_own_memory() {
    let source = "\
import resource, subprocess
print(resource.getrlimit(resource.RLIMIT_AS)[0] > 0)
print(subprocess.run(['sh', '-c', 'ulimit -v'], capture_output=True, text=True).stdout, end='')
print(resource.getrlimit(resource.RLIMIT_AS)[0] > 0)
";
    assert_eq!(program(source).leave().stdout, "True\nunlimited\nTrue\n");
}

#[test]
fn a_killed_child_leaves_what_it_had_recorded() {
    let source = "import os, signal\nprint('x')\nos.kill(os.getpid(), signal.SIGKILL)\n";
    let mut child = program(source).start();
    let said = child.rest();
    assert_eq!(kinds(&said), ["run-start", "output"]);
    assert_eq!(child.left().signal, Some(9));
    let mut child = program("print('x')\nwhile True: pass\n").start();
    while !matches!(child.hear(), Received::Record { event, .. } if event.kind() == loopscope_protocol::Kind::Output)
    {
    }
    kill(Pid::from_raw(child.process.id().cast_signed()), Signal::SIGKILL).unwrap();
    child.rest();
}

#[test]
#[cfg(target_os = "linux")]
fn it_dies_with_its_parent() {
    let plan = program("print('x', flush=True)\nimport time\nwhile True: time.sleep(0)\n");
    let mut shell = std::process::Command::new("sh");
    // The shell is the parent; it is killed while the child runs.
    shell.arg("-c").arg("\"$@\" >out & echo $!; wait").arg("sh");
    shell.arg(super::process::child_binary()).arg("__engine").args(plan.options.to_args());
    shell.env(loopscope_engine::child::AS_PYTHON, "1").current_dir(&plan.folder);
    let mut shell = shell.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(shell.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let pid: i32 = line.trim().parse().unwrap();
    while std::fs::read_to_string(plan.folder.join("out")).unwrap_or_default().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    shell.kill().unwrap();
    shell.wait().unwrap();
    let gone = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        kill(Pid::from_raw(pid), None).is_err()
    });
    assert!(gone);
}

#[test]
fn descriptors_of_ours_do_not_reach_what_it_starts() {
    let source = "\
import subprocess
print(subprocess.run(['ls', '/proc/self/fd'], capture_output=True, text=True, close_fds=False).stdout.split())
";
    let without = program(source).leave().stdout;
    let mut child = program(source).start();
    assert_eq!(printed(&child.rest()), without);
}

#[test]
fn a_program_that_closes_everything_still_ends() {
    let source = "import os\nprint('x')\nos.closerange(3, 1000)\nprint('y')\n";
    let mut child = program(source).start();
    let said = child.rest();
    assert_eq!(printed(&said), "x\ny\n");
    assert_eq!(child.left().code, Some(0));
}
