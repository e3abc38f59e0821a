//! A place in the history that moves: forwards by applying, backwards by a short replay.

use super::{History, position_of};
use crate::record::Record;
use crate::state::State;

/// How far before a place the next states are left behind on the way to it, nearest first. Going
/// back from there costs a few records a step, however far it goes.
const TRAIL: [usize; 5] = [6, 48, 384, 3072, 24_576];

/// A step forward that is longer may be shorter by way of a checkpoint.
const LONG: usize = 1024;

/// A position in a [`History`] with the state there.
///
/// ```
/// use loopscope_model::story::Story;
/// use loopscope_model::Cursor;
///
/// let mut story = Story::new();
/// story.start().soon(1, "hello");
/// let history = story.history();
/// let mut cursor = Cursor::new();
/// cursor.seek(&history, 4);
/// assert_eq!(cursor.state().handles().count(), 1);
/// cursor.seek(&history, 3);
/// assert_eq!(cursor.state().handles().count(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    state: State,
    /// States before it, ascending. They have in common what is the same in them.
    trail: Vec<State>,
}

impl Cursor {
    /// At the start.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many records were applied.
    pub const fn position(&self) -> usize {
        position_of(&self.state)
    }

    /// The state here.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// A copy of the state here that has in common with it what is the same.
    pub fn share(&mut self) -> State {
        self.state.share()
    }

    /// Goes on by the record that comes next.
    pub fn follow(&mut self, record: &Record) {
        self.state.apply(record);
    }

    /// Goes to position `n` of `history`, or to its live edge if `n` lies beyond it. What is kept no
    /// longer cannot be gone to: the first position of which the state is known stands for it.
    pub fn seek(&mut self, history: &History, n: usize) {
        let n = n.clamp(history.first(), history.len().max(history.first()));
        let here = self.position();
        if n >= here {
            if n - here > LONG || here < history.first() {
                let nearest = history.before(n);
                if position_of(&nearest) > here {
                    self.trail.clear();
                    self.state = nearest;
                }
            }
            history.replay(&mut self.state, n);
            return;
        }
        self.trail.retain(|state| position_of(state) <= n);
        let last = self.trail.last().map_or(0, position_of);
        // The last one of the trail is near, if there is one that is.
        let state = if let Some(state) = self.trail.last_mut().filter(|_| n - last <= TRAIL[2]) {
            state.share()
        } else {
            let kept = history.before(n);
            match self.trail.last_mut().filter(|state| position_of(state) >= position_of(&kept)) {
                Some(state) => state.share(),
                None => kept,
            }
        };
        self.walk_to(history, state, n);
    }

    /// Goes from a state to a place behind it, and leaves some behind on the way.
    fn walk_to(&mut self, history: &History, mut state: State, n: usize) {
        for distance in TRAIL.iter().rev() {
            let stop = n.saturating_sub(*distance);
            if stop > position_of(&state) {
                history.replay(&mut state, stop);
                self.leave(&mut state);
            }
        }
        if self.trail.is_empty() {
            self.leave(&mut state);
        }
        history.replay(&mut state, n);
        self.state = state;
    }

    fn leave(&mut self, state: &mut State) {
        if self.trail.last().is_none_or(|last| position_of(last) < position_of(state)) {
            self.trail.push(state.share());
        }
    }
}
