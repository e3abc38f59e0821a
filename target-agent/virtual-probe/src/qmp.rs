//! The machine's reset button, by QEMU's monitor, and what the monitor tells of resets.
//!
//! The monitor speaks JSON, a line each. Only three of its lines matter, so they are looked for
//! and not parsed.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use crate::Error;
use crate::patience::PATIENCE;

const SOCKET: &str = "monitor";

/// How long a line may be. A longer one does not matter here.
const LONGEST: usize = 1 << 16;

/// A connection to the monitor.
#[derive(Debug)]
pub(crate) struct Monitor {
    stream: UnixStream,
    /// Bytes of a line that is not whole yet.
    bytes: Vec<u8>,
    /// The program has reset the machine.
    was_reset: bool,
}

/// A line that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// What was asked is done.
    Done,
    /// The machine was reset; by its program, or else by us.
    Reset { by_program: bool },
}

impl Monitor {
    /// Begins to talk.
    pub(crate) fn start(stream: UnixStream) -> Result<Self, Error> {
        stream.set_write_timeout(Some(PATIENCE)).map_err(lost)?;
        let mut monitor = Self { stream, bytes: Vec::new(), was_reset: false };
        monitor.send("qmp_capabilities")?;
        monitor.wait("answer", |line| line == Line::Done)?;
        Ok(monitor)
    }

    /// Resets the machine. It is reset when this returns.
    pub(crate) fn press_reset(&mut self) -> Result<(), Error> {
        self.send("system_reset")?;
        self.wait("reset", |line| line == Line::Reset { by_program: false })
    }

    /// Whether the program has reset the machine since it was asked last.
    pub(crate) fn was_reset(&mut self) -> Result<bool, Error> {
        self.stream.set_nonblocking(true).map_err(lost)?;
        let got = loop {
            match self.fill() {
                Ok(()) => while self.take().is_some() {},
                Err(why) => break why,
            }
        };
        self.stream.set_nonblocking(false).map_err(lost)?;
        if is_nothing_yet(&got) { Ok(std::mem::take(&mut self.was_reset)) } else { Err(lost(got)) }
    }

    fn send(&mut self, command: &str) -> Result<(), Error> {
        let line = format!("{{\"execute\":\"{command}\"}}\n");
        self.stream.write_all(line.as_bytes()).map_err(lost)
    }

    fn wait(&mut self, what: &'static str, is_it: impl Fn(Line) -> bool) -> Result<(), Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            while let Some(line) = self.take() {
                if is_it(line) {
                    return Ok(());
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::TooLate { what });
            }
            self.stream.set_read_timeout(Some(left)).map_err(lost)?;
            match self.fill() {
                Err(why) if !is_nothing_yet(&why) => return Err(lost(why)),
                _ => {}
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

    /// The next line that matters.
    fn take(&mut self) -> Option<Line> {
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let read = read(&String::from_utf8_lossy(&line));
            if read == Some(Line::Reset { by_program: true }) {
                self.was_reset = true;
            }
            if read.is_some() {
                return read;
            }
        }
        if self.bytes.len() > LONGEST {
            self.bytes.clear();
        }
        None
    }
}

/// What a line says, if it matters.
fn read(line: &str) -> Option<Line> {
    let packed: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
    if packed.starts_with("{\"return\":") {
        return Some(Line::Done);
    }
    let is_reset = packed.contains("\"event\":\"RESET\"");
    is_reset.then(|| Line::Reset { by_program: packed.contains("\"guest\":true") })
}

fn lost(why: io::Error) -> Error {
    Error::Lost { socket: SOCKET, why }
}

fn is_nothing_yet(why: &io::Error) -> bool {
    matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_by_the_program_is_told_from_one_by_us() {
        let line = |guest| {
            format!(
                "{{\"timestamp\": {{}}, \"event\": \"RESET\", \"data\": {{\"guest\": {guest}}}}}"
            )
        };
        assert_eq!(read(&line("true")), Some(Line::Reset { by_program: true }));
        assert_eq!(read(&line("false")), Some(Line::Reset { by_program: false }));
        assert_eq!(read("{\"return\": {}}\r\n"), Some(Line::Done));
        assert_eq!(read("{\"event\": \"RESUME\"}"), None);
    }

    #[test]
    fn lines_come_in_pieces_and_a_reset_is_told_once() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"{\"QMP\": {}}\n{\"return\": {}}\n{\"event\": \"RE").unwrap();
        let mut monitor = Monitor::start(ours).unwrap();
        assert!(!monitor.was_reset().unwrap());
        theirs.write_all(b"SET\", \"data\": {\"guest\": true}}\n").unwrap();
        assert!(monitor.was_reset().unwrap());
        assert!(!monitor.was_reset().unwrap());
        theirs.write_all(b"{\"event\":\"RESET\",\"data\":{\"guest\":false}}\n").unwrap();
        monitor.press_reset().unwrap();
        assert!(!monitor.was_reset().unwrap());
        drop(theirs);
        assert!(monitor.was_reset().is_err());
    }
}
