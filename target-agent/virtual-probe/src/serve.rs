//! The face of a debug probe: the remote protocol, each request answered before the next is read.

use std::fmt;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use crate::attendant::{Attendant, started};
use crate::dap::Ports;
use crate::packet::{Answer, Assembler, Request};
use crate::processor::Board;
use crate::qemu::Machine;
use crate::server::{Over, Server, Shared, TakenPort, answer, lock};
use crate::swd::Wire;
use crate::{Architecture, Error, Options, bitbang, rtt_server};

/// The selector's vendor and product: a Black Magic Probe.
const PROBE: &str = "1d50:6018";

/// The version of the remote protocol that is spoken.
const PROTOCOL: u32 = 3;

/// The clock that is claimed, in kHz. It means nothing here.
const CLOCK: u32 = 4000;

/// A probe that is being served. Dropping it ends the machine.
pub struct VirtualProbe {
    // The servers are closed before the machine ends.
    server: Server,
    others: Vec<Server>,
    _attendant: Option<Attendant>,
    board: Shared<Machine>,
    options: Options,
}

impl fmt::Debug for VirtualProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualProbe").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl VirtualProbe {
    /// Starts the machine and serves it on the loopback interface.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let taken = TakenPort::take(options.port)?;
        if options.architecture()? == Architecture::RiscV {
            return Err(Error::NotHere {
                what: format!(
                    "the debug port in front of `{}` is one of a Cortex-M",
                    options.machine
                ),
                instead: "serve its RTT channel instead (`--rtt`), which every processor has",
            });
        }
        let board = started(options)?;
        let server = open(taken, &board)?;
        let attendant = Attendant::of(options, &board)?;
        Ok(Self {
            server,
            others: Vec::new(),
            _attendant: attendant,
            board,
            options: options.clone(),
        })
    }

    /// Serves the RTT channel of the same machine, too, at a port of its own; 0 is any that is free.
    /// If the machine is held from the start, the first client lets it go.
    pub fn serve_rtt(&mut self, port: u16) -> Result<SocketAddr, Error> {
        let block = rtt_server::block_of(&self.options)?;
        let server =
            rtt_server::open(TakenPort::take(port)?, &self.board, block, self.options.held)?;
        Ok(self.add(server))
    }

    /// Serves the wires of the same machine, too, to `OpenOCD`'s adapter `remote_bitbang`. The debug port
    /// is one: let only one client use it at a time.
    pub fn serve_bitbang(&mut self, port: u16) -> Result<SocketAddr, Error> {
        let server = bitbang::open(TakenPort::take(port)?, &self.board)?;
        Ok(self.add(server))
    }

    fn add(&mut self, server: Server) -> SocketAddr {
        let address = server.address();
        self.others.push(server);
        address
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What to give to probe-rs as `--probe`.
    #[must_use]
    pub fn selector(&self) -> String {
        format!("{PROBE}:{}", self.address())
    }

    /// Presses the board's reset button.
    pub fn press_reset(&self) -> Result<(), Error> {
        lock(&self.board).core.reset()
    }

    /// Holds the processor, as another debugger might.
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

/// Starts the server of a board's probe.
pub(crate) fn open<B: Board + Send + 'static>(
    taken: TakenPort,
    board: &Shared<B>,
) -> Result<Server, Error> {
    let board = Arc::clone(board);
    taken.open(move |stream, over| serve(stream, over, &board))
}

/// Answers one client until it leaves.
fn serve<B: Board>(stream: TcpStream, over: &Over, board: &Shared<B>) {
    let mut conversation = Conversation::default();
    answer(stream, over, |bytes, answers| {
        conversation.take(bytes, answers, &mut lock(board));
        true
    });
}

/// What is going on with one client.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    probe: Probe,
    assembler: Assembler,
}

impl Conversation {
    /// Answers the requests that these bytes complete.
    pub(crate) fn take<B: Board>(
        &mut self,
        bytes: &[u8],
        answers: &mut Vec<u8>,
        ports: &mut Ports<B>,
    ) {
        for byte in bytes {
            if let Some(request) = self.assembler.push(*byte) {
                answers.extend(self.probe.answer(request, ports).packet().bytes());
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
    use std::sync::Mutex;
    use std::time::Duration;

    use std::io::{Read as _, Write as _};

    use super::*;
    use crate::processor::Core;
    use crate::processor::made_up::MadeUp;

    /// A served board without QEMU.
    fn served() -> Server {
        let board = Arc::new(Mutex::new(Ports::new(Core::new(MadeUp::default(), false))));
        open(TakenPort::take(0).unwrap(), &board).unwrap()
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
        let server = served();
        let mut client = client(server.address());
        assert_eq!(ask(&mut client, "+#!GA#"), "&KLoopscope virtual probe#");
        assert_eq!(ask(&mut client, "!HC#"), "&K3#");
        assert_eq!(ask(&mut client, "!GZ0#"), "&K0#");
        assert_eq!(ask(&mut client, "!Aa000001fc#"), "&K11007724#");
        assert_eq!(ask(&mut client, "!AM000023000012022000001000000004deadbeef#"), "&K0#");
        assert_eq!(ask(&mut client, "!Am0000230000122000001000000004#"), "&Kdeadbeef#");
        assert_eq!(ask(&mut client, "!JS#"), "&N0#");
        assert_eq!(ask(&mut client, "!Am00#"), "&P0#");
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
