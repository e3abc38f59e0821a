//! Which loop has the processor, where loops share one by their priorities: one that wakes takes it
//! from whichever had it, and gives it back when it sleeps.

use std::collections::BTreeSet;

use loopscope_protocol::{Dialect, LoopId};

use super::Who;

/// What a loop that is awake was doing when another one took the processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doing {
    pub(super) who: Who,
    /// How long that had lasted, in nanoseconds.
    pub(super) spent: u64,
    /// The position and the time of the record with which it began.
    pub(super) began: (usize, u64),
    pub(super) whole: bool,
}

/// Who has the processor after a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// This one, from now on.
    To(Who),
    /// This one, which interrupts what went on until now.
    Over(Who),
    /// What had been interrupted.
    Back(Doing),
}

/// The loops of one processor.
#[derive(Clone, Debug, Default)]
pub(super) struct Priorities {
    /// Loops share a processor, as far as is known.
    is_shared: bool,
    /// Those that are awake, the one that has the processor last. Each that is below another one
    /// has what it was doing when that woke.
    awake: Vec<(LoopId, Option<Doing>)>,
    /// Those that there are.
    all: BTreeSet<LoopId>,
    /// Those of which it is not known whether they sleep.
    unsure: BTreeSet<LoopId>,
}

impl Priorities {
    /// The program runs by these rules.
    pub(super) const fn begin(&mut self, dialect: Dialect) {
        self.is_shared = matches!(dialect, Dialect::Embassy | Dialect::Other);
    }

    /// There is such a loop.
    pub(super) fn add(&mut self, id: LoopId) {
        if self.is_shared && self.all.insert(id) {
            self.unsure.insert(id);
        }
    }

    /// Records were lost: any of them may sleep.
    pub(super) fn forget(&mut self) {
        self.awake.clear();
        self.unsure.clone_from(&self.all);
    }

    /// The source has started over.
    pub(super) fn restart(&mut self) {
        *self = Self { is_shared: self.is_shared, ..Self::default() };
    }

    /// A loop's record says what it does from now on; `doing` is what goes on until now.
    pub(super) fn turn(&mut self, of: LoopId, who: Who, doing: Doing) -> Turn {
        if !self.is_shared || !of.is_some() {
            return Turn::To(who);
        }
        self.unsure.remove(&of);
        let place = self.awake.iter().position(|(id, _)| *id == of);
        if who == Who::Asleep {
            let Some(place) = place else { return Turn::To(self.nobody()) };
            self.awake.truncate(place);
            return match self.awake.last_mut() {
                Some((_, below)) => below.take().map_or(Turn::To(Who::Loop), Turn::Back),
                None => Turn::To(self.nobody()),
            };
        }
        if let Some(place) = place {
            // Those above it have ended without a word.
            self.awake.truncate(place + 1);
            self.awake[place].1 = None;
            return Turn::To(who);
        }
        let below = self.awake.last_mut();
        let interrupts = below.is_some();
        if let Some((_, below)) = below {
            *below = Some(doing);
        }
        self.awake.push((of, None));
        if interrupts { Turn::Over(who) } else { Turn::To(who) }
    }

    /// Who has the processor when none that is known to be awake has.
    fn nobody(&self) -> Who {
        if self.unsure.is_empty() { Who::Asleep } else { Who::Unknown }
    }
}
