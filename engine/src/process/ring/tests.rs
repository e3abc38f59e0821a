//! Operations on sockets of our own, by the kernel of this machine where it allows them.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrAny, SocketType};

use super::*;
use crate::process::fd::borrow;

/// A ring, and what has come back of it.
struct Waiting(Ring, Vec<Completed>);

/// One, where this kernel allows it.
fn ring() -> Option<Waiting> {
    Some(Waiting(Ring::new().ok()?, Vec::new()))
}

impl Waiting {
    fn begin(&mut self, thing: &impl AsRawFd, what: Operation) -> u64 {
        self.0.begin(thing.as_raw_fd(), what).expect("the ring takes it")
    }

    /// The end of this operation.
    fn end(&mut self, token: u64) -> Completed {
        loop {
            self.1.extend(self.0.harvest());
            if let Some(at) = self.1.iter().position(|done| done.token == token) {
                return self.1.remove(at);
            }
            let fd = borrow(self.0.fd()).expect("it is open");
            poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::IN)], None)
                .expect("it can be polled");
        }
    }
}

fn receive(size: usize) -> Operation {
    Operation::Receive { size, flags: Some(0) }
}

#[test]
fn bytes_that_come_later_complete_what_was_begun_before() {
    let Some(mut ring) = ring() else { return };
    let (one, two) = UnixStream::pair().unwrap();
    let takes = ring.begin(&one, receive(10));
    assert!(ring.0.harvest().is_empty());
    let data = b"five!".to_vec();
    let sends = ring.begin(&two, Operation::Send { data, flags: Some(0) });
    assert_eq!(ring.end(sends).result, 5);
    let taken = ring.end(takes);
    assert_eq!((taken.result, &*taken.data), (5, &b"five!"[..]));
}

#[test]
fn all_is_sent_although_the_socket_takes_a_part_at_a_time() {
    let Some(mut ring) = ring() else { return };
    let (one, two) = UnixStream::pair().unwrap();
    let all = vec![7; 3_000_000];
    let sends = ring.begin(&one, Operation::Send { data: all.clone(), flags: Some(0) });
    let mut got = Vec::new();
    while got.len() < all.len() {
        let takes = ring.begin(&two, receive(1 << 16));
        got.extend(ring.end(takes).data);
    }
    assert!(got == all);
    assert_eq!(ring.end(sends).result, 3_000_000);
}

#[test]
fn connections_are_made_and_taken() {
    let Some(mut ring) = ring() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let takes = ring.begin(&listener, Operation::Accept);
    let address = SocketAddrAny::from(listener.local_addr().unwrap());
    let (family, kind) = (AddressFamily::INET, SocketType::STREAM);
    let client = TcpStream::from(rustix::net::socket(family, kind, None).unwrap());
    let connects = ring.begin(&client, Operation::Connect(Box::new(address)));
    assert_eq!(ring.end(connects).result, 0);
    let taken = borrow(ring.end(takes).result).unwrap();
    let peer = rustix::net::getpeername(taken).unwrap().unwrap();
    assert_eq!(peer, SocketAddrAny::from(client.local_addr().unwrap()));
}

#[test]
fn what_is_given_up_comes_back_at_once_and_takes_nothing_with_it() {
    let Some(mut ring) = ring() else { return };
    let (mut one, mut two) = UnixStream::pair().unwrap();
    let takes = ring.begin(&one, receive(10));
    assert!(ring.0.cancel(takes));
    assert_eq!(ring.end(takes).result, -Errno::CANCELED.raw_os_error());
    two.write_all(b"still here").unwrap();
    let mut room = [0; 10];
    one.read_exact(&mut room).unwrap();
    assert_eq!(&room, b"still here");
}

#[test]
fn an_error_of_the_system_is_a_result() {
    let Some(mut ring) = ring() else { return };
    let takes = ring.0.begin(-1, receive(1)).unwrap();
    assert_eq!(ring.end(takes).result, -Errno::BADF.raw_os_error());
}
