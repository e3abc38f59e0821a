//! The link's thread as the rest of the program sees it: what it tells, what it is told, how it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use loopscope_model::control::OwnedRequest;
use loopscope_model::link::LinkStatus;

use super::elf::Firmware;
use super::event::LinkEvent;
use super::host::Host;
use super::queue::{PieceReceiver, queue};
use super::serial::Serial;
use super::stream::Tcp;
use super::{AttachOptions, Refusal, Where, probe, reconnecting, stream};

/// How long a link may take to come up, flashing included, before its silence counts as failure.
const COMING_UP: Duration = Duration::from_mins(2);

/// How long the thread may take to end before it is left to itself: a probe may hang.
const LEAVING: Duration = Duration::from_secs(2);

/// How many requests may wait for the board.
const REQUESTS: usize = 256;

/// A link to a board, at work in its thread.
#[derive(Debug)]
pub struct Link {
    said: PieceReceiver,
    requests: SyncSender<OwnedRequest>,
    status: Arc<Mutex<LinkStatus>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// Attaches, and returns once the link stands.
    pub fn start(options: AttachOptions) -> Result<Self, Refusal> {
        let firmware = options.elf.as_deref().map(Firmware::read).transpose()?;
        let (to_us, said) = queue();
        let (requests, from_us) = sync_channel(REQUESTS);
        let status = Arc::new(Mutex::new(LinkStatus::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (tell_up, up) = channel();
        let shared = (Arc::clone(&status), Arc::clone(&stop));
        let work = move || {
            let (status, stop) = shared;
            let mut host = Host::new(&options, firmware, to_us, from_us, &status, &stop, tell_up);
            let result = match &options.place {
                Where::Probe(wired) => probe::attend(&mut host, wired),
                Where::Tcp(address) => {
                    reconnecting::listen(&mut host, &Tcp { address, is_line: false })
                }
                Where::Line(address) => {
                    reconnecting::listen(&mut host, &Tcp { address, is_line: true })
                }
                Where::Serial { path, speed } => {
                    reconnecting::listen(&mut host, &Serial { path, speed: *speed })
                }
                Where::Capture(path) => stream::capture(&mut host, path),
            };
            host.end(result);
        };
        let thread = thread::Builder::new().name("board".into()).spawn(work).map_err(|error| {
            Refusal::unreachable(format!(
                "no thread can be started: {error}; free some processes and try again"
            ))
        })?;
        let link = Self { said, requests, status, stop, thread: Some(thread) };
        match up.recv_timeout(COMING_UP) {
            Ok(Ok(())) => Ok(link),
            Ok(Err(refusal)) => Err(refusal),
            Err(RecvTimeoutError::Timeout) => Err(Refusal::unreachable(format!(
                "the probe has not answered for {} s; unplug it, plug it in again and try once more",
                COMING_UP.as_secs()
            ))),
            Err(RecvTimeoutError::Disconnected) => Err(Refusal::unreachable(
                "the link to the board broke down while it was set up; try again",
            )),
        }
    }

    /// What was told since the last call, waiting at most `timeout` for it. `None`: nothing yet.
    pub fn next(&self, timeout: Duration) -> Option<LinkEvent> {
        match self.said.next(timeout) {
            Ok(said) => Some(said),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(LinkEvent::Over {
                lost: true,
                exit: None,
                text: "The link to the board broke down; attach again.".to_owned(),
            }),
        }
    }

    /// Sends bytes to the board's down channel, as soon as there is room. False: too many wait
    /// already, since the board takes none.
    pub fn send(&self, request: &OwnedRequest) -> bool {
        // A thread that has ended says so by itself.
        !matches!(self.requests.try_send(request.clone()), Err(TrySendError::Full(_)))
    }

    /// How the link is, as far as its thread knows: it counts bytes and not records.
    pub fn status(&self) -> LinkStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let until = Instant::now() + LEAVING;
        if let Some(thread) = self.thread.take() {
            while !thread.is_finished() && Instant::now() < until {
                // What it still tells must not hold it up.
                while self.said.next(Duration::ZERO).is_ok() {}
                thread::sleep(Duration::from_millis(1));
            }
            if thread.is_finished() {
                let _ = thread.join();
            }
        }
    }
}
