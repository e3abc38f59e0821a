//! What an open stream passes on of a board's frames: each with its number in the stream, and what
//! the host has to add where there is a place for it.

use loopscope_protocol::wire::{Item, ItemFrame};
use loopscope_protocol::{Event, RemarkKind, Reply};

use super::frames::{fill, renumber};
use super::stream_state::{Next, StreamState};
use super::{Line, OF_ANOTHER, RESET, Splice};

/// What is said where the ELF file cannot be the board's.
const FOREIGN: &str = "The board names something that the ELF file does not have, so it runs another firmware, and names are wrong; attach again with the file that it runs.";

impl Splice {
    /// Passes a frame on.
    pub(super) fn pass_on(&mut self, bytes: &[u8], item: &ItemFrame<'_>, out: &mut Vec<u8>) {
        match item {
            ItemFrame::Event(frame) => {
                let next = std::mem::take(&mut self.next);
                // What was before is not known; at least one record was. A number without a record
                // is a gap for whoever reads the stream, who then knows no time before the board
                // tells it.
                self.last = self.last.wrapping_add(u8::from(next == Next::Joins));
                if next != Next::GoesOn {
                    self.shift = self.last.wrapping_add(1).wrapping_sub(frame.seq);
                }
                // A raw stream does not tell of a reset; the board's first record does.
                let goes_on = frame.seq.wrapping_add(self.shift) == self.last.wrapping_add(1);
                if frame.seq == 1 && frame.event == (Event::LoopNew {}) && !goes_on {
                    self.resets += 1;
                    self.begin_again(RemarkKind::Reset, RESET, out);
                }
                if self.names.is_foreign(&frame.event) {
                    self.waiting.push(Line::Remark(RemarkKind::Firmware, FOREIGN.to_owned()));
                }
                self.last = frame.seq.wrapping_add(self.shift);
                match self.names.meant(frame) {
                    Some((definitions, bytes)) => {
                        out.extend(definitions);
                        renumber(&bytes, self.last, out);
                    }
                    None => renumber(bytes, self.last, out),
                }
                self.harmed = false;
                if next == Next::Joins {
                    fill(out);
                }
                let is_lost = !goes_on || matches!(frame.event, Event::Gap { .. });
                self.stream_state = match frame.event {
                    Event::SnapshotBegin {} => StreamState::InSnapshot,
                    Event::SnapshotEnd {} => StreamState::Between,
                    // The end of a snapshot may be among what is lost.
                    _ if is_lost => StreamState::Between,
                    _ => self.stream_state.without_text(),
                };
                if self.stream_state == StreamState::Between && !self.waiting.is_empty() {
                    for line in self.waiting.take() {
                        self.line(line, out);
                    }
                }
            }
            ItemFrame::Item(Item::Reply(Reply::Held { .. })) if self.hold.is_of_another() => {
                self.remark(RemarkKind::Link, OF_ANOTHER, out);
            }
            ItemFrame::Item(other) => {
                if let Item::Reply(Reply::Dropped { untold_tasks, .. }) = other {
                    self.tasks_untold(*untold_tasks, out);
                }
                if let Item::Name { id, name } = other
                    && let Some(definition) = self.names.tell(*id, name)
                {
                    out.extend(definition);
                    return;
                }
                // It stays open until its event, whatever stands between.
                if matches!(other, Item::Text { .. }) {
                    self.stream_state = self.stream_state.with_text();
                }
                out.extend_from_slice(bytes);
            }
        }
    }

    /// Says how many tasks are not seen, again only when they are twice as many.
    fn tasks_untold(&mut self, count: u32, out: &mut Vec<u8>) {
        if count == 0 || count < self.untold_tasks.saturating_mul(2) {
            return;
        }
        self.untold_tasks = count;
        let tasks = if count == 1 { "1 task has" } else { &format!("{count} tasks have") };
        let text = format!(
            "{tasks} no place in the agent's table, so nothing is seen of them, and their time counts as that of others; give the table more places, with embassy by `tasks:`."
        );
        self.remark(RemarkKind::Note, &text, out);
    }
}
