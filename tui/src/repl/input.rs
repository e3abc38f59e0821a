//! Lines of standard input. The wait for one is over early where something else wants to be done.

use std::io;
use std::os::fd::AsFd;

use loopscope_model::whole;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

/// The most bytes of one line.
const LONGEST_LINE: usize = 1 << 20;

/// How often to look for something else, in milliseconds.
const LOOK: u16 = 50;

/// What has been read of standard input and not yet been asked for.
#[derive(Debug, Default)]
pub(super) struct Lines {
    read: Vec<u8>,
    ended: bool,
}

impl Lines {
    /// The next line, without its end; `None` where there is none any more. `otherwise` is asked now
    /// and then whether to stop waiting.
    pub(super) fn next<T>(
        &mut self,
        mut otherwise: impl FnMut() -> Option<T>,
    ) -> io::Result<Result<Option<String>, T>> {
        let stdin = io::stdin();
        loop {
            if let Some(other) = otherwise() {
                return Ok(Err(other));
            }
            if let Some(line) = self.take()? {
                return Ok(Ok(Some(line)));
            }
            if self.ended {
                return Ok(Ok(None));
            }
            let mut ready = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, LOOK) {
                Ok(0) | Err(Errno::EINTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            let mut piece = [0; 8192];
            match nix::unistd::read(&stdin, &mut piece) {
                Ok(0) => self.ended = true,
                Ok(got) => self.read.extend_from_slice(&piece[..got]),
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A line that is there already.
    fn take(&mut self) -> io::Result<Option<String>> {
        let is_whole = self.ended || self.read.contains(&b'\n') || self.read.len() > LONGEST_LINE;
        if !is_whole {
            return Ok(None);
        }
        let mut rest = self.read.as_slice();
        let line = whole::read_line(&mut rest, LONGEST_LINE as u64)?;
        let taken = self.read.len() - rest.len();
        self.read.drain(..taken);
        Ok(line)
    }
}
