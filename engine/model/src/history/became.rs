//! Finding where something came to be, or ceased to be so, without reading all that lies between: by
//! what the blocks' summaries say was made in them, and by the states that are kept.

use loopscope_columns::summary::Made;

use super::{History, position_of};
use crate::record::Record;
use crate::state::State;

impl History {
    /// The last position up to `n` at which something of that id was made.
    pub(crate) fn rfind_made(&self, n: usize, what: Made, id: u32) -> Option<usize> {
        let is_made = |record: &Record| Made::of(&record.event) == Some((what, id));
        let last = n.min(self.len());
        let mut open = (self.open.first + 1..=last.min(self.open.end())).rev();
        let found = open.find(|at| self.open.record(*at).is_some_and(is_made));
        if found.is_some() {
            return found;
        }
        let mut before = match self.archive.directory().block_with(last) {
            Some(number) => number + 1,
            None => usize::MAX,
        };
        while let Some(number) = self.archive.made_before(before, what, id) {
            before = number;
            let Some(block) = self.archive.block(number) else { continue };
            let mut positions = (block.first + 1..=block.end().min(last)).rev();
            let found = positions.find(|at| block.record(*at).is_some_and(is_made));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Between which positions something ceased to be so that was so at `from`, is not at `to`, and
    /// has not come back meanwhile. The two are as near to each other as the states that are kept.
    pub(crate) fn ceased(
        &self,
        from: usize,
        to: usize,
        still: impl Fn(&State) -> bool,
    ) -> (usize, usize) {
        let kept: Vec<usize> = {
            let directory = self.archive.directory();
            let all = directory.checkpoints().iter().map(|checkpoint| checkpoint.position);
            all.filter(|position| (from + 1..to).contains(position)).collect()
        };
        let after = kept.partition_point(|position| {
            let state = self.before(*position);
            // One that cannot be read any more is as if it had never been, and one from before the
            // beginning says nothing.
            position_of(&state) <= from || still(&state)
        });
        let from = after.checked_sub(1).map_or(from, |last| kept[last]);
        (from, kept.get(after).copied().unwrap_or(to))
    }
}
