//! The sandbox: what a program in it may do, what it may not, and what is in it by default.

use std::fs;

use loopscope_tests::left_out::leave_out;
use loopscope_tests::run::Ended;
use loopscope_tests::scratch::workspace;
use loopscope_tests::{Scratch, Screen, loopscope};

use crate::{batch, headless, headless_with, program};

#[cfg(target_os = "linux")]
mod older;
mod ways_round;

/// Whether there is a sandbox on this system; says so where there is none.
fn there_is_one() -> bool {
    let doctor = loopscope(["doctor"]).end();
    if doctor.lines().iter().any(|line| line.starts_with("ok    sandbox")) {
        return true;
    }
    leave_out("this kernel has no Landlock or no seccomp: the sandbox");
    false
}

/// Whether a program in it has a loopback of its own.
fn with_loopback() -> bool {
    let doctor = loopscope(["doctor"]).end();
    doctor.out().contains("a loopback of the program's own")
}

/// What every program here begins with: each attempt prints its name and how it ended.
const BEGIN: &str = "\
import fcntl, os, signal, socket, subprocess, sys, tempfile, threading
scratch = tempfile.gettempdir()
def tried(what, attempt):
    try:
        attempt()
        print(what, 'worked', flush=True)
    except Exception as error:
        print(what, type(error).__name__, flush=True)
";

/// Runs a program in the sandbox, in a folder with a file `mine`, which is unharmed afterwards.
fn shut_in(options: &[&str], code: &str) -> Ended {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", &format!("{BEGIN}{code}"));
    let mine = scratch.file("mine", "mine\n");
    let before = fs::metadata(&mine).expect("it is there");
    let run = headless_with(&[&["--sandbox"], options].concat(), &file).within(scratch.folder());
    let ended = run.end();
    let after = fs::metadata(&mine).unwrap_or_else(|error| panic!("{error}: {ended}"));
    assert_eq!(fs::read_to_string(&mine).ok().as_deref(), Some("mine\n"), "{ended}");
    assert_eq!(before.permissions(), after.permissions(), "{ended}");
    assert_eq!(before.modified().ok(), after.modified().ok(), "{ended}");
    let entries = fs::read_dir(scratch.folder()).map_or(0, Iterator::count);
    assert_eq!(entries, 2, "something was made beside the program: {ended}");
    ended
}

#[test]
fn files_are_written_in_the_scratch_folder_alone() {
    if !there_is_one() {
        return;
    }
    let ended = shut_in(
        &[],
        "\
inside = os.path.join(scratch, 'file')
with open(inside, 'w') as file: file.write('text')
os.rename(inside, inside + '2'); os.mkdir(inside); os.symlink('x', inside + '3')
assert open(inside + '2').read() == 'text'
print(open('mine').read(), end='')
os.symlink(os.path.abspath('mine'), os.path.join(scratch, 'link'))
for name in ('mine', 'new', os.path.join(scratch, 'link'), '/proc/self/cwd/mine', '/proc/self/mem'):
    for mode in ('w', 'a') if name == 'new' else ('w', 'a', 'r+'):
        tried(name, lambda: open(name, mode))
tried('read and cut', lambda: os.open('mine', os.O_RDONLY | os.O_TRUNC))
tried('truncate', lambda: os.truncate('mine', 0))
tried('unlink', lambda: os.unlink('mine'))
tried('rename', lambda: os.rename('mine', 'other'))
tried('take', lambda: os.rename('mine', os.path.join(scratch, 'mine')))
tried('put', lambda: os.rename(inside + '2', 'mine'))
tried('link', lambda: os.link('mine', os.path.join(scratch, 'hard')))
tried('mkdir', lambda: os.mkdir('folder'))
if hasattr(os, 'mkfifo'):
    tried('mkfifo', lambda: os.mkfifo('fifo'))
tried('symlink', lambda: os.symlink('x', 'symlink'))
tried('chmod', lambda: os.chmod('mine', 0))
tried('utime', lambda: os.utime('mine', (0, 0)))
tried('chown', lambda: os.chown('mine', os.getuid(), os.getgid()))
read = os.open('mine', os.O_RDONLY)
for by_number in (lambda: os.fchmod(read, 0), lambda: os.chmod(read, 0)):
    tried('by number', by_number)
for name in ('setxattr', 'removexattr'):
    if hasattr(os, name):
        tried(name, lambda: getattr(os, name)('mine', 'user.x', *[b'x'][:name == 'setxattr']))
",
    );
    let ended = ended.code_is(0);
    assert_eq!(ended.lines()[0], "mine", "{ended}");
    let wrong = |line: &&String| !line.ends_with("PermissionError") && *line != "link OSError";
    let lines = ended.lines();
    let wrong: Vec<_> = lines[1..].iter().filter(wrong).collect();
    assert!(wrong.is_empty() && lines.len() > 25, "{wrong:?}: {ended}");
}

