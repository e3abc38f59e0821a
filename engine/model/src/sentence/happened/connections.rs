//! Sentences about servers, transports, executors' jobs and child processes.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    CloseHow, ConnectionEvent, JobHow, Pool, Signal, TransportKind, WatchHow, WorkEvent,
};

use crate::phrase::{Phrases, capital};
use crate::record::Record;
use crate::state::Completer;
use crate::titles::{bytes, count, signal_name};

pub(super) fn work(phrases: Phrases<'_>, record: &Record, event: WorkEvent) -> String {
    match event {
        WorkEvent::ExecutorSubmit { job, name, pool, .. } => {
            let name = phrases.names.name(name);
            let whom = match pool {
                Pool::Thread => "A thread of the executor is to run",
                Pool::Process => "A process of the executor is to run",
                Pool::Other => "The program's own executor is to run",
            };
            format!("{whom} {name} (job {}).", job.0)
        }
        WorkEvent::ExecutorStart { job, name } => {
            format!("Thread {} begins {}.", phrases.names.name(name), phrases.job(job))
        }
        WorkEvent::ExecutorDone { job, how } => match how {
            JobHow::Ended => format!("The executor has finished {}.", phrases.job(job)),
            JobHow::Result => {
                format!("{} has returned; the loop is being told.", capital(&phrases.job(job)))
            }
            JobHow::Exception => {
                format!(
                    "{} has ended with an exception; the loop is being told.",
                    capital(&phrases.job(job))
                )
            }
            JobHow::Cancelled => {
                format!("{} was cancelled before it began.", capital(&phrases.job(job)))
            }
        },
        WorkEvent::FutureOutside { future, job, transport, server, process } => {
            let whom = if job.is_some() {
                Completer::Job(job)
            } else if transport.is_some() {
                Completer::Transport(transport)
            } else if server.is_some() {
                Completer::Server(server)
            } else {
                Completer::Process(process)
            };
            let whom = phrases.completer(whom);
            format!("{} will be completed by {whom}.", phrases.future_alone(future))
        }
        WorkEvent::ProcessNew { id, pid, command } => match &*record.shown(command) {
            "" => format!("Child process {} was started (pid {pid}).", id.0),
            command => format!("Child process {} was started: {command} (pid {pid}).", id.0),
        },
        WorkEvent::ProcessExit { id, code, .. } => match u8::try_from(-i64::from(code)) {
            Ok(signal @ 1..) => {
                format!("Child process {} was killed by {}.", id.0, signal_name(Signal(signal)))
            }
            _ => format!("Child process {} ended with code {code}.", id.0),
        },
    }
}

pub(super) fn connections(phrases: Phrases<'_>, record: &Record, event: ConnectionEvent) -> String {
    match event {
        ConnectionEvent::ServerNew { id, how, address } => {
            format!("Server {} listens for {} on {}.", id.0, kinds(how), record.shown(address))
        }
        ConnectionEvent::ServerListen { id, fd, address } => {
            format!("Server {} listens on {}, by fd {}.", id.0, record.shown(address), fd.0)
        }
        ConnectionEvent::ServerClose { id, clients: 0 } => {
            format!("{} listens no more.", phrases.server(id))
        }
        ConnectionEvent::ServerClose { id, clients } => {
            let open = count(clients as usize, "connection");
            format!("{} listens no more; {open} of it stay open.", phrases.server(id))
        }
        ConnectionEvent::ServerClosed { id } => {
            format!("Server {} is closed, and has no connections.", id.0)
        }
        ConnectionEvent::TransportNew { id, fd, server, .. } => {
            let peer = phrases.peer(id);
            let what = if server.is_some() {
                format!("{} has accepted {peer}", phrases.server(server))
            } else {
                format!("there is a connection to {peer}")
            };
            let what = crate::phrase::capital(&what);
            format!("{what}: transport {} on fd {}.", id.0, fd.0)
        }
        ConnectionEvent::TransportRead { id, bytes: n } => {
            format!("{} came from {}.", bytes(n), phrases.peer(id))
        }
        ConnectionEvent::TransportWrite { id, bytes: n } => {
            format!("{} went to {}.", bytes(n), phrases.peer(id))
        }
        ConnectionEvent::TransportPause { id, how: WatchHow::Read, .. } => {
            format!("Nothing is read from {} for now.", phrases.peer(id))
        }
        ConnectionEvent::TransportPause { id, how: WatchHow::Write, buffered } => format!(
            "{} wait for {} to take them: its protocol is told to pause.",
            bytes(buffered),
            phrases.peer(id)
        ),
        ConnectionEvent::TransportResume { id, how: WatchHow::Read } => {
            format!("What {} sends is read again.", phrases.peer(id))
        }
        ConnectionEvent::TransportResume { id, how: WatchHow::Write } => {
            format!("Enough went to {}: its protocol is told to go on.", phrases.peer(id))
        }
        ConnectionEvent::TransportEof { id, how: WatchHow::Read } => {
            format!("{} has ended its side.", phrases.subject(id))
        }
        ConnectionEvent::TransportEof { id, how: WatchHow::Write } => {
            format!("{} is told that no more will come.", phrases.subject(id))
        }
        ConnectionEvent::TransportTls { id, text } => match &*record.shown(text) {
            "" => format!("What goes to {} is encrypted from now on.", phrases.peer(id)),
            text => format!("What goes to {} is encrypted from now on ({text}).", phrases.peer(id)),
        },
        ConnectionEvent::TransportClose { id, how, exception } => {
            let why = match how {
                CloseHow::Close => "close() was called".to_owned(),
                CloseHow::Eof => "the other end has ended".to_owned(),
                CloseHow::Abort => "abort() was called".to_owned(),
                CloseHow::Error => record.shown(exception).into_owned(),
            };
            format!("The connection to {} begins to close: {why}.", phrases.peer(id))
        }
        ConnectionEvent::TransportClosed { id } => {
            format!("Transport {} is closed, and its descriptor given back.", id.0)
        }
    }
}

/// What a server listens for.
const fn kinds(how: TransportKind) -> &'static str {
    match how {
        TransportKind::Tls => "TLS connections",
        TransportKind::Tcp
        | TransportKind::Unix
        | TransportKind::Udp
        | TransportKind::Pipe
        | TransportKind::Process => "connections",
    }
}
