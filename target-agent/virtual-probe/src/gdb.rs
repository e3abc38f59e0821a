//! Run control by QEMU's gdbstub: hold, resume, step, registers, breakpoints.
//!
//! The stub stops the machine when a debugger connects, and answers questions about registers only
//! after it was asked for its description of them.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::Error;
use crate::patience::PATIENCE;
use crate::processor::Register;

const SOCKET: &str = "gdbstub";

/// How long one instruction may take. One that waits for an interrupt takes for ever, and is then
/// broken off, as a debug probe does it.
const ONE_STEP: Duration = Duration::from_millis(50);

/// A connection to the stub.
#[derive(Debug)]
pub struct Gdb {
    stream: UnixStream,
    /// Bytes that came and were not looked at yet.
    bytes: Vec<u8>,
    registers: Vec<(String, u32)>,
    running: bool,
}

impl Gdb {
    /// Begins to talk. The machine is held afterwards.
    pub fn start(stream: UnixStream) -> Result<Self, Error> {
        stream.set_write_timeout(Some(PATIENCE)).map_err(lost)?;
        let mut gdb = Self { stream, bytes: Vec::new(), registers: Vec::new(), running: false };
        gdb.send("?")?;
        gdb.stop_reply(PATIENCE)?;
        let description = gdb.description("target.xml")?;
        gdb.registers = numbers(&description);
        Ok(gdb)
    }

    /// Holds the machine.
    pub fn hold(&mut self) -> Result<(), Error> {
        if !self.running {
            return Ok(());
        }
        self.stream.write_all(&[3]).map_err(lost)?;
        self.running = false;
        self.stop_reply(PATIENCE)
    }

    /// Lets the machine run.
    pub fn resume(&mut self) -> Result<(), Error> {
        if !self.running {
            self.send("c")?;
            self.running = true;
        }
        Ok(())
    }

    /// Executes one instruction.
    pub fn step(&mut self) -> Result<(), Error> {
        self.send("s")?;
        match self.stop_reply(ONE_STEP) {
            Err(Error::TooLate { .. }) => {
                self.running = true;
                self.hold()
            }
            other => other,
        }
    }

    /// Whether the machine has stopped by itself since it was let run.
    pub fn has_stopped(&mut self) -> Result<bool, Error> {
        if !self.running {
            return Ok(true);
        }
        self.stream.set_nonblocking(true).map_err(lost)?;
        let got = self.fill();
        self.stream.set_nonblocking(false).map_err(lost)?;
        match got {
            Ok(()) => {}
            Err(why) if is_nothing_yet(&why) => {}
            Err(why) => return Err(lost(why)),
        }
        while let Some(packet) = self.take()? {
            self.running &= !is_stop(&packet);
        }
        Ok(!self.running)
    }

    /// A register while the machine is held; 0 if the stub does not have it.
    pub fn register(&mut self, register: Register) -> Result<u32, Error> {
        match register {
            Register::Masks => self.masks(),
            Register::Float(number) => {
                let half = usize::from(number % 2) * 4;
                let double = self.named(&format!("d{}", number / 2))?;
                Ok(word(double.get(half..).unwrap_or_default()))
            }
            other => Ok(word(&self.named(self.name(other))?)),
        }
    }

    /// Changes a register while the machine is held. One that the stub does not have stays.
    pub fn set_register(&mut self, register: Register, value: u32) -> Result<(), Error> {
        let bytes = value.to_le_bytes();
        match register {
            Register::Masks => {
                for (at, name) in MASKS.iter().enumerate() {
                    self.set_named(name, &u32::from(bytes[3 - at]).to_le_bytes())?;
                }
                Ok(())
            }
            Register::Float(number) => {
                let name = format!("d{}", number / 2);
                let mut double = self.named(&name)?;
                let half = usize::from(number % 2) * 4;
                match double.get_mut(half..half + 4) {
                    Some(place) => place.copy_from_slice(&bytes),
                    None => return Ok(()),
                }
                self.set_named(&name, &double)
            }
            other => self.set_named(self.name(other), &bytes),
        }
    }

