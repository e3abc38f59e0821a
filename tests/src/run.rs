//! Runs the binary to its end, within a limit of wall time.

use std::ffi::OsStr;
use std::io::{Read, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::scratch::{Scratch, target_folder};

/// How long a run may take unless it says otherwise. Far more than any needs, so that a busy
/// machine fails nothing.
const LIMIT: Duration = Duration::from_mins(1);

/// How often a running process is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// The binary under test.
///
/// # Panics
///
/// If it was not built.
#[must_use]
pub fn binary() -> PathBuf {
    let path = match std::env::var_os("LOOPSCOPE_BIN") {
        Some(path) => PathBuf::from(path),
        None => target_folder().join("release").join("loopscope"),
    };
    assert!(
        path.is_file(),
        "there is no {}: build it first (cargo xtask test does), or name it in LOOPSCOPE_BIN",
        path.display()
    );
    path
}

/// A run of our binary, still to be described.
#[must_use]
pub fn loopscope<I>(arguments: I) -> Run
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    Run::new(binary()).args(arguments)
}

/// A process to be run to its end.
#[derive(Debug)]
pub struct Run {
    command: Command,
    input: Vec<u8>,
    limit: Duration,
    home: Scratch,
}

impl Run {
    /// Runs a program, in a process group of its own, with a home of its own.
    #[must_use]
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let home = Scratch::new();
        let mut command = Command::new(program);
        command.process_group(0).env("HOME", home.folder());
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
        for name in
            ["NO_COLOR", "LOOPSCOPE_PYTHON", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"]
        {
            command.env_remove(name);
        }
        for name in ["PYTHONASYNCIODEBUG", "PYTHONHASHSEED", "PYTHONPATH", "PYTHONUNBUFFERED"] {
            command.env_remove(name);
        }
        Self { command, input: Vec::new(), limit: LIMIT, home }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I>(mut self, arguments: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        self.command.args(arguments);
        self
    }

    /// Adds `-c COMMAND` for each command.
    #[must_use]
    pub fn commands(self, commands: &[&str]) -> Self {
        self.args(commands.iter().flat_map(|command| ["-c", command]))
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it in a folder.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Gives it something to read on its standard input, which is empty otherwise.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        self.input = text.as_bytes().to_vec();
        self
    }

    /// Sets how long it may take.
    #[must_use]
    pub fn limit(mut self, seconds: u64) -> Self {
        self.limit = Duration::from_secs(seconds);
        self
    }

    /// What is run, for messages.
    fn words(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.collect::<Vec<_>>().join(OsStr::new(" ")).to_string_lossy().into_owned()
    }

    /// Starts it and leaves the rest to the caller.
    pub(crate) fn spawn(mut self) -> (Child, String, Scratch) {
        let words = self.words();
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.command.spawn();
        (child.unwrap_or_else(|error| panic!("{words}: {error}")), words, self.home)
    }

    /// Runs it to its end.
    ///
    /// # Panics
    ///
    /// If it is not over within its limit, after killing it.
    #[must_use]
    pub fn end(self) -> Ended {
        let (input, limit) = (self.input.clone(), self.limit);
        let (mut child, words, _home) = self.spawn();
        let began = Instant::now();
        let stdin = child.stdin.take();
        // Its own thread: a process that does not read must not hold us up.
        let writer = thread::spawn(move || {
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(&input);
            }
        });
        let out = collect(child.stdout.take());
        let err = collect(child.stderr.take());
        let mut peak = 0;
        let status = watch(&mut child, began + limit, |id| peak = peak.max(resident(id)));
        let took = began.elapsed();
        if status.is_none() {
            kill_group(&mut child);
        }
        let finish = |thread: JoinHandle<Vec<u8>>| thread.join().unwrap_or_default();
        let ended = Ended { words, status, out: finish(out), err: finish(err), took, peak };
        let _ = writer.join();
        assert!(status.is_some(), "still running after {limit:?}: {ended}");
        ended
    }
}

/// Waits for a process up to a point in time.
pub(crate) fn wait(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    watch(child, until, |_| {})
}

/// The same, with a look at the process now and then.
fn watch(child: &mut Child, until: Instant, mut look: impl FnMut(u32)) -> Option<ExitStatus> {
    loop {
        look(child.id());
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= until {
            return None;
        }
        thread::sleep(LOOK);
    }
}

/// How much memory a process has had at most, in megabytes; 0 where the system does not tell.
#[must_use]
pub fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let field = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = field.and_then(|field| field.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// Kills a process with everything in its group.
pub(crate) fn kill_group(child: &mut Child) {
    if let Ok(id) = i32::try_from(child.id()) {
        let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn collect(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    words: String,
    status: Option<ExitStatus>,
    out: Vec<u8>,
    err: Vec<u8>,
    /// How long it took by the wall's clock.
    pub took: Duration,
    /// How much memory it had at most, in megabytes, without the processes that it started; 0 where
    /// the system does not tell.
    pub peak: u64,
}

impl Ended {
    /// Its exit code; 128 plus the signal if one killed it, as a shell counts.
    #[must_use]
    pub fn code(&self) -> i32 {
        let status = self.status.unwrap_or_default();
        status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
    }

    /// Its standard output.
    #[must_use]
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Its standard output as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// The lines of its standard output.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.out().lines().map(str::to_owned).collect()
    }

    /// Its standard error.
    #[must_use]
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }

    /// Insists on an exit code.
    ///
    /// # Panics
    ///
    /// If it is another one.
    #[must_use]
    pub fn code_is(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "the exit code of {self}");
        self
    }

    /// Insists on a part of the standard output.
    ///
    /// # Panics
    ///
    /// If it is not there.
    #[must_use]
    pub fn says(self, text: &str) -> Self {
        assert!(self.out().contains(text), "standard output has no {text:?}: {self}");
        self
    }

    /// Insists that it had less memory than `megabytes`.
    ///
    /// # Panics
    ///
    /// If it had more.
    #[must_use]
    pub fn within_memory(self, megabytes: u64) -> Self {
        assert!(self.peak < megabytes, "{} MB of memory, not {megabytes}: {self}", self.peak);
        self
    }

    /// Insists on a part of the standard error, in whatever case its letters are.
    ///
    /// # Panics
    ///
    /// If it is not there.
    #[must_use]
    pub fn complains(self, text: &str) -> Self {
        let there = self.err().to_lowercase().contains(&text.to_lowercase());
        assert!(there, "standard error has no {text:?}: {self}");
        self
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (out, err) = (cut(&self.out()), cut(&self.err()));
        writeln!(f, "{}", self.words)?;
        writeln!(f, "code {} after {:?} with {} MB", self.code(), self.took, self.peak)?;
        write!(f, "--- standard error\n{err}\n--- standard output\n{out}\n---")
    }
}

/// A text short enough for a message.
fn cut(text: &str) -> String {
    const MOST: usize = 4_000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
