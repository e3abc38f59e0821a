//! The server: one client at a time, each request answered before the next is read.

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::dap::Ports;
use crate::packet::{Answer, Assembler, Request};
use crate::processor::{Board, Core};
use crate::qemu::{Machine, PATIENCE};
use crate::swd::Wire;
use crate::{Error, Options};

/// The selector's vendor and product: a Black Magic Probe.
const PROBE: &str = "1d50:6018";

/// The version of the remote protocol that is spoken.
const PROTOCOL: u32 = 3;

/// How often a thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(20);

/// The clock that is claimed, in kHz. It means nothing here.
const CLOCK: u32 = 4000;

/// A probe that is being served. Dropping it ends the machine.
pub struct VirtualProbe {
    address: SocketAddr,
    served: Arc<Served<Machine>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for VirtualProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualProbe").field("address", &self.address).finish_non_exhaustive()
    }
}

impl VirtualProbe {
    /// Starts the machine and serves it on the loopback interface.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let address = SocketAddr::from(([127, 0, 0, 1], options.port));
        let no_port = |why| Error::NoPort { address: address.to_string(), why };
        let listener = TcpListener::bind(address).map_err(no_port)?;
        listener.set_nonblocking(true).map_err(no_port)?;
        let address = listener.local_addr().map_err(no_port)?;
        let mut machine = Machine::start(options)?;
        if !options.held {
            machine.resume()?;
        }
        let served = Arc::new(Served {
            ports: Mutex::new(Ports::new(Core::new(machine, options.held))),
            busy: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let ours = Arc::clone(&served);
        let thread = thread::Builder::new()
            .name("virtual probe".into())
            .spawn(move || accept(&listener, &ours))
            .map_err(|why| Error::NoRoom { what: "a thread", why })?;
        Ok(Self { address, served, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to give to probe-rs as `--probe`.
    #[must_use]
    pub fn selector(&self) -> String {
        format!("{PROBE}:{}", self.address)
    }

    /// Presses the board's reset button.
    pub fn press_reset(&self) -> Result<(), Error> {
        self.board().core.reset()
    }

    /// Holds the processor, as another debugger might.
    pub fn hold(&self) -> Result<(), Error> {
        self.board().core.hold()
    }

    /// Lets a held processor run on.
    pub fn let_go(&self) -> Result<(), Error> {
        self.board().core.let_go()
    }

    fn board(&self) -> MutexGuard<'_, Ports<Machine>> {
        self.served.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for VirtualProbe {
    fn drop(&mut self) {
        self.served.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the threads share.
#[derive(Debug)]
struct Served<B> {
    ports: Mutex<Ports<B>>,
    busy: AtomicBool,
    over: AtomicBool,
}

/// Takes clients until the end. One that comes while another is served is turned away at once:
/// it would wait for an answer without a limit.
fn accept<B: Board + Send + 'static>(listener: &TcpListener, served: &Arc<Served<B>>) {
    let mut clients: Vec<JoinHandle<()>> = Vec::new();
    while !served.over.load(Ordering::Acquire) {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(LOOK);
            continue;
        };
        clients.retain(|client| !client.is_finished());
        if served.busy.swap(true, Ordering::AcqRel) {
            continue;
        }
        let client = Arc::clone(served);
        let started = thread::Builder::new().name("probe client".into()).spawn(move || {
            serve(stream, &client);
            client.busy.store(false, Ordering::Release);
        });
        match started {
            Ok(thread) => clients.push(thread),
            Err(_) => served.busy.store(false, Ordering::Release),
        }
    }
    for client in clients {
        let _ = client.join();
    }
}

/// Answers one client until it leaves.
fn serve<B: Board>(mut stream: TcpStream, served: &Served<B>) {
    // Accepted sockets inherit being non-blocking on some systems.
    let prepared = stream
        .set_nonblocking(false)
        .and_then(|()| stream.set_nodelay(true))
        .and_then(|()| stream.set_read_timeout(Some(LOOK)))
        .and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
    if prepared.is_err() {
        return;
    }
    let mut probe = Probe::default();
    let mut assembler = Assembler::default();
    let mut piece = [0; 4096];
    while !served.over.load(Ordering::Acquire) {
        let got = match stream.read(&mut piece) {
            Ok(0) => return,
            Ok(got) => got,
            Err(why) => match why.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => continue,
                _ => return,
            },
        };
        for byte in &piece[..got] {
            let Some(request) = assembler.push(*byte) else { continue };
            let mut ports = served.ports.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = probe.answer(request, &mut ports);
            drop(ports);
            if stream.write_all(answer.packet().as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// What a probe keeps for one client.
#[derive(Debug, Default)]
struct Probe {
    wire: Wire,
    in_reset: bool,
}

impl Probe {
    fn answer<B: Board>(&mut self, request: Request, ports: &mut Ports<B>) -> Answer {
        match request {
            Request::Version => Answer::Text("Loopscope virtual probe".to_owned()),
            Request::Protocol => Answer::Number(PROTOCOL),
            Request::Voltage => Answer::Text("3.3V".to_owned()),
            Request::Frequency => Answer::Number(CLOCK),
            Request::Electrical => Answer::Done,
            Request::ResetLine(pulled) => {
                let released = std::mem::replace(&mut self.in_reset, pulled) && !pulled;
                if released { done(ports.core.reset()) } else { Answer::Done }
            }
            Request::SerialWire => {
                self.wire = Wire::default();
                Answer::Done
            }
            Request::BitsOut { bits, length, parity } => {
                self.wire.out(bits, length, |access| ports.access(access));
                if parity {
                    self.wire.out(parity_of(bits, length), 1, |access| ports.access(access));
                }
                Answer::Done
            }
            Request::BitsIn { length, parity } => {
                let bits = self.wire.read(length);
                if parity && self.wire.read(1) != parity_of(bits, length) {
                    return Answer::BadParity;
                }
                Answer::Number(bits)
            }
            Request::ReadDebugPort { address } => Answer::Word(ports.read_debug(address)),
            Request::Raw { read, address, value } => raw(read, address, value, ports),
            Request::ReadAccessPort { port, address } => word(ports.read_access(port, address)),
            Request::WriteAccessPort { port, address, value } => {
                done(ports.write_access(port, address, value))
            }
            Request::ReadMemory { address, length } => {
                let mut bytes = vec![0; length as usize];
                match ports.core.read(address, &mut bytes) {
                    Ok(()) => Answer::Bytes(bytes),
                    Err(_) => Answer::Failed,
                }
            }
            Request::WriteMemory { address, data, .. } => done(ports.core.write(address, &data)),
            Request::Unknown => Answer::NotSupported,
            Request::Malformed => Answer::BadParameter,
        }
    }
}

/// A raw access: the address's bit 8 tells the access port from the debug port.
fn raw<B: Board>(read: bool, address: u16, value: u32, ports: &mut Ports<B>) -> Answer {
    let [low, high] = address.to_le_bytes();
    match (high & 1 != 0, read) {
        (false, true) => Answer::Word(ports.read_debug(low)),
        (false, false) => {
            ports.write_debug(low, value);
            Answer::Done
        }
        (true, true) => word(ports.read_access(0, low)),
        (true, false) => done(ports.write_access(0, low, value)),
    }
}

fn word(result: Result<u32, Error>) -> Answer {
    result.map_or(Answer::Failed, Answer::Word)
}

fn done(result: Result<(), Error>) -> Answer {
    result.map_or(Answer::Failed, |()| Answer::Done)
}

/// The parity of the lowest bits.
const fn parity_of(bits: u32, length: u32) -> u32 {
    let used = if length >= 32 { bits } else { bits & ((1 << length) - 1) };
    used.count_ones() % 2
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::processor::made_up::MadeUp;

    /// A served board without QEMU.
    fn served() -> (SocketAddr, Arc<Served<MadeUp>>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let served = Arc::new(Served {
            ports: Mutex::new(Ports::new(Core::new(MadeUp::default(), false))),
            busy: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let ours = Arc::clone(&served);
        (address, ours, thread::spawn(move || accept(&listener, &served)))
    }

    fn client(address: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    fn ask(stream: &mut TcpStream, request: &str) -> String {
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut byte = [0];
        while answer.last() != Some(&b'#') {
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn a_client_is_answered_request_by_request() {
        let (address, served, thread) = served();
        let mut client = client(address);
        assert_eq!(ask(&mut client, "+#!GA#"), "&KLoopscope virtual probe#");
        assert_eq!(ask(&mut client, "!HC#"), "&K3#");
        assert_eq!(ask(&mut client, "!GZ0#"), "&K0#");
        assert_eq!(ask(&mut client, "!Aa000001fc#"), "&K11007724#");
        assert_eq!(ask(&mut client, "!AM000023000012022000001000000004deadbeef#"), "&K0#");
        assert_eq!(ask(&mut client, "!Am0000230000122000001000000004#"), "&Kdeadbeef#");
        assert_eq!(ask(&mut client, "!JS#"), "&N0#");
        assert_eq!(ask(&mut client, "!Am00#"), "&P0#");
        served.over.store(true, Ordering::Release);
        thread.join().unwrap();
    }

    #[test]
    fn a_second_client_is_turned_away_and_a_later_one_served() {
        let (address, served, thread) = served();
        let mut first = client(address);
        assert_eq!(ask(&mut first, "!HC#"), "&K3#");
        let mut second = client(address);
        let mut byte = [0];
        assert!(matches!(second.read(&mut byte), Ok(0) | Err(_)), "turned away");
        drop(first);
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let mut third = client(address);
            let _ = third.write_all(b"!HC#");
            if matches!(third.read(&mut byte), Ok(1)) {
                break;
            }
            assert!(Instant::now() < until, "the place stays taken");
        }
        served.over.store(true, Ordering::Release);
        thread.join().unwrap();
    }

    #[test]
    fn a_pulse_on_the_reset_line_resets_once() {
        use crate::processor::made_up::Did;
        let mut ports = Ports::new(Core::new(MadeUp::default(), false));
        let mut probe = Probe::default();
        for pulled in [false, true, true, false, false] {
            assert_eq!(probe.answer(Request::ResetLine(pulled), &mut ports), Answer::Done);
        }
        assert_eq!(ports.core.board.did, [Did::Reset, Did::Resume]);
    }
}
