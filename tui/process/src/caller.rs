//! Asking a Python that nobody has prepared to come to us: it runs a script of two lines that connects
//! to a socket of ours, and the recorder speaks over that.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use loopscope_files::temporary::Folder;

use crate::checks::Checks;
use crate::memory::Memory;
use crate::nudge::Nudge;
use crate::runtime::Door;
use crate::{Refusal, meeting};

/// What sets the main thread's eye on what is asked of it: bit 5 of its flags.
const LOOK: u8 = 1 << 5;

/// How long a busy program has before it is taken for one that waits.
const BUSY: Duration = Duration::from_millis(15);

/// How long it takes until it is nudged once more.
const AGAIN: Duration = Duration::from_millis(200);

/// How long a program may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the program runs. A thread of its own does the work, so the program goes on at once.
const SCRIPT: &str = "\
def _loopscope(folder):
    import sys, types
    try:
        m = sys.modules.get('loopscope')
        if not hasattr(m, 'called') or getattr(m, 'STAMP', None) not in (None, STAMP):
            m = types.ModuleType('loopscope')
            m.__file__ = '<loopscope>'
            with open(folder + '/loopscope.py', encoding='utf-8') as f:
                source = f.read()
            exec(compile(source, '<loopscope>', 'exec'), m.__dict__)
            m.STAMP = STAMP
            sys.modules['loopscope'] = m
        m.called(folder + '/socket')
    except BaseException as error:
        try:
            with open(folder + '/error', 'w', encoding='utf-8') as f:
                f.write('%s: %s' % (type(error).__name__, error))
        except BaseException:
            pass
import _thread
";

/// Makes a Python process connect to us. `recorder` is what it shall run.
pub fn call(pid: u32, recorder: &str) -> Result<UnixStream, Refusal> {
    let checks = Checks::of(pid);
    let (target, door) = checks.way_in()?;
    let trouble = |what: &str, error: &io::Error| {
        Refusal::new(format!("process {pid} cannot be attached to: {what}: {error}; try again"))
    };
    let folder = Folder::new().map_err(|error| trouble("no temporary folder", &error))?;
    let socket = folder.path().join("socket");
    let listener =
        UnixListener::bind(&socket).map_err(|error| trouble("no socket can be made", &error))?;
    listener.set_nonblocking(true).map_err(|error| trouble("no socket can be made", &error))?;
    let script = folder.path().join("come.py");
    let begin = format!(
        "STAMP = {:?}\n{SCRIPT}_thread.start_new_thread(_loopscope, ({:?},))\n",
        stamp(recorder),
        folder.path().display().to_string(),
    );
    let written = fs::write(&script, begin)
        .and_then(|()| fs::write(folder.path().join("loopscope.py"), recorder))
        .and_then(|()| fs::set_permissions(&socket, Permissions::from_mode(0o600)))
        .and_then(|()| hand_over(folder.path(), target.user));
    written.map_err(|error| trouble("no script can be written", &error))?;
    let memory = Memory::of(pid, true).map_err(|error| trouble("its memory", &error))?;
    ask(&memory, &door, &script).map_err(|error| trouble("its memory", &error))?;
    let came = wait(pid, &listener, folder.path());
    if came.is_err() {
        // It is not to look for a script that is gone.
        let _ = memory.write(door.pending, &0_u32.to_ne_bytes());
    }
    came
}

/// Tells two recorders apart.
fn stamp(recorder: &str) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    recorder.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Where we are the superuser, the files have to be the other user's to be read there.
fn hand_over(folder: &Path, user: u32) -> io::Result<()> {
    if user == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        chown(entry?.path(), Some(user), None)?;
    }
    chown(folder, Some(user), None)
}

/// Writes down what is asked. The flags come last, so that all is there when they are seen.
fn ask(memory: &Memory, door: &Door, script: &Path) -> io::Result<()> {
    let mut path = script.as_os_str().as_encoded_bytes().to_vec();
    path.push(0);
    if path.len() as u64 > door.room {
        return Err(io::Error::other("the temporary folder's name is too long; set TMPDIR"));
    }
    memory.write(door.path, &path)?;
    memory.write(door.pending, &1_u32.to_ne_bytes())?;
    let [flags] = memory.bytes::<1>(door.breaker)?;
    memory.write(door.breaker, &[flags | LOOK])
}

/// Waits for the program to connect.
fn wait(pid: u32, listener: &UnixListener, folder: &Path) -> Result<UnixStream, Refusal> {
    let began = Instant::now();
    let mut nudge = None;
    let mut next = BUSY;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let theirs = meeting::other_side(&stream).ok().and_then(|(_, pid)| pid);
                if theirs.is_none_or(|theirs| theirs == pid) {
                    return stream.set_nonblocking(false).map(|()| stream).map_err(|error| {
                        Refusal::new(format!("process {pid} cannot be heard: {error}; try again"))
                    });
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => {
                return Err(Refusal::new(format!(
                    "process {pid} cannot be heard: {error}; try again"
                )));
            }
        }
        if let Ok(error) = fs::read_to_string(folder.join("error")) {
            return Err(Refusal::new(format!(
                "process {pid} cannot run our recorder: {error}; the program goes on as before"
            )));
        }
        if !meeting::is_alive(pid) {
            return Err(Refusal::new(format!("process {pid} has ended")));
        }
        let passed = began.elapsed();
        if passed > PATIENCE {
            return Err(Refusal::new(format!(
                "process {pid} did not answer within {} s: its main thread runs no Python at the \
                 moment, as in a long call of C or in uvloop without work; the program goes on as \
                 before, so try again when it works",
                PATIENCE.as_secs()
            )));
        }
        if passed > next {
            if nudge.is_none() {
                nudge = Nudge::of(pid).ok();
            }
            if let Some(nudge) = &nudge {
                let _ = nudge.once();
            }
            next = passed + AGAIN;
        }
        sleep(Duration::from_millis(1));
    }
}
