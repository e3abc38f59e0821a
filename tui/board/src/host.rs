//! The link's thread from inside: what every kind of link has in common, whatever moves the bytes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use loopscope_model::control::OwnedRequest;
use loopscope_model::fault;
use loopscope_model::link::{LinkState, LinkStatus, Processor};
use loopscope_protocol::RemarkKind;

use super::defmt::Dictionary;
use super::elf::Firmware;
use super::event::LinkEvent;
use super::logs::{Format, Logs};
use super::queue::PieceSender;
use super::splice::{Program, Splice};
use super::{AttachOptions, Refusal, Where};

/// How long a board may take to say hello and to send its first record or a snapshot.
const FIRST_WORDS: Duration = Duration::from_secs(2);

/// The most bytes that wait for room on the board; a request is a few. A server that takes none may
/// never have any.
const MOST_PENDING: usize = 4096;

/// How often a snapshot is asked for while none comes.
const ASK_AGAIN: Duration = Duration::from_millis(700);

/// The thread's end of a link.
pub(super) struct Host<'a> {
    pub(super) options: &'a AttachOptions,
    pub(super) firmware: Option<Arc<Firmware>>,
    dictionary: Option<&'static Dictionary>,
    splice: Option<Splice>,
    out: Vec<u8>,
    /// The program's own log, by the number of its channel.
    logs: BTreeMap<usize, Logs>,
    said: PieceSender,
    requests: Receiver<Vec<u8>>,
    /// Bytes for the board that had no room yet.
    pub(super) pending: Vec<u8>,
    status: &'a Mutex<LinkStatus>,
    stop: &'a AtomicBool,
    /// Tells once that the link stands, or why it cannot.
    up: Option<Sender<Result<(), Refusal>>>,
    began: Instant,
    asked: Option<Instant>,
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
        requests: Receiver<Vec<u8>>,
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
            said,
            requests,
            pending: Vec::new(),
            status,
            stop,
            up: Some(up),
            began: Instant::now(),
            asked: None,
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
        self.pending.extend(OwnedRequest::Hello.frames());
        if self.splice.is_none() {
            let names = self.firmware.as_deref().map(Firmware::names).unwrap_or_default();
            // A capture does not say when it was taken.
            let is_live = !matches!(self.options.place, Where::Capture(_));
            let now = if is_live { calendar } else { || None };
            let program = Program { file: &self.options.name(), names: &names, now };
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
            splice.other_firmware(&firmware.names(), &mut self.out);
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

    fn ask_for_snapshot(&mut self) {
        if self.pending.len() < MOST_PENDING {
            self.pending.extend(OwnedRequest::Snapshot.frames());
        }
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

    /// Takes bytes of one of the program's own channels.
    pub(super) fn log(&mut self, channel: usize, format: Format, bytes: &[u8]) {
        let Some(splice) = &mut self.splice else { return };
        let out = &mut self.out;
        let logs = self.logs.entry(channel);
        let logs = logs.or_insert_with(|| Logs::new(format, self.dictionary));
        logs.feed(bytes, |line| splice.add_line(line, out));
    }

    /// Nothing has come for a while: gives out what has no end of line, and what is still held back
    /// at the beginning.
    pub(super) fn idle(&mut self) {
        let Some(splice) = &mut self.splice else { return };
        let out = &mut self.out;
        for logs in self.logs.values_mut() {
            logs.rest(|line| splice.add_line(line, out));
        }
    }

    /// Looks after the beginning of the stream, and takes in what the board is to be told.
    pub(super) fn look_after(&mut self) {
        if let Some(splice) = &mut self.splice
            && !splice.is_open()
        {
            let due = self.asked.is_none_or(|asked| asked.elapsed() > ASK_AGAIN);
            let asks = splice.wants_snapshot() && due;
            if self.began.elapsed() > FIRST_WORDS {
                splice.open_anyway(&mut self.out);
            }
            if asks {
                self.asked = Some(Instant::now());
                self.ask_for_snapshot();
            }
        }
        while self.pending.len() < MOST_PENDING
            && let Ok(request) = self.requests.try_recv()
        {
            self.pending.extend(request);
        }
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
        self.said.send_last(LinkEvent::Over { lost, text });
    }
}

/// The calendar's time in nanoseconds since 1970.
fn calendar() -> Option<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}
