//! A source for tests: a history written by hand that is sent as a child process would send it,
//! held where it is asked to hold.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use loopscope_model::Record;
use loopscope_model::control::{OwnedReply, OwnedRequest};
use loopscope_model::link::{LinkState, LinkStatus, Processor};
use loopscope_model::story::Story;
use loopscope_model::stream::Arrived;
use loopscope_protocol::{Capabilities, Capability, Kind, StopWhen};

use super::SourceError;

/// What a test can see of it from outside.
#[derive(Debug, Default)]
pub struct Seen {
    /// How many records the program has got to: nothing later has happened.
    pub sent: usize,
    /// All requests.
    pub requests: Vec<OwnedRequest>,
}

/// A program whose records are known beforehand.
#[derive(Debug)]
pub struct Script {
    records: VecDeque<Record>,
    until: Option<StopWhen>,
    pause: bool,
    ended: bool,
    /// Whether the end of the records is the end of the program, or an endless sleep.
    sleeps: bool,
    /// It is a board that is only watched: it runs on, whatever it is asked.
    watched: bool,
    answers: Vec<Arrived>,
    /// Gives what comes next, of a board that sends for ever.
    feed: Option<Feed>,
    seen: Arc<Mutex<Seen>>,
}

/// What gives the next records whenever it is asked.
struct Feed(Box<dyn FnMut() -> Vec<Arrived> + Send>);

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Feed")
    }
}

impl Script {
    /// One that ends after its last record, and what is to be seen of it.
    pub fn new(story: &Story) -> (Self, Arc<Mutex<Seen>>) {
        let seen = Arc::default();
        let script = Self {
            records: story.records().iter().cloned().collect(),
            until: None,
            pause: false,
            ended: false,
            sleeps: false,
            watched: false,
            // Names may be known before they are used.
            answers: story.arrivals().filter(|it| !matches!(it, Arrived::Record(_))).collect(),
            feed: None,
            seen: Arc::clone(&seen),
        };
        (script, seen)
    }

    /// One that sleeps for ever after its last record.
    pub fn sleeping(story: &Story) -> (Self, Arc<Mutex<Seen>>) {
        let (mut script, seen) = Self::new(story);
        script.sleeps = true;
        (script, seen)
    }

    /// A board that sends these records, a few whenever it is looked at, and may not be paused.
    pub fn watched(story: &Story) -> Self {
        let (mut script, _) = Self::sleeping(story);
        script.watched = true;
        script.until = Some(StopWhen::default());
        script
    }

    /// A board that sends whatever this gives, each time that it is looked at, and may not be paused.
    pub fn fed(feed: impl FnMut() -> Vec<Arrived> + Send + 'static) -> Self {
        Self { feed: Some(Feed(Box::new(feed))), ..Self::watched(&Story::new()) }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn holds_at(&mut self, kind: Kind) -> bool {
        let Some(until) = &mut self.until else { return false };
        let mut hit = self.pause || until.kinds.has(kind) || kind == Kind::ProgramExit;
        if until.records > 0 {
            until.records -= 1;
            hit |= until.records == 0;
        }
        hit
    }
}

impl Script {
    pub(super) fn capabilities(&self) -> Capabilities {
        if self.watched {
            return Capabilities::default();
        }
        Capabilities::default()
            .with(Capability::Pause)
            .with(Capability::Python)
            .with(Capability::Interrupt)
    }

    pub(super) fn request(&mut self, request: OwnedRequest) -> Result<(), SourceError> {
        if self.watched {
            return Err(SourceError("The board is only watched.".to_owned()));
        }
        match &request {
            OwnedRequest::Run { until } => self.until = Some(*until),
            OwnedRequest::Pause => self.pause = true,
            OwnedRequest::Python { code } if code == "1/0" => {
                let text = "Traceback (most recent call last):\nZeroDivisionError\n".to_owned();
                self.answers.push(Arrived::Reply(OwnedReply::Ran { ok: false, text }));
            }
            OwnedRequest::Python { code } if code == "refuse" => {
                let text = "Python cannot run here.".to_owned();
                self.answers.push(Arrived::Reply(OwnedReply::Refused { text }));
            }
            // Any other statement causes the next record.
            OwnedRequest::Python { code } => {
                if let Some(record) = self.records.pop_front() {
                    self.seen().sent += 1;
                    self.answers.push(Arrived::Record(record));
                }
                let text = format!("{code}!\n");
                self.answers.push(Arrived::Reply(OwnedReply::Ran { ok: true, text }));
            }
            _ => {}
        }
        self.seen().requests.push(request);
        Ok(())
    }

    pub(super) fn poll(&mut self, timeout: Duration) -> Vec<Arrived> {
        if self.ended {
            return Vec::new();
        }
        if let Some(feed) = &mut self.feed {
            return feed.0();
        }
        let mut arrived = std::mem::take(&mut self.answers);
        if arrived.is_empty() && (self.until.is_none() || self.records.is_empty()) {
            std::thread::sleep(timeout);
        }
        // Few at once, so that a run takes several calls.
        for _ in 0..3 {
            if self.until.is_none() {
                break;
            }
            let Some(record) = self.records.pop_front() else {
                self.ended = !self.sleeps;
                break;
            };
            let (kind, seq) = (record.kind(), record.seq);
            self.seen().sent += 1;
            arrived.push(Arrived::Record(record));
            if self.holds_at(kind) {
                (self.until, self.pause) = (None, false);
                let seq = u32::try_from(seq).unwrap_or(0);
                arrived.push(Arrived::Reply(OwnedReply::Held { seq }));
            }
        }
        arrived
    }

    #[expect(clippy::unused_self, reason = "every source is asked in the same way")]
    pub(super) fn name(&self) -> String {
        "script.py".to_owned()
    }

    pub(super) const fn is_board(&self) -> bool {
        self.watched
    }

    pub(super) fn link(&self) -> Option<LinkStatus> {
        let state =
            if self.ended { LinkState::Released } else { LinkState::Up(Processor::Unknown) };
        self.watched.then(|| LinkStatus { state, ..LinkStatus::default() })
    }

    pub(super) const fn is_ended(&self) -> bool {
        self.ended
    }

    /// Its process is gone, or it was let go.
    pub(super) const fn end(&mut self) {
        self.ended = true;
    }
}
