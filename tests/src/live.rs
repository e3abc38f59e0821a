//! A process that the test talks to while it runs.

use std::io::{ErrorKind, Read, Write as _};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::run::{Run, kill_group, wait};
use crate::scratch::Scratch;

/// How long something expected may take.
const PATIENCE: Duration = Duration::from_secs(30);

type Text = Arc<Mutex<Vec<u8>>>;

/// A running process. It is killed when the test is done with it.
#[derive(Debug)]
pub struct Live {
    child: Child,
    words: String,
    out: Text,
    err: Text,
    readers: Vec<JoinHandle<()>>,
    _home: Scratch,
}

impl Live {
    /// Starts it.
    #[must_use]
    pub fn start(run: Run) -> Self {
        let (mut child, words, home) = run.spawn();
        let (out, err) = (Text::default(), Text::default());
        let readers = vec![
            read(child.stdout.take(), Arc::clone(&out)),
            read(child.stderr.take(), Arc::clone(&err)),
        ];
        Self { child, words, out, err, readers, _home: home }
    }

    /// Types a line on its standard input.
    pub fn say(&mut self, line: &str) {
        if let Some(input) = &mut self.child.stdin {
            let _ = input.write_all(format!("{line}\n").as_bytes()).and_then(|()| input.flush());
        }
    }

    /// Closes its standard input.
    pub fn hush(&mut self) {
        self.child.stdin = None;
    }

    /// What it has written to its standard output so far.
    #[must_use]
    pub fn out(&self) -> String {
        text(&self.out)
    }

    /// What it has written to its standard error so far.
    #[must_use]
    pub fn err(&self) -> String {
        text(&self.err)
    }

    /// Waits until its standard output has this text.
    ///
    /// # Panics
    ///
    /// If it does not come.
    pub fn wait_for(&self, wanted: &str) {
        self.wait_until(&format!("{wanted:?} on standard output"), || self.out().contains(wanted));
    }

    /// Waits until something holds.
    ///
    /// # Panics
    ///
    /// If it does not come to hold.
    pub fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < until, "no {what} in {PATIENCE:?}: {self}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default())
    }

    /// Sends a signal to it alone.
    pub fn signal(&self, signal: Signal) {
        let _ = kill(self.pid(), signal);
    }

    /// Sends a signal to it and everything that shares its group, as a terminal does.
    pub fn signal_group(&self, signal: Signal) {
        let _ = killpg(self.pid(), signal);
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// If that does not come.
    pub fn end(&mut self) -> ExitStatus {
        let status = wait(&mut self.child, Instant::now() + PATIENCE);
        let Some(status) = status else { panic!("still running after {PATIENCE:?}: {self}") };
        // What it wrote last is there once its ends of the pipes are closed.
        let until = Instant::now() + Duration::from_secs(2);
        while !self.readers.iter().all(JoinHandle::is_finished) && Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
        status
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        kill_group(&mut self.child);
    }
}

impl std::fmt::Display for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (out, err) = (self.out(), self.err());
        write!(f, "{}\n--- standard error\n{err}\n--- standard output\n{out}\n---", self.words)
    }
}

fn text(text: &Text) -> String {
    let bytes = text.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read(stream: Option<impl Read + Send + 'static>, text: Text) -> JoinHandle<()> {
    thread::spawn(move || {
        let Some(mut stream) = stream else { return };
        let mut piece = [0; 4096];
        loop {
            let length = match stream.read(&mut piece) {
                Ok(0) => return,
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
            text.extend_from_slice(&piece[..length]);
        }
    })
}
