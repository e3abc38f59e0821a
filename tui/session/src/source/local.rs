//! A program in a child process of this same binary: records in, requests out.
//!
//! Its [keeper](super::kept) ends everything that it has started when it ends, when it is left, and
//! when this process is gone.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, PipeWriter, Read, Seek as _, Write};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use command_fds::FdMapping;
use loopscope_engine::child;
use loopscope_model::control::OwnedRequest;
use loopscope_model::fault;
use loopscope_model::stream::{Arrived, Came, Mixed, Notes};
use loopscope_protocol::{Capabilities, Capability, Dialect, Event, ExitHow, Stream, Text};
use nix::sys::signal::Signal;

pub use super::kept::Stdin;
use super::kept::{self, Kept, Lifeline, Scratch};
pub use super::launch::{Launch, Speaks};
use super::reading::Reading;
use super::successor::Successor;
use super::{End, SourceError, ending};

/// How much is read from the pipe at once, and taken in by one call of `poll`: a few milliseconds'
/// worth of records, for which a key can wait.
const PIECE: usize = 1 << 15;

/// How many pieces may wait. A child that is ahead of us by more than that waits in its `write`.
const PIECES: usize = 16;

/// How long a child whose pipe is closed may go on before it is taken for stuck.
const GRACE: Duration = Duration::from_secs(2);

/// A program in a child process.
#[derive(Debug)]
pub struct Local {
    name: String,
    /// What it was started with, to be started once more.
    args: Vec<OsString>,
    /// Where it may write. It is there for as long as the program is.
    scratch: Option<Arc<Scratch>>,
    /// The file that it reads, from wherever it has come to.
    input: Option<File>,
    /// Whether its standard input is empty.
    reads_nothing: bool,
    kept: Kept,
    requests: Option<PipeWriter>,
    pieces: Receiver<Vec<u8>>,
    /// Comes to its end with the records, for whoever waits for that on another thread.
    end: Option<End>,
    successor: Successor,
    stream: Reading,
    patient: bool,
    /// Whether its output goes only into records.
    capture: bool,
    memory_limit: Option<u64>,
    /// Since when the pipe is closed.
    closed: Option<Instant>,
    status: Option<ExitStatus>,
    killed: Option<ExitHow>,
    exit_seen: bool,
    /// Whether it has sent a record.
    begun: bool,
    ended: bool,
}

impl Local {
    /// Starts a program.
    pub fn start(launch: Launch) -> Result<Self, SourceError> {
        let name = launch.name.clone();
        Self::try_start(launch).map_err(|error| {
            SourceError(format!(
                "`{name}` cannot be started: {error}; free some memory or processes and try again"
            ))
        })
    }

