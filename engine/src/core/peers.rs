//! Who is at the other end of a descriptor that no server and no transport has: as the operating
//! system knows it, and as it was told last.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

use loopscope_protocol::{ObjectId, TransportKind};
use parking_lot::Mutex;
use rustix::net::sockopt::socket_type;
use rustix::net::{
    AddressFamily, SocketAddrAny, SocketAddrUnix, SocketType, getpeername, getsockname,
};

/// What a descriptor leads to. Nothing is known where it is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Peer {
    /// What it is; `None`: not known.
    pub(super) how: Option<TransportKind>,
    /// The other end; of a child process, its number as the operating system has it.
    pub(super) address: String,
    /// This end.
    pub(super) local: String,
    /// The child process that it tells the end of.
    pub(super) process: ObjectId,
}

/// Whose a descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Server(ObjectId),
    Transport(ObjectId),
}

/// What was told of the descriptors of one run.
#[derive(Debug, Default)]
pub(super) struct Peers(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Descriptors of nobody's, where something was told of them.
    told: HashMap<RawFd, Peer>,
    owners: HashMap<RawFd, Owner>,
    transports: HashMap<ObjectId, RawFd>,
    /// The child processes that run, by their numbers.
    processes: HashMap<u32, ObjectId>,
}

impl Peers {
    // ---- what was told by other records ------------------------------------------------------

    pub(super) fn transport(&self, id: ObjectId, fd: RawFd) {
        let mut known = self.0.lock();
        known.told.remove(&fd);
        known.owners.insert(fd, Owner::Transport(id));
        known.transports.insert(id, fd);
    }

    pub(super) fn transport_closed(&self, id: ObjectId) {
        let mut known = self.0.lock();
        if let Some(fd) = known.transports.remove(&id)
            && known.owners.get(&fd) == Some(&Owner::Transport(id))
        {
            known.owners.remove(&fd);
        }
    }

    pub(super) fn server(&self, id: ObjectId, fd: RawFd) {
        let mut known = self.0.lock();
        known.told.remove(&fd);
        known.owners.insert(fd, Owner::Server(id));
    }

    pub(super) fn server_closed(&self, id: ObjectId) {
        self.0.lock().owners.retain(|_, owner| *owner != Owner::Server(id));
    }

    pub(super) fn process(&self, id: ObjectId, pid: u32) {
        self.0.lock().processes.insert(pid, id);
    }

    pub(super) fn process_ended(&self, pid: u32) {
        self.0.lock().processes.remove(&pid);
    }

    // ---- what is to be told ------------------------------------------------------------------

    /// What a descriptor leads to, where that was not told yet.
    pub(super) fn look(&self, fd: BorrowedFd<'_>) -> Option<Peer> {
        let mut known = self.0.lock();
        if known.owners.contains_key(&fd.as_raw_fd()) {
            return None;
        }
        let peer = match seen(fd) {
            Seen::Socket(peer) => peer,
            Seen::Unconnected => return None,
            Seen::Process(pid) => known.process(pid),
            Seen::Other => Peer::default(),
        };
        known.news(fd, peer)
    }

    /// The same of one that begins to connect: the system does not tell yet with whom.
    pub(super) fn connects(&self, fd: BorrowedFd<'_>, address: &str) -> Option<Peer> {
        let how = Some(kind(getsockname(fd).ok()?.address_family(), socket_type(fd).ok()?)?);
        let mut known = self.0.lock();
        if known.owners.contains_key(&fd.as_raw_fd()) {
            return None;
        }
        known.news(fd, Peer { how, address: address.to_owned(), ..Peer::default() })
    }
}

impl Known {
    fn news(&mut self, fd: BorrowedFd<'_>, peer: Peer) -> Option<Peer> {
        let fd = fd.as_raw_fd();
        let is_old = |told: &Peer| {
            // Of one that had begun to connect this end was not told.
            let began = Peer { local: String::new(), ..peer.clone() };
            *told == peer || (!peer.address.is_empty() && *told == began)
        };
        if self.told.get(&fd).map_or(peer == Peer::default(), is_old) {
            return None;
        }
        self.told.insert(fd, peer.clone());
        Some(peer)
    }

    fn process(&self, pid: u32) -> Peer {
        let process = self.processes.get(&pid).copied().unwrap_or(ObjectId::NONE);
        let how = Some(TransportKind::Process);
        Peer { how, address: pid.to_string(), local: String::new(), process }
    }
}

/// What the system says of a descriptor.
enum Seen {
    /// It is a socket.
    Socket(Peer),
    /// It is a socket that neither has a peer nor listens: it may be about to connect.
    Unconnected,
    /// It tells the end of the process with this number.
    Process(u32),
    /// Nobody is at the other end, or it is not known who.
    Other,
}

fn seen(fd: BorrowedFd<'_>) -> Seen {
    let Ok(local) = getsockname(fd) else {
        return pid_of(fd.as_raw_fd()).map_or(Seen::Other, Seen::Process);
    };
    let how = socket_type(fd).ok().and_then(|of| kind(local.address_family(), of));
    let Some(how) = how else { return Seen::Other };
    let address = match getpeername(fd) {
        Ok(peer) => peer.map_or_else(String::new, text),
        Err(_) if how == TransportKind::Udp || listens(fd) => String::new(),
        Err(_) => return Seen::Unconnected,
    };
    let local = text(local);
    // Nobody has given a name to either end.
    let is_nameless = address.is_empty() && local.is_empty();
    let how = (!is_nameless).then_some(how);
    Seen::Socket(Peer { how, address, local, process: ObjectId::NONE })
}

