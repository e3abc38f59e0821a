//! A run through the history: what each record means for its goal and for the breakpoints.

use loopscope_model::Record;
use loopscope_model::lint::{self, Finding};
use loopscope_protocol::{Event, LintRule};

use super::End;
use crate::Session;
use crate::goal::{Goal, Verdict};
use crate::logpoint::log;
use crate::source::Origin;

/// How many records are looked at between two looks at the time.
const PORTION: usize = 2048;

impl Session {
    /// Walks on to the live edge, for a portion. `None`: there is more to walk. `Some(None)`: the
    /// cursor is at the edge and the goal is not reached.
    pub(super) fn through_history(&mut self, goal: &mut Goal, since: u64) -> Option<Option<End>> {
        let logs = self.breaks.log();
        let wants_lints = goal.wants_lints() || goal.breaks && self.breaks.wants_lints();
        let here = self.cursor.position();
        let records = self.history.range(here, here.saturating_add(PORTION));
        let at_end = records.len() < PORTION;
        for record in records {
            let record = &*record;
            let derived = if wants_lints { self.derived_lints(record) } else { Vec::new() };
            self.cursor.follow(record);
            let (state, names) = (self.cursor.state(), self.history.names());
            if logs {
                log(&mut self.breaks, &mut self.logged, record, state, names);
            }
            let by_lines = self.is_told_by_lines(record, since);
            let mut hit =
                if goal.breaks { self.breaks.test(record, state, names, by_lines) } else { None };
            let mut verdict = goal.test(record, state, names, by_lines);
            for lint in &derived {
                if goal.breaks && hit.is_none() {
                    hit = self.breaks.test_derived(lint, state, names);
                }
                if let Ok(Verdict::On) = verdict {
                    verdict = goal.test_derived(lint, state, names);
                }
            }
            let end = match verdict {
                Err(trouble) => End::Failed(trouble),
                Ok(Verdict::Here) => End::Goal,
                Ok(Verdict::Late) => End::Late,
                Ok(Verdict::Before) => {
                    self.cursor.seek(&self.history, self.cursor.position() - 1);
                    End::Goal
                }
                Ok(Verdict::On) => match hit {
                    Some(hit) => End::Hit(hit),
                    None => match self.deadlock_at(record) {
                        Some(sentence) => End::Deadlock(sentence),
                        None => continue,
                    },
                },
            };
            return Some(Some(end));
        }
        at_end.then_some(None)
    }

    /// The diagnoses that follow from the record behind the cursor, which no source sends.
    fn derived_lints(&self, record: &Record) -> Vec<Record> {
        let findings = lint::find(self.cursor.state(), record).into_iter();
        let derived = findings.filter(Finding::is_derived);
        derived.map(|finding| finding.as_record(record, self.history.names())).collect()
    }

    /// What is said of a program that would now wait for ever. A recording of one comes to its end,
    /// and so does one that was interrupted later.
    fn deadlock_at(&self, record: &Record) -> Option<String> {
        let Event::Lint { rule: LintRule::Deadlock, text, .. } = record.event else { return None };
        let is_here = self.origin() == Origin::Program && record.seq == self.history.seq();
        (is_here && !self.settings.wait_forever).then(|| record.shown(text).into_owned())
    }
}
