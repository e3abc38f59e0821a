//! The link's thread: what it shares with the rest of the program, and what every kind of link has
//! in common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, channel, sync_channel,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use loopscope_model::control::OwnedRequest;
use loopscope_protocol::Stream;

use super::defmt::Dictionary;
use super::elf::Firmware;
use super::logs::Logs;
use super::splice::Splice;
use super::{Refusal, Where, Wish, probe, stream};

/// How long a link may take to come up, flashing included, before its silence counts as failure.
const COMING_UP: Duration = Duration::from_mins(2);

/// How long the thread may take to end before it is left to itself: a probe may hang.
const LEAVING: Duration = Duration::from_secs(2);

/// How long a board may take to say hello and to send its first record or a snapshot.
const FIRST_WORDS: Duration = Duration::from_secs(2);

/// How often a snapshot is asked for while none comes.
const ASK_AGAIN: Duration = Duration::from_millis(700);

/// How many pieces may wait for whoever reads them. After that the board's ring fills, and the
/// board counts what it drops.
const PIECES: usize = 4096;

/// What the thread tells.
#[derive(Debug)]
pub enum Said {
    /// Frames of the stream.
    Bytes(Vec<u8>),
    /// The board is gone for good, or the capture is at its end: the last thing that is told.
    Over {
        /// Whether that is a loss.
        lost: bool,
        /// The sentence.
        text: String,
    },
}

/// What the processor does, as far as the probe can see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Processor {
    /// A raw stream does not tell.
    #[default]
    Unknown,
    /// It runs.
    Running,
    /// It waits for an interrupt.
    Sleeping,
    /// It is held, and why.
    Halted(String),
}

/// How the link is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Whether the board is there at this moment.
    pub connected: bool,
    /// What the processor does.
    pub processor: Processor,
    /// How many times the board was reset.
    pub resets: u32,
    /// How many times the link was lost and came back.
    pub returns: u32,
    /// Bytes that came from the board.
    pub bytes: u64,
    /// Bytes among them that were no frame.
    pub garbage: u64,
}

