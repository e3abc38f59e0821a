//! Which turn of its loop a record belongs to.

use std::collections::BTreeMap;

use loopscope_protocol::{Event, LoopId};

/// The most loops whose turns are counted.
const MOST_LOOPS: usize = 1 << 16;

/// The turns of all loops.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    loops: BTreeMap<LoopId, Turn>,
    now: u32,
}

/// How far a loop's turns are counted.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    /// The present one.
    now: u32,
    /// The number in the last `turn-begin`, if the source sends them.
    begun: Option<u32>,
    /// The poll of the present one has not ended.
    polling: bool,
}

impl Turns {
    /// The turn of the last record.
    pub(super) const fn now(&self) -> u32 {
        self.now
    }

    /// The turn of a record; what belongs to no loop has that of the record before it.
    pub(super) fn count(&mut self, loop_id: LoopId, event: &Event) -> u32 {
        if loop_id.is_some() {
            if self.loops.len() >= MOST_LOOPS && !self.loops.contains_key(&loop_id) {
                // The oldest one, since numbers only grow.
                self.loops.pop_first();
            }
            let turn = self.loops.entry(loop_id).or_default();
            match *event {
                Event::LoopNew {} => *turn = Turn::default(),
                // A poll that was interrupted began no turn, so the next one has its number.
                Event::PollBegin { .. } => {
                    let again = u32::from(!turn.polling);
                    turn.now = turn
                        .begun
                        .map_or(turn.now.saturating_add(again), |begun| begun.saturating_add(1));
                    turn.polling = true;
                }
                Event::PollEnd { .. } => turn.polling = false,
                Event::TurnBegin { turn: number, .. } => {
                    *turn = Turn { now: number, begun: Some(number), polling: false };
                }
                _ => {}
            }
            self.now = turn.now;
        }
        self.now
    }
}
