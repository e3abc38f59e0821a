//! What connects a loop to the outside: watched descriptors, signals, executors' jobs, servers,
//! transports and child processes.

use loopscope_protocol::{
    By, CloseHow, Fd, FutureId, HandleId, JobId, LoopId, NameId, ObjectId, Pool, Signal, TaskId,
    TransportKind, WatchHow,
};

use crate::record::Texts;

/// A descriptor that a loop watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Its loop.
    pub loop_id: LoopId,
    /// The descriptor.
    pub fd: Fd,
    /// For what it is watched.
    pub how: WatchHow,
    /// The handle that runs when it is ready.
    pub handle: HandleId,
    /// Whether it is known to be there still; false after a gap.
    pub known: bool,
}

/// A signal with a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalHandler {
    /// Its loop.
    pub loop_id: LoopId,
    /// The signal.
    pub signal: Signal,
    /// The handle that runs when it arrives.
    pub handle: HandleId,
    /// Whether it is known to be there still; false after a gap.
    pub known: bool,
}

/// A function that was given to an executor and has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its loop.
    pub loop_id: LoopId,
    /// The function's qualified name.
    pub name: NameId,
    /// Who gave it.
    pub by: By,
    /// The task that gave it.
    pub task: TaskId,
    /// What runs it.
    pub pool: Pool,
    /// The thread that runs it, once one has begun.
    pub thread: NameId,
    /// The future that will have its result.
    pub future: FutureId,
    /// When it was given or, once it has begun, when that was.
    pub since: Option<u64>,
    /// Whether it is known to run still; false after a gap.
    pub known: bool,
}

/// A server that listens, or waits for its last connections to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its id.
    pub id: ObjectId,
    /// Its loop.
    pub loop_id: LoopId,
    /// What its connections are.
    pub how: TransportKind,
    /// Where it listens, in the first text.
    pub address: Texts,
    /// By which descriptors.
    pub sockets: Vec<Fd>,
    /// The task that made it listen.
    pub task: TaskId,
    /// How many connections it has accepted.
    pub accepted: u32,
    /// How many of these are open.
    pub clients: u32,
    /// How many bytes all of them have read.
    pub read: u64,
    /// How many bytes all of them have written.
    pub written: u64,
    /// Whether it was asked to close, and waits for its last connections.
    pub closing: bool,
    /// Whether it is known to be there still; false after a gap.
    pub known: bool,
}

/// A transport that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// Its id.
    pub id: ObjectId,
    /// Its loop.
    pub loop_id: LoopId,
    /// What it is.
    pub how: TransportKind,
    /// Its descriptor.
    pub fd: Fd,
    /// The other end in the first text, this end in the second.
    pub address: Texts,
    /// The server that accepted it.
    pub server: ObjectId,
    /// The child process at the other end.
    pub process: ObjectId,
    /// The task that used it last: that waited for it, or wrote to it.
    pub task: TaskId,
    /// How many bytes it has read.
    pub read: u64,
    /// How many bytes it has written.
    pub written: u64,
    /// How many bytes waited to be written when writing paused; 0 where it does not pause.
    pub buffered: u64,
    /// Whether reading pauses.
    pub reading_paused: bool,
    /// Whether writing pauses.
    pub writing_paused: bool,
    /// Whether the other end has ended.
    pub read_eof: bool,
    /// Whether the other end was told that this one has ended.
    pub write_eof: bool,
    /// By what it began to close.
    pub closing: Option<CloseHow>,
    /// Whether it is known to be open still; false after a gap.
    pub known: bool,
}

impl Transport {
    /// What is special about it now, in a few words each.
    pub fn states(&self) -> Vec<&'static str> {
        let closing = match self.closing {
            Some(CloseHow::Abort) => "aborted",
            Some(CloseHow::Error) => "failed",
            Some(CloseHow::Close | CloseHow::Eof) => "closing",
            None => "",
        };
        let all = [
            (self.closing.is_some(), closing),
            (self.reading_paused, "reading paused"),
            (self.writing_paused, "writing paused"),
            (self.read_eof && self.closing.is_none(), "has ended its side"),
            (self.write_eof && self.closing.is_none(), "told of our end"),
        ];
        all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect()
    }
}

/// A child process of the program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: ObjectId,
    /// Its loop.
    pub loop_id: LoopId,
    /// As the operating system numbers it.
    pub pid: u32,
    /// What it runs, in the first text.
    pub command: Texts,
    /// The task that started it.
    pub task: TaskId,
    /// When it was started.
    pub since: Option<u64>,
    /// Whether it is known to run still; false after a gap.
    pub known: bool,
}

/// Whose a descriptor is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// The descriptor.
    pub fd: Fd,
    /// The transport whose it is.
    pub transport: ObjectId,
    /// The server that listens on it.
    pub server: ObjectId,
    /// What it is, where it is neither's.
    pub how: Option<TransportKind>,
    /// The other end of such a one in the first text, this end in the second.
    pub ends: Texts,
    /// The child process whose end it tells.
    pub process: ObjectId,
}

/// What completes a future that no handle is known to complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completer {
    /// Nothing that was told.
    #[default]
    Unknown,
    /// An executor's job, by its end.
    Job(JobId),
    /// A transport, when something comes or goes.
    Transport(ObjectId),
    /// A server, when it is closed.
    Server(ObjectId),
    /// A child process, by its end.
    Process(ObjectId),
    /// Whoever gives way at a lock, a queue or the like.
    Sync(ObjectId),
}
