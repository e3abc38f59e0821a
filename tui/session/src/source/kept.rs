//! A program's process as it is seen from here: the keeper, which ends everything that the program
//! has started, and the lifeline, which tells it to.

mod orphans;

use std::ffi::OsString;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, PipeWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use loopscope_engine::child::{self, Guard, Key};
use loopscope_files::temporary::Folder;
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::ending;

/// The lifeline's descriptor in the child: where a program's own never are, if that many are allowed.
const LIFELINE: i32 = 100;
const LOW_LIFELINE: i32 = 10;

/// How often to look whether it has.
const LOOK: Duration = Duration::from_millis(1);

/// What a program reads from its standard input.
#[derive(Debug)]
pub enum Stdin {
    /// What we read.
    Inherit,
    /// Nothing.
    Empty,
    /// A file.
    File(File),
}

impl Stdin {
    fn stdio(self) -> Stdio {
        match self {
            Self::Inherit => Stdio::inherit(),
            Self::Empty => Stdio::null(),
            Self::File(file) => file.into(),
        }
    }
}

/// A program's process with its keeper.
#[derive(Debug)]
pub struct Kept {
    child: Child,
    line: Lifeline,
    status: Option<ExitStatus>,
}

/// The lifeline, for whoever has something to say to the program.
#[derive(Clone, Debug)]
pub struct Lifeline(Arc<Mutex<Line>>);

#[derive(Debug)]
struct Line {
    /// Nothing once everything is to end.
    pipe: Option<PipeWriter>,
    /// The keeper; nothing once its end is known and its number may be another's.
    keeper: Option<Pid>,
    /// Since when everything is to end.
    ending: Option<Instant>,
}

/// The command that starts the engine with a keeper, without its pipes. `shown` says whether a
/// screen or line mode is between the program and the terminal.
pub fn command(args: &[OsString], stdin: Stdin, shown: bool) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["__engine", "--lifeline", &descriptor().to_string()]);
    if shown {
        command.arg("--shown");
    }
    command.args(args).env(child::AS_PYTHON, "1").stdin(stdin.stdio());
    // Told beforehand, so that the child need not start itself once more to have it.
    let named = args.iter().position(|arg| arg == "--dialect");
    if let Some(dialect) = named.and_then(|at| args.get(at + 1)) {
        command.env(child::DIALECT, dialect);
    }
    Ok(command)
}

fn descriptor() -> i32 {
    let allowed = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
    if allowed > u64::from(LIFELINE.unsigned_abs()) { LIFELINE } else { LOW_LIFELINE }
}

/// A key that nobody can guess: the library seeds its hashes from the system.
fn key() -> Key {
    let mut key = Key::default();
    for half in key.chunks_exact_mut(8) {
        half.copy_from_slice(&RandomState::new().hash_one(0u8).to_le_bytes());
    }
    key
}

/// What makes this process no victim of the programs that it starts: its memory and its descriptors
/// cannot be reached through `/proc`, and what loses its keeper comes to it.
fn protect() {
    static ONCE: Once = Once::new();
    #[cfg(target_os = "linux")]
    ONCE.call_once(|| {
        let _ = nix::sys::prctl::set_dumpable(false);
        let _ = nix::sys::prctl::set_child_subreaper(true);
    });
    #[cfg(not(target_os = "linux"))]
    let _ = &ONCE;
}

/// The folder that a program in a sandbox may write into. A temporary one goes away with the value.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _temporary: Option<Folder>,
}

impl Scratch {
    /// A new one, which only this user may look into.
    pub fn temporary() -> io::Result<Self> {
        let folder = Folder::new()?;
        // As the kernel knows it, without links.
        Ok(Self { path: folder.path().canonicalize()?, _temporary: Some(folder) })
    }

