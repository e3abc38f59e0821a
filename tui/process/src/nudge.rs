//! A process that waits in a system call is made to look up.
//!
//! It is stopped and let go on at once, so that its system call is interrupted; a process that does not
//! run at that moment never stops. Should we be killed between the two, a small process of this same
//! binary lets it go on.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::SigSet;
use rustix::process::{Pid, Signal, kill_process};

/// The hidden sub-command that is the small process. What follows it is the process to let go on.
pub const COMMAND: &str = "__go-on";

/// Makes a process look up as often as it is asked to.
#[derive(Debug)]
pub struct Nudge {
    pid: Pid,
    guard: Child,
}

impl Nudge {
    /// Makes ready to nudge a process.
    pub fn of(pid: u32) -> io::Result<Self> {
        let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let number = number.ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(COMMAND).arg(pid.to_string());
        // What is sent to our whole group is not meant for it.
        command.process_group(0).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self { pid: number, guard: command.spawn()? })
    }

    /// Interrupts the system call that it is in.
    pub fn once(&self) -> io::Result<()> {
        kill_process(self.pid, Signal::STOP)?;
        Ok(kill_process(self.pid, Signal::CONT)?)
    }
}

impl Drop for Nudge {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// The small process: waits until its standard input is closed, which the system does when we end.
pub fn go_on(mut pids: impl Iterator<Item = OsString>) -> i32 {
    let _ = SigSet::all().thread_block();
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    let number = pids.next().and_then(|word| word.to_str()?.parse().ok()).and_then(Pid::from_raw);
    if let Some(pid) = number {
        let _ = kill_process(pid, Signal::CONT);
    }
    0
}
