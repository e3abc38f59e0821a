//! The face of an RTT server: a TCP port that gives the raw bytes of the up channel and takes those of
//! the down channel, as the servers of `OpenOCD` and J-Link do.
//!
//! It needs nothing of the processor but its memory, so it serves every machine that QEMU has.

use std::fmt;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::attendant::{Attendant, started};
use crate::elf::{BLOCK, Firmware};
use crate::processor::{Board, Core};
use crate::qemu::Machine;
use crate::server::{Over, Server, Shared, TakenPort, lock};
use crate::{Error, Options, ring};

/// How long to wait when nothing came from either side: at first, and at most.
const SHORT: Duration = Duration::from_micros(200);
const LONG: Duration = Duration::from_millis(4);

/// How many bytes for the board are kept before the client has to wait.
const KEPT: usize = 4096;

/// A machine whose RTT channel is served. Dropping it ends the machine.
///
/// ```no_run
/// use loopscope_virtual_probe::{Options, RttServer};
///
/// let server = RttServer::start(&Options::new("sifive_e", "firmware.elf"))?;
/// println!("loopscope attach --tcp {} --elf firmware.elf", server.address());
/// # Ok::<(), loopscope_virtual_probe::Error>(())
/// ```
pub struct RttServer {
    // The server is closed before the machine ends.
    server: Server,
    _attendant: Option<Attendant>,
    board: Shared<Machine>,
}

impl fmt::Debug for RttServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RttServer").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl RttServer {
    /// Starts the machine and serves its channel on the loopback interface. A machine that is held
    /// is let go when the first client comes.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let taken = TakenPort::take(options.port)?;
        let block = block_of(options)?;
        let board = started(options)?;
        let server = open(taken, &board, block, options.held)?;
        let attendant = Attendant::of(options, &board)?;
        Ok(Self { server, _attendant: attendant, board })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Presses the board's reset button. The program runs afterwards.
    pub fn press_reset(&self) -> Result<(), Error> {
        lock(&self.board).core.reset()
    }

    /// Holds the processor, as a debugger might.
    pub fn hold(&self) -> Result<(), Error> {
        lock(&self.board).core.hold()
    }

    /// Whether the machine has ended by itself, and why. QEMU ends when a processor locks up.
    #[must_use]
    pub fn end(&self) -> Option<Error> {
        lock(&self.board).core.board.end()
    }

    /// Lets a held processor run on.
    pub fn let_go(&self) -> Result<(), Error> {
        lock(&self.board).core.let_go()
    }
}

/// Where the control block of what is to be served is.
pub(crate) fn block_of(options: &Options) -> Result<u32, Error> {
    options.elf.as_deref().map_or_else(
        || {
            Err(Error::NotHere {
                what: "the RTT channel of an unknown firmware cannot be found".to_owned(),
                instead: "name the firmware's ELF file",
            })
        },
        rtt_block,
    )
}

/// The address of the agent's RTT control block in a firmware; `OpenOCD`'s `rtt setup` asks for it.
pub fn rtt_block(elf: &Path) -> Result<u32, Error> {
    Firmware::read(elf)?.block.ok_or_else(|| Error::NotHere {
        what: format!("`{}` has no symbol `{BLOCK}`", elf.display()),
        instead: "name a firmware that uses Loopscope's agent",
    })
}

/// Starts the server of a board's channel. With `held`, the first client lets the board go.
pub(crate) fn open<B: Board + Send + 'static>(
    taken: TakenPort,
    board: &Shared<B>,
    block: u32,
    held: bool,
) -> Result<Server, Error> {
    let (board, held) = (Arc::clone(board), AtomicBool::new(held));
    taken.open(move |stream, over| {
        if held.swap(false, Ordering::AcqRel) && lock(&board).core.let_go().is_err() {
            return;
        }
        serve(stream, over, &board, block);
    })
}

/// Serves one client until it leaves or the machine is lost.
fn serve<B: Board>(mut stream: TcpStream, over: &Over, board: &Shared<B>, block: u32) {
    let mut piece = [0; KEPT];
    let (mut up, mut down) = (Vec::new(), Vec::new());
    let mut wait = SHORT;
    while !over.is_it() {
        let Some(asked) = receive(&mut stream, &mut piece[down.len()..]) else { return };
        down.extend_from_slice(&piece[down.len()..][..asked]);
        up.clear();
        let Ok(given) = exchange(&mut lock(board).core, block, &mut up, &down) else { return };
        down.drain(..given);
        // One that takes nothing for a long time has left, too.
        if stream.write_all(&up).is_err() {
            return;
        }
        if up.is_empty() && given == 0 {
            thread::sleep(wait);
            wait = (wait * 2).min(LONG);
        } else {
            wait = SHORT;
        }
    }
}

