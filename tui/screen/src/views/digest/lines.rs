//! The lines of output: what the program wrote, what a board logged, what the host remarks.

use loopscope_model::{History, Record};
use loopscope_protocol::{Level, Place, Stream};

use super::Digest;

/// So long after it was written a log line may be read, in nanoseconds.
const LOG_DELAY: u64 = 3_000_000_000;

/// This many records may come in between.
const LOG_REACH: usize = 20_000;

/// What the program wrote, as a line on a terminal.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputLine {
    /// Where to.
    pub stream: Stream,
    /// The line, without its end.
    pub text: String,
    /// The positions of the records that wrote it and how long the line was after each.
    pieces: Vec<(usize, usize)>,
    open: bool,
    /// The position of the record that told of its beginning.
    told: usize,
    /// Where it comes from.
    origin: Origin,
}

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin {
    /// The program wrote it.
    Program,
    /// The log of a program on a board.
    Log {
        /// How much it matters.
        level: Level,
        /// When it was written, in seconds of the program's clock, if it says that.
        time: Option<f64>,
        /// Where in the program that stands.
        place: Place,
    },
    /// Loopscope says it.
    Host,
}

impl OutputLine {
    /// The position of the record that began it.
    pub fn from(&self) -> usize {
        self.pieces.first().map_or(0, |(position, _)| *position)
    }

    /// Where it comes from.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// The position of the record that told of it: later than [`OutputLine::from`] for a log line.
    pub const fn told(&self) -> usize {
        self.told
    }

    /// The line as far as it was written at a position.
    pub fn upto(&self, position: usize) -> &str {
        let written = self.pieces.partition_point(|(at, _)| *at <= position);
        &self.text[..written.checked_sub(1).map_or(0, |last| self.pieces[last].1)]
    }
}

impl Digest {
    /// Where a line of a board's log was written, which is before it was read: behind the last
    /// record before the time that it tells. `None` where it tells none that can be believed.
    pub(super) fn logged_at(
        &self,
        record: &Record,
        history: &History,
        time: Option<f64>,
    ) -> Option<usize> {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time before the start counts as the start, one beyond all time as the end"
        )]
        let time = (time? * 1e9).round() as u64;
        // A program may as well log by another clock; then its time says nothing here.
        record.t.filter(|t| time <= *t && t - time <= LOG_DELAY)?;
        let start = self.load.starts().start(self.position).saturating_sub(1);
        let first = self.position.saturating_sub(LOG_REACH).max(start);
        let records = history.range(first, self.position);
        let later = records.rev().take_while(|before| before.t.is_none_or(|t| t > time)).count();
        Some(self.position.saturating_sub(later).max(1))
    }

    /// A line as a whole, which was written at a position.
    pub(super) fn line(&mut self, at: usize, text: &str, origin: Origin) {
        // The order of the lines is that in which they came.
        let at = self.lines.last().map_or(at, |line| line.from().max(at));
        self.lines.push(OutputLine {
            stream: Stream::Stderr,
            text: text.to_owned(),
            pieces: vec![(at, text.len())],
            open: false,
            told: self.position,
            origin,
        });
    }

    pub(super) fn write(&mut self, stream: Stream, text: &str) {
        for piece in text.split_inclusive('\n') {
            let whole = piece.strip_suffix('\n');
            let continues =
                self.lines.last().is_some_and(|line| line.open && line.stream == stream);
            if !continues {
                let (text, pieces) = (String::new(), Vec::new());
                let told = self.position;
                let origin = Origin::Program;
                self.lines.push(OutputLine { stream, text, pieces, open: true, told, origin });
            }
            if let Some(line) = self.lines.last_mut() {
                line.text.push_str(whole.unwrap_or(piece));
                line.pieces.push((self.position, line.text.len()));
                line.open = whole.is_none();
            }
        }
    }
}
