//! What is told of jobs, servers, transports, child processes and other descriptors. Whoever implements one of these
//! calls these operations, in whichever language it is written; each is one record.

use std::os::fd::{AsRawFd, BorrowedFd};

use loopscope_protocol::{
    CloseHow, Event, Fd, FutureId, JobHow, JobId, NameId, ObjectId, Pool, Text, TransportKind,
    WatchHow,
};

use super::super::current::is_quiet;
use super::super::peers::Peer;
use super::{Records, current, slot};

/// What completes a future from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromOutside {
    /// An executor's job.
    Job(JobId),
    /// A transport.
    Transport(ObjectId),
    /// A server.
    Server(ObjectId),
    /// A child process.
    Process(ObjectId),
}

/// What is told of a new transport.
#[derive(Clone, Copy, Debug)]
pub struct NewTransport<'a> {
    /// What it is.
    pub how: TransportKind,
    /// Its descriptor.
    pub fd: Fd,
    /// The other end; of a child process's pipe, which of its streams that is.
    pub address: &'a str,
    /// This end.
    pub local: &'a str,
    /// The server that accepted it.
    pub server: ObjectId,
    /// The child process at the other end.
    pub process: ObjectId,
}

impl Records<'_> {
    // ---- executors ---------------------------------------------------------------------------

    /// An executor got a function.
    pub fn job_submitted(self, job: JobId, name: NameId, pool: Pool) {
        self.emit(Event::ExecutorSubmit { job, name, by: current(), pool });
    }

    /// An executor's thread begins to run a function.
    pub fn job_started(self, job: JobId, thread: NameId) {
        self.emit(Event::ExecutorStart { job, name: thread });
    }

    /// An executor's function has ended.
    pub fn job_done(self, job: JobId, how: JobHow) {
        self.emit(Event::ExecutorDone { job, how });
    }

    /// Something outside will complete a future.
    pub fn future_outside(self, future: FutureId, from: FromOutside) {
        let none = ObjectId::NONE;
        let (job, transport, server, process) = match from {
            FromOutside::Job(job) => (job, none, none, none),
            FromOutside::Transport(id) => (JobId::NONE, id, none, none),
            FromOutside::Server(id) => (JobId::NONE, none, id, none),
            FromOutside::Process(id) => (JobId::NONE, none, none, id),
        };
        self.emit(Event::FutureOutside { future, job, transport, server, process });
    }

    // ---- servers -----------------------------------------------------------------------------

    /// A server begins to listen, on all these addresses.
    pub fn server_new(self, id: ObjectId, how: TransportKind, addresses: &str) {
        let event = Event::ServerNew { id, how, address: slot(addresses, Text::FIRST) };
        self.trace().emit_with(self.loop_id, event, &[addresses]);
    }

    /// One of a server's sockets listens.
    pub fn server_listens(self, id: ObjectId, fd: Fd, address: &str) {
        self.trace().peers().server(id, fd.0);
        let event = Event::ServerListen { id, fd, address: slot(address, Text::FIRST) };
        self.trace().emit_with(self.loop_id, event, &[address]);
    }

    /// A server was asked to close while it had this many connections.
    pub fn server_closing(self, id: ObjectId, clients: u32) {
        self.trace().peers().server_closed(id);
        self.emit(Event::ServerClose { id, clients });
    }

    /// A server is closed, and has no connections.
    pub fn server_closed(self, id: ObjectId) {
        self.emit(Event::ServerClosed { id });
    }

    // ---- transports --------------------------------------------------------------------------

    /// A transport exists.
    pub fn transport_new(self, id: ObjectId, new: NewTransport<'_>) {
        self.trace().peers().transport(id, new.fd.0);
        let event = Event::TransportNew {
            id,
            how: new.how,
            fd: new.fd,
            address: slot(new.address, Text::FIRST),
            local: slot(new.local, Text::SECOND),
            server: new.server,
            process: new.process,
        };
        self.trace().emit_with(self.loop_id, event, &[new.address, new.local]);
    }

    /// A transport has read this much.
    pub fn transport_read(self, id: ObjectId, bytes: u64) {
        self.emit(Event::TransportRead { id, bytes });
    }

    /// The operating system has taken this much from a transport.
    pub fn transport_written(self, id: ObjectId, bytes: u64) {
        self.emit(Event::TransportWrite { id, bytes });
    }

    /// Reading or writing pauses, with this much in the buffer.
    pub fn transport_paused(self, id: ObjectId, how: WatchHow, buffered: u64) {
        self.emit(Event::TransportPause { id, how, buffered });
    }

    /// Reading or writing goes on.
    pub fn transport_resumed(self, id: ObjectId, how: WatchHow) {
        self.emit(Event::TransportResume { id, how });
    }

    /// A direction has ended.
    pub fn transport_eof(self, id: ObjectId, how: WatchHow) {
        self.emit(Event::TransportEof { id, how });
    }

    /// TLS is agreed on; `text` says which.
    pub fn transport_tls(self, id: ObjectId, text: &str) {
        let event = Event::TransportTls { id, text: slot(text, Text::FIRST) };
        self.trace().emit_with(self.loop_id, event, &[text]);
    }

    /// A transport begins to close; `exception` says why where it is an error.
    pub fn transport_closing(self, id: ObjectId, how: CloseHow, exception: &str) {
        let event = Event::TransportClose { id, how, exception: slot(exception, Text::FIRST) };
        self.trace().emit_with(self.loop_id, event, &[exception]);
    }

    /// A transport's descriptor was given back.
    pub fn transport_closed(self, id: ObjectId) {
        self.trace().peers().transport_closed(id);
        self.emit(Event::TransportClosed { id });
    }

    // ---- child processes ---------------------------------------------------------------------

    /// A child process was started.
    pub fn process_new(self, id: ObjectId, pid: u32, command: &str) {
        self.trace().peers().process(id, pid);
        let event = Event::ProcessNew { id, pid, command: slot(command, Text::FIRST) };
        self.trace().emit_with(self.loop_id, event, &[command]);
    }

    /// A child process has ended.
    pub fn process_ended(self, id: ObjectId, pid: u32, code: i32) {
        self.trace().peers().process_ended(pid);
        self.emit(Event::ProcessExit { id, pid, code });
    }

    // ---- other descriptors -------------------------------------------------------------------

    /// Something is about to be told of a descriptor: who is at its other end, unless that is known.
    pub fn descriptor(self, fd: BorrowedFd<'_>) {
        if self.is_on()
            && !is_quiet()
            && let Some(peer) = self.trace().peers().look(fd)
        {
            self.descriptor_peer(fd, &peer);
        }
    }

    /// The same of a socket that begins to connect to an address.
    pub fn descriptor_connects(self, fd: BorrowedFd<'_>, address: &str) {
        if self.is_on()
            && !is_quiet()
            && let Some(peer) = self.trace().peers().connects(fd, address)
        {
            self.descriptor_peer(fd, &peer);
        }
    }

    fn descriptor_peer(self, fd: BorrowedFd<'_>, peer: &Peer) {
        let event = Event::DescriptorPeer {
            fd: Fd(fd.as_raw_fd()),
            how: peer.how.unwrap_or(TransportKind::Pipe),
            address: slot(&peer.address, Text::FIRST),
            local: slot(&peer.local, Text::SECOND),
            process: peer.process,
        };
        self.trace().emit_with(self.loop_id, event, &[&peer.address, &peer.local]);
    }
}
