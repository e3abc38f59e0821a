//! The two descriptors that the parent hands to the child: records and replies out on 3, requests
//! in on 4. Nothing here knows what a request means.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::RawFd;
use std::sync::Arc;

use loopscope_protocol::Request;
use loopscope_protocol::wire::{Decoder, Item, ItemFrame, Step};

use super::gate::Control;
use super::seal::{Key, Sealer};
use crate::core::Sink;
use crate::process::{high, is_copy, write_all};

/// Where the child writes frames to.
const OUT: RawFd = 3;
/// Where the child reads frames from.
const IN: RawFd = 4;
/// Where what the program becomes by `exec` writes its output and its errors to.
const SUCCESSOR: [RawFd; 2] = [5, 6];

/// The exit code of a child whose host is gone. Nobody is there to see it.
pub(super) const PARENT_GONE: i32 = 129;

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
pub(super) fn sink(out: File, key: Option<Key>, control: Arc<Control>) -> Sink {
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
            if error.kind() == io::ErrorKind::BrokenPipe && !control.is_detached() {
                std::process::exit(PARENT_GONE);
            }
        }
    })
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
