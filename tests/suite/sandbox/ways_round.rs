//! Ways round the sandbox: what Landlock does not look at, calls made without Python, and whatever
//! comes of thousands of attempts at random.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use loopscope_tests::Scratch;

use super::{BEGIN, shut_in, there_is_one};
use crate::headless_with;

#[test]
fn a_descriptor_that_reads_changes_nothing_about_its_file() {
    if !there_is_one() {
        return;
    }
    // A file's flags, its version, the attributes of the file systems for themselves, a copy of it
    // that is made by the file system, and a lease that holds up others.
    let code = "\
import struct
file = os.open('mine', os.O_RDONLY)
for request in (0x40086602, 0x40046602, 0x40087602, 0x401c5820, 0x40806685, 0x40086604,
                0x800c6613, 0x40047211, 0x40049409, 0x5000940e):
    tried('ioctl', lambda: fcntl.ioctl(file, request, bytes(128)))
folder = os.open('.', os.O_RDONLY)
tried('subvolume', lambda: fcntl.ioctl(folder, 0x5000940e, bytes(512)))
tried('lease', lambda: fcntl.fcntl(file, 1024, 1))
os.isatty(file); os.set_blocking(file, False); os.set_inheritable(file, True)
print('ordinary requests worked')
";
    let ended = shut_in(&[], code).code_is(0);
    let lines = ended.lines();
    let (ordinary, tries) = lines.split_last().expect("there are lines");
    assert!(tries.iter().all(|line| line.ends_with("PermissionError")), "{ended}");
    assert_eq!((tries.len(), ordinary.as_str()), (12, "ordinary requests worked"), "{ended}");
}

#[test]
fn a_socket_of_a_pair_reaches_nobody_else() {
    if !there_is_one() {
        return;
    }
    let others = Scratch::new();
    let address = others.path("socket");
    let other = UnixDatagram::bind(&address).expect("it can be made");
    other.set_read_timeout(Some(Duration::from_millis(200))).expect("it can be set");
    let code = format!(
        "\
address = {:?}
def to(kind, send):
    for family in (socket.AF_UNIX, 30):
        a, b = socket.socketpair(family, kind)
        send(a)
for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
    tried('sendto', lambda: to(kind, lambda a: a.sendto(b'evil', address)))
    tried('connect', lambda: to(kind, lambda a: (a.connect(address), a.send(b'evil'))))
    tried('abstract', lambda: to(kind, lambda a: a.sendto(b'evil', chr(0) + 'abstract')))
a, b = socket.socketpair()
a.send(b'x'); print(b.recv(1))
",
        address.to_string_lossy()
    );
    let ended = shut_in(&[], &code).code_is(0);
    assert!(!ended.out().contains("worked"), "{ended}");
    assert_eq!(ended.lines().last().map(String::as_str), Some("b'x'"), "{ended}");
    assert!(other.recv(&mut [0; 8]).is_err(), "something arrived: {ended}");
}

#[test]
fn calls_that_are_made_without_python_are_refused_too() {
    if !there_is_one() {
        return;
    }
    // By the library's names where it has them, and by numbers that are the same on all processors.
    let code = "\
import ctypes
libc = ctypes.CDLL(None)
other = os.getppid()
def call(what, *arguments):
    function = libc.syscall if isinstance(what, int) else getattr(libc, what)
    result = function(*arguments)
    print(what, 'worked' if result != -1 else 'refused', flush=True)
text = ctypes.c_char_p
call('ptrace', 16, other, None, None)
call('ptrace', 0x4206, other, None, None)
room = ctypes.create_string_buffer(64)
call('process_vm_readv', other, room, 1, room, 1, 0)
call('process_vm_writev', other, room, 1, room, 1, 0)
call('execv', text(b'/bin/true'), ctypes.byref(ctypes.c_char_p(None)))
call('fexecve', os.open('/bin/true', os.O_RDONLY), ctypes.byref(ctypes.c_char_p(None)), ctypes.byref(ctypes.c_char_p(None)))
memory = libc.memfd_create(text(b'x'), 0)
if memory >= 0:
    os.write(memory, open('/bin/true', 'rb').read())
    call('fexecve', memory, ctypes.byref(ctypes.c_char_p(None)), ctypes.byref(ctypes.c_char_p(None)))
call('fork')
call('unshare', 0x10000000)
call('unshare', 0x40000000)
call('mount', text(b'x'), text(b'/tmp'), text(b'tmpfs'), 0, None)
call('chroot', text(b'/'))
for number in (425, 426, 427, 428, 429, 430, 435, 442, 452, 463, 466, 467):
    call(number, 1, room, 0, 0, 0)
call('truncate', text(b'mine'), 0)
call('link', text(b'mine'), text((scratch + '/hard').encode()))
call('mkfifo', text(b'fifo'), 0o600)
call('mknod', text((scratch + '/device').encode()), 0o020600, 0x103)
call('sethostname', text(b'x'), 1)
call('setuid', 1)
call('prctl', 38, 0, 0, 0, 0)
call('shmget', 77, 100, 0o1600)
call('prlimit64', other, 7, room, None)
call('kill', other, 0)
for name in ('/proc/sys/kernel/hostname', '/proc/sysrq-trigger', '/proc/self/oom_score_adj', '/proc/self/mem',
             '/proc/%d/mem' % other, '/proc/%d/fd/1' % other, '/proc/self/root' + os.path.abspath('mine'),
             '/dev/shm/x', '/dev/mem', '/dev/tty', '/dev/console'):
    call('open', text(name.encode()), os.O_RDWR)
libc.kill(-1, 9)
libc.prctl(1, 0); libc.prctl(4, 1); libc.prctl(36, 1)
print('here')
";
    let ended = shut_in(&[], code).code_is(0);
    assert!(!ended.out().contains("worked"), "{ended}");
    assert!(ended.out().matches("refused").count() > 35, "{ended}");
    assert_eq!(ended.lines().last().map(String::as_str), Some("here"), "{ended}");
}

