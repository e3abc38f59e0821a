//! What records about servers and transports change.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    ConnectionEvent as Event, LoopId, ObjectId, TaskId, TransportKind, WatchHow,
};

use crate::record::Record;
use crate::state::index::Outside;
use crate::state::{Descriptor, Server, State, Transport};

impl State {
    pub(super) fn apply_connection(&mut self, record: &Record, event: Event, on: LoopId) {
        let loop_id = on;
        match event {
            Event::ServerNew { id, how, .. } => {
                self.index.sure.insert(Outside::Server(id));
                let server = Server {
                    id,
                    loop_id,
                    how,
                    address: record.texts.clone(),
                    sockets: Vec::new(),
                    task: self.task_at_work(loop_id),
                    accepted: 0,
                    clients: 0,
                    read: 0,
                    written: 0,
                    closing: false,
                    known: true,
                };
                self.servers.insert(id, server);
            }
            Event::ServerListen { id, fd, .. } => {
                self.descriptors.insert(fd, Descriptor { fd, server: id, ..Descriptor::default() });
                if let Some(server) = self.server_mut(id) {
                    server.sockets.push(fd);
                }
            }
            Event::ServerClose { id, clients } => {
                self.listens_no_more(id);
                if let Some(server) = self.server_mut(id) {
                    (server.closing, server.clients) = (true, clients);
                }
            }
            Event::ServerClosed { id } => {
                self.listens_no_more(id);
                self.index.sure.remove(&Outside::Server(id));
                let known = self.servers.remove(&id).is_some();
                self.end_of(known, || format!("Server {} closed, but was never made.", id.0));
            }
            Event::TransportNew { id, how, fd, server, process, .. } => {
                self.index.sure.insert(Outside::Transport(id));
                let transport = Transport {
                    id,
                    loop_id,
                    how,
                    fd,
                    address: record.texts.clone(),
                    server,
                    process,
                    task: if server.is_some() {
                        // The task that makes it is the server's own.
                        TaskId::NONE
                    } else {
                        self.task_at_work(loop_id)
                    },
                    read: 0,
                    written: 0,
                    buffered: 0,
                    reading_paused: false,
                    writing_paused: false,
                    read_eof: false,
                    write_eof: false,
                    closing: None,
                    known: true,
                };
                self.transports.insert(id, transport);
                let descriptor = Descriptor { fd, transport: id, ..Descriptor::default() };
                self.descriptors.insert(fd, descriptor);
                if let Some(server) = self.servers.get_mut(&server) {
                    server.accepted += 1;
                    server.clients += 1;
                }
            }
            Event::TransportRead { id, bytes } => {
                let Some(transport) = self.transport_mut(id) else { return };
                transport.read += bytes;
                let server = transport.server;
                if let Some(server) = self.servers.get_mut(&server) {
                    server.read += bytes;
                }
            }
            Event::TransportWrite { id, bytes } => {
                let Some(transport) = self.transport_mut(id) else { return };
                transport.written += bytes;
                let server = transport.server;
                if let Some(server) = self.servers.get_mut(&server) {
                    server.written += bytes;
                }
                self.uses(id, loop_id);
            }
            Event::TransportPause { id, how, buffered } => {
                if let Some(transport) = self.transport_mut(id) {
                    match how {
                        WatchHow::Read => transport.reading_paused = true,
                        WatchHow::Write => {
                            (transport.writing_paused, transport.buffered) = (true, buffered);
                        }
                    }
                }
            }
            Event::TransportResume { id, how } => {
                if let Some(transport) = self.transport_mut(id) {
                    match how {
                        WatchHow::Read => transport.reading_paused = false,
                        WatchHow::Write => {
                            (transport.writing_paused, transport.buffered) = (false, 0);
                        }
                    }
                }
            }
            Event::TransportEof { id, how } => {
                if let Some(transport) = self.transport_mut(id) {
                    match how {
                        WatchHow::Read => transport.read_eof = true,
                        WatchHow::Write => transport.write_eof = true,
                    }
                }
            }
            Event::TransportTls { id, .. } => {
                if let Some(transport) = self.transport_mut(id) {
                    transport.how = TransportKind::Tls;
                }
            }
            Event::TransportClose { id, how, .. } => {
                if let Some(transport) = self.transport_mut(id) {
                    transport.closing = Some(how);
                }
            }
            Event::TransportClosed { id } => {
                self.index.sure.remove(&Outside::Transport(id));
                let Some(transport) = self.transports.remove(&id) else {
                    let text = || format!("Transport {} closed, but was never made.", id.0);
                    return self.unknown_id(text);
                };
                let fd = transport.fd;
                if self.descriptors.get(&fd).is_some_and(|it| it.transport == id) {
                    self.descriptors.remove(&fd);
                }
                if let Some(server) = self.servers.get_mut(&transport.server) {
                    server.clients = server.clients.saturating_sub(1);
                }
            }
        }
    }

    /// The task at work uses a transport; a callback leaves it to the task that did before.
    pub(super) fn uses(&mut self, id: ObjectId, on: LoopId) {
        let task = self.task_at_work(on);
        if task.is_some()
            && let Some(transport) = self.transports.get_mut(&id)
        {
            transport.task = task;
        }
    }

    /// A server's sockets are gone.
    fn listens_no_more(&mut self, id: ObjectId) {
        let server = self.servers.get_mut(&id);
        for fd in server.map_or_else(Vec::new, |server| std::mem::take(&mut server.sockets)) {
            if self.descriptors.get(&fd).is_some_and(|it| it.server == id) {
                self.descriptors.remove(&fd);
            }
        }
    }

    fn server_mut(&mut self, id: ObjectId) -> Option<&mut Server> {
        if !self.servers.contains_key(&id) {
            self.unknown_id(|| format!("Server {} was never made.", id.0));
        }
        self.index.sure.insert(Outside::Server(id));
        let server = self.servers.get_mut(&id)?;
        server.known = true;
        Some(server)
    }

    fn transport_mut(&mut self, id: ObjectId) -> Option<&mut Transport> {
        if !self.transports.contains_key(&id) {
            self.unknown_id(|| format!("Transport {} was never made.", id.0));
        }
        let transport = self.transports.get_mut(&id)?;
        if !transport.known {
            transport.known = true;
            self.index.sure.insert(Outside::Transport(id));
        }
        Some(transport)
    }
}
