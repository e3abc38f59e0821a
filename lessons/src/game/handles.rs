//! Which handle runs, and which timer is due: what there is to choose from, and the rule by which
//! each wrong choice would be right.

use loopscope_model::state::Order;
use loopscope_protocol::HandleId;

use super::{Choice, Game};

impl Game<'_> {
    pub(super) fn who_runs(&self, answer: HandleId) -> Option<(String, Vec<Choice>, usize)> {
        let event_loop = self.state.focus()?;
        if !event_loop.ready_known() {
            return None;
        }
        let batch: Vec<HandleId> = event_loop.batch().collect();
        let ready: Vec<HandleId> = event_loop.ready().collect();
        let order = self.state.order();
        let rule = |id: HandleId| {
            let name = self.name(id);
            if self.state.handle(id).is_some_and(|handle| handle.cancelled) {
                return format!("{name} was cancelled; it is left out when it is reached.");
            }
            let before = ready.iter().position(|known| *known == id).unwrap_or_default();
            let before = if before == 1 { "one".to_owned() } else { before.to_string() };
            match order {
                Order::Batches => self.rule_of_batches(id, answer, &batch, ready.last(), &before),
                Order::OneQueue => format!(
                    "That would be right if those before it were not there. The queue is ordered by \
                     time, and {before} stood before {name}."
                ),
                Order::Own => format!(
                    "That would be right if {name} came first in the order of the board's own \
                     scheduler; it has taken {}.",
                    self.name(answer)
                ),
            }
        };
        let ask = "Which handle runs now?".to_owned();
        self.choose(ask, &ready, answer, &rule)
    }

    /// The rule of CPython's loop by which a handle would run now, though `answer` does.
    fn rule_of_batches(
        &self,
        id: HandleId,
        answer: HandleId,
        batch: &[HandleId],
        last: Option<&HandleId>,
        before: &str,
    ) -> String {
        let name = self.name(id);
        let when = |id| self.state.handle(id).and_then(|handle| handle.when);
        if !batch.is_empty() && !batch.contains(&id) {
            return format!(
                "That would be right if a batch grew while it runs. {name} came after it was fixed, \
                 and waits for the next turn."
            );
        }
        if Some(&id) == last {
            return format!(
                "That would be right for a stack, where the last to come is the first to go. This \
                 is a queue, and {name} is its last."
            );
        }
        match (when(id), when(answer)) {
            (Some(_), None) => format!(
                "That would be right if a timer that is due went in front of the queue. {name} went \
                 behind what was ready."
            ),
            (Some(late), Some(early)) if late > early => format!(
                "That would be right if {name} had been due before {}. It was due later, and stands \
                 behind.",
                self.name(answer)
            ),
            _ => format!(
                "That would be right if those before it were not there. Nobody is passed over, and \
                 {before} stood before {name}."
            ),
        }
    }

    pub(super) fn who_is_due(&self, answer: HandleId) -> Option<(String, Vec<Choice>, usize)> {
        let event_loop = self.state.focus()?;
        let timers: Vec<HandleId> = event_loop.timers_in_order(0, 8);
        let when = |id: HandleId| self.state.handle(id).and_then(|handle| handle.when);
        let right = when(answer)?;
        let rule = |id: HandleId| {
            let name = self.name(id);
            match when(id) {
                Some(at) if at.total_cmp(&right).is_eq() => format!(
                    "{name} is due at the very same time. Ties have an order of their own, that of \
                     a heap; nobody should rely on it."
                ),
                // Elsewhere a task has one handle for all its sleeps.
                _ if id < answer && self.state.order() == Order::Batches => format!(
                    "That would be right if the order of asking counted. Among timers the time \
                     counts, and {name} is due later."
                ),
                _ => format!("That would be right if {name} were due first; it is due later."),
            }
        };
        self.choose("Which timer is due now?".to_owned(), &timers, answer, &rule)
    }

    /// A question about handles; `None` where there is nothing to choose.
    fn choose(
        &self,
        ask: String,
        from: &[HandleId],
        answer: HandleId,
        rule: &dyn Fn(HandleId) -> String,
    ) -> Option<(String, Vec<Choice>, usize)> {
        let mut sorted: Vec<(String, HandleId)> = Vec::new();
        for &id in from {
            if sorted.iter().all(|(_, known)| *known != id) {
                sorted.push((self.name(id), id));
            }
        }
        if sorted.len() < 2 || sorted.len() > 9 {
            return None;
        }
        // The order of the queue would give the answer away.
        sorted.sort();
        let at = sorted.iter().position(|(_, id)| *id == answer)?;
        let choices = sorted.into_iter().map(|(text, id)| Choice { text, rule: rule(id) });
        Some((ask, choices.collect(), at))
    }
}
