//! The tasks of each coroutine, in the order in which the first of each ran. Kept up as tasks come, so
//! that no frame has to look at all of them.

use std::collections::HashMap;

use loopscope_protocol::NameId;

use super::Lane;

/// Lanes that belong together: the tasks of a coroutine. What is nobody's task is alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The coroutine.
    pub name: NameId,
    /// Its tasks, in the order in which they first ran.
    pub lanes: Vec<Lane>,
}

/// All lanes by what they belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    all: Vec<Group>,
    numbers: HashMap<NameId, usize>,
    /// Of each lane, the number of its group.
    of_lanes: Vec<usize>,
    /// How many lanes belong to a group of several.
    together: usize,
}

impl Groups {
    /// Of lanes whose coroutine is told.
    pub fn of(lanes: impl IntoIterator<Item = (Lane, NameId)>) -> Self {
        let mut groups = Self::default();
        for (lane, name) in lanes {
            groups.push(lane, name);
        }
        groups
    }

    /// One more lane, of a coroutine if `name` is one.
    pub(super) fn push(&mut self, lane: Lane, name: NameId) {
        let next = self.all.len();
        let number = if name.is_some() { *self.numbers.entry(name).or_insert(next) } else { next };
        self.of_lanes.push(number);
        match self.all.get_mut(number) {
            None => self.all.push(Group { name, lanes: vec![lane] }),
            Some(group) => {
                group.lanes.push(lane);
                self.together += if group.lanes.len() == 2 { 2 } else { 1 };
            }
        }
    }

    /// The groups.
    pub fn all(&self) -> &[Group] {
        &self.all
    }

    /// The number of the group of a lane, by the lane's number.
    pub fn of_lane(&self, lane: usize) -> Option<usize> {
        self.of_lanes.get(lane).copied()
    }

    /// The number of the group of a coroutine.
    pub fn number(&self, name: NameId) -> Option<usize> {
        self.numbers.get(&name).copied()
    }

    /// How many lanes belong to a group of several.
    pub const fn together(&self) -> usize {
        self.together
    }

    /// Those that do, group by group, behind the first `skipped` of them.
    pub fn each(&self, mut skipped: usize) -> impl Iterator<Item = Lane> {
        let several = self.all.iter().filter(|group| group.lanes.len() > 1);
        several.flat_map(move |group| {
            let first = skipped.min(group.lanes.len());
            skipped -= first;
            group.lanes[first..].iter().copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::TaskId;

    use super::*;

    #[test]
    fn tasks_of_a_coroutine_are_together_and_others_alone() {
        let (one, other) = (NameId(7), NameId(9));
        let task = |n| Lane::Task(TaskId(n));
        let callback = Lane::Callback(NameId(3));
        let lanes = [(task(1), one), (callback, NameId::NONE), (task(2), other), (task(3), one)];
        let groups = Groups::of(lanes);
        let lanes: Vec<&[Lane]> = groups.all().iter().map(|group| &*group.lanes).collect();
        assert_eq!(lanes, [&[task(1), task(3)][..], &[callback], &[task(2)]]);
        assert_eq!([0, 1, 2, 3].map(|lane| groups.of_lane(lane)), [0, 1, 2, 0].map(Some));
        assert_eq!(groups.together(), 2);
        assert!(groups.each(1).eq([task(3)]) && groups.each(5).next().is_none());
    }
}
