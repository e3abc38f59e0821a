//! Tells what was sent to us alone from what was sent to our whole process group.
//!
//! A signal does not say which of the two it is, unless the terminal sent it. So a small process of
//! this same binary waits in the group as well: what it gets too, the program has got already.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use loopscope_model::fault;
use nix::sys::signal::{SigSet, Signal};

/// The hidden sub-command that is the small process.
pub const COMMAND: &str = "__ear";

/// How long the other process may take to say that it got a signal too.
const WITHIN: Duration = Duration::from_millis(150);

/// All signals that this is about.
pub(super) const SIGNALS: [Signal; 4] =
    [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP];

/// The other process. It ends when this value, or this process, does.
#[derive(Debug)]
pub(super) struct Ear {
    process: Child,
    heard: Receiver<(u8, Instant)>,
}

impl Ear {
    pub(super) fn start() -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let says = process.stdout.take();
        let (sender, heard) = channel();
        let listen = move || {
            for byte in says.into_iter().flat_map(Read::bytes) {
                fault::point("ear");
                let Ok(byte) = byte else { return };
                if sender.send((byte, Instant::now())).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("ear".into()).spawn(listen)?;
        Ok(Self { process, heard })
    }

    /// Whether the whole group got this signal, which we have just got.
    pub(super) fn group_got(&self, signal: i32) -> bool {
        let until = Instant::now() + WITHIN;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok((heard, at)) = self.heard.recv_timeout(left) else { return false };
            // What it heard long ago belongs to a signal that we got together with another one.
            if i32::from(heard) == signal && at.elapsed() < 2 * WITHIN {
                return true;
            }
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The small process: says which signals it gets, until its standard input is closed.
pub fn listen() -> i32 {
    let signals: SigSet = SIGNALS.into_iter().collect();
    if signals.thread_block().is_err() {
        return 1;
    }
    let until_closed = || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        std::process::exit(0);
    };
    if std::thread::Builder::new().spawn(until_closed).is_err() {
        return 1;
    }
    let mut out = io::stdout();
    while let Ok(signal) = signals.wait() {
        let byte = u8::try_from(signal as i32).unwrap_or(0);
        if out.write_all(&[byte]).and_then(|()| out.flush()).is_err() {
            return 0;
        }
    }
    1
}