fn kind(family: AddressFamily, of: SocketType) -> Option<TransportKind> {
    match (family, of) {
        (AddressFamily::INET | AddressFamily::INET6, SocketType::STREAM) => {
            Some(TransportKind::Tcp)
        }
        (AddressFamily::INET | AddressFamily::INET6, SocketType::DGRAM) => Some(TransportKind::Udp),
        (AddressFamily::UNIX, _) => Some(TransportKind::Unix),
        _ => None,
    }
}

/// `127.0.0.1:80`, `[::1]:80`, a Unix socket's path, `@` and an abstract name; empty where it has none.
#[must_use]
pub fn text(address: SocketAddrAny) -> String {
    if let Ok(address) = SocketAddr::try_from(address.clone()) {
        return if address.port() == 0 { String::new() } else { address.to_string() };
    }
    let Ok(address) = SocketAddrUnix::try_from(address) else { return String::new() };
    #[cfg(target_os = "linux")]
    if let Some(name) = address.abstract_name().filter(|name| !name.is_empty()) {
        return format!("@{}", String::from_utf8_lossy(name));
    }
    let path = address.path_bytes().unwrap_or_default();
    String::from_utf8_lossy(path).into_owned()
}

#[cfg(not(target_vendor = "apple"))]
fn listens(fd: BorrowedFd<'_>) -> bool {
    rustix::net::sockopt::socket_acceptconn(fd).unwrap_or(false)
}

/// The system does not tell; a socket that is watched without a peer mostly waits for one.
#[cfg(target_vendor = "apple")]
fn listens(_fd: BorrowedFd<'_>) -> bool {
    true
}

/// The number of the process whose end a descriptor tells.
#[cfg(target_os = "linux")]
fn pid_of(fd: RawFd) -> Option<u32> {
    // Most other descriptors have a file of as many lines, so what it is is asked first.
    let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()?;
    let link = link.to_str()?;
    if link != "anon_inode:[pidfd]" && !link.starts_with("pidfd:") {
        return None;
    }
    let about = std::fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).ok()?;
    let pid = about.lines().find_map(|line| line.strip_prefix("Pid:"))?;
    pid.trim().parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn pid_of(_fd: RawFd) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::fd::AsFd as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    fn told(peers: &Peers, fd: &impl std::os::fd::AsFd) -> Option<(String, String)> {
        peers.look(fd.as_fd()).map(|peer| (peer.address, peer.local))
    }

    #[test]
    fn what_a_socket_leads_to_is_told_once() {
        let peers = Peers::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap().to_string();
        assert_eq!(told(&peers, &listener), Some((String::new(), here.clone())));
        assert_eq!(told(&peers, &listener), None);
        let client = TcpStream::connect(&here).unwrap();
        let from = client.local_addr().unwrap().to_string();
        assert_eq!(told(&peers, &client), Some((here, from)));
        assert_eq!(told(&peers, &client), None);
        let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
        assert_eq!(peers.look(datagrams.as_fd()).unwrap().how, Some(TransportKind::Udp));
    }

    #[test]
    fn what_has_no_name_is_not_told_of_but_takes_one_back() {
        let peers = Peers::default();
        let (one, _other) = UnixStream::pair().unwrap();
        assert_eq!(told(&peers, &one), None);
        // The number was somebody else's before.
        assert!(peers.connects(one.as_fd(), "/run/x").is_some());
        assert_eq!(told(&peers, &one), Some((String::new(), String::new())));
        assert_eq!(told(&peers, &one), None);
    }

    #[test]
    fn what_belongs_to_a_transport_or_a_server_is_theirs() {
        let peers = Peers::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let fd = listener.as_raw_fd();
        peers.server(ObjectId(1), fd);
        assert_eq!(told(&peers, &listener), None);
        peers.server_closed(ObjectId(1));
        peers.transport(ObjectId(1), fd);
        assert_eq!(told(&peers, &listener), None);
        // The number belongs to another by now.
        peers.transport(ObjectId(2), fd);
        peers.transport_closed(ObjectId(1));
        assert_eq!(told(&peers, &listener), None);
        peers.transport_closed(ObjectId(2));
        assert!(told(&peers, &listener).is_some());
    }

    #[test]
    fn a_connection_has_a_name_before_the_system_gives_it_one() {
        let peers = Peers::default();
        let family = (AddressFamily::INET, SocketType::STREAM);
        let socket = rustix::net::socket(family.0, family.1, None).unwrap();
        assert_eq!(peers.connects(socket.as_fd(), "192.0.2.1:80").unwrap().address, "192.0.2.1:80");
        assert!(peers.connects(socket.as_fd(), "192.0.2.1:80").is_none());
        assert_eq!(told(&peers, &socket), None);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert!(peers.connects(socket.as_fd(), &address.to_string()).is_some());
        rustix::net::connect(&socket, &address).unwrap();
        assert_eq!(told(&peers, &socket), None, "it is connected to whom it was told to be");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_end_of_a_process_is_told_by_its_descriptor() {
        let peers = Peers::default();
        let pid = rustix::process::getpid();
        let flags = rustix::process::PidfdFlags::empty();
        let fd = rustix::process::pidfd_open(pid, flags).unwrap();
        let number = pid.as_raw_nonzero().get();
        peers.process(ObjectId(7), u32::try_from(number).unwrap());
        let peer = peers.look(fd.as_fd()).unwrap();
        assert_eq!((peer.process, peer.address), (ObjectId(7), number.to_string()));
        assert_eq!(peer.how, Some(TransportKind::Process));
    }
}
