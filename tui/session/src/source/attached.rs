//! A Python process that runs already: its recorder tells over a socket what happens, and it may be
//! asked for what it can do - only to be watched, unless the user wants control. It runs on when it is
//! left, or when we are gone.

use std::io::{ErrorKind, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use loopscope_engine::child::RECORDER;
use loopscope_model::control::{OwnedReply, OwnedRequest};
use loopscope_model::link::{LinkState, LinkStatus, Processor};
use loopscope_model::stream::{Arrived, Came, Notes};
use loopscope_process::{caller, meeting};
use loopscope_protocol::{Capabilities, Capability, Event, ExitHow, Text};

use super::SourceError;
use super::local::read;
use super::meter::Meter;

/// The exit code of a program that is gone, and ours when a process is lost.
pub const LOST: i32 = 4;

/// How much is read from the socket at once.
const PIECE: usize = 1 << 16;

/// How many pieces may wait. A process that is ahead of us by more drops records, and counts them.
const PIECES: usize = 64;

/// The most pieces that one call of `poll` takes in.
const MOST: usize = 16;

/// How long a process may take to say who it is: it looks at all of its tasks first.
const HELLO: Duration = Duration::from_secs(15);

/// How long a request may wait for room.
const ROOM: Duration = Duration::from_secs(1);

/// Where the process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// It listens at a socket.
    Socket(PathBuf),
    /// It has this number.
    Pid(u32),
}

/// A process that was attached to.
#[derive(Debug)]
pub struct Attached {
    name: String,
    folder: Option<PathBuf>,
    pid: Option<u32>,
    control: bool,
    stream: Option<UnixStream>,
    pieces: Receiver<Vec<u8>>,
    notes: Notes,
    /// What came before anybody asked.
    early: Vec<Arrived>,
    /// It has told all that there was when we came.
    told_all: bool,
    exit_seen: bool,
    ended: bool,
    last: LinkState,
    bytes: u64,
    records: u64,
    gaps: u64,
    missing: u64,
    meter: Meter,
}

impl Attached {
    /// Attaches to a process. `control`: it may be paused and stepped. `handles_only`: it tells of
    /// handles, and of nothing else.
    pub fn to(place: &Whereabouts, control: bool, handles_only: bool) -> Result<Self, SourceError> {
        let refused = |refusal: loopscope_process::Refusal| SourceError(refusal.to_string());
        let (stream, pid) = match place {
            Whereabouts::Socket(path) => meeting::connect(path).map_err(refused)?,
            Whereabouts::Pid(pid) => match meeting::of(*pid) {
                Some(path) => meeting::connect(&path).map_err(refused)?,
                None => (caller::call(*pid, RECORDER).map_err(refused)?, Some(*pid)),
            },
        };
        let shown = match place {
            Whereabouts::Pid(pid) => format!("process {pid}"),
            Whereabouts::Socket(path) => format!("`{}`", path.display()),
        };
        let trouble = |what: &str| SourceError(format!("{shown} cannot be attached to: {what}"));
        let mut attached = Self::on(stream, pid, control)
            .map_err(|error| trouble(&format!("{error}; try again")))?;
        if handles_only {
            attached.send(&OwnedRequest::Handles)?;
        }
        attached.greet().map_err(|what| trouble(&what))
    }

    fn on(stream: UnixStream, pid: Option<u32>, control: bool) -> std::io::Result<Self> {
        stream.set_write_timeout(Some(ROOM))?;
        let (sender, pieces) = sync_channel(PIECES);
        let from = stream.try_clone()?;
        std::thread::Builder::new()
            .name("records".into())
            .spawn(move || read(from, &sender, PIECE))?;
        Ok(Self {
            name: String::new(),
            folder: None,
            pid,
            control,
            stream: Some(stream),
            pieces,
            notes: Notes::new(),
            early: Vec::new(),
            told_all: false,
            exit_seen: false,
            ended: false,
            last: LinkState::Up(Processor::Unknown),
            bytes: 0,
            records: 0,
            gaps: 0,
            missing: 0,
            meter: Meter::new(),
        })
    }

    /// Says hello, and waits until the process has told who it is and all that there is.
    fn greet(mut self) -> Result<Self, String> {
        self.send(&OwnedRequest::Hello).map_err(|error| error.0)?;
        let until = Instant::now() + HELLO;
        let mut early = Vec::new();
        while !self.told_all && !self.ended && Instant::now() < until {
            self.listen(Duration::from_millis(20), &mut early);
        }
        let refused = early.iter().find_map(|each| match each {
            Arrived::Reply(OwnedReply::Refused { text }) => Some(text.clone()),
            _ => None,
        });
        match (self.notes.hello(), refused) {
            (_, Some(text)) => return Err(text),
            (None, None) if self.ended => {
                return Err("it ended the connection before it said who it is".to_owned());
            }
            (None, None) => {
                return Err(format!(
                    "it did not say who it is within {} s; try again when it is less busy",
                    HELLO.as_secs()
                ));
            }
            (Some(hello), None) => self.pid = Some(hello.pid),
        }
        self.folder = self.notes.folder().filter(|told| !told.is_empty()).map(PathBuf::from);
        let names: Vec<_> = early
            .iter()
            .filter_map(|each| match each {
                Arrived::Name(id, name) => Some((*id, name)),
                _ => None,
            })
            .collect();
        let file = early.iter().find_map(|each| match each {
            Arrived::Record(record) => match record.event {
                Event::RunStart { file, .. } => Some(file),
                _ => None,
            },
            _ => None,
        });
        let told = names.iter().find(|(id, _)| Some(*id) == file).map(|(_, name)| name.to_string());
        self.name = told.unwrap_or_else(|| "python".to_owned());
        self.early = early;
        Ok(self)
    }

