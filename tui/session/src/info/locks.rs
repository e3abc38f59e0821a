//! What `info locks` tells: locks, semaphores, events, conditions, barriers and queues, who has them
//! and who stands in line.

use loopscope_model::state::Sync;
use loopscope_model::{record, titles};
use loopscope_protocol::{SyncKind, Word};
use serde_json::{Value, json};

use super::super::Session;
use super::super::answer::Answer;

/// How many are told of.
const MOST: usize = 500;

impl Session {
    pub(super) fn info_locks(&self) -> Answer {
        let state = self.state();
        let mut all: Vec<&Sync> = state.syncs().collect();
        let left = all.len().saturating_sub(MOST);
        if left > 0 {
            // Those at which somebody waits are wanted before all others.
            all.sort_by_key(|sync| (state.line(sync.id).next().is_none(), sync.id));
            all.truncate(MOST);
        }
        let mut lines: Vec<String> = all.iter().map(|sync| self.lock_line(sync)).collect();
        let data: Vec<Value> = all.iter().map(|sync| self.lock_data(sync)).collect();
        if lines.is_empty() {
            lines.push("No locks, semaphores, events, conditions, barriers or queues.".to_owned());
        }
        if left > 0 {
            lines.push(format!("{left} more are not shown; those at which tasks wait come first."));
        }
        Answer::new(lines.join("\n")).with("locks", data)
    }

    fn lock_line(&self, sync: &Sync) -> String {
        let (state, names) = (self.state(), self.names());
        let title = titles::short_sync(sync, state, names);
        let how = titles::sync_state(sync, state, names);
        let line = titles::sync_line(sync, state, names);
        let line = if line.is_empty() { line } else { format!("in line: {line}") };
        let parts = [title, how, line];
        let parts: Vec<&str> =
            parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join("  ")
    }

    fn lock_data(&self, sync: &Sync) -> Value {
        let (state, names) = (self.state(), self.names());
        let seconds = |since: Option<u64>| since.map(record::seconds);
        let holders: Vec<Value> = state
            .holders(sync.id)
            .iter()
            .map(|hold| json!({ "task": hold.task.number(), "since": seconds(hold.since) }))
            .collect();
        let line: Vec<Value> = state
            .line(sync.id)
            .map(|place| {
                json!({
                    "task": place.task.0, "how": place.how.word(), "future": place.future.0,
                    "since": seconds(place.since),
                })
            })
            .collect();
        json!({
            "id": sync.id.0, "how": sync.kind.map(SyncKind::word), "name": names.get(sync.name),
            "title": titles::short_sync(sync, state, names), "count": sync.count,
            "size": sync.size, "left": sync.left, "owner": sync.owner.number(),
            "holders": holders, "line": line, "known": sync.known,
        })
    }
}