#[test]
fn the_network_is_the_loopback() {
    if !there_is_one() {
        return;
    }
    let ended = shut_in(
        &[],
        "\
import asyncio
def to(kind, address):
    with socket.socket(socket.AF_INET, kind) as s:
        s.settimeout(5)
        s.connect(address); s.send(b'x')
tried('tcp', lambda: to(socket.SOCK_STREAM, ('192.0.2.1', 80)))
tried('udp', lambda: to(socket.SOCK_DGRAM, ('192.0.2.1', 53)))
tried('send', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9)))
for family in ('AF_UNIX', 'AF_NETLINK', 'AF_PACKET', 'AF_VSOCK', 'AF_ALG'):
    if hasattr(socket, family):
        tried(family, lambda: socket.socket(getattr(socket, family), socket.SOCK_STREAM))
tried('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'
async def main():
    async def answer(reader, writer):
        writer.write(await reader.readline()); writer.close()
    server = await asyncio.start_server(answer, '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b'echo\\n')
    print(await reader.readline())
    server.close(); writer.close()
if len(sys.argv) == 1:
    try: asyncio.run(main())
    except PermissionError: print('no loopback')
",
    );
    let ended = ended.code_is(0);
    let lines = ended.lines();
    let (echo, tries) = lines.split_last().expect("there are lines");
    assert!(tries.iter().all(|line| line.ends_with("Error")), "{ended}");
    assert!(tries.iter().filter(|line| line.ends_with("PermissionError")).count() >= 6, "{ended}");
    assert_eq!(echo == "b'echo\\n'", with_loopback(), "{ended}");
}

const PROCESSES: &str = "\
tried('fork', lambda: os.fork() or os._exit(0))
tried('subprocess', lambda: subprocess.run(['true'], check=True))
tried('python', lambda: subprocess.run([sys.executable, '-c', ''], check=True))
tried('spawn', lambda: os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0))
thread = threading.Thread(target=lambda: print('in a thread', flush=True)); thread.start(); thread.join()
tried('exec', lambda: os.execv('/bin/true', ['true']))
";

#[test]
fn processes_are_started_only_where_that_is_allowed() {
    if !there_is_one() {
        return;
    }
    let refused = shut_in(&[], PROCESSES).code_is(0);
    let lines = refused.lines();
    assert_eq!(lines[4], "in a thread", "{refused}");
    assert!(
        lines.iter().filter(|line| line.ends_with("PermissionError")).count() == 5,
        "{refused}"
    );
    let allowed = shut_in(&["--sandbox-allow", "processes"], PROCESSES).code_is(0);
    let worked = ["fork", "subprocess", "python", "spawn"].map(|name| format!("{name} worked"));
    let lines = allowed.lines();
    assert!(worked.iter().all(|line| lines.contains(line)), "{allowed}");
}

#[test]
fn what_it_starts_is_in_the_sandbox_as_well() {
    if !there_is_one() {
        return;
    }
    let code = "\
for command in ('echo x > mine', 'rm mine', 'chmod 0 mine', 'touch mine', 'echo x > /dev/tty',
                'unshare -U true', 'mv mine $TMPDIR', 'kill -0 %d' % os.getppid(), 'kill -0 1'):
    print(subprocess.run(['sh', '-c', command], stderr=subprocess.DEVNULL).returncode != 0, command, flush=True)
subprocess.run(['sh', '-c', 'echo written > $TMPDIR/file; cat $TMPDIR/file'])
";
    let ended = shut_in(&["--sandbox-allow=processes"], code).code_is(0);
    let lines = ended.lines();
    assert!(lines[..9].iter().all(|line| line.starts_with("True")), "{ended}");
    assert_eq!(lines[9], "written", "{ended}");
}

#[test]
fn signals_limits_and_priorities_are_its_own() {
    if !there_is_one() {
        return;
    }
    let code = "\
for pid in (os.getppid(), 1):
    tried('kill', lambda: os.kill(pid, 0))
    if os.getpgid(pid) > 1:
        tried('killpg', lambda: os.killpg(os.getpgid(pid), 0))
    tried('priority', lambda: os.setpriority(os.PRIO_PROCESS, pid, 5))
    if hasattr(os, 'sched_setaffinity'):
        tried('affinity', lambda: os.sched_setaffinity(pid, {0}))
tried('user', lambda: os.setpriority(os.PRIO_USER, 0, 5))
os.kill(os.getpid(), 0); os.nice(1)
seen = []
signal.signal(signal.SIGUSR1, lambda *args: seen.append(1))
os.kill(os.getpid(), signal.SIGUSR1)
print('own', seen)
";
    let ended = shut_in(&[], code).code_is(0);
    let lines = ended.lines();
    let (own, tries) = lines.split_last().expect("there are lines");
    assert!(tries.iter().all(|line| !line.ends_with("worked")), "{ended}");
    assert!(tries.iter().filter(|line| line.ends_with("PermissionError")).count() >= 5, "{ended}");
    assert_eq!(own, "own [1]", "{ended}");
}

