//! Ends a program whose time is over, while somebody else waits for its end.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use loopscope_model::fault;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A watch that has been wound up.
#[derive(Debug)]
pub(super) struct Watch {
    stop: Sender<()>,
    thread: JoinHandle<bool>,
}

impl Watch {
    /// Ends the process `pid` after `timeout`, unless it is stopped before.
    pub(super) fn start(pid: u32, timeout: Duration) -> Self {
        let (stop, stopped) = channel();
        let wait = move || {
            fault::point("watch");
            let late = matches!(stopped.recv_timeout(timeout), Err(RecvTimeoutError::Timeout));
            if late && let Ok(pid) = i32::try_from(pid) {
                let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
            }
            late
        };
        Self { stop, thread: std::thread::spawn(wait) }
    }

    /// The process has ended. Gives whether it was ended from here.
    pub(super) fn stop(self) -> bool {
        let _ = self.stop.send(());
        self.thread.join().unwrap_or(false)
    }
}
