//! What connects a made-up history to the outside: servers, transports, child processes, jobs.

use loopscope_protocol::{
    CloseHow, Event, Fd, FutureId, JobId, ObjectId, Pool, Text, TransportKind,
};

use super::Story;

impl Story {
    /// A server listens on `address`, by a descriptor.
    pub fn server(&mut self, id: u32, fd: i32, address: &str) -> &mut Self {
        let id = ObjectId(id);
        let text = self.text(Text::FIRST, address);
        self.push(Event::ServerNew { id, how: TransportKind::Tcp, address: text });
        let address = self.text(Text::FIRST, address);
        self.push(Event::ServerListen { id, fd: Fd(fd), address })
    }

    /// A connection to `address`, accepted by a server where that is not 0.
    pub fn transport(&mut self, id: u32, fd: i32, address: &str, server: u32) -> &mut Self {
        self.transport_of(id, TransportKind::Tcp, fd, [address, "127.0.0.1:80"], [server, 0])
    }

    /// A transport with all that is told of it: both ends; the server and the process.
    pub fn transport_of(
        &mut self,
        id: u32,
        how: TransportKind,
        fd: i32,
        ends: [&str; 2],
        [server, process]: [u32; 2],
    ) -> &mut Self {
        let address = self.text(Text::FIRST, ends[0]);
        let local = self.text(Text::SECOND, ends[1]);
        let (server, process) = (ObjectId(server), ObjectId(process));
        let (id, fd) = (ObjectId(id), Fd(fd));
        self.push(Event::TransportNew { id, how, fd, address, local, server, process })
    }

    /// It is known whom a descriptor leads to that is no transport's: both ends, and the process.
    pub fn descriptor(
        &mut self,
        fd: i32,
        how: TransportKind,
        ends: [&str; 2],
        process: u32,
    ) -> &mut Self {
        let address = self.text(Text::FIRST, ends[0]);
        let local = self.text(Text::SECOND, ends[1]);
        let (fd, process) = (Fd(fd), ObjectId(process));
        self.push(Event::DescriptorPeer { fd, how, address, local, process })
    }

    /// A transport has read, or written.
    pub fn moved(&mut self, id: u32, read: u64, written: u64) -> &mut Self {
        let id = ObjectId(id);
        if read > 0 {
            self.push(Event::TransportRead { id, bytes: read });
        }
        if written > 0 {
            self.push(Event::TransportWrite { id, bytes: written });
        }
        self
    }

    /// A transport begins to close.
    pub fn closing(&mut self, id: u32, how: CloseHow) -> &mut Self {
        self.push(Event::TransportClose { id: ObjectId(id), how, exception: Text::NONE })
    }

    /// A child process runs.
    pub fn process(&mut self, id: u32, pid: u32, command: &str) -> &mut Self {
        let command = self.text(Text::FIRST, command);
        self.push(Event::ProcessNew { id: ObjectId(id), pid, command })
    }

    /// A function was given to an executor, and a future gets its result.
    pub fn job(&mut self, id: u32, name: &str, pool: Pool, future: u32) -> &mut Self {
        let (name, by) = (self.name(name), self.current);
        self.push(Event::ExecutorSubmit { job: JobId(id), name, by, pool });
        self.future(future);
        self.outside(future, JobId(id), ObjectId::NONE)
    }

    /// A future is completed by a job or by a transport.
    pub fn outside(&mut self, future: u32, job: JobId, transport: ObjectId) -> &mut Self {
        let (server, process) = (ObjectId::NONE, ObjectId::NONE);
        let future = FutureId(future);
        self.push(Event::FutureOutside { future, job, transport, server, process })
    }
}
