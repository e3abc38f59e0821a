//! The machine's memory by QEMU's test socket, which answers while the processor runs.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use crate::Error;
use crate::patience::PATIENCE;

const SOCKET: &str = "test socket";

/// A connection to the socket: one line is asked, one is answered.
#[derive(Debug)]
pub(crate) struct Qtest {
    reader: BufReader<UnixStream>,
    line: String,
}

impl Qtest {
    pub(crate) fn start(stream: UnixStream) -> Result<Self, Error> {
        stream.set_read_timeout(Some(PATIENCE)).map_err(lost)?;
        stream.set_write_timeout(Some(PATIENCE)).map_err(lost)?;
        Ok(Self { reader: BufReader::with_capacity(1 << 16, stream), line: String::new() })
    }

    /// Reads memory. An access of a word is one access of the bus.
    pub(crate) fn read(&mut self, address: u32, into: &mut [u8]) -> Result<(), Error> {
        if into.is_empty() {
            return Ok(());
        }
        self.line.clear();
        let _ = writeln!(self.line, "read {address:#x} {:#x}", into.len());
        self.ask()?;
        let digits = self.line.strip_prefix("OK 0x").map(str::trim_end);
        let digits = digits.filter(|digits| digits.len() == 2 * into.len());
        match digits.map(|digits| copy(digits.as_bytes(), into)) {
            Some(true) => Ok(()),
            _ => Err(self.refused("read")),
        }
    }

    /// Writes memory.
    pub(crate) fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.line.clear();
        let _ = write!(self.line, "write {address:#x} {:#x} 0x", bytes.len());
        for byte in bytes {
            let _ = write!(self.line, "{byte:02x}");
        }
        self.line.push('\n');
        self.ask()?;
        if self.line.starts_with("OK") { Ok(()) } else { Err(self.refused("write")) }
    }

    /// Sends the line, and takes the answer in its place.
    fn ask(&mut self) -> Result<(), Error> {
        self.reader.get_mut().write_all(self.line.as_bytes()).map_err(lost)?;
        self.line.clear();
        match self.reader.read_line(&mut self.line) {
            Ok(0) => Err(lost(io::ErrorKind::UnexpectedEof.into())),
            Ok(_) => Ok(()),
            Err(why) => Err(lost(why)),
        }
    }

    fn refused(&self, asked: &str) -> Error {
        let answer = self.line.trim_end().to_owned();
        Error::Refused { socket: SOCKET, asked: asked.to_owned(), answer }
    }
}

fn lost(why: io::Error) -> Error {
    Error::Lost { socket: SOCKET, why }
}

/// Turns pairs of hexadecimal digits into bytes; whether all were digits.
fn copy(digits: &[u8], into: &mut [u8]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
    into.iter_mut().zip(digits.chunks_exact(2)).all(|(byte, pair)| {
        match (digit(pair[0]), digit(pair[1])) {
            (Some(high), Some(low)) => {
                *byte = high << 4 | low;
                true
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_bytes() {
        let mut bytes = [0; 3];
        assert!(copy(b"00ffA9", &mut bytes));
        assert_eq!(bytes, [0, 255, 0xa9]);
        assert!(!copy(b"00fg00", &mut bytes));
    }
}