    /// Sets a breakpoint, or takes it away. The machine is held.
    pub fn breakpoint(&mut self, address: u32, on: bool) -> Result<(), Error> {
        let letter = if on { 'Z' } else { 'z' };
        self.ask_for_ok(&format!("{letter}1,{address:x},2"))
    }

    /// What the stub calls a register that is one register there.
    fn name(&self, register: Register) -> &'static str {
        const GENERAL: [&str; 16] = [
            "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp",
            "lr", "pc",
        ];
        let known = |name| if self.number(name).is_some() { name } else { "sp" };
        match register {
            Register::General(number) => GENERAL[usize::from(number) % GENERAL.len()],
            Register::Status => "xpsr",
            Register::MainStack => known("msp"),
            Register::ProcessStack => known("psp"),
            Register::FloatStatus => "fpscr",
            Register::Masks | Register::Float(_) => "",
        }
    }

    fn masks(&mut self) -> Result<u32, Error> {
        let mut value = 0;
        for name in MASKS {
            value = value << 8 | word(&self.named(name)?) & 0xff;
        }
        Ok(value)
    }

    /// The bytes of a register; empty if the stub does not have it.
    fn named(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let Some(number) = self.number(name) else { return Ok(Vec::new()) };
        let asked = format!("p{number:x}");
        let answer = self.ask(&asked)?;
        bytes_of(&answer).ok_or_else(|| refused(&asked, &answer))
    }

    fn set_named(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        use std::fmt::Write as _;
        let Some(number) = self.number(name) else { return Ok(()) };
        let mut asked = format!("P{number:x}=");
        for byte in bytes {
            let _ = write!(asked, "{byte:02x}");
        }
        self.ask_for_ok(&asked)
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.registers.iter().find(|(known, _)| known == name).map(|(_, number)| *number)
    }

    /// The description of the registers, with those that it includes in their places.
    fn description(&mut self, file: &str) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            let asked = format!("qXfer:features:read:{file}:{:x},ffb", text.len());
            let answer = self.ask(&asked)?;
            let (more, piece) = answer.split_at_checked(1).ok_or_else(|| refused(&asked, ""))?;
            text.push_str(piece);
            match more {
                "m" if !piece.is_empty() => {}
                "l" => break,
                _ => return Err(refused(&asked, &answer)),
            }
        }
        let mut whole = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("<xi:include") {
            whole.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            if let Some(inner) = attribute(&rest[..end], "href") {
                whole.push_str(&self.description(inner)?);
            }
            rest = &rest[end..];
        }
        whole.push_str(rest);
        Ok(whole)
    }

    fn ask_for_ok(&mut self, asked: &str) -> Result<(), Error> {
        match self.ask(asked)?.as_str() {
            "OK" => Ok(()),
            answer => Err(refused(asked, answer)),
        }
    }

    fn ask(&mut self, asked: &str) -> Result<String, Error> {
        self.send(asked)?;
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self.packet(until)?.ok_or(Error::TooLate { what: "answer" })?;
            // Connecting makes the stub tell twice that it has stopped.
            if !is_stop(&answer) {
                return Ok(answer);
            }
        }
    }

    fn send(&mut self, text: &str) -> Result<(), Error> {
        let sum = text.bytes().fold(0_u8, u8::wrapping_add);
        self.stream.write_all(format!("${text}#{sum:02x}").as_bytes()).map_err(lost)
    }

    /// Waits until the machine has stopped.
    fn stop_reply(&mut self, timeout: Duration) -> Result<(), Error> {
        let until = Instant::now() + timeout;
        loop {
            match self.packet(until)? {
                Some(packet) if is_stop(&packet) => return Ok(()),
                Some(_) => {}
                None => return Err(Error::TooLate { what: "stop" }),
            }
        }
    }

    /// The next packet; `None` if none came in time.
    fn packet(&mut self, until: Instant) -> Result<Option<String>, Error> {
        loop {
            if let Some(packet) = self.take()? {
                return Ok(Some(packet));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(left)).map_err(lost)?;
            match self.fill() {
                Ok(()) => {}
                Err(why) if is_nothing_yet(&why) => {}
                Err(why) => return Err(lost(why)),
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut piece = [0; 4096];
        match self.stream.read(&mut piece)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            got => {
                self.bytes.extend_from_slice(&piece[..got]);
                Ok(())
            }
        }
    }

    /// Takes a whole packet out of what came, and acknowledges it.
    fn take(&mut self) -> Result<Option<String>, Error> {
        let Some((packet, used)) = whole(&self.bytes) else { return Ok(None) };
        self.bytes.drain(..used);
        self.stream.write_all(b"+").map_err(lost)?;
        Ok(Some(packet))
    }
}

