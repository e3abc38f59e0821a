//! Which turn of its loop a record belongs to.

use std::collections::BTreeMap;

use loopscope_protocol::{Event, LoopId};

/// The most loops whose turns are counted.
const MOST_LOOPS: usize = 1 << 16;

/// The turns of all loops.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    loops: BTreeMap<LoopId, Turn>,
    /// The loop of the record before, which is that of the next one too, as nearly always. It is not
    /// among the others meanwhile.
    last: Option<(LoopId, Turn)>,
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
    /// Of no loop yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { loops: BTreeMap::new(), last: None, now: 0 }
    }

    /// The turn of the last record.
    #[must_use]
    pub const fn now(&self) -> u32 {
        self.now
    }

    /// The turn of a record; what belongs to no loop has that of the record before it.
    #[inline]
    pub fn count(&mut self, loop_id: LoopId, event: &Event) -> u32 {
        if loop_id.is_some() {
            let turn = match &mut self.last {
                Some((last, turn)) if *last == loop_id => turn,
                _ => self.change(loop_id),
            };
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

    /// The next record is of another loop.
    #[cold]
    fn change(&mut self, loop_id: LoopId) -> &mut Turn {
        if let Some((last, turn)) = self.last.take() {
            self.loops.insert(last, turn);
        }
        if self.loops.len() >= MOST_LOOPS && !self.loops.contains_key(&loop_id) {
            // The oldest one, since numbers only grow.
            self.loops.pop_first();
        }
        let turn = self.loops.remove(&loop_id).unwrap_or_default();
        &mut self.last.insert((loop_id, turn)).1
    }
}
