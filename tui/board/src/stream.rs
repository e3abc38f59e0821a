//! Streams over TCP, as the RTT servers of `OpenOCD` and J-Link give them, and from a file: of frames
//! alone, or of frames between the program's text.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use loopscope_model::stream::Unmixer;
use loopscope_protocol::wire::{Decoder, Step};

use super::Refusal;
use super::ctf;
use super::host::{End, Host};
use super::mixed::Parts;
use super::reconnecting::{LOOK, Line, PAUSE};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How soon a server that serves somebody else already ends a connection.
const TURNED_AWAY: Duration = Duration::from_millis(200);

const PIECE: usize = 1 << 14;

/// How much of a capture is looked at before it is taken for one.
const HEAD: u64 = 1 << 16;

/// A stream over TCP.
pub(super) struct Tcp<'a> {
    /// Where it is, as HOST:PORT.
    pub(super) address: &'a str,
    /// The other end is a serial line, with the program's text, and nothing is sent.
    pub(super) is_line: bool,
}

impl Line for Tcp<'_> {
    type Open = TcpStream;

    fn name(&self) -> String {
        format!("The stream at {}", self.address)
    }

    fn open(&self) -> Result<TcpStream, Refusal> {
        connect(self.address)
    }

    fn ended(&self) -> &'static str {
        "closed"
    }

    fn is_silent(&self) -> bool {
        self.is_line
    }

    fn serve(&self, host: &mut Host<'_>, stream: TcpStream) -> Option<String> {
        let parts = if self.is_line { Parts::mixed() } else { Parts::unknown() };
        serve(host, stream, parts)
    }
}

fn connect(address: &str) -> Result<TcpStream, Refusal> {
    let usage = || {
        Refusal::words(format!(
            "`--tcp {address}` is no address; write HOST:PORT, as in localhost:19021"
        ))
    };
    if !address
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    {
        return Err(usage());
    }
    let mut why = None;
    for place in address.to_socket_addrs().map_err(|_| usage())? {
        match TcpStream::connect_timeout(&place, CONNECT) {
            Ok(stream) if is_turned_away(&stream) => {
                return Err(Refusal::unreachable(format!(
                    "{address} ended the connection at once; end other programs that read from it, since such a server may have room for one"
                )));
            }
            Ok(stream) => return Ok(stream),
            Err(error) => why = Some(error),
        }
    }
    let why = why.map_or_else(
        || "it has no address".to_owned(),
        |error| match error.kind() {
            ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
            ErrorKind::TimedOut => "it does not answer".to_owned(),
            _ => error.to_string(),
        },
    );
    Err(Refusal::unreachable(format!(
        "{address} cannot be reached: {why}; start the RTT server of OpenOCD (`rtt server start`) or J-Link first"
    )))
}

/// Whether the server closes before it has said anything.
fn is_turned_away(stream: &TcpStream) -> bool {
    let waits = stream.set_read_timeout(Some(TURNED_AWAY));
    waits.is_ok() && matches!(stream.peek(&mut [0]), Ok(0))
}

/// Reads until the connection ends, and tells why it did; `None` if it is to stop.
fn serve(host: &mut Host<'_>, mut stream: TcpStream, mut parts: Parts) -> Option<String> {
    let prepared = stream
        .set_read_timeout(Some(LOOK))
        .and_then(|()| stream.set_write_timeout(Some(LOOK)))
        .and_then(|()| stream.set_nodelay(true));
    if let Err(error) = prepared {
        return Some(error.to_string());
    }
    let mut piece = vec![0; PIECE];
    let mut quiet = 0_u32;
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return Some("the server ended it".to_owned()),
            Ok(got) => {
                quiet = 0;
                let before = parts.is_mixed();
                parts.feed(&piece[..got], host);
                if parts.is_mixed() && !before {
                    // What reads there does not listen.
                    host.sends_nothing();
                }
            }
            Err(error) if is_nothing_yet(&error) => {
                quiet = quiet.saturating_add(1);
                if quiet == PAUSE {
                    parts.rest(host);
                }
                host.idle();
            }
            Err(error) => return Some(error.to_string()),
        }
        host.look_after();
        if !host.pending.is_empty() {
            // A server without a down channel may not read what we send; then it waits here.
            match stream.write(&host.pending) {
                Ok(sent) => drop(host.pending.drain(..sent)),
                Err(error) if is_nothing_yet(&error) => {}
                Err(error) => return Some(error.to_string()),
            }
        }
        if !host.hand_over() {
            return None;
        }
    }
}

fn is_nothing_yet(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Whether there is anything that the agent may have sent.
fn holds_a_frame(bytes: &[u8]) -> bool {
    if Unmixer::is_mixed(bytes) == Some(true) {
        return true;
    }
    let mut decoder = Decoder::midway();
    (0..bytes.len()).any(|at| matches!(decoder.next(&bytes[at..], true), Step::Frame { .. }))
}

/// A file that holds what came over such a stream.
pub(super) fn capture(host: &mut Host<'_>, path: &Path) -> End {
    let shown = path.display();
    if path.is_dir() {
        return trace(host, path);
    }
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            return End::Refused(Refusal::words(format!(
                "the capture `{shown}` cannot be opened: {error}; name a file that holds a raw RTT stream"
            )));
        }
    };
    let mut head = Vec::new();
    if let Err(error) = (&file).take(HEAD).read_to_end(&mut head) {
        return End::Refused(Refusal::words(format!(
            "the capture `{shown}` cannot be read: {error}; name a file that you may read"
        )));
    }
    if !head.is_empty() && !holds_a_frame(&head) {
        return End::Refused(Refusal::words(format!(
            "the capture `{shown}` holds no records; name a file with what came over the agent's own RTT channel"
        )));
    }
    // It is taken from its beginning: whether that is the board's beginning shows in the numbers.
    host.connected(true);
    let mut parts = Parts::unknown();
    parts.feed(&head, host);
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => {
                parts.rest(host);
                return End::Complete("The capture ends here.".to_owned());
            }
            Ok(got) => parts.feed(&piece[..got], host),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                return End::Lost(format!("The capture `{shown}` cannot be read: {error}."));
            }
        }
        if !host.hand_over() {
            return End::Asked;
        }
    }
}

/// A folder that holds a trace in the Common Trace Format.
fn trace(host: &mut Host<'_>, folder: &Path) -> End {
    if !ctf::is_one(folder) {
        return End::Refused(Refusal::words(format!(
            "the folder `{}` holds no trace, since it has no file `metadata`; put Zephyr's there, \
             subsys/tracing/ctf/tsdl/metadata, beside the stream",
            folder.display()
        )));
    }
    let records = match ctf::records(folder) {
        Ok(records) => records,
        Err(why) => {
            return End::Refused(Refusal::words(format!(
                "the trace cannot be read: {why}; name a folder with a trace of Zephyr's and its \
                 metadata"
            )));
        }
    };
    host.connected(true);
    let mut parts = Parts::unknown();
    for piece in records.chunks(PIECE) {
        parts.feed(piece, host);
        if !host.hand_over() {
            return End::Asked;
        }
    }
    parts.rest(host);
    End::Complete("The trace ends here.".to_owned())
}
