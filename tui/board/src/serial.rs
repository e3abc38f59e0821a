//! A serial line, as of a board with MicroPython: records come between what the program prints, and
//! nothing is sent, since a byte 3 is Ctrl-C at its prompt.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{self, ControlModes, OptionalActions, SpecialCodeIndex};

use super::Refusal;
use super::host::Host;
use super::mixed::Parts;
use super::reconnecting::{LOOK, Line, PAUSE};

const PIECE: usize = 1 << 12;

/// A serial line.
pub(super) struct Serial<'a> {
    /// Its device.
    pub(super) path: &'a Path,
    /// How fast it is, in baud.
    pub(super) speed: u32,
}

impl Line for Serial<'_> {
    type Open = File;

    fn name(&self) -> String {
        format!("The line {}", self.path.display())
    }

    fn open(&self) -> Result<File, Refusal> {
        open(self.path, self.speed)
    }

    fn ended(&self) -> &'static str {
        "lost"
    }

    fn is_silent(&self) -> bool {
        true
    }

    fn serve(&self, host: &mut Host<'_>, line: File) -> Option<String> {
        read(host, line)
    }
}

fn open(path: &Path, speed: u32) -> Result<File, Refusal> {
    let shown = path.display();
    let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let line = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| {
        let what = match error {
            Errno::NOENT => "there is none of that name; plug the board in, and look for its name \
                             with `ls /dev/tty*`"
                .to_owned(),
            Errno::ACCESS => "you may not read it; on most systems members of the group `dialout` \
                              may"
            .to_owned(),
            Errno::BUSY => "another program has it; end that first".to_owned(),
            other => std::io::Error::from(other).to_string(),
        };
        Refusal::unreachable(format!("the serial line `{shown}` cannot be opened: {what}"))
    })?;
    let Ok(mut terms) = termios::tcgetattr(&line) else {
        return Err(Refusal::words(format!(
            "`{shown}` is no serial line; name one such as /dev/ttyACM0, or read a file of bytes with \
             --capture"
        )));
    };
    terms.make_raw();
    // A hang-up would reset some boards when we leave.
    terms.control_modes -= ControlModes::HUPCL;
    terms.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    terms.special_codes[SpecialCodeIndex::VMIN] = 0;
    terms.special_codes[SpecialCodeIndex::VTIME] = 0;
    let set = terms
        .set_speed(speed)
        .and_then(|()| termios::tcsetattr(&line, OptionalActions::Now, &terms));
    if let Err(error) = set {
        return Err(Refusal::words(format!(
            "the serial line `{shown}` cannot be set to {speed} baud: {}; name another speed with \
             --baud",
            std::io::Error::from(error)
        )));
    }
    Ok(File::from(line))
}

/// Reads until the line is gone, and tells why it is; `None` if it is to stop.
fn read(host: &mut Host<'_>, mut line: File) -> Option<String> {
    let (mut parts, mut piece, mut quiet) = (Parts::mixed(), vec![0; PIECE], 0_u32);
    loop {
        let wait = Timespec { tv_sec: 0, tv_nsec: LOOK.subsec_nanos().into() };
        let mut on = [PollFd::from_borrowed_fd(line.as_fd(), PollFlags::IN)];
        let _ = poll(&mut on, Some(&wait));
        let seen = on[0].revents();
        // Nothing to read is no end of it: with VMIN = 0 a read then gives 0 bytes, as an end would.
        if seen.contains(PollFlags::IN) {
            match line.read(&mut piece) {
                Ok(0) => return Some("the other end was closed".to_owned()),
                Ok(got) => {
                    quiet = 0;
                    parts.feed(&piece[..got], host);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Some(error.to_string()),
            }
        } else if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Some("the board was unplugged, or the other end was closed".to_owned());
        } else {
            quiet = quiet.saturating_add(1);
            if quiet == PAUSE {
                parts.rest(host);
            }
            host.idle();
        }
        host.look_after();
        if !host.hand_over() {
            return None;
        }
    }
}
