//! The two descriptors that the parent hands to the child: records and replies out on 3, requests
//! in on 4. Nothing here knows what a request means.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};

use loopscope_protocol::Request;
use loopscope_protocol::wire::{Decoder, Item, ItemFrame, Step};

use parking_lot::Mutex;

use super::copy::is_copy;
use super::seal::{Key, Sealer};
use crate::core::Sink;
use crate::python::fd::borrow;
use crate::python::output::write_all;

/// Where the child writes frames to.
const OUT: RawFd = 3;
/// Where the child reads frames from.
const IN: RawFd = 4;
/// Where what the program becomes by `exec` writes its output and its errors to.
const SUCCESSOR: [RawFd; 2] = [5, 6];
/// Ours lie above this, so that what the program opens gets the numbers it would get anywhere.
const ABOVE: RawFd = 100;
/// Where fewer are allowed than that.
const LOW: RawFd = 10;

/// The exit code of a child whose host is gone. Nobody is there to see it.
pub(super) const PARENT_GONE: i32 = 129;

/// The descriptors that we keep open.
static OURS: Mutex<Vec<RawFd>> = Mutex::new(Vec::new());

/// Takes the two descriptors: records out, requests in. They do not survive an `exec`.
pub(super) fn take() -> io::Result<(File, File)> {
    let out = high(OUT)?;
    let requests = high(IN)?;
    nix::unistd::close(OUT)?;
    nix::unistd::close(IN)?;
    Ok((out, requests))
}

/// Takes the two for output and errors of what the program may become.
pub(super) fn take_successors() -> io::Result<[File; 2]> {
    let [out, err] = SUCCESSOR;
    let taken = [high(out)?, high(err)?];
    for fd in SUCCESSOR {
        nix::unistd::close(fd)?;
    }
    Ok(taken)
}

/// Closes all of them, for a process that neither sends nor receives.
pub(super) fn close() {
    for fd in [OUT, IN].into_iter().chain(SUCCESSOR) {
        let _ = nix::unistd::close(fd);
    }
}

/// Where finished frames go, sealed if there is a key. A host that is gone ends the process.
pub(super) fn sink(out: File, key: Option<Key>) -> Sink {
    let mut sealer = key.map(Sealer::new);
    let mut closed = false;
    Box::new(move |frames| {
        // A copy of the process holds frames that the original sends.
        if closed || is_copy() {
            return;
        }
        let mut written = Ok(());
        match &mut sealer {
            None => written = write_all(&out, frames),
            Some(sealer) => sealer.seal(frames, |block| {
                if written.is_ok() {
                    written = write_all(&out, block);
                }
            }),
        }
        if let Err(error) = written {
            closed = true;
            // Any other error means that the program itself closed the descriptor.
            if error.kind() == io::ErrorKind::BrokenPipe
                && !super::control().is_some_and(|control| control.is_detached())
            {
                std::process::exit(PARENT_GONE);
            }
        }
    })
}

/// A copy of `fd` out of the program's way.
pub(crate) fn high(fd: RawFd) -> io::Result<File> {
    let fd = borrow(fd).ok_or(io::ErrorKind::InvalidInput)?;
    // Where fewer descriptors are allowed than that, somewhere lower will do.
    let copy = rustix::io::fcntl_dupfd_cloexec(fd, ABOVE)
        .or_else(|_| rustix::io::fcntl_dupfd_cloexec(fd, LOW))?;
    OURS.lock().push(copy.as_raw_fd());
    Ok(File::from(copy))
}

/// Whether a descriptor is one that we keep open.
pub(crate) fn is_ours(fd: RawFd) -> bool {
    // Nothing below them is, so most are known without a look at the list.
    fd >= LOW && OURS.lock().contains(&fd)
}

/// Those parts of the range of descriptors `from..to` that are not ours.
pub(crate) fn without_ours(from: RawFd, to: RawFd) -> Vec<(RawFd, RawFd)> {
    let mut ours = OURS.lock().clone();
    ours.sort_unstable();
    gaps(from, to, &ours)
}

fn gaps(from: RawFd, to: RawFd, ours: &[RawFd]) -> Vec<(RawFd, RawFd)> {
    let mut parts = Vec::new();
    let mut from = from;
    for &fd in ours.iter().filter(|&&fd| fd < to) {
        if fd > from {
            parts.push((from, fd));
        }
        from = from.max(fd + 1);
    }
    if from < to {
        parts.push((from, to));
    }
    parts
}

/// Reads requests until the other side closes, and hands each to `each`.
pub(super) fn read_requests(from: impl Read, mut each: impl FnMut(Request<'_>)) {
    let mut from = from;
    let mut decoder = Decoder::new();
    let mut waiting: Vec<u8> = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let got = match from.read(&mut chunk) {
            Ok(0) => return,
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        waiting.extend_from_slice(&chunk[..got]);
        let mut done = 0;
        loop {
            match decoder.next(&waiting[done..], false) {
                Step::Frame { item, used, .. } => {
                    if let ItemFrame::Item(Item::Request(request)) = item {
                        each(request);
                    }
                    done += used;
                }
                Step::Garbage => done += 1,
                Step::More => break,
            }
        }
        waiting.drain(..done);
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::wire::Encoder;
    use loopscope_protocol::{Kind, KindSet, StopWhen};

    use super::*;

    #[test]
    fn a_range_is_closed_around_ours() {
        assert_eq!(gaps(3, 100, &[]), [(3, 100)]);
        assert_eq!(gaps(3, 100, &[3, 4, 50, 99, 200]), [(5, 50), (51, 99)]);
        assert_eq!(gaps(51, 60, &[3, 50]), [(51, 60)]);
        assert!(gaps(9, 3, &[5]).is_empty());
    }

    /// Gives its bytes in pieces of `step`.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let step = self.1;
            (&mut self.0).take(step as u64).read(buffer)
        }
    }

    #[test]
    fn requests_arrive_whole_however_the_pipe_cuts_them() {
        let requests = [
            Request::Run { until: StopWhen::at(KindSet::NONE.with(Kind::HandleRun)) },
            Request::Python { more: false, code: b"print(1)" },
            Request::Interrupt,
        ];
        let mut encoder = Encoder::new();
        let bytes: Vec<u8> = requests
            .iter()
            .flat_map(|request| encoder.item(&Item::Request(*request)).to_vec())
            .collect();
        for step in 1..bytes.len() {
            let mut seen = Vec::new();
            read_requests(Slowly(&bytes, step), |request| seen.push(format!("{request:?}")));
            let wanted: Vec<String> = requests.iter().map(|r| format!("{r:?}")).collect();
            assert_eq!(seen, wanted, "in pieces of {step}");
        }
    }
}