/// A link to a board, at work in its thread.
#[derive(Debug)]
pub struct Link {
    said: Receiver<Said>,
    requests: Sender<Vec<u8>>,
    health: Arc<Mutex<Health>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// Attaches, and returns once the link stands.
    pub fn start(wish: Wish) -> Result<Self, Refusal> {
        let firmware = wish.elf.as_deref().map(Firmware::read).transpose()?;
        let (to_us, said) = sync_channel(PIECES);
        let (requests, from_us) = channel();
        let health = Arc::new(Mutex::new(Health::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (tell_up, up) = channel();
        let shared = (Arc::clone(&health), Arc::clone(&stop));
        let work = move || {
            let (health, stop) = shared;
            let dictionary = firmware.as_ref().map(|firmware| Dictionary::of(&firmware.bytes));
            let (dictionary, remark) = match dictionary {
                Some(Ok(dictionary)) => (dictionary, None),
                Some(Err(sentence)) => (None, Some(sentence)),
                None => (None, None),
            };
            let mut host = Host {
                wish: &wish,
                firmware: firmware.as_ref(),
                splice: None,
                out: Vec::new(),
                logs: Logs::new(dictionary.as_ref()),
                said: to_us,
                requests: from_us,
                pending: Vec::new(),
                health: &health,
                stop: &stop,
                up: Some(tell_up),
                began: Instant::now(),
                asked: None,
            };
            let result = match &wish.place {
                Where::Probe(wired) => probe::attend(&mut host, wired, remark.as_deref()),
                Where::Tcp(address) => stream::tcp(&mut host, address),
                Where::Capture(path) => stream::capture(&mut host, path),
            };
            host.end(result);
        };
        let thread = thread::Builder::new().name("board".into()).spawn(work).map_err(|error| {
            Refusal::unreachable(format!(
                "no thread can be started: {error}; free some processes and try again"
            ))
        })?;
        let link = Self { said, requests, health, stop, thread: Some(thread) };
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
    pub fn next(&self, timeout: Duration) -> Option<Said> {
        match self.said.recv_timeout(timeout) {
            Ok(said) => Some(said),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Said::Over {
                lost: true,
                text: "The link to the board broke down; attach again.".to_owned(),
            }),
        }
    }

    /// Sends bytes to the board's down channel, as soon as there is room.
    pub fn send(&self, request: &OwnedRequest) {
        // A thread that has ended says so by itself.
        let _ = self.requests.send(request.frames());
    }

    /// How the link is.
    pub fn health(&self) -> Health {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let until = Instant::now() + LEAVING;
        if let Some(thread) = self.thread.take() {
            while !thread.is_finished() && Instant::now() < until {
                // What it still tells must not hold it up.
                while self.said.try_recv().is_ok() {}
                thread::sleep(Duration::from_millis(1));
            }
            if thread.is_finished() {
                let _ = thread.join();
            }
        }
    }
}

/// The thread's end of a link.
pub(super) struct Host<'a> {
    pub(super) wish: &'a Wish,
    pub(super) firmware: Option<&'a Firmware>,
    splice: Option<Splice>,
    out: Vec<u8>,
    logs: Logs<'a>,
    said: SyncSender<Said>,
    requests: Receiver<Vec<u8>>,
    /// Bytes for the board that had no room yet.
    pub(super) pending: Vec<u8>,
    health: &'a Mutex<Health>,
    stop: &'a AtomicBool,
    /// Tells once that the link stands, or why it cannot.
    up: Option<Sender<Result<(), Refusal>>>,
    began: Instant,
    asked: Option<Instant>,
}

/// How a link came to its end.
#[derive(Debug)]
pub(super) enum End {
    /// It was asked to.
    Asked,
    /// There is nothing more to come.
    Complete(String),
    /// The board is gone.
    Lost(String),
    /// It never stood.
    Refused(Refusal),
}

impl Host<'_> {
    pub(super) fn is_to_stop(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub(super) fn health(&self, change: impl FnOnce(&mut Health)) {
        change(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The link stands. `fresh`: nobody has read from the board since its reset.
    pub(super) fn connected(&mut self, fresh: bool) {
        self.health(|health| health.connected = true);
        self.began = Instant::now();
        self.asked = None;
        self.pending.clear();
        self.pending.extend(OwnedRequest::Hello.frames());
        if self.splice.is_none() {
            let names = self.firmware.map(Firmware::names).unwrap_or_default();
            self.splice = Some(Splice::new(&names, fresh));
        }
        if let Some(up) = self.up.take() {
            let _ = up.send(Ok(()));
        }
    }

    /// Whether the link has stood at least once.
    pub(super) const fn was_up(&self) -> bool {
        self.up.is_none()
    }

    /// The board was reset, and begins again.
    pub(super) fn restarted(&mut self, why: &str) {
        self.logs.restart();
        self.health(|health| health.resets += 1);
        if let Some(splice) = &mut self.splice {
            splice.restarted(why, &mut self.out);
        }
    }

    /// The board cannot be reached at the moment.
    pub(super) fn away(&mut self, why: &str) {
        self.health(|health| {
            health.connected = false;
            health.processor = Processor::Unknown;
        });
        if let Some(splice) = &mut self.splice {
            splice.interrupted(why, &mut self.out);
        }
        self.hand_over();
    }

    /// Some bytes were read by somebody else.
    pub(super) fn skipped(&mut self, why: &str) {
        if let Some(splice) = &mut self.splice {
            splice.interrupted(why, &mut self.out);
        }
        self.pending.extend(OwnedRequest::Snapshot.frames());
    }

    /// The board is there again.
    pub(super) fn back(&mut self, why: &str) {
        self.health(|health| health.returns += 1);
        self.remark(why);
        self.pending.extend(OwnedRequest::Snapshot.frames());
    }

    /// Says something about the board, in its stream.
    pub(super) fn remark(&mut self, line: &str) {
        if let Some(splice) = &mut self.splice {
            splice.remark(Stream::Stderr, line, &mut self.out);
        }
    }

    /// Takes bytes of the record channel.
    pub(super) fn records(&mut self, bytes: &[u8]) {
        let Some(splice) = &mut self.splice else { return };
        splice.feed(bytes, &mut self.out);
        let (got, garbage) = (bytes.len() as u64, splice.garbage());
        self.health(|health| {
            health.bytes += got;
            health.garbage = garbage;
        });
    }

    /// Takes bytes of the log channel.
    pub(super) fn log(&mut self, bytes: &[u8]) {
        let Some(splice) = &mut self.splice else { return };
        let out = &mut self.out;
        self.logs.feed(bytes, |stream, line| splice.remark(stream, line, out));
    }

    /// Nothing has come for a while: gives out what has no end of line, and what is still held back
    /// at the beginning.
    pub(super) fn idle(&mut self) {
        let Some(splice) = &mut self.splice else { return };
        let out = &mut self.out;
        self.logs.rest(|stream, line| splice.remark(stream, line, out));
    }

    /// Looks after the beginning of the stream, and takes in what the board is to be told.
    pub(super) fn look_after(&mut self) {
        if let Some(splice) = &mut self.splice
            && !splice.is_open()
        {
            let due = self.asked.is_none_or(|asked| asked.elapsed() > ASK_AGAIN);
            if splice.wants_snapshot() && due {
                self.asked = Some(Instant::now());
                self.pending.extend(OwnedRequest::Snapshot.frames());
            }
            if self.began.elapsed() > FIRST_WORDS {
                splice.open_anyway(&mut self.out);
            }
        }
        while let Ok(request) = self.requests.try_recv() {
            self.pending.extend(request);
        }
    }

    /// Hands over what the stream has. False: nobody is there any more.
    pub(super) fn hand_over(&mut self) -> bool {
        if self.out.is_empty() {
            return !self.is_to_stop();
        }
        let mut said = Said::Bytes(std::mem::take(&mut self.out));
        loop {
            match self.said.try_send(said) {
                Ok(()) => return !self.is_to_stop(),
                Err(TrySendError::Disconnected(_)) => return false,
                Err(TrySendError::Full(back)) => {
                    if self.is_to_stop() {
                        return false;
                    }
                    said = back;
                    thread::sleep(Duration::from_millis(1));
                }
            }
        }
    }

    /// Waits, but not if it is to stop.
    pub(super) fn pause(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_to_stop() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(Duration::from_millis(20)));
        }
    }

    fn end(mut self, end: End) {
        self.health(|health| health.connected = false);
        let (lost, text) = match end {
            End::Refused(refusal) => match self.up.take() {
                Some(up) => {
                    let _ = up.send(Err(refusal));
                    return;
                }
                None => (true, refusal.text),
            },
            End::Asked => return,
            End::Complete(text) => (false, text),
            End::Lost(text) => (true, text),
        };
        self.idle();
        if let Some(splice) = &mut self.splice {
            splice.open_anyway(&mut self.out);
        }
        self.hand_over();
        let _ = self.said.send(Said::Over { lost, text });
    }
}
