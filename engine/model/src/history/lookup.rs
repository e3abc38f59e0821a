//! Finding what an id stands for, when it was told long ago: in the segments of definitions, and in
//! the blocks in which something was made.

use loopscope_columns::summary::Made;
use loopscope_protocol::{ChainId, Event, NameId, TaskId};

use super::archive::Archive;
use super::definitions::{Definitions, Ids};
use crate::names::{Defined, Definition, Frame};

impl Defined for Archive {
    fn name(&self, id: NameId) -> Option<String> {
        let of = |defined: &Definitions| {
            let found = defined.names.iter().rev().find(|(other, _)| *other == id)?;
            Some(String::from(&*found.1))
        };
        self.defined(|ids| ids.names.contains(&id.0), of)
    }

    fn chain(&self, id: ChainId) -> Option<(ChainId, Frame)> {
        let of = |defined: &Definitions| {
            let found = defined.chains.iter().rev().find(|(other, ..)| *other == id)?;
            Some((found.1, found.2))
        };
        self.defined(|ids| ids.chains.contains(&id.0), of)
    }

    /// From the last record that made one of that number.
    fn task(&self, id: TaskId) -> Option<Definition> {
        let mut before = usize::MAX;
        while let Some(number) = self.made_before(before, Made::Task, id.0) {
            let block = self.block(number)?;
            let made = block.records.iter().rev().find_map(|record| match record.event {
                Event::TaskNew { task, name, place, label, .. } if task == id => {
                    Some(Definition { name, place, label })
                }
                _ => None,
            });
            if made.is_some() {
                return made;
            }
            before = number;
        }
        None
    }
}

impl Archive {
    /// What the last segment that has it says of an id.
    fn defined<T>(
        &self,
        may_have: impl Fn(&Ids) -> bool,
        of: impl Fn(&Definitions) -> Option<T>,
    ) -> Option<T> {
        let mut before = usize::MAX;
        loop {
            let segment = {
                let directory = self.directory();
                let all = &directory.definitions;
                before = all[..before.min(all.len())].iter().rposition(|d| may_have(&d.ids))?;
                all[before].clone()
            };
            if let Some(found) = of(&self.definitions(&segment)) {
                return Some(found);
            }
        }
    }

    /// The last block before that number in which something of that id may have been made.
    pub(super) fn made_before(&self, before: usize, what: Made, id: u32) -> Option<usize> {
        let directory = self.directory();
        let numbers = directory.numbers();
        let numbers = numbers.start..numbers.end.min(before);
        let may_have = |number: &usize| {
            directory.block(*number).is_some_and(|entry| entry.summary.made[what as usize].has(id))
        };
        numbers.rev().find(may_have)
    }
}
