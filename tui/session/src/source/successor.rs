//! What a program becomes by `exec`: nobody in its process records any more, so what it prints comes
//! here, line by line.

use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read};
use std::mem::take;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use loopscope_model::fault;
use loopscope_protocol::Stream;

/// How much is read at once.
const PIECE: usize = 1 << 14;

/// How many pieces may wait.
const PIECES: usize = 16;

/// The most pieces that are taken in at once.
const MOST: usize = 16;

/// How long a line gets before it is told without its end.
const LONGEST: usize = 1 << 14;

/// The ends that we read from.
#[derive(Debug)]
pub(super) struct Successor {
    pieces: Receiver<(Stream, Vec<u8>)>,
    /// Lines that have no end yet.
    begun: [Vec<u8>; 2],
    /// What is to be passed on as it is; nothing where it goes only into records.
    passed: Option<Vec<(Stream, Vec<u8>)>>,
}

impl Successor {
    /// Begins to listen. Gives the ends for the child. `passes` says whether what comes is passed on
    /// as well.
    pub(super) fn start(passes: bool) -> io::Result<(Self, [PipeWriter; 2])> {
        let (sender, pieces) = sync_channel(PIECES);
        let mut ends = Vec::new();
        for stream in [Stream::Stdout, Stream::Stderr] {
            let (from, to) = io::pipe()?;
            let sender = sender.clone();
            let listen = move || read(from, stream, &sender);
            std::thread::Builder::new().name("successor".into()).spawn(listen)?;
            ends.push(to);
        }
        let ends = <[PipeWriter; 2]>::try_from(ends).map_err(|_| io::ErrorKind::Other)?;
        let passed = passes.then(Vec::new);
        Ok((Self { pieces, begun: [Vec::new(), Vec::new()], passed }, ends))
    }

    /// The lines that have come. With `until` it waits for the end of all that comes, and what has no
    /// end by then is a line as well.
    pub(super) fn lines(&mut self, until: Option<Instant>) -> Vec<(Stream, String)> {
        let mut lines = Vec::new();
        loop {
            let got = match until {
                None if lines.len() >= MOST => break,
                None => self.pieces.try_recv().ok(),
                Some(at) => {
                    let left = at.saturating_duration_since(Instant::now());
                    self.pieces.recv_timeout(left).ok()
                }
            };
            let Some((stream, bytes)) = got else { break };
            let begun = &mut self.begun[usize::from(stream == Stream::Stderr)];
            for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
                begun.extend_from_slice(piece);
                if piece.ends_with(b"\n") || begun.len() >= LONGEST {
                    lines.push((stream, String::from_utf8_lossy(&take(begun)).into_owned()));
                }
            }
            if let Some(passed) = &mut self.passed {
                passed.push((stream, bytes));
            }
        }
        if until.is_some() {
            for (stream, begun) in [Stream::Stdout, Stream::Stderr].into_iter().zip(&mut self.begun)
            {
                if !begun.is_empty() {
                    lines.push((stream, String::from_utf8_lossy(&take(begun)).into_owned()));
                }
            }
        }
        lines
    }

    /// What is to be passed on since the last call.
    pub(super) fn take_passed(&mut self) -> Vec<(Stream, Vec<u8>)> {
        self.passed.as_mut().map(take).unwrap_or_default()
    }
}

/// Hands on what comes out of a pipe, until nobody can write to it any more or nobody listens.
fn read(mut from: PipeReader, stream: Stream, to: &SyncSender<(Stream, Vec<u8>)>) {
    let mut buffer = vec![0; PIECE];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(got) => {
                fault::point("successor");
                if to.send((stream, buffer[..got].to_vec())).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Duration;

    use super::*;

    #[test]
    fn lines_come_as_they_are_written_and_what_has_no_end_comes_last() {
        let (mut successor, [mut out, mut err]) = Successor::start(true).expect("there are pipes");
        out.write_all(b"one\ntwo\nthr").expect("it is read");
        drop(out);
        err.write_all("caf\u{e9}".as_bytes()).expect("it is read");
        drop(err);
        let mut lines = successor.lines(Some(Instant::now() + Duration::from_secs(10)));
        lines.sort_by_key(|(stream, _)| *stream == Stream::Stderr);
        let of = |stream, text: &str| (stream, text.to_owned());
        assert_eq!(
            lines,
            [
                of(Stream::Stdout, "one\n"),
                of(Stream::Stdout, "two\n"),
                of(Stream::Stdout, "thr"),
                of(Stream::Stderr, "caf\u{e9}"),
            ]
        );
        let bytes: usize = successor.take_passed().iter().map(|(_, bytes)| bytes.len()).sum();
        assert_eq!(bytes, 11 + 5);
    }
}
