//! A run at the live edge: whether the source has ended, holds, or is to run on.

use std::time::Duration;

use loopscope_model::state::At;

use super::{End, PATIENCE, Run};
use crate::answer::Trouble;
use crate::brake::Full;
use crate::goal::{Goal, Until};
use crate::{RunState, Session};

impl Session {
    /// At the live edge: has the source ended, or is it to run on?
    pub(super) fn at_edge(&mut self, run: &mut Run) -> Option<End> {
        if let Some(sentence) = run.refused.take() {
            return Some(End::Failed(Trouble::new(sentence)));
        }
        match self.run_state {
            RunState::Empty | RunState::Ended | RunState::Lost(_) => Some(End::Ended),
            RunState::Held if self.program_ended() => Some(End::Ended),
            RunState::Held if run.stopping.is_some() => {
                Some(self.brake.full.map_or(End::Paused, End::Limit))
            }
            RunState::Held if run.at_line => {
                run.at_line = false;
                match self.ends_at_line(&mut run.goal) {
                    Ok(Some(None)) => Some(End::Goal),
                    Ok(Some(Some(hit))) => Some(End::Hit(hit)),
                    Ok(None) => self.run_on(run),
                    Err(trouble) => Some(End::Failed(trouble)),
                }
            }
            RunState::Held => {
                if let Some(hit) = run.changed.take() {
                    return Some(End::Hit(hit));
                }
                let seq = self.history.seq();
                if run.watches_asked != Some(seq)
                    && let Some(asking) = self.watches_to_ask()
                {
                    (run.asking, run.watches_asked) = (Some(asking), Some(seq));
                    self.asks_on(run);
                    return None;
                }
                self.run_on(run)
            }
            // The view waits for what comes.
            RunState::Following if run.stopping.is_some() => Some(End::Paused),
            RunState::Following => self.slept_past(&run.goal).then_some(End::Late),
            RunState::Running { .. } | RunState::Pausing => {
                if run.stopping.is_some_and(|since| since.elapsed() > PATIENCE) {
                    // Too much is the reason, whether it holds already or not.
                    return Some(self.brake.full.map_or(End::Waiting, End::Limit));
                }
                self.slept_past(&run.goal).then(|| {
                    // Not now, but as soon as it comes to a record. A source that is gone
                    // meanwhile says so by itself.
                    let _ = self.ask_to_pause();
                    End::Late
                })
            }
        }
    }

    /// Makes a source that holds run to where the run may end.
    fn run_on(&mut self, run: &mut Run) -> Option<End> {
        let ran = self.history.len() as u64;
        let limit = self.brake.limits.records;
        if limit.is_some_and(|limit| ran >= limit) {
            let full = Full::Records(self.settings.limit);
            self.brake.full = Some(full);
            return Some(End::Limit(full));
        }
        let left = limit.map_or(0, |limit| limit - ran);
        if let Until::Line { by_records, .. } = &mut run.goal.until {
            *by_records &= !self.holds_at_lines();
        }
        if let Err(error) = self.ask_for_lines(&run.goal) {
            return Some(End::Failed(Trouble::new(error.to_string())));
        }
        let to_next_line = matches!(run.goal.until, Until::Line { by_records: false, .. });
        let until = run.goal.stop_when(self.history.live().seq(), self.breaks.kinds(), left);
        run.follows = true;
        match self.ask_to_run(until, to_next_line) {
            Ok(()) => None,
            Err(error) => Some(End::Failed(Trouble::new(error.to_string()))),
        }
    }

    /// Whether the loop has slept for so long, without a record, that the goal's time is over.
    fn slept_past(&self, goal: &Goal) -> bool {
        let live = self.history.live();
        let (Some(latest), Some(now)) = (goal.latest, live.t()) else { return false };
        live.focus().is_some_and(|each| each.at == At::Polling)
            && self.last_record.elapsed()
                > Duration::from_nanos(latest.saturating_sub(now)) + PATIENCE
    }
}