/// Everything below a folder: what it is, what is in it, and all that is written about it but the
/// time of the last look.
fn inventory(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("it is there").flatten() {
        let path = entry.path();
        let about = fs::symlink_metadata(&path).expect("it is there");
        let holds = match fs::read_link(&path) {
            Ok(target) => target.to_string_lossy().into_owned(),
            Err(_) if about.is_dir() => String::new(),
            Err(_) => fs::read_to_string(&path).unwrap_or_default(),
        };
        let times = (about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec());
        let (mode, links) = (about.mode(), about.nlink());
        let text = format!("{mode:o} {links} {} {times:?} {holds:?}", about.uid());
        found.insert(path.to_string_lossy().into_owned(), text);
        if about.is_dir() {
            found.extend(inventory(&path));
        }
    }
    found
}

/// Attempts at random, on paths that lead out of the scratch folder in all sorts of ways, and on
/// addresses of all sorts.
const AT_RANDOM: &str = "\
import errno, random
random.seed(int(sys.argv[1]))
here = os.getcwd()
names = ['mine', 'new', 'folder', 'folder/deep', 'folder/deep/file', 'link', 'folder-link', 'other']
ways = ['', './', 'folder/../', here + '/', '/proc/self/cwd/', '/proc/self/root' + here + '/',
        '/proc/thread-self/cwd/', scratch + '/out/', scratch + '/out/folder/../', 'folder-link/../',
        '/dev/fd/%d/' % os.open('.', os.O_RDONLY), scratch + '/../' * 20 + here[1:] + '/', scratch + '/']
os.symlink(here, scratch + '/out')
path = lambda: random.choice(ways) + random.choice(names)
flags = [os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND, os.O_EXCL, os.O_PATH, os.O_TMPFILE]
def opened():
    file = os.open(path(), random.choice(flags) | random.choice(flags) | random.choice(flags) | os.O_NONBLOCK, 0o666)
    try:
        random.choice([lambda: os.write(file, b'evil'), lambda: os.ftruncate(file, 0), lambda: os.fchmod(file, 0o777)])()
    finally:
        os.close(file)
attempts = [opened, opened, opened,
    lambda: os.mkdir(path()), lambda: os.rmdir(path()), lambda: os.unlink(path()),
    lambda: os.rename(path(), path()), lambda: os.replace(path(), path()), lambda: os.link(path(), path()),
    lambda: os.symlink(path(), path()), lambda: os.truncate(path(), 0), lambda: os.chmod(path(), random.randrange(0o1000)),
    lambda: os.utime(path(), (1, 1)), lambda: os.chown(path(), -1, os.getgid()), lambda: os.listdir(path())]
done = 0
for _ in range(6000):
    try:
        random.choice(attempts)()
        done += 1
    except OSError:
        pass
reached = []
def reach():
    v6 = random.random() < 0.5
    kind = random.choice([socket.SOCK_STREAM, socket.SOCK_DGRAM])
    while True:
        if v6:
            address = ':'.join('%x' % random.randrange(1 << 16) for _ in range(8))
        else:
            address = '.'.join(str(random.randrange(1, 255)) for _ in range(4))
        if not address.startswith('127.'):
            break
    with socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, kind) as s:
        s.settimeout(2)
        s.connect((address, random.randrange(1, 1 << 16)))
        s.send(b'x')
        reached.append(address)
for _ in range(300):
    try:
        reach()
    except OSError:
        pass
print('reached', reached)
print('done', done > 100)
";

#[test]
fn whatever_is_tried_at_random_nothing_outside_changes() {
    if !there_is_one() {
        return;
    }
    for seed in 0..4 {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", &format!("{BEGIN}{AT_RANDOM}"));
        let home = scratch.path("home");
        fs::create_dir_all(home.join("folder/deep")).expect("it can be made");
        for name in ["mine", "other", "folder/deep/file"] {
            fs::write(home.join(name), "mine\n").expect("it can be written");
        }
        symlink("mine", home.join("link")).expect("it can be made");
        symlink("folder/deep", home.join("folder-link")).expect("it can be made");
        let before = inventory(scratch.folder());
        let run = headless_with(&["--sandbox"], &file).arg(seed.to_string()).within(&home);
        let ended = run.end().code_is(0);
        assert_eq!(inventory(scratch.folder()), before, "seed {seed}: {ended}");
        assert_eq!(ended.lines(), ["reached []", "done True"], "seed {seed}: {ended}");
    }
}
