//! The server of a face: a TCP port on the loopback interface at which one client at a time is
//! served.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::Error;
use crate::dap::Ports;
use crate::patience::PATIENCE;

/// How often a thread looks whether it is to end.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

/// A board that several faces share.
pub(crate) type Shared<B> = Arc<Mutex<Ports<B>>>;

/// A board for as long as one request takes.
pub(crate) fn lock<B>(board: &Shared<B>) -> MutexGuard<'_, Ports<B>> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Told to a thread when it is to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Over(Arc<AtomicBool>);

impl Over {
    pub(crate) fn is_it(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn tell(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Answers one client until it leaves: `take` is given what came, and adds what is answered. It
/// says false when the client has said farewell.
pub(crate) fn answer(
    mut stream: TcpStream,
    over: &Over,
    mut take: impl FnMut(&[u8], &mut Vec<u8>) -> bool,
) {
    let mut piece = [0; 4096];
    let mut answers = Vec::new();
    while !over.is_it() {
        let got = match stream.read(&mut piece) {
            Ok(0) => return,
            Ok(got) => got,
            Err(why) => match why.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => continue,
                _ => return,
            },
        };
        answers.clear();
        let stays = take(&piece[..got], &mut answers);
        if stream.write_all(&answers).is_err() || !stays {
            return;
        }
    }
}

/// A port that is ours, and at which nobody is served yet.
#[derive(Debug)]
pub(crate) struct TakenPort {
    listener: TcpListener,
    address: SocketAddr,
}

impl TakenPort {
    /// Takes a port; 0 is any that is free.
    pub(crate) fn take(port: u16) -> Result<Self, Error> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let no_port = |why| Error::NoPort { address: address.to_string(), why };
        let listener = TcpListener::bind(address).map_err(no_port)?;
        listener.set_nonblocking(true).map_err(no_port)?;
        let address = listener.local_addr().map_err(no_port)?;
        Ok(Self { listener, address })
    }

    /// Lets clients in. Each is served by `serve`, which returns when its client leaves or when it
    /// is told that it is over.
    pub(crate) fn open<F>(self, serve: F) -> Result<Server, Error>
    where
        F: Fn(TcpStream, &Over) + Send + Sync + 'static,
    {
        let over = Over::default();
        let (told, address) = (over.clone(), self.address);
        let thread = thread::Builder::new()
            .name(format!("server {address}"))
            .spawn(move || accept(&self.listener, &told, &Arc::new(serve)))
            .map_err(|why| Error::NoRoom { what: "a thread", why })?;
        Ok(Server { address, over, thread: Some(thread) })
    }
}

/// A port at which clients are served. Dropping it sends the present one away.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    over: Over,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.tell();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes clients until the end. One that comes while another is served is turned away at once:
/// it would wait for an answer without a limit.
fn accept<F>(listener: &TcpListener, over: &Over, serve: &Arc<F>)
where
    F: Fn(TcpStream, &Over) + Send + Sync + 'static,
{
    let mut present: Option<JoinHandle<()>> = None;
    while !over.is_it() {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(LOOK);
            continue;
        };
        if present.as_ref().is_some_and(|client| !client.is_finished()) || !prepare(&stream) {
            continue;
        }
        let (serve, over) = (Arc::clone(serve), over.clone());
        let client = thread::Builder::new().name("client".into());
        present = client.spawn(move || serve(stream, &over)).ok();
    }
    if let Some(client) = present {
        let _ = client.join();
    }
}

/// Nothing waits for a client without a limit.
fn prepare(stream: &TcpStream) -> bool {
    // Accepted sockets inherit being non-blocking on some systems.
    stream
        .set_nonblocking(false)
        .and_then(|()| stream.set_nodelay(true))
        .and_then(|()| stream.set_read_timeout(Some(LOOK)))
        .and_then(|()| stream.set_write_timeout(Some(PATIENCE)))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::time::Instant;

    use super::*;

    /// A server at which a client gets back what it sends.
    fn echo() -> Server {
        let serve = |mut stream: TcpStream, over: &Over| {
            let mut byte = [0];
            while !over.is_it() {
                match stream.read(&mut byte) {
                    Ok(1) => drop(stream.write_all(&byte)),
                    Ok(_) => return,
                    Err(_) => {}
                }
            }
        };
        TakenPort::take(0).unwrap().open(serve).unwrap()
    }

    #[test]
    fn a_second_client_is_turned_away_and_a_later_one_served() {
        let server = echo();
        let come = || {
            let mut client = TcpStream::connect(server.address()).unwrap();
            client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let mut byte = [0];
            let served = client.write_all(b"x").and_then(|()| client.read(&mut byte));
            (matches!(served, Ok(1)), client)
        };
        let (served, first) = come();
        assert!(served);
        assert!(!come().0, "turned away");
        drop(first);
        let until = Instant::now() + Duration::from_secs(10);
        while !come().0 {
            assert!(Instant::now() < until, "the place stays taken");
        }
    }

    #[test]
    fn a_server_closes_although_a_client_stays() {
        let server = echo();
        let client = TcpStream::connect(server.address()).unwrap();
        let since = Instant::now();
        drop(server);
        assert!(since.elapsed() < Duration::from_secs(5));
        drop(client);
    }

    #[test]
    fn a_port_that_is_taken_is_said() {
        let taken = TakenPort::take(0).unwrap();
        let error = TakenPort::take(taken.address.port()).unwrap_err().to_string();
        assert!(error.contains("choose another port"), "{error}");
    }
}
