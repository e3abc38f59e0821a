//! The names of the firmwares that a board has had: one after another, each with numbers of its own
//! in the stream.
//!
//! A board's numbers are places in its firmware's file, so another firmware means other things by
//! the same numbers. What was told before must keep its names; the names of a later firmware
//! therefore get numbers behind those of the earlier ones, and its records are written anew.

use std::collections::{BTreeMap, BTreeSet};

use loopscope_protocol::wire::{Encoder, EventFrame, Item, MAX_BODY};
use loopscope_protocol::{Event, NameId};

/// The names that were given out.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// What is added to a number of the present firmware.
    base: u32,
    /// The first number that is free.
    next: u32,
    /// The numbers that the present firmware's file has.
    known: BTreeSet<u32>,
    /// The files that the host has named.
    files: BTreeMap<String, NameId>,
    /// The board has used a number that is none of them, and that was told.
    told: bool,
}

impl Names {
    /// Takes in the names of the firmware that the board has from now on. Gives their definitions.
    pub(super) fn take(&mut self, names: &[(u32, &str)]) -> Vec<u8> {
        self.base = self.next;
        self.known = names.iter().map(|(id, _)| *id).collect();
        self.told = false;
        let mut definitions = Vec::new();
        for (id, name) in names {
            let id = self.base.saturating_add(*id);
            definitions.extend(definition(id, name));
            self.next = self.next.max(id.saturating_add(1));
        }
        definitions
    }

    /// A name of the host's own, with its definition.
    pub(super) fn add(&mut self, name: &str) -> (NameId, Vec<u8>) {
        self.next = self.next.max(1);
        let id = self.next;
        self.next += 1;
        (NameId(id), definition(id, name))
    }

    /// The name of a file that the host speaks of, with its definition where it is new.
    pub(super) fn file(&mut self, name: &str) -> (NameId, Vec<u8>) {
        if let Some(id) = self.files.get(name) {
            return (*id, Vec::new());
        }
        let (id, definition) = self.add(name);
        self.files.insert(name.to_owned(), id);
        (id, definition)
    }

    /// Whether an event names something that the firmware's file does not have: then it is of
    /// another firmware. True once. Without a file there is nothing to compare.
    pub(super) fn is_foreign(&mut self, event: &Event) -> bool {
        if self.told || self.known.is_empty() {
            return false;
        }
        let mut event = *event;
        event.each_name(|id| self.told |= id.is_some() && !self.known.contains(&id.0));
        self.told
    }

    /// The frame of an event with the names that it means; `None` if it can stay as it is.
    pub(super) fn meant(&self, frame: &EventFrame) -> Option<Vec<u8>> {
        if self.base == 0 {
            return None;
        }
        let mut event = frame.event;
        let mut is_changed = false;
        event.each_name(|id| {
            if id.is_some() {
                id.0 = id.0.saturating_add(self.base);
                is_changed = true;
            }
        });
        if !is_changed {
            return None;
        }
        let mut encoder = Encoder::new();
        encoder.resume(u64::from(frame.seq.wrapping_sub(1)), 0);
        Some(encoder.event(frame.delta, frame.loop_id, &event).to_vec())
    }
}

fn definition(id: u32, name: &str) -> Vec<u8> {
    let item = Item::Name { id: NameId(id), name: cut(name).as_bytes() };
    Encoder::new().item(&item).to_vec()
}

/// A name that fits into one frame.
fn cut(name: &str) -> &str {
    let mut end = name.len().min(MAX_BODY - 5);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::wire::{Decoder, ItemFrame, Step};
    use loopscope_protocol::{By, LoopId, Place, TaskId};

    use super::*;

    fn task(name: u32) -> EventFrame {
        let place = Place { file: NameId(9), line: 3 };
        let event = Event::TaskNew {
            task: TaskId(1),
            name: NameId(name),
            place,
            label: NameId::NONE,
            by: By::Outside,
        };
        EventFrame { seq: 200, delta: 77, loop_id: LoopId(1), event }
    }

    #[test]
    fn a_name_that_the_file_does_not_have_is_told_once() {
        let mut names = Names::default();
        assert!(!names.is_foreign(&task(5).event), "there is no file to compare with");
        let _ = names.take(&[(1, "blink"), (9, "src/main.rs")]);
        assert!(!names.is_foreign(&task(1).event));
        assert!(!names.is_foreign(&task(0).event), "a task may have no name");
        assert!(names.is_foreign(&task(5).event));
        assert!(!names.is_foreign(&task(5).event));
    }

    #[test]
    fn the_first_firmware_keeps_its_numbers_and_the_next_ones_come_behind() {
        let mut names = Names::default();
        let _ = names.take(&[(1, "blink"), (7, "src/main.rs")]);
        assert_eq!(names.meant(&task(1)), None);
        let (host, _) = names.add("firmware.elf");
        assert_eq!(host, NameId(8));
        let defined = names.take(&[(1, "sensor")]);
        assert_eq!(defined, definition(10, "sensor"));
        let frame = names.meant(&task(1)).expect("its numbers have moved");
        let Step::Frame { item: ItemFrame::Event(read), .. } =
            Decoder::after(199).next(&frame, true)
        else {
            panic!("it is one frame");
        };
        let Event::TaskNew { name, place, label, .. } = read.event else { panic!("{read:?}") };
        assert_eq!((read.seq, read.delta), (200, 77));
        assert_eq!(
            (name, place.file, place.line, label),
            (NameId(10), NameId(18), 3, NameId::NONE)
        );
    }
}
