//! The link's thread from inside: what every kind of link has in common, whatever moves the bytes.

mod output;
mod requests;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use loopscope_model::control::OwnedRequest;
use loopscope_model::fault;
use loopscope_model::link::{LinkState, LinkStatus, Processor};
use loopscope_protocol::{RemarkKind, Stream};

use super::defmt::Dictionary;
use super::elf::Firmware;
use super::event::LinkEvent;
use super::logs::Logs;
use super::queue::PieceSender;
use super::splice::{Program, Splice};
use super::{AttachOptions, Refusal, Where};

/// The thread's end of a link.
pub(super) struct Host<'a> {
    pub(super) options: &'a AttachOptions,
    pub(super) firmware: Option<Arc<Firmware>>,
    dictionary: Option<&'static Dictionary>,
    splice: Option<Splice>,
    out: Vec<u8>,
    /// The program's own log, by the number of its channel.
    logs: BTreeMap<usize, Logs>,
    /// What it says by semihosting: to standard output, and to standard error.
    said_there: [Logs; 2],
    /// The exit code with which it has ended, and all that it said was taken.
    exit: Option<u8>,
    said: PieceSender,
    requests: Receiver<OwnedRequest>,
    /// Bytes for the board that had no room yet.
    pub(super) pending: Vec<u8>,
    status: &'a Mutex<LinkStatus>,
    stop: &'a AtomicBool,
    /// Nothing is sent to the board.
    is_silent: bool,
    /// Tells once that the link stands, or why it cannot.
    up: Option<Sender<Result<(), Refusal>>>,
    began: Instant,
    asked: Option<Instant>,
    /// When the board was told last that we are still there, for which it holds.
    stayed: Option<Instant>,
    /// What is to be said as soon as the link stands.
    remark: Option<String>,
}

/// How a link came to its end.
#[derive(Debug)]
pub(super) enum End {
    /// It was asked to.
    Asked,
    /// There is nothing more to come.
    Complete(String),
    /// The program has ended by itself, with this exit code.
    Exited(u8),
    /// The board is gone.
    Lost(String),
    /// It never stood.
    Refused(Refusal),
}

impl<'a> Host<'a> {
    pub(super) fn new(
        options: &'a AttachOptions,
        firmware: Option<Firmware>,
        said: PieceSender,
        requests: Receiver<OwnedRequest>,
        status: &'a Mutex<LinkStatus>,
        stop: &'a AtomicBool,
        up: Sender<Result<(), Refusal>>,
    ) -> Self {
        let mut host = Self {
            options,
            firmware: None,
            dictionary: None,
            splice: None,
            out: Vec::new(),
            logs: BTreeMap::new(),
            said_there: [Stream::Stdout, Stream::Stderr].map(Logs::text),
            exit: None,
            said,
            requests,
            pending: Vec::new(),
            status,
            stop,
            is_silent: false,
            up: Some(up),
            began: Instant::now(),
            asked: None,
            stayed: None,
            remark: None,
        };
        if let Some(firmware) = firmware {
            host.take_firmware(Arc::new(firmware));
        }
        host
    }

    fn take_firmware(&mut self, firmware: Arc<Firmware>) {
        self.dictionary = match Dictionary::of(&firmware.bytes) {
            // What decodes a log borrows its dictionary, and lives as long as the thread: there is
            // one for each firmware that the board has while it is attached.
            Ok(dictionary) => dictionary.map(|dictionary| &*Box::leak(Box::new(dictionary))),
            Err(sentence) => {
                self.remark = Some(sentence);
                None
            }
        };
        self.firmware = Some(firmware);
        self.logs.clear();
    }
}