/// The single registers of [`Register::Masks`], from the highest byte to the lowest.
const MASKS: [&str; 4] = ["control", "faultmask", "basepri", "primask"];

fn lost(why: io::Error) -> Error {
    Error::Lost { socket: SOCKET, why }
}

fn refused(asked: &str, answer: &str) -> Error {
    let (asked, answer) = (asked.to_owned(), answer.to_owned());
    Error::Refused { socket: SOCKET, asked, answer }
}

fn is_nothing_yet(why: &io::Error) -> bool {
    matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Whether a packet says that the machine has stopped.
fn is_stop(packet: &str) -> bool {
    packet.starts_with(['T', 'S', 'W', 'X'])
}

/// The first whole packet in the bytes, and how many bytes it ends after.
fn whole(bytes: &[u8]) -> Option<(String, usize)> {
    let start = bytes.iter().position(|byte| *byte == b'$')?;
    let length = bytes[start..].iter().position(|byte| *byte == b'#')?;
    let end = start + length + 3;
    if bytes.len() < end {
        return None;
    }
    // `}` hides a byte that would mean something to the protocol.
    let mut text = String::with_capacity(length);
    let mut inside = bytes[start + 1..start + length].iter();
    while let Some(byte) = inside.next() {
        let byte = if *byte == b'}' { inside.next().map_or(b'}', |b| b ^ 0x20) } else { *byte };
        text.push(char::from(byte));
    }
    Some((text, end))
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

/// The first word of some bytes; those that are missing are 0.
fn word(bytes: &[u8]) -> u32 {
    (0..4).fold(0, |word, at| word | u32::from(bytes.get(at).copied().unwrap_or(0)) << (8 * at))
}

/// The registers of a description with their numbers: each has the number after the one before,
/// unless it says another.
fn numbers(description: &str) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    let mut next = 0;
    for tag in description.split("<reg ").skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let said = attribute(tag, "regnum").and_then(|number| number.parse().ok());
        let number = said.unwrap_or(next);
        next = number + 1;
        if let Some(name) = attribute(tag, "name") {
            found.push((name.to_owned(), number));
        }
    }
    found
}

/// The value of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.split_whitespace().find_map(|word| {
        let value = word.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_start_matches(['"', '\'']))
    })?;
    start.split(['"', '\'', '/', '>']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_taken_out_whole() {
        assert_eq!(whole(b"+$OK#9a$T05"), Some(("OK".to_owned(), 7)));
        assert_eq!(whole(b"$OK#9"), None);
        assert_eq!(whole(b"++"), None);
        assert_eq!(whole(b"$a}\x03b#00"), Some(("a#b".to_owned(), 8)));
    }

    #[test]
    fn registers_count_on_unless_they_say_their_number() {
        let description = "<feature name=\"m\">\n<reg name=\"r0\" bitsize=\"32\"/>\
            <reg name=\"sp\" bitsize=\"32\" type=\"data_ptr\"/>\
            <reg name=\"xpsr\" bitsize=\"32\" regnum=\"25\"/><reg name='d0' bitsize='64'/>";
        let expected = [("r0", 0), ("sp", 1), ("xpsr", 25), ("d0", 26)];
        let found = numbers(description);
        let found: Vec<_> = found.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_bytes_in_the_order_of_memory() {
        assert_eq!(word(&bytes_of("78563412").unwrap()), 0x1234_5678);
        assert_eq!(bytes_of("7"), None);
        assert_eq!(bytes_of("E01"), None);
        assert_eq!(word(&[1]), 1);
    }
}
