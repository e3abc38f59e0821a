//! What ids stand for: names, and the frames of await chains, each defined in the stream once.
//!
//! What is kept has a limit, so that a program that makes names without end (a task's own, a
//! function's that is compiled anew each time) does not make the process grow with them. At the
//! limit everything is forgotten and defined again when it is next used: an id is never used for
//! a second thing.

use std::collections::HashMap;

use super::super::quick::Quick;
use loopscope_protocol::wire::Item;
use loopscope_protocol::{ChainId, NameId, Place};

/// The longest name in one frame.
const LONGEST: usize = 240;

/// How many names, and how many frames of chains, are kept at most.
const KEPT: usize = 16 * 1024;

/// The names and the chains that were defined.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    names: HashMap<Box<str>, NameId>,
    chains: HashMap<(ChainId, NameId, Place), ChainId, Quick>,
    last_name: u32,
    last_chain: u32,
}

impl Definitions {
    /// The id of `name`; `define` is given the definition if it is new.
    pub(super) fn name(&mut self, name: &str, define: impl FnOnce(&Item<'_>)) -> NameId {
        if let Some(&id) = self.names.get(name) {
            return id;
        }
        if self.names.len() >= KEPT {
            self.names.clear();
        }
        let id = self.own_name(name, define);
        self.names.insert(name.into(), id);
        id
    }

    /// A new id for `name`, which nobody will ask for again.
    pub(super) fn own_name(&mut self, name: &str, define: impl FnOnce(&Item<'_>)) -> NameId {
        self.last_name = after(self.last_name);
        let id = NameId(self.last_name);
        let cut = name.floor_char_boundary(LONGEST);
        define(&Item::Name { id, name: &name.as_bytes()[..cut] });
        id
    }

    /// The id of the frame `name` at `place` that `outer` awaits.
    pub(super) fn frame(
        &mut self,
        outer: ChainId,
        name: NameId,
        place: Place,
        define: impl FnOnce(&Item<'_>),
    ) -> ChainId {
        if let Some(&id) = self.chains.get(&(outer, name, place)) {
            return id;
        }
        if self.chains.len() >= KEPT {
            self.chains.clear();
        }
        self.last_chain = after(self.last_chain);
        let id = ChainId(self.last_chain);
        self.chains.insert((outer, name, place), id);
        define(&Item::Chain { id, outer, name, place });
        id
    }
}

/// The next number. 0 stands for none, so that it is left out when the numbers begin again.
pub(super) const fn after(last: u32) -> u32 {
    match last.wrapping_add(1) {
        0 => 1,
        next => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Defines `name`, and says whether a definition was sent.
    fn define(definitions: &mut Definitions, name: &str) -> (NameId, bool) {
        let mut sent = false;
        let id = definitions.name(name, |_| sent = true);
        (id, sent)
    }

    #[test]
    fn a_name_is_defined_once() {
        let mut definitions = Definitions::default();
        assert_eq!(define(&mut definitions, "a"), (NameId(1), true));
        assert_eq!(define(&mut definitions, "b"), (NameId(2), true));
        assert_eq!(define(&mut definitions, "a"), (NameId(1), false));
    }

    #[test]
    fn what_is_kept_has_a_limit_and_ids_are_not_used_twice() {
        let mut definitions = Definitions::default();
        let mut last = 0;
        for n in 0..3 * KEPT {
            let (NameId(id), new) = define(&mut definitions, &format!("name {n}"));
            assert!(new && id == last + 1, "name {n} got id {id} after {last}");
            last = id;
            assert!(definitions.names.len() <= KEPT);
        }
        let (NameId(id), new) = define(&mut definitions, "name 0");
        assert!(new && id == last + 1, "what was forgotten is defined anew");
    }

    #[test]
    fn a_thing_s_own_name_takes_no_room() {
        let mut definitions = Definitions::default();
        for n in 0..10 {
            definitions.own_name(&format!("Task-{n}"), |_| ());
        }
        assert!(definitions.names.is_empty());
        assert_eq!(define(&mut definitions, "a").0, NameId(11));
    }

    #[test]
    fn a_name_is_cut_between_two_characters() {
        let mut definitions = Definitions::default();
        let name = "\u{20ac}".repeat(100);
        definitions.name(&name, |item| {
            let Item::Name { name, .. } = item else { panic!("a name is defined as one") };
            assert_eq!(std::str::from_utf8(name), Ok("\u{20ac}".repeat(80).as_str()));
        });
    }

    #[test]
    fn numbers_begin_again_at_one() {
        assert_eq!((after(0), after(7), after(u32::MAX)), (1, 8, 1));
    }
}
