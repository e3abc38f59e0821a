//! What lies between two stops, line by line: for front ends that only ever add lines.

use loopscope_model::titles::count;
use loopscope_model::{safe_text, sentence};
use loopscope_protocol::{HandleId, TaskId};

use super::changes::Mark;
use super::{Session, labels};

/// How many lines one stop gets at most, before what is left is only counted.
const MOST: usize = 12;

impl Session {
    /// What was passed on the way from position `from` to the cursor, in lines. A few records are told
    /// one by one, but for the last: the stop itself tells that one. Of more, the lines say how many
    /// they were and what changed. Nothing after a way back.
    pub fn passed(&self, from: usize) -> Vec<String> {
        let Some(way) = self.position().checked_sub(from).filter(|way| *way > 1) else {
            return Vec::new();
        };
        if way <= MOST {
            return self.each_passed(from);
        }
        let mut lines = self.all_changes();
        let more = lines.len().saturating_sub(MOST);
        lines.truncate(MOST);
        lines.insert(0, format!("{} passed.", count(way, "record")));
        if more > 0 {
            lines.push(format!(
                "And {}: `info ready`, `info timers` and `info tasks` have all.",
                count(more, "more change")
            ));
        }
        lines
    }

    fn each_passed(&self, from: usize) -> Vec<String> {
        let (mut state, names) = (self.history().at(from), self.names());
        let mut lines = Vec::new();
        for record in self.history().range(from, self.position() - 1) {
            state.apply(&record);
            let told = sentence::happened(&state, &record, names);
            let told = if told.is_empty() { names.line(&record) } else { told };
            lines.push(format!("#{}  {told}", record.seq));
        }
        lines
    }

    /// What changed since the last stop in the ready queue, among the timers and the tasks.
    fn all_changes(&self) -> Vec<String> {
        let (changes, state, names) = (self.changes(), self.state(), self.names());
        let handle = |id: HandleId| {
            let known = if state.handle(id).is_some() { state } else { &changes.before };
            labels::handle(id, known, names)
        };
        let ready = changes.ready.iter().filter_map(|(id, mark)| match mark {
            Mark::New => Some(format!("Ready: {} joined.", handle(*id))),
            Mark::Gone => Some(format!("Ready: {} left.", handle(*id))),
            Mark::Changed => None,
        });
        let timers = changes.timers.iter().filter_map(|(id, mark)| match mark {
            Mark::New => {
                let due = state.handle(*id).and_then(|handle| handle.when);
                let due = due.map_or_else(String::new, |when| format!(", due {when:.6}"));
                Some(format!("Timers: {} was set{due}.", handle(*id)))
            }
            Mark::Gone => Some(format!("Timers: {} left.", handle(*id))),
            Mark::Changed => None,
        });
        let task = |id: TaskId| {
            let known = state.task(id)?;
            let title = labels::task(id, state, names);
            Some(format!("Task {title}: {}.", labels::task_state(known, state, names)))
        };
        let tasks = changes.tasks.keys().filter_map(|id| task(*id));
        let lines = ready.chain(timers).chain(tasks);
        lines.map(|line| safe_text::line(&line).into_owned()).collect()
    }
}
