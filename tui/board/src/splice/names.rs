//! The names of the firmwares that a board has had: one after another, each with numbers of its own
//! in the stream.
//!
//! A board's numbers are places in its firmware's file, so another firmware means other things by
//! the same numbers. What was told before must keep its names; the names of a later firmware
//! therefore get numbers behind those of the earlier ones, and its records are written anew.

use std::collections::{BTreeMap, BTreeSet};

use loopscope_protocol::wire::{Encoder, EventFrame, Item, MAX_BODY};
use loopscope_protocol::{Event, NameId};

use crate::pools::Pool;

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
    /// Where the present firmware's tasks lie.
    pools: Vec<Pool>,
    /// The names of those that were spoken of, by the pool's address.
    pooled: BTreeMap<u32, NameId>,
    /// The names that the board itself has told, by its numbers for them.
    own: BTreeMap<u32, (NameId, String)>,
    /// The board has used a number that is none of them, and that was told.
    told: bool,
}

/// From here on a name's number is no place in the firmware's file but an address: of a text that
/// the board has told, or of a task that nobody has named.
const ADDRESSES: u32 = 0x1000_0000;

impl Names {
    /// Takes in the names of the firmware that the board has from now on. Gives their definitions.
    pub(super) fn take(&mut self, names: &[(u32, &str)], pools: &[Pool]) -> Vec<u8> {
        self.base = self.next;
        self.pools = pools.to_vec();
        self.pooled.clear();
        self.own.clear();
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

    /// The board tells a name that its file does not have, such as one that is made at run time.
    /// Gives the definition where it is new; `None`: its number is one of the file's.
    pub(super) fn tell(&mut self, id: NameId, name: &[u8]) -> Option<Vec<u8>> {
        if id.0 < ADDRESSES {
            return None;
        }
        let name = String::from_utf8_lossy(name).into_owned();
        if self.own.get(&id.0).is_some_and(|(_, known)| *known == name) {
            return Some(Vec::new());
        }
        let (ours, definition) = self.add(&name);
        self.own.insert(id.0, (ours, name));
        Some(definition)
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
        event.each_name(|id| {
            let is_place = id.is_some() && id.0 < ADDRESSES;
            self.told |= is_place && !self.known.contains(&id.0);
        });
        self.told
    }

    /// The frame of an event with the names that it means, and the definitions of those that are
    /// new; `None` if it can stay as it is.
    pub(super) fn meant(&mut self, frame: &EventFrame) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut event = frame.event;
        let (mut definitions, mut is_changed) = (Vec::new(), false);
        event.each_name(|id| {
            if id.0 >= ADDRESSES {
                let told = self.own.get(&id.0).map(|(name, _)| (*name, Vec::new()));
                let (name, definition) = told.unwrap_or_else(|| self.of_task(id.0));
                definitions.extend(definition);
                *id = name;
                is_changed = true;
            } else if id.is_some() && self.base > 0 {
                id.0 = id.0.saturating_add(self.base);
                is_changed = true;
            }
        });
        if !is_changed {
            return None;
        }
        let mut encoder = Encoder::new();
        encoder.resume(u64::from(frame.seq.wrapping_sub(1)), 0);
        Some((definitions, encoder.event(frame.delta, frame.loop_id, &event).to_vec()))
    }

    /// The name of the task at an address, with its definition where it is new; none if it lies in
    /// no pool.
    fn of_task(&mut self, address: u32) -> (NameId, Vec<u8>) {
        let holds = |pool: &&Pool| address.wrapping_sub(pool.address) < pool.size;
        let Some(pool) = self.pools.iter().find(holds) else { return (NameId::NONE, Vec::new()) };
        let (at, name) = (pool.address, pool.name.clone());
        if let Some(known) = self.pooled.get(&at) {
            return (*known, Vec::new());
        }
        let (id, definition) = self.add(&name);
        self.pooled.insert(at, id);
        (id, definition)
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
        let _ = names.take(&[(1, "blink"), (9, "src/main.rs")], &[]);
        assert!(!names.is_foreign(&task(1).event));
        assert!(!names.is_foreign(&task(0).event), "a task may have no name");
        assert!(names.is_foreign(&task(5).event));
        assert!(!names.is_foreign(&task(5).event));
    }

    #[test]
    fn the_first_firmware_keeps_its_numbers_and_the_next_ones_come_behind() {
        let mut names = Names::default();
        let _ = names.take(&[(1, "blink"), (7, "src/main.rs")], &[]);
        assert_eq!(names.meant(&task(1)), None);
        let (host, _) = names.add("firmware.elf");
        assert_eq!(host, NameId(8));
        let defined = names.take(&[(1, "sensor")], &[]);
        assert_eq!(defined, definition(10, "sensor"));
        let (_, frame) = names.meant(&task(1)).expect("its numbers have moved");
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

    #[test]
    fn a_task_that_nobody_has_named_has_the_name_of_its_pool() {
        let mut names = Names::default();
        let name = "producer".to_owned();
        let pool = Pool { address: 0x2000_0100, size: 0x40, name };
        let _ = names.take(&[(1, "blink"), (9, "src/main.rs")], &[pool]);
        let read = |frame: &[u8]| {
            let Step::Frame { item: ItemFrame::Event(read), .. } =
                Decoder::after(199).next(frame, true)
            else {
                panic!("it is one frame");
            };
            let Event::TaskNew { name, .. } = read.event else { panic!("{read:?}") };
            name
        };
        let first = task(0x2000_0100);
        assert!(!names.is_foreign(&first.event));
        let (defined, frame) = names.meant(&first).expect("an address is no name");
        assert_eq!((defined, read(&frame)), (definition(10, "producer"), NameId(10)));
        // Another task of the same pool.
        let (defined, frame) = names.meant(&task(0x2000_0120)).expect("an address is no name");
        assert_eq!((defined, read(&frame)), (Vec::new(), NameId(10)));
        let (_, frame) = names.meant(&task(0x2000_0140)).expect("an address is no name");
        assert_eq!(read(&frame), NameId::NONE);
    }

    #[test]
    fn a_name_that_the_board_tells_is_its_own_until_it_tells_another_one() {
        let mut names = Names::default();
        let _ = names.take(&[(1, "blink")], &[]);
        assert_eq!(names.tell(NameId(1), b"blink"), None);
        let first = names.tell(NameId(0x2000_0034), b"IDLE");
        assert_eq!(first, Some(definition(2, "IDLE")));
        assert_eq!(names.tell(NameId(0x2000_0034), b"IDLE"), Some(Vec::new()));
        let (defined, _) = names.meant(&task(0x2000_0034)).expect("an address is no name");
        assert_eq!(defined, Vec::<u8>::new());
        // The memory of a task that has ended is another one's.
        let next = names.tell(NameId(0x2000_0034), b"once");
        assert_eq!(next, Some(definition(3, "once")));
    }
}
