//! Tables and sets are what the standard library's are, and a copy stays as it was.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Insert(u32, u32),
    Remove(u32),
    Change(u32, u32),
    PopFirst,
    Retain(u32),
    Share,
}

fn step() -> impl Strategy<Value = Step> {
    // Many neighbours, and a few far away.
    let key = prop_oneof![4 => 0u32..200, 1 => any::<u32>()];
    prop_oneof![
        8 => (key.clone(), any::<u32>()).prop_map(|(key, value)| Step::Insert(key, value)),
        5 => key.clone().prop_map(Step::Remove),
        4 => (key, any::<u32>()).prop_map(|(key, value)| Step::Change(key, value)),
        1 => Just(Step::PopFirst),
        1 => (2u32..5).prop_map(Step::Retain),
        2 => Just(Step::Share),
    ]
}

proptest! {
    #[test]
    fn a_table_is_a_map_and_its_copies_stay(steps in prop::collection::vec(step(), 1..300)) {
        let mut table = Table::<HandleId, u32>::default();
        let mut map = BTreeMap::new();
        let mut copies = Vec::new();
        for step in steps {
            match step {
                Step::Insert(key, value) => {
                    prop_assert_eq!(table.insert(HandleId(key), value), map.insert(key, value));
                }
                Step::Remove(key) => {
                    prop_assert_eq!(table.remove(&HandleId(key)), map.remove(&key));
                }
                Step::Change(key, value) => {
                    prop_assert_eq!(table.get(&HandleId(key)), map.get(&key));
                    let found = table.get_mut(&HandleId(key)).map(|old| *old = value);
                    prop_assert_eq!(found, map.get_mut(&key).map(|old| *old = value));
                }
                Step::PopFirst => {
                    let popped = table.pop_first().map(|(key, value)| (key.0, value));
                    prop_assert_eq!(popped, map.pop_first());
                }
                Step::Retain(n) => {
                    table.retain(|value| value % n > 0);
                    map.retain(|_, value| *value % n > 0);
                }
                Step::Share => copies.push((table.share(), map.clone())),
            }
            prop_assert_eq!(table.len(), map.len());
            prop_assert_eq!(table.is_empty(), map.is_empty());
        }
        copies.push((table.clone(), map));
        for (table, map) in &copies {
            prop_assert!(table.values().eq(map.values()));
            for key in map.keys() {
                prop_assert!(table.contains_key(&HandleId(*key)));
            }
            // Whatever differs from another copy is in pages that the two do not have in common.
            for (other, others) in &copies {
                let apart = table.apart(other);
                let differs = |key: &&u32| map.get(key) != others.get(key);
                prop_assert!(map.keys().chain(others.keys()).filter(differs).all(|key| apart.contains(key)));
            }
        }
        let (mut table, _) = copies.swap_remove(0);
        let copy = table.share();
        prop_assert!(table.apart(&copy).is_empty());
    }

    #[test]
    fn a_sorted_set_is_a_set_and_its_copies_stay(steps in prop::collection::vec(step(), 1..900)) {
        let mut sorted = SortedSet::<u32>::new();
        let mut set = BTreeSet::new();
        let mut copies = Vec::new();
        for step in steps {
            match step {
                Step::Insert(entry, _) => prop_assert_eq!(sorted.insert(entry), set.insert(entry)),
                Step::Remove(entry) | Step::Change(entry, _) => {
                    prop_assert_eq!(sorted.remove(&entry), set.remove(&entry));
                }
                Step::Share => copies.push((sorted.share(), set.clone())),
                Step::PopFirst | Step::Retain(_) => {}
            }
            prop_assert_eq!((sorted.len(), sorted.first()), (set.len(), set.first()));
        }
        copies.push((sorted.clone(), set));
        for (sorted, set) in &copies {
            prop_assert!(sorted.iter().eq(set.iter().copied()));
            prop_assert!(sorted.iter().rev().eq(set.iter().rev().copied()));
            prop_assert_eq!(sorted.iter().len(), set.len());
            for (other, others) in &copies {
                let apart = sorted.apart(other);
                prop_assert!(set.symmetric_difference(others).all(|entry| apart.contains(entry)));
            }
            for (n, entry) in set.iter().enumerate().step_by(7) {
                prop_assert!(sorted.contains(entry) && sorted.rank(entry) == n);
                prop_assert!(sorted.behind(n).eq(set.iter().copied().skip(n)));
            }
            prop_assert_eq!(sorted.behind(set.len()).next(), None);
        }
        let (mut sorted, _) = copies.swap_remove(0);
        let copy = sorted.share();
        prop_assert!(sorted.apart(&copy).is_empty());
    }

    #[test]
    fn a_sorted_set_is_read_from_both_ends(
        entries in prop::collection::btree_set(any::<u32>(), 0..300),
        ends in prop::collection::vec(any::<bool>(), 320),
    ) {
        let mut sorted = SortedSet::new();
        for entry in &entries {
            sorted.insert(*entry);
        }
        let (mut ours, mut truth) = (sorted.iter(), entries.iter().copied());
        for front in ends {
            let step = if front { (ours.next(), truth.next()) } else { (ours.next_back(), truth.next_back()) };
            prop_assert_eq!(step.0, step.1);
        }
    }
}