    /// One that the user has.
    pub fn named(path: &Path) -> Self {
        Self { path: path.to_owned(), _temporary: None }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets a program find it as the place for temporary files.
    pub fn offer(&self, to: &mut Command) {
        to.env("TMPDIR", &self.path);
    }
}

impl Kept {
    /// Starts what [`command`] made, with more descriptors of ours. Gives the key that its records
    /// are sealed with as well.
    pub fn start(mut command: Command, mut fds: Vec<FdMapping>) -> io::Result<(Self, Key)> {
        protect();
        let (theirs, mut pipe) = io::pipe()?;
        fds.push(FdMapping { parent_fd: theirs.into(), child_fd: descriptor() });
        command.fd_mappings(fds).map_err(io::Error::other)?;
        let child = orphans::start_keeper(|| command.spawn())?;
        let key = key();
        // A child that is gone already is noticed when it is waited for.
        let _ = pipe.write_all(&key);
        let keeper = i32::try_from(child.id()).ok().map(Pid::from_raw);
        let line = Line { pipe: Some(pipe), keeper, ending: None };
        Ok((Self { child, line: Lifeline(Arc::new(Mutex::new(line))), status: None }, key))
    }

    /// The lifeline.
    pub fn line(&self) -> Lifeline {
        self.line.clone()
    }

    /// Ends the program and everything that it has started. That is over when its status is known.
    pub fn end(&self) {
        self.line.end();
    }

    /// How the program ended, once everything is over.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.line.insist();
            self.status = self.child.try_wait()?;
            if let Some(status) = self.status {
                self.over(status);
            }
        }
        Ok(self.status)
    }

    /// Waits until everything is over.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        // A keeper may fail to come to an end only once it was asked to.
        if self.status.is_none() && self.line.lock().ending.is_none() {
            let status = self.child.wait()?;
            self.status = Some(status);
            self.over(status);
        }
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until everything is over, and gives what was written to the pipes of the command.
    pub fn output(mut self) -> io::Result<Output> {
        let read = |stream: Option<Box<dyn io::Read + Send>>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                if let Some(mut stream) = stream {
                    let _ = stream.read_to_end(&mut bytes);
                }
                bytes
            })
        };
        let stdout = self.child.stdout.take().map(|stream| Box::new(stream) as _);
        let stderr = self.child.stderr.take().map(|stream| Box::new(stream) as _);
        let (stdout, stderr) = (read(stdout), read(stderr));
        let status = self.wait()?;
        let got = |thread: std::thread::JoinHandle<Vec<u8>>| thread.join().unwrap_or_default();
        Ok(Output { status, stdout: got(stdout), stderr: got(stderr) })
    }

    fn over(&self, status: ExitStatus) {
        let keeper = {
            let mut line = self.line.lock();
            line.pipe = None;
            line.keeper.take()
        };
        // A keeper that was killed itself has left the rest to us.
        if ending::was_killed(status) {
            orphans::end();
        }
        orphans::may_be_one(keeper);
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.status.is_none() {
            self.end();
            let _ = self.wait();
        }
    }
}

impl Lifeline {
    /// How long the keeper may take to end everything before it is ended itself.
    pub const PATIENCE: Duration = Duration::from_secs(4);

    fn lock(&self) -> std::sync::MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a signal to the program; with `group`, to everything in its process group.
    pub fn send(&self, signal: Signal, group: bool) {
        let mut line = self.lock();
        let number = u8::try_from(signal as i32).unwrap_or(0);
        let byte = if group { number | Guard::TO_GROUP } else { number };
        if let Some(pipe) = &mut line.pipe {
            let _ = pipe.write_all(&[byte]);
        }
    }

    /// Ends the program and everything that it has started.
    pub fn end(&self) {
        let mut line = self.lock();
        line.pipe = None;
        line.ending.get_or_insert_with(Instant::now);
        // Somebody may have stopped it.
        if let Some(keeper) = line.keeper {
            let _ = kill(keeper, Signal::SIGCONT);
        }
    }

    /// Ends a keeper that was to end everything, and did not in its time.
    pub fn insist(&self) {
        let line = self.lock();
        if line.ending.is_some_and(|since| since.elapsed() >= Self::PATIENCE)
            && let Some(keeper) = line.keeper
        {
            let _ = kill(keeper, Signal::SIGKILL);
        }
    }
}
