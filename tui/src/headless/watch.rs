//! Ends a program whose time is over, while somebody else waits for its end.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use loopscope_model::fault;
use loopscope_session::source::kept::Lifeline;

/// A watch that has been wound up.
#[derive(Debug)]
pub(super) struct Watch {
    stop: Sender<()>,
    thread: JoinHandle<bool>,
}

impl Watch {
    /// Ends the program at the other end of `line` after `timeout`, unless it is stopped before.
    pub(super) fn start(line: Lifeline, timeout: Duration) -> Self {
        let (stop, stopped) = channel();
        let wait = move || {
            fault::point("watch");
            let over = |time| matches!(stopped.recv_timeout(time), Err(RecvTimeoutError::Timeout));
            let late = over(timeout);
            if late {
                line.end();
                if over(Lifeline::PATIENCE) {
                    line.insist();
                }
            }
            late
        };
        Self { stop, thread: std::thread::spawn(wait) }
    }

    /// The program has ended. Gives whether it was ended from here.
    pub(super) fn stop(self) -> bool {
        let _ = self.stop.send(());
        self.thread.join().unwrap_or(false)
    }
}
