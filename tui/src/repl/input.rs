//! Lines of standard input. The wait for one is over early where something else wants to be done.

use std::io;
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};

use loopscope_model::whole;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

/// The most bytes of one line.
const LONGEST_LINE: usize = 1 << 20;

/// How often to look for something else, in milliseconds.
const LOOK: u16 = 50;

/// What has been read of standard input and not yet been asked for.
#[derive(Debug, Default)]
struct Pending {
    read: Vec<u8>,
    ended: bool,
}

/// There is one standard input: whoever reads it next goes on where the last one stopped.
static PENDING: Mutex<Pending> = Mutex::new(Pending { read: Vec::new(), ended: false });

/// The next line, without its end; `None` where there is none any more. `otherwise` is asked now
/// and then whether to stop waiting.
pub(super) fn next_line<T>(
    mut otherwise: impl FnMut() -> Option<T>,
) -> io::Result<Result<Option<String>, T>> {
    let stdin = io::stdin();
    let mut pending = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(other) = otherwise() {
            return Ok(Err(other));
        }
        if let Some(line) = pending.take()? {
            return Ok(Ok(Some(line)));
        }
        if pending.ended {
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
            Ok(0) => pending.ended = true,
            Ok(got) => pending.read.extend_from_slice(&piece[..got]),
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl Pending {
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
