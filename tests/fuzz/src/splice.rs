//! The target `splice`: boards that are reset, links that are away, bytes that are lost, harmed or
//! put in. Whatever comes out was sent, in that order, and the state is right or marked unknown.

use loopscope_model::{Arrived, Ingest};
use loopscope_protocol::wire::{Decoder, Step};
use loopscope_protocol::{Level, RemarkKind};

use crate::attach::splice::{Line, LogLine, Program, Splice};
use crate::board::Board;
use crate::input::Input;
use crate::truth::Judge;

/// One byte on its way, and where it comes from: the frame and the place in it; `None` if it was put
/// in or changed.
#[derive(Clone, Copy, Debug)]
struct Byte(u8, Option<(u32, u32)>);

struct BoardLink {
    runs: Vec<Board>,
    splice: Splice,
    out: Vec<u8>,
    /// Sent and not read yet.
    pending: Vec<Byte>,
    /// Everything that was read.
    read: Vec<Byte>,
    lengths: Vec<usize>,
    /// How many resets there were that nothing but the records tells of.
    unseen: u32,
    loose: bool,
}

/// Runs the target.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let flags = input.byte();
    let names = [(1, "blink"), (2, "src/main.rs")];
    let program =
        Program { file: "made-up.elf", names: &names, pools: &[], now: || Some(5_000_000_000) };
    let mut link = BoardLink {
        runs: vec![Board::new(0)],
        splice: Splice::new(program, flags & 1 != 0),
        out: Vec::new(),
        pending: Vec::new(),
        read: Vec::new(),
        lengths: Vec::new(),
        unseen: 0,
        loose: false,
    };
    let start = link.board().start();
    link.send(start);
    if flags & 2 == 0 {
        let hello = link.board().hello();
        link.send(vec![hello]);
    }
    if flags & 1 == 0 {
        // Somebody else has read the beginning.
        link.pending.clear();
        let hello = link.board().hello();
        link.send(vec![hello]);
    }
    while !input.is_empty() {
        link.next(&mut input);
    }
    link.feed(usize::MAX, 1000);
    link.splice.open_anyway(&mut link.out);
    if link.shows_its_resets() && !link.is_forged() {
        link.judge();
    }
}

impl BoardLink {
    fn board(&mut self) -> &mut Board {
        self.runs.last_mut().expect("there is a first one")
    }

    fn send(&mut self, frames: Vec<Vec<u8>>) {
        for frame in frames {
            let number = self.lengths.len() as u32;
            self.lengths.push(frame.len());
            let bytes = frame.into_iter().zip(0..);
            self.pending.extend(bytes.map(|(byte, at)| Byte(byte, Some((number, at)))));
        }
    }

    fn feed(&mut self, count: usize, piece: usize) {
        let taken: Vec<_> = self.pending.drain(..count.min(self.pending.len())).collect();
        let bytes: Vec<u8> = taken.iter().map(|byte| byte.0).collect();
        self.read.extend(taken);
        for piece in bytes.chunks(piece.max(1)) {
            self.splice.feed(piece, &mut self.out);
        }
    }

    fn next(&mut self, input: &mut Input<'_>) {
        let operation = input.byte();
        if operation < 100 {
            let choice = input.byte();
            if !self.board().is_full() {
                let frames = self.board().turn(choice);
                self.send(frames);
            }
            if operation < 60 {
                self.feed(usize::MAX, usize::from(choice));
            }
            return;
        }
        match operation {
            100..=119 => {
                let count = input.below(self.pending.len() + 1);
                self.feed(count, usize::from(input.byte()));
            }
            120..=139 => {
                let from = input.below(self.pending.len() + 1);
                let to = (from + usize::from(input.byte())).min(self.pending.len());
                self.pending.drain(from..to);
            }
            140..=154 => {
                let at = input.below(self.pending.len());
                let bit = input.byte() & 7;
                if let Some(byte) = self.pending.get_mut(at) {
                    *byte = Byte(byte.0 ^ 1 << bit, None);
                }
            }
            155..=164 => {
                let at = input.below(self.pending.len() + 1);
                let length = usize::from(input.byte() % 40);
                let noise = input.take(length).iter().map(|byte| Byte(*byte, None));
                self.pending.splice(at..at, noise);
            }
            165..=171 => self.splice.remark(RemarkKind::Note, "a remark", &mut self.out),
            172..=179 => {
                let place = Some(("src/main.rs".to_owned(), 9));
                let (level, time, text) = (Level::Warn, Some(0.25), "a line of the log".to_owned());
                let line = Line::Log(LogLine { level, time, place, text });
                self.splice.add_line(line, &mut self.out);
            }
            180..=194 => {
                // The host sees the reset; what was not read by then is gone.
                self.restart();
                self.pending.clear();
                self.read.push(Byte(0, None));
                self.splice.restarted(RemarkKind::Reset, "It was reset.", &mut self.out);
                if operation > 190 {
                    let names = [(1, "sensor"), (2, "src/other.rs")];
                    self.splice.other_firmware(&names, &[], &mut self.out);
                }
                let start = self.board().start();
                self.send(start);
            }
            195..=204 => {
                // Nobody sees it but in the records.
                let cut = input.below(self.pending.len() + 1);
                self.pending.truncate(cut);
                self.restart();
                self.loose = true;
                self.unseen += 1;
                let start = self.board().start();
                self.send(start);
            }
            205..=219 => {
                let count = input.below(self.pending.len() + 1);
                self.pending.drain(..count);
                self.read.push(Byte(0, None));
                self.loose = true;
                self.splice.interrupted("It was away.", &mut self.out);
            }
            220..=224 => {
                self.feed(usize::MAX, 100);
                self.splice.open_anyway(&mut self.out);
            }
            225..=239 if !self.board().is_full() => {
                let frames = self.board().snapshot();
                self.send(frames);
            }
            240..=249 if !self.board().is_full() => {
                let frames = self.board().overflow(operation);
                self.send(frames);
            }
            _ => {
                let hello = self.board().hello();
                self.send(vec![hello]);
            }
        }
    }

    fn restart(&mut self) {
        let run = u32::try_from(self.runs.len()).unwrap_or(0);
        self.runs.push(Board::new(run));
    }

    /// Whether each reset was seen. Where the first record after one was lost, the next ones may by
    /// chance have just the numbers that were to come.
    fn shows_its_resets(&self) -> bool {
        self.splice.resets() == self.unseen
    }

    /// Whether harm made a frame whose check is right, which happens once in 256 times: then it is
    /// no wonder that what was never sent is believed.
    fn is_forged(&self) -> bool {
        let bytes: Vec<u8> = self.read.iter().map(|byte| byte.0).collect();
        (0..bytes.len()).any(|at| {
            let before = bytes.get(at + 1).map_or(0, |seq| seq.wrapping_sub(1));
            let step = Decoder::after(before).next(&bytes[at..], true);
            let Step::Frame { used, .. } = step else { return false };
            let from = self.read[at].1;
            let sound = (0..used).all(|n| {
                let place = from.map(|(frame, at)| (frame, at + n as u32));
                place.is_some() && self.read[at + n].1 == place
            });
            !sound
        })
    }

    fn judge(&self) {
        let mut ingest = Ingest::new();
        ingest.feed(&self.out);
        ingest.end();
        let mut judge = Judge::new(&self.runs);
        judge.loose = self.loose;
        let mut last = 0;
        for arrived in ingest.by_ref() {
            let Arrived::Record(record) = arrived else { continue };
            assert!(record.seq > last, "record {} comes after record {last}", record.seq);
            last = record.seq;
            judge.take(&record);
        }
    }
}