    /// Takes in what the process tells.
    fn listen(&mut self, timeout: Duration, arrived: &mut Vec<Arrived>) {
        let mut wait = timeout;
        for _ in 0..MOST {
            match self.pieces.recv_timeout(wait) {
                Ok(piece) => self.feed(&piece, arrived),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    self.end(arrived);
                    break;
                }
            }
            wait = Duration::ZERO;
        }
        self.meter.count(0);
    }

    fn feed(&mut self, bytes: &[u8], arrived: &mut Vec<Arrived>) {
        self.bytes += bytes.len() as u64;
        let mut came = Vec::new();
        self.notes.feed(bytes, &mut came);
        let before = self.records;
        for each in came {
            // Pieces are our own engine's.
            let Came::Arrived(each) = each else { continue };
            if let Arrived::Record(record) = &each {
                self.records += 1;
                match record.event {
                    Event::Gap { lost } => {
                        self.gaps += 1;
                        self.missing += u64::from(lost);
                    }
                    Event::SnapshotEnd {} => self.told_all = true,
                    Event::ProgramExit { .. } => self.exit_seen = true,
                    _ => {}
                }
            }
            arrived.push(each);
        }
        self.meter.count(self.records - before);
    }

    /// Nothing more will come: the program has ended, or it is lost.
    fn end(&mut self, arrived: &mut Vec<Arrived>) {
        self.ended = true;
        self.stream = None;
        self.notes.cut_off();
        if self.exit_seen || self.notes.hello().is_none() {
            self.last = LinkState::Released;
            return;
        }
        let which = self.pid.map_or_else(String::new, |pid| format!(" {pid}"));
        let text = if self.pid.is_none_or(is_going) {
            format!("Process{which} is gone, without a word about its end.")
        } else {
            format!("Process{which} ended the connection, and runs on.")
        };
        let event = Event::ProgramExit { code: LOST, how: ExitHow::Lost, text: Text::FIRST };
        arrived.push(Arrived::Record(self.notes.host_event(&event, [&text, ""])));
        self.last = LinkState::Gone(text);
    }

    fn send(&mut self, request: &OwnedRequest) -> Result<(), SourceError> {
        let Some(stream) = &mut self.stream else {
            return Err(SourceError(match &self.last {
                LinkState::Gone(sentence) => sentence.clone(),
                _ => "The process is not attached any more.".to_owned(),
            }));
        };
        // One that is gone is noticed where its records end.
        match stream.write_all(&request.frames()) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Err(SourceError(
                    "The process takes no requests at the moment; try again.".to_owned(),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Lets the process go; it runs on.
    pub(super) fn leave(&mut self) {
        if self.stream.is_some() {
            let _ = self.send(&OwnedRequest::Detach);
        }
        if let Some(stream) = self.stream.take() {
            let _ = stream.shutdown(Shutdown::Write);
            // It puts back what it has put in place, and then ends the connection.
            let until = Instant::now() + ROOM;
            while Instant::now() < until
                && !matches!(
                    self.pieces.recv_timeout(Duration::from_millis(20)),
                    Err(RecvTimeoutError::Disconnected)
                )
            {}
            let _ = stream.shutdown(Shutdown::Both);
            self.last = LinkState::Released;
        }
        self.ended = true;
    }
}

/// Whether a process is gone, or will be at once: it closes its files a moment before.
fn is_going(pid: u32) -> bool {
    let until = Instant::now() + ROOM / 2;
    while meeting::is_alive(pid) {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

impl Attached {
    pub(super) fn capabilities(&self) -> Capabilities {
        let told = self.notes.hello().map_or(Capabilities::default(), |hello| hello.capabilities);
        let mut mine = Capabilities::default();
        if told.has(Capability::Snapshot) {
            mine = mine.with(Capability::Snapshot);
        }
        if self.control {
            let mays =
                [Capability::Pause, Capability::Python, Capability::Interrupt, Capability::Look];
            for may in mays {
                mine = if told.has(may) { mine.with(may) } else { mine };
            }
        }
        mine
    }

    #[expect(clippy::needless_pass_by_value, reason = "every source is asked in the same way")]
    pub(super) fn request(&mut self, request: OwnedRequest) -> Result<(), SourceError> {
        let what = match request {
            OwnedRequest::Run { .. } | OwnedRequest::Pause => "it is not paused",
            OwnedRequest::Python { .. } => "no Python runs in it",
            OwnedRequest::Interrupt => "it is not interrupted",
            _ => "",
        };
        if !self.control && !what.is_empty() {
            return Err(SourceError(format!(
                "The process is only watched, so {what}; attach with --control to do that."
            )));
        }
        self.send(&request)
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

    pub(super) fn warning(&self) -> Option<String> {
        match self.notes.strange() {
            0 => None,
            strange => Some(format!(
                "{strange} bytes of the process's records could not be read; records may be missing"
            )),
        }
    }

    /// How the link is.
    pub(super) fn link(&self) -> LinkStatus {
        LinkStatus {
            state: self.last.clone(),
            pid: self.pid,
            control: self.control,
            bytes: self.bytes,
            garbage: self.notes.strange(),
            records: self.records,
            rate: self.meter.rate,
            gaps: self.gaps,
            lost: self.missing,
            ..LinkStatus::default()
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if self.stream.is_some() {
            self.leave();
        }
    }
}
