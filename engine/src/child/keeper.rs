//! The process between the host and the program. It ends everything that the program has started:
//! when the program ends, when the host says so, and when the host is gone, however it went.
//!
//! ```text
//! host ──lifeline──▶ keeper ──fork──▶ engine ──▶ whatever the program starts
//! ```
//!
//! The lifeline is a pipe that the host holds open: first the key of the [seal](super::seal), then
//! one byte for each signal that the program is to get, then its end. The keeper's own end tells
//! the host how the program ended. It stands in a session without a terminal, and whatever loses
//! its parent down there becomes its child, so nothing leaves its reach.
//!
//! It is made by `fork` and not by starting the binary once more, because every run waits for it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid, getppid, setpgid, setsid};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustpython_vm::host_env::posix;
use signal_hook::consts::SIGCHLD;
use signal_hook::low_level::{emulate_default_handler, pipe};

use super::seal::Key;
use super::wire::PARENT_GONE;
#[cfg(target_os = "linux")]
use crate::process::descendants;
use crate::process::fd::borrow;
use crate::process::guard::Guard;
#[cfg(target_os = "linux")]
use crate::process::guard::fence;
use crate::process::limits::die_with_parent;

/// Our descriptors lie above those that are handed over.
const ABOVE: RawFd = 10;

/// How long killed processes may take to be gone. The system may keep one that waits for a disk.
const GOING: Duration = Duration::from_secs(2);

/// How long to wait before looking again for processes that are not gone.
const AGAIN: Duration = Duration::from_millis(10);

/// Divides this process, which has one thread, into the keeper, which never returns from here, and
/// the engine, which goes on with the key that came over the lifeline.
pub(super) fn begin(lifeline: RawFd) -> io::Result<Key> {
    let (mut lifeline, key) = take(lifeline)?;
    // It fails only for the leader of a group, which has no terminal's job above it either.
    let _ = setsid();
    // What is only ours must not be read or written through /proc.
    dumpable(false);
    let reach = Reach::begin();
    let keeper = getpid();
    let program = match posix::fork()? {
        0 => {
            drop(lifeline);
            dumpable(true);
            die_with_parent();
            // The keeper may have been killed before that was agreed upon.
            if getppid() != keeper {
                std::process::exit(PARENT_GONE);
            }
            // Out of the keeper's group, so that a signal to its own group does not reach that.
            let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
            return Ok(key);
        }
        pid => Pid::from_raw(pid),
    };
    let ended = Keeper { program, reach, status: None }.keep(&mut lifeline);
    leave_as(ended)
}

fn dumpable(yes: bool) {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_dumpable(yes);
    #[cfg(not(target_os = "linux"))]
    let _ = yes;
}

/// Takes the lifeline out of the program's way, and the key out of it.
fn take(fd: RawFd) -> io::Result<(File, Key)> {
    let inherited = borrow(fd).ok_or(io::ErrorKind::InvalidInput)?;
    let mut lifeline = File::from(rustix::io::fcntl_dupfd_cloexec(inherited, ABOVE)?);
    nix::unistd::close(fd)?;
    let mut key = Key::default();
    lifeline.read_exact(&mut key)?;
    Ok((lifeline, key))
}

/// How far the keeper's hand reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// A signal to everybody is a signal to what the program started, and to nobody else.
    #[cfg(target_os = "linux")]
    Exact,
    /// What it finds by going from parents to children.
    #[cfg(target_os = "linux")]
    Search,
    /// The program's process group.
    #[cfg(not(target_os = "linux"))]
    Group,
}

impl Reach {
    #[cfg(target_os = "linux")]
    fn begin() -> Self {
        // Before that, since it is the host that the proof needs.
        let host = getppid();
        let found = nix::sys::prctl::set_child_subreaper(true).is_ok();
        if found && fence(host) { Self::Exact } else { Self::Search }
    }

    #[cfg(not(target_os = "linux"))]
    fn begin() -> Self {
        Self::Group
    }
}

struct Keeper {
    program: Pid,
    reach: Reach,
    status: Option<WaitStatus>,
}