impl Host<'_> {
    pub(super) fn is_to_stop(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Notes how the link is now.
    pub(super) fn note(&self, change: impl FnOnce(&mut LinkStatus)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Nothing is to be sent to the board: what reads there takes it for keys.
    pub(super) const fn sends_nothing(&mut self) {
        self.is_silent = true;
    }

    /// The link stands. `fresh`: nobody has read from the board since its reset.
    pub(super) fn connected(&mut self, fresh: bool) {
        self.note(|status| {
            if !status.is_up() {
                status.state = LinkState::Up(Processor::Unknown);
            }
        });
        self.began = Instant::now();
        self.asked = None;
        self.pending.clear();
        // A hello lets go what is held. A board that was only away has had one, and stays held.
        if fresh || !self.splice.as_ref().is_some_and(Splice::is_open) {
            self.pending.extend(OwnedRequest::Hello.frames());
        }
        if self.splice.is_none() {
            let names = self.firmware.as_deref().map(Firmware::names).unwrap_or_default();
            // A capture does not say when it was taken.
            let is_live = !matches!(self.options.place, Where::Capture(_));
            let now = if is_live { calendar } else { || None };
            let pools =
                self.firmware.as_deref().map(|firmware| &*firmware.pools).unwrap_or_default();
            let program = Program { file: &self.options.name(), names: &names, pools, now };
            self.splice = Some(Splice::new(program, fresh));
        }
        if let Some(remark) = self.remark.take() {
            self.remark(RemarkKind::Log, &remark);
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
        self.begins_again(RemarkKind::Reset, why);
    }

    fn begins_again(&mut self, kind: RemarkKind, why: &str) {
        self.logs.clear();
        self.note(|status| status.resets += 1);
        if let Some(splice) = &mut self.splice {
            splice.restarted(kind, why, &mut self.out);
        }
    }

    /// The board has another firmware, and begins again.
    pub(super) fn other_firmware(&mut self, firmware: Arc<Firmware>, why: &str) {
        self.begins_again(RemarkKind::Firmware, why);
        if let Some(splice) = &mut self.splice {
            splice.other_firmware(&firmware.names(), &firmware.pools, &mut self.out);
        }
        self.take_firmware(firmware);
    }

    /// The board cannot be reached at the moment.
    pub(super) fn away(&mut self, why: &str) {
        self.note(|status| status.state = LinkState::Away);
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
        self.ask_for_snapshot();
    }

    /// The board is there again.
    pub(super) fn back(&mut self, why: &str) {
        self.note(|status| status.returns += 1);
        self.remark(RemarkKind::Link, why);
        self.ask_for_snapshot();
    }

    /// Says something about the board, in its stream.
    pub(super) fn remark(&mut self, kind: RemarkKind, text: &str) {
        if let Some(splice) = &mut self.splice {
            splice.remark(kind, text, &mut self.out);
        }
    }

    /// Takes bytes of the record channel. Whether a reset showed in them.
    pub(super) fn records(&mut self, bytes: &[u8]) -> bool {
        let Some(splice) = &mut self.splice else { return false };
        let before = splice.resets();
        splice.feed(bytes, &mut self.out);
        let (got, garbage) = (bytes.len() as u64, splice.garbage());
        let resets = splice.resets() - before;
        self.note(|status| {
            status.bytes += got;
            status.garbage = garbage;
            status.resets += resets;
        });
        resets > 0
    }

    /// Hands over what the stream has. False: nobody is there any more.
    pub(super) fn hand_over(&mut self) -> bool {
        fault::point("board");
        if self.out.is_empty() {
            return !self.is_to_stop();
        }
        let mut said = LinkEvent::Bytes(std::mem::take(&mut self.out));
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

    pub(super) fn end(mut self, end: End) {
        self.note(|status| status.state = LinkState::Away);
        let mut exit = None;
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
            End::Exited(code) => {
                exit = Some(code);
                (false, format!("The program has ended with exit code {code}."))
            }
            End::Lost(text) => (true, text),
        };
        self.rest(|logs, line| logs.rest(line));
        if let Some(splice) = &mut self.splice {
            splice.open_anyway(&mut self.out);
        }
        self.hand_over();
        self.said.send_last(LinkEvent::Over { lost, exit, text });
    }
}

/// The calendar's time in nanoseconds since 1970.
fn calendar() -> Option<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}
