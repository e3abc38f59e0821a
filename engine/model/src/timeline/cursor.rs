//! A place in the history that moves: forwards by applying, backwards by a short replay.

use super::{Timeline, position_of};
use crate::state::State;

/// How far before the goal a step back leaves a state behind, for the next steps back.
const RUN_UP: usize = 128;

/// A position in a [`Timeline`] with the state there.
///
/// ```
/// use loopscope_model::story::Story;
/// use loopscope_model::Cursor;
///
/// let mut story = Story::new();
/// story.start().soon(1, "hello");
/// let timeline = story.timeline();
/// let mut cursor = Cursor::new();
/// cursor.seek(&timeline, 4);
/// assert_eq!(cursor.state().handles().count(), 1);
/// cursor.seek(&timeline, 3);
/// assert_eq!(cursor.state().handles().count(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    state: State,
    behind: Option<State>,
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

    /// Goes to position `n` of `timeline`, or to its live edge if `n` lies beyond it.
    pub fn seek(&mut self, timeline: &Timeline, n: usize) {
        let n = n.min(timeline.len());
        let here = self.position();
        if n >= here {
            // Applying is as good as it gets unless a checkpoint is nearer.
            if timeline.nearest(n) > here {
                self.state = timeline.at(n);
            } else {
                timeline.replay(&mut self.state, n);
            }
            return;
        }
        let nearest = timeline.nearest(n);
        let mut state = match self.behind.take() {
            Some(behind) if (nearest..=n).contains(&position_of(&behind)) => behind,
            _ => timeline.checkpoint(n),
        };
        let run_up = n.saturating_sub(RUN_UP).max(position_of(&state));
        timeline.replay(&mut state, run_up);
        self.behind = Some(state.clone());
        timeline.replay(&mut state, n);
        self.state = state;
    }
}

impl Timeline {
    /// The position of the last checkpoint that does not lie after `n`.
    fn nearest(&self, n: usize) -> usize {
        let after = self.checkpoints.partition_point(|(position, _)| *position <= n);
        after.checked_sub(1).map_or(0, |at| self.checkpoints[at].0)
    }
}