    fn try_start(launch: Launch) -> io::Result<Self> {
        let input = match &launch.stdin {
            Stdin::File(file) => Some(file.try_clone()?),
            Stdin::Inherit | Stdin::Empty => None,
        };
        let reads_nothing = matches!(launch.stdin, Stdin::Empty);
        let (records, to_us) = io::pipe()?;
        let (from_us, requests) = io::pipe()?;
        let (successor, [out, err]) = Successor::start(!launch.capture)?;
        let args = [&["--successor".into()], &launch.args[..]].concat();
        let mut command = kept::command(&args, launch.stdin, launch.shown)?;
        if let Some(scratch) = &launch.scratch {
            scratch.offer(&mut command);
        }
        if launch.capture {
            // What a crash prints on its way out must not end up on the screen.
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        let mappings = vec![
            FdMapping { parent_fd: to_us.into(), child_fd: 3 },
            FdMapping { parent_fd: from_us.into(), child_fd: 4 },
            FdMapping { parent_fd: out.into(), child_fd: 5 },
            FdMapping { parent_fd: err.into(), child_fd: 6 },
        ];
        let (kept, key) = Kept::start(command, mappings)?;
        let (sender, pieces) = sync_channel(PIECES);
        let (here, end) = channel();
        let listen = move || {
            let _here = here;
            read(records, &sender, PIECE);
        };
        std::thread::Builder::new().name("records".into()).spawn(listen)?;
        Ok(Self {
            name: launch.name,
            args: launch.args,
            scratch: launch.scratch,
            input,
            reads_nothing,
            kept,
            requests: Some(requests),
            pieces,
            end: Some(end),
            successor,
            stream: match launch.speaks {
                Speaks::Sealed => Reading::sealed(key, launch.unread),
                Speaks::Notes => Reading::Notes(Notes::new()),
                Speaks::Mixed => Reading::Mixed(Mixed::new(!launch.capture)),
            },
            patient: launch.patient,
            capture: launch.capture,
            memory_limit: launch.memory_limit,
            closed: None,
            status: None,
            killed: None,
            begun: false,
            exit_seen: false,
            ended: false,
        })
    }

    /// What signals go to the program by.
    pub fn line(&self) -> Lifeline {
        self.kept.line()
    }

    /// What comes to its end with the records: once.
    pub const fn end(&mut self) -> Option<End> {
        self.end.take()
    }

    /// How the child's process ended, once it has.
    pub const fn status(&self) -> Option<ExitStatus> {
        self.status
    }

    /// Why we have ended it, if we have.
    pub fn ended_by_us(&self) -> Option<ExitHow> {
        self.killed.filter(|_| self.status.is_some_and(ending::was_killed))
    }

    fn feed(&mut self, bytes: &[u8], came: &mut Vec<Came>) {
        let before = came.len();
        self.stream.feed(bytes, came);
        // A name may come by itself, and what is printed must not come before the first record.
        self.begun |= came[before..]
            .iter()
            .any(|each| matches!(each, Came::Piece(_) | Came::Arrived(Arrived::Record(_))));
        self.exit_seen |= came[before..].iter().any(|each| {
            matches!(each, Came::Arrived(Arrived::Record(record))
                if matches!(record.event, Event::ProgramExit { .. }))
        });
    }

    /// The pipe is closed: the child has ended, or is about to.
    fn finish(&mut self, timeout: Duration, came: &mut Vec<Came>) {
        let since = *self.closed.get_or_insert_with(Instant::now);
        let until = Instant::now() + timeout;
        loop {
            // A program may have become another one, which goes on without records of ours.
            self.hear_successor(None, came);
            if !came.is_empty() {
                return;
            }
            match self.kept.try_wait() {
                Ok(Some(status)) => {
                    self.status = Some(status);
                    break;
                }
                // Somebody else has waited for it, so its status is not known.
                Err(_) => break,
                Ok(None) if !self.patient && since.elapsed() > GRACE => self.kill(ExitHow::Lost),
                Ok(None) => {}
            }
            if Instant::now() >= until {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.ended = true;
        self.requests = None;
        self.cut_off(came);
        self.hear_successor(Some(Instant::now() + GRACE), came);
        if !self.exit_seen
            && let Some(status) = self.status
        {
            let text = ending::sentence(status, self.killed, self.memory_limit);
            let how = self.killed.unwrap_or(ExitHow::Lost);
            let event = Event::ProgramExit { code: ending::code(status), how, text: Text::FIRST };
            self.say(&event, &text, came);
        }
    }

    /// The child itself says nothing more. What it had begun to say is in neither the history nor the
    /// recording.
    fn cut_off(&mut self, came: &mut Vec<Came>) {
        self.stream.cut_off(came);
    }

    /// Records what the program prints that it has become.
    fn hear_successor(&mut self, until: Option<Instant>, came: &mut Vec<Came>) {
        let lines = self.successor.lines(until);
        if self.exit_seen && !self.stream.hears_output() {
            // It has not become another one: it found the way there by itself.
            self.successor.take_passed();
            return;
        }
        if lines.is_empty() {
            return;
        }
        if self.closed.is_some() {
            self.patient = true;
            self.cut_off(came);
        }
        for (stream, text) in lines {
            self.say(&Event::Output { stream, text: Text::FIRST }, &text, came);
        }
    }

    /// Says something in the child's place.
    fn say(&mut self, event: &Event, text: &str, came: &mut Vec<Came>) {
        // Not by `feed`: the child itself has said nothing.
        let record = self.stream.host_event(event, [text, ""]);
        came.push(Came::Arrived(Arrived::Record(record)));
    }
}

/// Hands on what comes out of a pipe or a socket, until it is closed or nobody listens.
/// `piece`: how many bytes are handed on at once at most.
pub(super) fn read(mut from: impl Read, to: &SyncSender<Vec<u8>>, piece: usize) {
    let mut buffer = vec![0; piece];
    loop {
        fault::point("records");
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(got) => {
                if to.send(buffer[..got].to_vec()).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// The same file, read from its start.
fn from_its_start(file: &File) -> io::Result<File> {
    let mut again = file.try_clone()?;
    again.rewind()?;
    Ok(again)
}

impl Local {
    pub(super) const fn reads_nothing(&self) -> bool {
        self.reads_nothing
    }

    pub(super) fn again(&self, dialect: Option<Dialect>) -> Result<Self, SourceError> {
        let stdin = match &self.input {
            None => Stdin::Empty,
            Some(_) if dialect.is_some() => {
                return Err(SourceError(format!(
                    "`{}` reads a file as its standard input, which two runs cannot read at once; \
                     record both runs and compare the recordings",
                    self.name
                )));
            }
            Some(file) => Stdin::File(from_its_start(file).map_err(|error| {
                SourceError(format!(
                    "the standard input of `{}` cannot be read once more: {error}; start it anew \
                     from the shell",
                    self.name
                ))
            })?),
        };
        let mut options = child::Options::from_args(self.args.clone())
            .map_err(|error| SourceError(error.to_string()))?;
        if dialect.is_some() && Speaks::of(&options) == Speaks::Mixed {
            // A dialect is one of ours.
            options.python = None;
        }
        options.dialect = dialect.unwrap_or(options.dialect);
        options.paused = true;
        // Compared with itself it writes nowhere; started anew, as before.
        let capture = dialect.is_some() || self.capture;
        options.capture = capture;
        Self::start(Launch {
            args: options.to_args(),
            name: self.name.clone(),
            stdin,
            shown: true,
            capture,
            patient: false,
            memory_limit: options.memory_limit,
            scratch: self.scratch.clone(),
            unread: false,
            speaks: Speaks::of(&options),
        })
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        if let Some(hello) = self.stream.hello() {
            return hello.capabilities;
        }
        // What it will say once it has started.
        let can = Capabilities::default()
            .with(Capability::Pause)
            .with(Capability::Python)
            .with(Capability::Interrupt);
        match self.stream {
            Reading::Notes(_) | Reading::Mixed(_) => can,
            Reading::Sealed(..) => can.with(Capability::Lines).with(Capability::Look),
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        clippy::unnecessary_wraps,
        reason = "every source is asked in the same way"
    )]
    pub(super) fn request(&mut self, request: OwnedRequest) -> Result<(), SourceError> {
        if matches!((&self.stream, &request), (Reading::Mixed(_), OwnedRequest::Interrupt)) {
            // It reads its requests between two records only, and a signal reaches it in between.
            self.kept.line().send(Signal::SIGINT, false);
            return Ok(());
        }
        // A child that has gone away is noticed where its records end.
        if let Some(requests) = &mut self.requests
            && requests.write_all(&request.frames()).is_err()
        {
            self.requests = None;
        }
        Ok(())
    }

    /// What has arrived, waiting at most `timeout` for the first of it.
    pub fn poll(&mut self, timeout: Duration) -> Vec<Arrived> {
        let read = |came| match came {
            Came::Arrived(arrived) => Some(arrived),
            // Pieces are only handed on where that was asked for.
            Came::Piece(_) => None,
        };
        self.poll_unread(timeout).into_iter().filter_map(read).collect()
    }

    /// The same, with pieces as they are where that was asked for.
    pub fn poll_unread(&mut self, timeout: Duration) -> Vec<Came> {
        let mut came = Vec::new();
        if self.ended {
            return came;
        }
        if self.closed.is_some() {
            self.finish(timeout, &mut came);
            return came;
        }
        // What it prints comes by another way, and no record comes before its first one.
        if self.stream.hears_output() && self.begun {
            self.hear_successor(None, &mut came);
            if !came.is_empty() {
                return came;
            }
        }
        match self.pieces.recv_timeout(timeout) {
            Ok(piece) => self.feed(&piece, &mut came),
            Err(RecvTimeoutError::Timeout) => return came,
            Err(RecvTimeoutError::Disconnected) => {
                self.finish(timeout, &mut came);
                return came;
            }
        }
        came
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    /// Whether its process is gone, and all that it sent was read.
    pub const fn is_ended(&self) -> bool {
        self.ended
    }

    /// A sentence about what the program did to its records, if it did anything.
    pub fn warning(&self) -> Option<String> {
        let (strange, lost) = self.stream.harm();
        let what = match (strange, lost) {
            (0, 0) => return None,
            (0, _) => "read from".to_owned(),
            _ => format!("wrote {strange} bytes into"),
        };
        Some(format!(
            "the program {what} the pipe that its records come through; nothing of that is believed, \
             but records may be missing"
        ))
    }

    /// What a program that has become another one printed since the last call, where it is passed on.
    pub fn take_passed(&mut self) -> Vec<(Stream, Vec<u8>)> {
        let printed = self.stream.take_passed();
        let mut passed = self.successor.take_passed();
        if !printed.is_empty() {
            passed.insert(0, (Stream::Stdout, printed));
        }
        passed
    }

    /// Ends it at once. `why` is what the end is to be called.
    pub fn kill(&mut self, why: ExitHow) {
        if self.status.is_some() {
            return;
        }
        self.killed.get_or_insert(why);
        self.kept.end();
    }
}