/// Moves bytes both ways; tells how many the board took. The block is looked at afresh each time,
/// since the board may have been reset in between.
fn exchange<B: Board>(
    core: &mut Core<B>,
    block: u32,
    up: &mut Vec<u8>,
    down: &[u8],
) -> Result<usize, Error> {
    let Some(channels) = ring::first_channels(core, block)? else { return Ok(0) };
    if let Some(ring) = channels.up {
        ring.take(core, up)?;
    }
    match channels.down {
        Some(ring) => ring.give(core, down),
        // Nobody would ever take them.
        None => Ok(down.len()),
    }
}

/// What the client has sent, if anything; `None` when it has left.
fn receive(stream: &mut TcpStream, into: &mut [u8]) -> Option<usize> {
    if into.is_empty() {
        return Some(0);
    }
    stream.set_nonblocking(true).ok()?;
    let got = stream.read(into);
    stream.set_nonblocking(false).ok()?;
    match got {
        Ok(0) => None,
        Ok(got) => Some(got),
        Err(why) => match why.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Some(0),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Instant;

    use super::*;
    use crate::dap::Ports;
    use crate::processor::made_up::{Did, MadeUp};
    use crate::ring::tests as rings;

    fn served(held: bool) -> (Shared<MadeUp>, Server, TcpStream) {
        let board = Arc::new(Mutex::new(Ports::new(Core::new(MadeUp::default(), held))));
        let server = open(TakenPort::take(0).unwrap(), &board, rings::BLOCK, held).unwrap();
        let client = TcpStream::connect(server.address()).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        (board, server, client)
    }

    fn up(board: &Shared<MadeUp>, bytes: &[u8]) {
        for byte in bytes {
            let until = Instant::now() + Duration::from_secs(10);
            while !rings::send(&mut lock(board).core, *byte) {
                assert!(Instant::now() < until, "nobody reads");
                thread::sleep(SHORT);
            }
        }
    }

    fn down(board: &Shared<MadeUp>, length: usize) -> Vec<u8> {
        let until = Instant::now() + Duration::from_secs(10);
        let mut bytes = Vec::new();
        while bytes.len() < length && Instant::now() < until {
            bytes.extend(rings::receive(&mut lock(board).core));
        }
        bytes
    }

    #[test]
    fn bytes_go_both_ways_round_the_rings() {
        let (board, _server, mut client) = served(false);
        rings::open(&mut lock(&board).core, 8);
        let sent: Vec<u8> = (0..=255).collect();
        let mut got = vec![0; sent.len()];
        client.write_all(&sent).unwrap();
        up(&board, &sent);
        client.read_exact(&mut got).unwrap();
        assert_eq!(got, sent);
        assert_eq!(down(&board, sent.len()), sent);
    }

    #[test]
    fn it_waits_for_the_block_and_goes_on_after_a_reset() {
        let (board, _server, mut client) = served(false);
        let mut got = [0; 3];
        client.write_all(b"early").unwrap();
        rings::open(&mut lock(&board).core, 64);
        assert_eq!(down(&board, 5), b"early");
        up(&board, b"one");
        client.read_exact(&mut got).unwrap();
        // A reset: the block vanishes and comes back with offsets of 0.
        lock(&board).core.write(rings::BLOCK, &[0; 72]).unwrap();
        thread::sleep(3 * LONG);
        rings::open(&mut lock(&board).core, 64);
        up(&board, b"two");
        client.read_exact(&mut got).unwrap();
        assert_eq!(got, *b"two");
    }

    #[test]
    fn the_first_client_lets_a_held_board_go() {
        let (board, server, client) = served(true);
        let until = Instant::now() + Duration::from_secs(10);
        while lock(&board).core.is_halted() {
            assert!(Instant::now() < until, "it stays held");
        }
        drop(client);
        lock(&board).core.hold().unwrap();
        drop(TcpStream::connect(server.address()).unwrap());
        thread::sleep(Duration::from_millis(50));
        assert_eq!(lock(&board).core.board.did, [Did::Resume, Did::Hold]);
    }
}
