//! The stream goes on when the board starts over, has another firmware, or was away.

use loopscope_protocol::wire::Decoder;
use loopscope_protocol::{Event, RemarkKind};

use super::frames::{NO_FRAME, unknown_ticks};
use super::hold::Hold;
use super::names::Names;
use super::opening::Opening;
use super::stream_state::{Next, StreamState};
use super::{Line, Splice};
use crate::pools::Pool;

impl Splice {
    /// The board has started over: what comes now counts from 1 again, and nothing of what was
    /// before exists any more.
    pub fn restarted(&mut self, kind: RemarkKind, why: &str, out: &mut Vec<u8>) {
        self.buffer.clear();
        self.start = 0;
        self.decoder = Decoder::new();
        self.begin_again(kind, why, out);
    }

    pub(super) fn begin_again(&mut self, kind: RemarkKind, why: &str, out: &mut Vec<u8>) {
        self.end_text(out);
        self.stream_state = StreamState::Between;
        self.hold = Hold::default();
        self.untold_tasks = 0;
        match &mut self.opening {
            Opening::Awaited { held, first, sound, .. } => {
                held.clear();
                *first = None;
                *sound = true;
            }
            Opening::Done => {
                self.line(Line::Remark(kind, why.to_owned()), out);
                self.event(&Event::SnapshotBegin {}, out);
                self.event(&Event::SnapshotEnd {}, out);
                self.shift = self.last;
                // What comes now is seen from its beginning.
                self.next = Next::GoesOn;
            }
        }
    }

    /// After [`Splice::restarted`]: the board has another firmware, whose names are these.
    pub fn other_firmware(&mut self, names: &[(u32, &str)], pools: &[Pool], out: &mut Vec<u8>) {
        if self.is_open() {
            out.extend(self.names.take(names, pools));
            // It may count in other ticks, and says so in its hello.
            unknown_ticks(out);
        } else {
            // Nothing of the other one was told.
            if let Opening::Awaited { hello, .. } = &mut self.opening {
                *hello = None;
            }
            self.names = Names::default();
            self.definitions = self.names.take(names, pools);
        }
    }

    /// The link was away, and bytes may be missing. What comes now is not trusted before it is
    /// seen to be whole.
    pub fn interrupted(&mut self, why: &str, out: &mut Vec<u8>) {
        let lost = self.buffer.len() - self.start;
        self.buffer.clear();
        self.start = 0;
        self.garbage += lost as u64;
        self.decoder.doubt();
        if self.is_open() {
            out.extend(std::iter::repeat_n(NO_FRAME, lost));
            self.harmed |= lost > 0;
            self.end_text(out);
            self.stream_state = StreamState::Between;
            self.remark(RemarkKind::Link, why, out);
        }
    }

    /// A text of the board's whose event does not come is no part of what comes instead.
    fn end_text(&mut self, out: &mut Vec<u8>) {
        if self.stream_state.is_in_text() {
            self.stream_state = self.stream_state.without_text();
            out.push(NO_FRAME);
            self.harmed = true;
        }
    }
}
