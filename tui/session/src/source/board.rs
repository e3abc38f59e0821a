//! A board as a source: what its link tells becomes records, and it may be asked for what it can
//! do - only to be watched, unless the user wants control.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use loopscope_board::emulated::Emulated;
use loopscope_board::{AttachOptions, Link, LinkEvent, Refusal};
use loopscope_model::control::{OwnedReply, OwnedRequest};
use loopscope_model::link::{LinkState, LinkStatus};
use loopscope_model::stream::{Arrived, Ingest};
use loopscope_protocol::{Capabilities, Capability, Event, ExitHow, Text};

use super::SourceError;
use super::meter::Meter;

/// The exit code of a program on a board that is gone, and ours when a board is lost.
pub const LOST: i32 = 4;

/// How long a board may take to say who it is.
const HELLO: Duration = Duration::from_millis(2500);

/// How much may come before that: a source that is far faster than any board is not waited for.
const MOST_EARLY: usize = 100_000;
const MOST_EARLY_BYTES: u64 = 4 << 20;

/// The most names of a board's that are kept: its firmware's file has fewer.
const MOST_NAMES: usize = 1 << 20;

/// A lossy stream is not made worse by snapshots more often than this.
const SNAPSHOTS: Duration = Duration::from_secs(1);

/// The most pieces that one call of `poll` takes in.
const MOST: usize = 64;

/// How long the farewell may take on its way to the board.
const FAREWELL: Duration = Duration::from_millis(60);

/// A board.
#[derive(Debug)]
pub struct Board {
    name: String,
    folder: Option<PathBuf>,
    link: Option<Link>,
    /// The machine behind the link, where it is emulated. It ends after the link.
    machine: Option<Emulated>,
    control: bool,
    ingest: Ingest,
    /// What came before anybody asked.
    early: Vec<Arrived>,
    /// How many bytes have come.
    fed: u64,
    ended: bool,
    /// How the link was at its end.
    last: LinkStatus,
    dropped: Option<u32>,
    /// A gap has come that no snapshot has followed yet.
    wants_snapshot: bool,
    asked: Option<Instant>,
    records: u64,
    gaps: u64,
    missing: u64,
    meter: Meter,
}

impl Board {
    /// Attaches to a board. `control`: it may be paused and stepped.
    pub fn attach(options: AttachOptions, control: bool) -> Result<Self, Refusal> {
        let (name, folder) = (options.name(), options.folder());
        Ok(Self::on(name, folder, Link::start(options)?, None, control))
    }

    /// Attaches to a board that is emulated here.
    pub fn emulated(machine: Emulated, control: bool) -> Result<Self, Refusal> {
        let options = machine.options.clone();
        let (name, folder) = (options.name(), options.folder());
        let link = Link::start(options).map_err(|refusal| match machine.end() {
            // What the link saw of that is only that nothing answers.
            Some(text) => Refusal { text, ..refusal },
            None => refusal,
        })?;
        Ok(Self::on(name, folder, link, Some(machine), control))
    }

    fn on(
        name: String,
        folder: Option<PathBuf>,
        link: Link,
        machine: Option<Emulated>,
        control: bool,
    ) -> Self {
        let mut board = Self {
            name,
            folder,
            link: Some(link),
            machine,
            control,
            ingest: Ingest::new().with_most_names(MOST_NAMES),
            early: Vec::new(),
            fed: 0,
            ended: false,
            last: LinkStatus::default(),
            dropped: None,
            wants_snapshot: false,
            asked: None,
            records: 0,
            gaps: 0,
            missing: 0,
            meter: Meter::new(),
        };
        let until = Instant::now() + HELLO;
        while board.ingest.hello().is_none()
            && !board.ended
            && board.early.len() < MOST_EARLY
            && board.fed < MOST_EARLY_BYTES
            && Instant::now() < until
        {
            let mut early = std::mem::take(&mut board.early);
            board.listen(Duration::from_millis(20), &mut early);
            board.early = early;
        }
        board
    }

    /// Takes in what the link tells.
    fn listen(&mut self, timeout: Duration, arrived: &mut Vec<Arrived>) {
        let mut wait = timeout;
        for _ in 0..MOST {
            let Some(said) = self.link.as_ref().and_then(|link| link.next(wait)) else { break };
            wait = Duration::ZERO;
            match said {
                LinkEvent::Bytes(bytes) => self.feed(&bytes, arrived),
                LinkEvent::Over { exit: Some(code), text, .. } => {
                    self.exited(code, &text, arrived);
                    break;
                }
                LinkEvent::Over { lost, text, .. } => {
                    self.end(lost.then_some(text), arrived);
                    break;
                }
            }
        }
        self.meter.count(0);
        self.ask_for_snapshot();
    }

    fn feed(&mut self, bytes: &[u8], arrived: &mut Vec<Arrived>) {
        self.fed += bytes.len() as u64;
        self.ingest.feed(bytes);
        let before = self.records;
        for each in self.ingest.by_ref() {
            match &each {
                Arrived::Record(record) => {
                    self.records += 1;
                    match record.event {
                        Event::Gap { lost } => {
                            self.gaps += 1;
                            self.missing += u64::from(lost);
                            self.wants_snapshot = true;
                        }
                        Event::SnapshotBegin {} => self.wants_snapshot = false,
                        _ => {}
                    }
                }
                Arrived::Reply(OwnedReply::Dropped { count }) => self.dropped = Some(*count),
                // Only a snapshot can be refused, and nobody but us has asked for it.
                Arrived::Reply(OwnedReply::Refused { .. }) => continue,
                Arrived::Reply(_) | Arrived::Name(..) | Arrived::Chain { .. } => {}
            }
            arrived.push(each);
        }
        self.meter.count(self.records - before);
    }

