//! Which part of a long history each run is kept of: what is around the cursor. It moves on with the
//! cursor, a few milliseconds' worth at a time.

use loopscope_model::{History, Load, State};
use loopscope_protocol::{Kind, KindSet};

use super::before::Before;
use super::{Digest, Whole};

/// Of a history of more than twice as many records, each run is kept of what is around the cursor
/// alone: about as many records, and not many before it. What is to be said of all of it is in the
/// overview.
pub(super) const WINDOW: usize = 1_000_000;
const BEFORE: usize = 200_000;

/// How much further back it begins where a state is at hand: the way from there is not gone twice.
const AT_HAND: usize = 500_000;

/// What lies further ahead of a long history's digest than this is not taken in record by record. It
/// is more than lies between where it begins and the cursor, or a fast stream would have it begin
/// anew all the time.
pub(super) const FAR: usize = BEFORE + AT_HAND + 300_000;

/// How many records are taken in at once, and by the overview: a few milliseconds' worth, for which a
/// key can wait.
const AT_ONCE: usize = 1 << 14;
const AT_ONCE_FOR_ALL: usize = 1 << 16;

impl Digest {
    /// Takes in what has come since, or what is around the cursor, as far as that takes no time to
    /// speak of. Tells whether all of it is there.
    pub fn follow(&mut self, history: &History, cursor: usize) -> bool {
        let len = history.len();
        let is_long = len - history.first() > 2 * WINDOW;
        let is_far = is_long && cursor > self.position.saturating_add(FAR);
        if is_far || cursor < self.base {
            self.begin_at(history, cursor.saturating_sub(BEFORE));
        }
        let wanted = |base: usize| if is_long { len.min(cursor + WINDOW) } else { len }.max(base);
        let mut to = wanted(self.base);
        if to - self.base > 2 * WINDOW {
            self.begin_at(history, cursor.saturating_sub(BEFORE));
            to = wanted(self.base);
        }
        let next = to.min(self.position.saturating_add(AT_ONCE));
        if next > self.position {
            self.extend(history, next);
        }
        if !is_long {
            self.whole = None;
            return self.position >= to;
        }
        let read = self.overview.position();
        if read < len {
            self.overview.read_on(history, read.saturating_add(AT_ONCE_FOR_ALL));
        }
        self.whole = Whole::at(history, cursor);
        if self.is_blind {
            let base = self.base.max(history.first());
            if let Some(load) = self.overview.load_behind(history, base) {
                // Who had the processor before is known now.
                self.begin_with(history, history.at(base), Some(load));
            }
            return false;
        }
        self.position >= to && self.overview.position() >= len
    }

    /// Begins anew with what comes behind a position.
    fn begin_at(&mut self, history: &History, base: usize) {
        let base = base.max(history.first());
        let near = history.nearest(base);
        let from = history.first().max(base.saturating_sub(AT_HAND));
        let is_near = (from..=base).contains(&position_of(&near));
        let state = if is_near { near } else { history.at(base) };
        let load = self.overview.load_behind(history, position_of(&state));
        self.begin_with(history, state, load);
    }

    /// The same, from what there is at that position, and with who had the processor before, where
    /// that is known.
    fn begin_with(&mut self, history: &History, state: State, load: Option<Load>) {
        let base = position_of(&state);
        let old = std::mem::take(self);
        let kinds = (0..=u8::MAX).filter_map(Kind::from_code).filter(|kind| {
            let kinds = KindSet::NONE.with(*kind);
            old.position <= base && old.kinds.has(*kind)
                || history.find_kinds(history.first(), kinds).is_some_and(|at| at <= base)
        });
        // What grows to the same size again has its room already: to move millions of runs to a
        // larger one keeps a key waiting.
        *self = Self {
            base,
            position: base,
            kinds: kinds.collect(),
            runs: emptied(old.runs),
            sleeps: emptied(old.sleeps),
            queued: emptied(old.queued),
            run_lanes: emptied(old.run_lanes),
            is_blind: load.is_none(),
            load: load.unwrap_or_else(|| Load::behind(base, state.t())).in_room_of(old.load),
            before: Box::new(Before::new(state)),
            overview: old.overview,
            whole: old.whole,
            ..Self::default()
        };
    }
}

/// How many records were applied to a state.
fn position_of(state: &State) -> usize {
    usize::try_from(state.position()).unwrap_or(usize::MAX)
}

fn emptied<T>(mut list: Vec<T>) -> Vec<T> {
    list.clear();
    list
}