#[test]
fn a_folder_that_is_named_keeps_what_is_written_and_a_temporary_one_goes_away() {
    if !there_is_one() {
        return;
    }
    let (code, own) = (Scratch::new(), Scratch::new());
    let file = code.file(
        "program.py",
        "import os, tempfile\nfolder = tempfile.gettempdir()\n\
         open(os.path.join(folder, 'file'), 'w').write('kept')\nprint(folder)\n",
    );
    let option = format!("--sandbox={}", own.folder().display());
    let _ = headless_with(&[&option], &file).end().code_is(0);
    assert_eq!(fs::read_to_string(own.path("file")).ok().as_deref(), Some("kept"));
    let recording = code.path("run.loop");
    let recording = recording.to_string_lossy();
    for options in [&["--sandbox"][..], &["--sandbox", "--record", &recording]] {
        let ended = headless_with(options, &file).end().code_is(0);
        assert!(!std::path::Path::new(ended.out().trim()).exists(), "{ended}");
    }
    let nowhere = headless_with(&["--sandbox=/no/such/folder"], &file).end();
    assert_eq!(nowhere.complains("/no/such/folder").code(), 2);
}

#[test]
fn an_error_that_the_sandbox_causes_says_so() {
    if !there_is_one() {
        return;
    }
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "open('/new', 'w')\n");
    let ended = headless_with(&["--sandbox"], &file).end().code_is(1);
    let ended = ended.complains("PermissionError").complains("the program runs in a sandbox");
    let commands = ["goto end", "print text"];
    let line_mode = loopscope(["repl", "--sandbox"]).commands(&commands).arg(&file).end();
    assert!(line_mode.out().contains("runs in a sandbox"), "{line_mode} {ended}");
    // Without one it is only what it is.
    let plain = scratch.file("plain.py", "raise PermissionError('x')\n");
    assert!(!headless(&plain).end().code_is(1).err().contains("sandbox"));
}

#[test]
fn line_mode_diff_and_the_screen_have_it_too() {
    if !there_is_one() {
        return;
    }
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "try: open('owned', 'w')\nexcept OSError: print('no')\n");
    let file = file.to_string_lossy().into_owned();
    let run =
        |words: &[&str]| loopscope(words).arg(&file).within(scratch.folder()).end().code_is(0);
    let _ = run(&["repl", "--sandbox", "-c", "goto end"]);
    let _ = run(&["diff", "--sandbox", &file]);
    assert!(!scratch.path("owned").exists());
    let owned = scratch.path("report");
    let code = format!("open({:?}, 'w')\n", owned.to_string_lossy());
    let other = scratch.file("other.py", &code);
    let Some(screen) = Screen::open(&["run", "--sandbox", &other.to_string_lossy()]) else {
        return;
    };
    screen.wait_for("ready");
    screen.line(":goto end");
    screen.wait_for("PermissionError");
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
    assert!(!owned.exists());
}

/// A lesson that somebody else wrote, whose program does more than it says.
fn strange_lesson(scratch: &Scratch, code: &str) -> String {
    let folder = scratch.path("08_strange");
    let made = loopscope(["lesson", "new"]).arg(&folder).end().code_is(0);
    let file = folder.join("program.py");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {made}"));
    fs::write(&file, format!("{text}\n{code}")).expect("it can be written");
    folder.to_string_lossy().into_owned()
}

#[test]
fn a_lesson_that_is_checked_is_in_the_sandbox_unless_it_is_trusted() {
    if !there_is_one() {
        return;
    }
    let scratch = Scratch::new();
    let owned = scratch.path("owned");
    let code = format!("open({:?}, 'w')\n", owned.to_string_lossy());
    let folder = strange_lesson(&scratch, &code);
    let _ = loopscope(["lesson", "check", &folder]).end();
    assert!(!owned.exists(), "the lesson wrote a file");
    let _ = loopscope(["lesson", "check", "--no-sandbox", &folder]).end();
    assert!(owned.exists(), "--no-sandbox trusts it");
}

#[test]
fn the_classic_programs_run_in_it() {
    // Our lessons do so, too: `lesson check` runs them in it, and the tests of lessons call that.
    if !there_is_one() {
        return;
    }
    for file in fs::read_dir(workspace().join("tests/programs/classic")).expect("it is there") {
        let file = file.expect("it can be read").path();
        let wanted = file.with_extension("out");
        if file.extension().is_some_and(|end| end == "py") && wanted.exists() {
            let ended = headless_with(&["--sandbox"], &file).end().code_is(0);
            assert_eq!(ended.bytes(), fs::read(&wanted).expect("it is there"), "{ended}");
        }
    }
}

#[test]
fn the_same_program_gives_the_same_records_in_it() {
    if !there_is_one() {
        return;
    }
    let scratch = Scratch::new();
    let [inside, outside] = ["in.loop", "out.loop"].map(|name| scratch.path(name));
    let file = program("classic/hello.py");
    for (options, to) in [(&["--sandbox"][..], &inside), (&[], &outside)] {
        let to = to.to_string_lossy();
        let options = [options, &["--record", &to]].concat();
        let _ = headless_with(&options, &file).end().code_is(0);
    }
    let _ = loopscope(["diff"]).arg(&inside).arg(&outside).end().code_is(0);
    // Nothing of it is left where it was not asked for.
    let _ = batch(&file, &["goto end"]).end().code_is(0);
}