    /// After a gap the present state is asked for.
    fn ask_for_snapshot(&mut self) {
        let can = self.ingest.hello().is_some_and(|h| h.capabilities.has(Capability::Snapshot));
        let due = self.asked.is_none_or(|asked| asked.elapsed() > SNAPSHOTS);
        if self.wants_snapshot
            && can
            && due
            && let Some(link) = &self.link
        {
            self.asked = Some(Instant::now());
            // If there is no room for it, it is asked for again.
            let _ = link.send(&OwnedRequest::Snapshot);
        }
    }

    /// The program has ended by itself.
    fn exited(&mut self, code: u8, text: &str, arrived: &mut Vec<Arrived>) {
        self.ended = true;
        self.ingest.cut_off();
        let how = ExitHow::Exit;
        self.tell(&Event::ProgramExit { code: code.into(), how, text: Text::FIRST }, text, arrived);
        self.let_go(LinkState::Released);
    }

    /// Adds an event of ours at the end.
    fn tell(&mut self, event: &Event, text: &str, arrived: &mut Vec<Arrived>) {
        arrived.extend(self.ingest.by_ref());
        let frames = self.ingest.host_event(event, &[text]);
        self.ingest.feed(&frames);
        arrived.extend(self.ingest.by_ref());
    }

    /// Nothing more will come. A loss is told by a record, too.
    fn end(&mut self, lost: Option<String>, arrived: &mut Vec<Arrived>) {
        self.ended = true;
        self.ingest.cut_off();
        arrived.extend(self.ingest.by_ref());
        if let Some(text) = lost {
            // The machine behind it knows better why.
            let text = self.machine.as_ref().and_then(Emulated::end).unwrap_or(text);
            let event = Event::ProgramExit { code: LOST, how: ExitHow::Lost, text: Text::FIRST };
            self.tell(&event, &text, arrived);
            self.let_go(LinkState::Gone(text));
        } else {
            self.let_go(LinkState::Released);
        }
    }

    /// The link ends, and so does the machine behind it, where it is emulated.
    fn let_go(&mut self, state: LinkState) {
        if let Some(link) = self.link.take() {
            self.last = LinkStatus { state, ..link.status() };
        }
        self.machine = None;
        self.ended = true;
    }

    /// Lets the board go; it runs on.
    pub(super) fn leave(&mut self) {
        if self.control
            && let Some(link) = &self.link
        {
            let _ = link.send(&OwnedRequest::Detach);
            std::thread::sleep(FAREWELL);
        }
        self.let_go(LinkState::Released);
    }
}

impl Board {
    pub(super) fn capabilities(&self) -> Capabilities {
        let told = self.ingest.hello().map_or(Capabilities::default(), |hello| hello.capabilities);
        let mut mine = Capabilities::default();
        if told.has(Capability::Snapshot) {
            mine = mine.with(Capability::Snapshot);
        }
        if self.control && told.has(Capability::Pause) {
            mine = mine.with(Capability::Pause);
        }
        mine
    }

    #[expect(clippy::needless_pass_by_value, reason = "every source is asked in the same way")]
    pub(super) fn request(&mut self, request: OwnedRequest) -> Result<(), SourceError> {
        let refuse = |text: &str| Err(SourceError(text.to_owned()));
        match request {
            OwnedRequest::Run { .. } | OwnedRequest::Pause if !self.control => {
                return refuse(
                    "The board is only watched, so it is not paused; attach with --control to pause and step it.",
                );
            }
            OwnedRequest::Run { .. } | OwnedRequest::Pause
                if !self.capabilities().has(Capability::Pause) =>
            {
                return refuse(
                    "The board's scheduler cannot be paused: its agent only tells what happens.",
                );
            }
            OwnedRequest::Python { .. } => {
                return refuse("A board runs no Python; `py` is for local programs.");
            }
            OwnedRequest::Interrupt => {
                return refuse(
                    "A board cannot be interrupted as by Ctrl-C; `pause` holds it if it was attached with --control.",
                );
            }
            _ => {}
        }
        match &self.link {
            Some(link) if link.send(&request) => Ok(()),
            Some(_) => refuse(
                "The board takes no requests at the moment, and too many wait for it already; wait until it runs, or attach again.",
            ),
            None => match &self.last.state {
                LinkState::Gone(sentence) => refuse(sentence),
                _ => refuse("The board is not attached any more."),
            },
        }
    }

    pub(super) fn poll(&mut self, timeout: Duration) -> Vec<Arrived> {
        let mut arrived = std::mem::take(&mut self.early);
        if !self.ended {
            let wait = if arrived.is_empty() { timeout } else { Duration::ZERO };
            self.listen(wait, &mut arrived);
        }
        arrived
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended && self.early.is_empty()
    }

    /// How the link is.
    pub(super) fn link(&self) -> LinkStatus {
        let told = self.link.as_ref().map_or_else(|| self.last.clone(), Link::status);
        LinkStatus {
            control: self.control,
            records: self.records,
            rate: self.meter.rate,
            gaps: self.gaps,
            lost: self.missing,
            dropped: self.dropped,
            ..told
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if self.link.is_some() {
            self.leave();
        }
    }
}