impl Keeper {
    /// Until the program has ended and everything that it started is gone.
    fn keep(mut self, lifeline: &mut File) -> WaitStatus {
        let children = Self::settle();
        let mut host = true;
        while self.status.is_none() {
            wait_for(children.as_ref(), host.then_some(&*lifeline), None);
            if let Some(mut children) = children.as_ref() {
                // Only that something came matters.
                let _ = children.read(&mut [0; 64]);
            }
            if host && is_ready(lifeline) {
                host = self.obey(lifeline);
            }
            self.bury();
        }
        #[expect(clippy::disallowed_methods, reason = "processes take the machine's time to go")]
        let since = Instant::now();
        while self.end_all() && since.elapsed() < GOING {
            wait_for(children.as_ref(), None, Some(AGAIN));
            self.bury();
        }
        self.status.unwrap_or(WaitStatus::Signaled(self.program, Signal::SIGKILL, false))
    }

    /// Lets go of everything that is the program's, and of everything that a signal could do.
    fn settle() -> Option<UnixStream> {
        #[cfg(target_os = "linux")]
        let _ = nix::sys::prctl::set_name(c"keeper");
        let mut all = SigSet::all();
        all.remove(Signal::SIGCHLD);
        let _ = all.thread_set_mask();
        if let Ok(null) = File::options().read(true).write(true).open("/dev/null") {
            let _ = nix::unistd::dup2_stdin(&null);
            let _ = nix::unistd::dup2_stdout(&null);
            let _ = nix::unistd::dup2_stderr(&null);
        }
        super::wire::close();
        let (told, tells) = UnixStream::pair().ok()?;
        told.set_nonblocking(true).ok()?;
        pipe::register(SIGCHLD, tells).ok()?;
        Some(told)
    }

    /// Does what the host says. False: it says nothing more.
    fn obey(&self, lifeline: &mut File) -> bool {
        let mut bytes = [0; 64];
        let got = match lifeline.read(&mut bytes) {
            Ok(got @ 1..) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return true,
            Ok(0) | Err(_) => {
                self.end_program();
                return false;
            }
        };
        for byte in &bytes[..got] {
            let Ok(signal) = Signal::try_from(i32::from(byte & !Guard::TO_GROUP)) else { continue };
            let _ = if byte & Guard::TO_GROUP == 0 {
                kill(self.program, signal)
            } else {
                killpg(self.program, signal)
            };
        }
        true
    }

    /// The program first: its end is what is waited for.
    fn end_program(&self) {
        let _ = kill(self.program, Signal::SIGKILL);
        self.end_all();
    }

    /// Ends whatever is left of what the program started. False: nothing is.
    fn end_all(&self) -> bool {
        match self.reach {
            #[cfg(target_os = "linux")]
            Reach::Exact => {
                // Within the fence that is everybody but this process itself, in one step, so
                // nobody can be quick enough to escape.
                let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
            }
            #[cfg(target_os = "linux")]
            Reach::Search => descendants::end(getpid().as_raw()),
            #[cfg(not(target_os = "linux"))]
            Reach::Group => drop(killpg(self.program, Signal::SIGKILL)),
        }
        has_children()
    }

    /// Takes note of who has ended. All orphans below are this process's children.
    fn bury(&mut self) {
        loop {
            match waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => return,
                Ok(status) if status.pid() == Some(self.program) => self.status = Some(status),
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => {
                    // There is no child at all: somebody has it that its end is not told.
                    let lost = WaitStatus::Signaled(self.program, Signal::SIGKILL, false);
                    self.status.get_or_insert(lost);
                    return;
                }
            }
        }
    }
}

fn has_children() -> bool {
    !matches!(waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)), Err(Errno::ECHILD))
}

/// Waits for a child's end, a word of the host's, or the time.
fn wait_for(children: Option<&UnixStream>, lifeline: Option<&File>, time: Option<Duration>) {
    let mut on = Vec::with_capacity(2);
    on.extend(children.map(|children| PollFd::from_borrowed_fd(children.as_fd(), PollFlags::IN)));
    on.extend(lifeline.map(|lifeline| PollFd::from_borrowed_fd(lifeline.as_fd(), PollFlags::IN)));
    // Without word of its children it has to look for them.
    let time = time.or_else(|| children.is_none().then_some(AGAIN)).map(|time| Timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    });
    let _ = poll(&mut on, time.as_ref());
}

fn is_ready(file: &File) -> bool {
    let mut on = [PollFd::new(file, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut on, Some(&now)), Ok(1..))
}

/// Ends this process as the program ended.
fn leave_as(status: WaitStatus) -> ! {
    let code = match status {
        WaitStatus::Exited(_, code) => code,
        WaitStatus::Signaled(_, signal, _) => {
            let _ = emulate_default_handler(signal as i32);
            128 + signal as i32
        }
        _ => 1,
    };
    std::process::exit(code)
}
