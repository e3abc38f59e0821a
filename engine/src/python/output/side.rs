//! One of the two streams: where it is passed on to, what waits in it, and what other processes
//! write to it.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};

use loopscope_protocol::{Event, LoopId, Stream, Text};

use super::heard;
use crate::process::{is_copy, write_all};
use crate::python::lines::Lines;
use crate::run::Run;

/// One of the two streams.
#[derive(Debug)]
pub(super) struct Side {
    stream: Stream,
    /// Where it is passed on to; `None`: only into records.
    pub(super) to: Option<File>,
    /// What other processes write; `None` once nobody can write to it any more.
    pub(super) pipe: Option<File>,
    /// Where what the program becomes writes to, if the host takes it.
    successor: Option<File>,
    pub(super) own: Lines,
    other: Lines,
    /// The program has led the descriptor elsewhere: what it prints goes there.
    pub(super) moved: bool,
}

impl Side {
    pub(super) fn new(
        stream: Stream,
        to: Option<File>,
        pipe: File,
        successor: Option<File>,
    ) -> Self {
        Self {
            stream,
            to,
            pipe: Some(pipe),
            successor,
            own: Lines::default(),
            other: Lines::default(),
            moved: false,
        }
    }

    /// Whether what Python prints goes to the descriptor, wherever it leads: the program has moved
    /// it, or this is a copy of the process, whose output the original takes up.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.moved || is_copy()
    }

    /// Leads the descriptor to where the host takes it, or to where it is passed on to. Gives where it
    /// led before.
    pub(super) fn pass_by(&self) -> io::Result<OwnedFd> {
        let ours = match self.stream {
            Stream::Stdout => rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3),
            Stream::Stderr => rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3),
        }?;
        match self.successor.as_ref().or(self.to.as_ref()) {
            Some(to) => lead(self.stream, to)?,
            None => lead(self.stream, File::options().write(true).open("/dev/null")?)?,
        }
        Ok(ours)
    }

    /// Passes a piece on and records it.
    pub(super) fn tell(&self, piece: &[u8]) -> io::Result<()> {
        let passed = match &self.to {
            Some(to) => write_all(to.as_fd(), piece),
            None => Ok(()),
        };
        let text = String::from_utf8_lossy(piece);
        // What was passed on has been seen; told again it would be seen twice.
        if self.to.is_none() {
            heard::add(&text);
        }
        let event = Event::Output { stream: self.stream, text: Text::FIRST };
        Run::current().trace.emit_with(LoopId::NONE, event, &[&text]);
        passed
    }

    /// Takes up what other processes have written.
    pub(super) fn drain(&mut self) {
        let mut chunk = [0; 8192];
        while let Some(pipe) = &mut self.pipe {
            match pipe.read(&mut chunk) {
                Ok(0) => self.pipe = None,
                Ok(got) => {
                    self.other.push(&chunk[..got]);
                    while let Some(line) = self.other.line() {
                        let _ = self.tell(&line);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        if let Some(rest) = self.other.rest(self.pipe.is_none()) {
            let _ = self.tell(&rest);
        }
    }
}

/// Leads a stream's descriptor elsewhere.
pub(super) fn lead(stream: Stream, to: impl AsFd) -> io::Result<()> {
    match stream {
        Stream::Stdout => rustix::stdio::dup2_stdout(to)?,
        Stream::Stderr => rustix::stdio::dup2_stderr(to)?,
    }
    Ok(())
}
