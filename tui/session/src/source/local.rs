//! A program in a child process of this same binary: records in, requests out.
//!
//! Its [keeper](super::kept) ends everything that it has started when it ends, when it is left, and
//! when this process is gone.

mod again;
mod poll;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, PipeWriter, Read, Write};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::time::Instant;

use command_fds::FdMapping;
use loopscope_model::control::OwnedRequest;
use loopscope_model::fault;
use loopscope_model::stream::{Mixed, Notes};
use loopscope_protocol::{Capabilities, Capability, ExitHow, Stream};
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

impl Local {
    pub(super) const fn reads_nothing(&self) -> bool {
        self.reads_nothing
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
