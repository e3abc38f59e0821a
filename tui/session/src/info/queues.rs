//! What `info` tells of loops, their ready queues and their timers.

use loopscope_model::state::{Loop, Order};
use loopscope_protocol::{By, HandleId};
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::{Session, labels};

impl Session {
    /// One word; where there are several loops, a line for each follows.
    pub(super) fn info_loop(&self) -> Answer {
        let state = self.state();
        let Some(focus) = state.focus().or_else(|| state.loops().next()) else {
            return Answer::new("stopped (there is no loop yet)")
                .with("loop", "stopped")
                .with("loops", Value::Array(Vec::new()));
        };
        let mut text = focus.phase.word().to_owned();
        let loops = state.loops();
        if loops.len() > 1 {
            for each in state.loops() {
                text.push_str(&format!("\nloop {}: {}", each.id.0, each.phase.word()));
            }
        }
        let data: Vec<Value> = loops
            .map(|each| {
                json!({
                    "loop": each.id.0, "phase": each.phase.word(), "at": each.at.word(),
                    "turn": each.turn, "stop_requested": each.stop_requested,
                    "running": each.current.map(|handle| handle.0),
                })
            })
            .collect();
        Answer::new(text).with("loop", focus.phase.word()).with("loops", data)
    }

    /// One part for each loop that has something to show; with a heading if there are several.
    fn for_loops(&self, part: impl Fn(&Loop) -> Vec<String>) -> String {
        let state = self.state();
        let open: Vec<&Loop> = state.loops().collect();
        let several = open.len() > 1;
        let mut lines = Vec::new();
        for each in open {
            let part = part(each);
            if several && !part.is_empty() {
                lines.push(format!("loop {}:", each.id.0));
            }
            lines.extend(part);
        }
        lines.join("\n")
    }

    fn handle_line(&self, id: HandleId, mark: &str) -> String {
        let (state, names) = (self.state(), self.names());
        let Some(handle) = state.handle(id) else { return format!("{mark}h{}", id.0) };
        let place =
            names.place(handle.place).map_or_else(String::new, |place| format!("  {place}"));
        format!(
            "{mark}{}  ({}){place}",
            labels::handle(id, state, names),
            labels::origin(handle, state, names)
        )
    }

    fn handle_json(&self, id: HandleId) -> Value {
        let names = self.names();
        let Some(handle) = self.state().handle(id) else { return json!({ "handle": id.0 }) };
        json!({
            "handle": id.0, "loop": handle.loop_id.0, "name": names.exact(handle.name),
            "where": names.exact_place(handle.place), "how": handle.how_word(), "when": handle.when,
            "task": handle.task.number(), "cancelled": handle.cancelled,
            "by": match handle.by {
                By::Outside => Value::Null,
                By::Py => "py".into(),
                By::Handle(by) => by.0.into(),
            },
        })
    }

    pub(super) fn info_ready(&self) -> Answer {
        let text = self.for_loops(|each| {
            let mut lines = Vec::new();
            if let Some(current) = each.current {
                lines.push(self.handle_line(current, "running: "));
            }
            let queue = |lines: &mut Vec<String>, what: &str, ids: Vec<HandleId>| {
                lines.push(format!("{what}: {}", ids.len()));
                lines.extend(ids.into_iter().map(|id| self.handle_line(id, "  ")));
            };
            // A board fixes no batch.
            match self.state().order() {
                Order::OneQueue if self.is_board() => {
                    let [due, later] = self.state().one_queue(each);
                    queue(&mut lines, "due in the queue", due);
                    lines.push(format!("later in the queue: {}; see `info timers`", later.len()));
                }
                Order::Own if self.is_board() => {
                    let what = "ready, in the order of becoming so; the scheduler picks";
                    queue(&mut lines, what, each.ready().collect());
                }
                _ => {
                    queue(&mut lines, "this batch", each.batch().collect());
                    queue(&mut lines, "next batch", each.next_batch().collect());
                }
            }
            if !each.ready_known() {
                lines.push("  (others may stand before these: records were lost)".to_owned());
            }
            lines
        });
        let text = if text.is_empty() { "There is no loop yet.".to_owned() } else { text };
        let list = |pick: fn(&Loop) -> Vec<HandleId>| -> Value {
            self.state().loops().flat_map(pick).map(|id| self.handle_json(id)).collect()
        };
        Answer::new(text)
            .with("running", list(|each| each.current.into_iter().collect()))
            .with("batch", list(|each| each.batch().collect()))
            .with("next_batch", list(|each| each.next_batch().collect()))
    }

    pub(super) fn info_timers(&self) -> Answer {
        let now = self.state().seconds();
        let text = self.for_loops(|each| {
            let mut lines: Vec<String> = each
                .timers_in_order(0, usize::MAX)
                .into_iter()
                .map(|id| {
                    let when = self.state().handle(id).and_then(|handle| handle.when);
                    let left = match (when, now) {
                        (Some(when), Some(now)) if when < now && now - when < 0.001 => {
                            "  due now".to_owned()
                        }
                        (Some(when), Some(now)) if when < now => {
                            format!("  {:.6} s late", now - when)
                        }
                        (Some(when), Some(now)) => format!("  in {:.6} s", when - now),
                        _ => String::new(),
                    };
                    format!("{}{left}", self.handle_line(id, ""))
                })
                .collect();
            if !each.timers_known() {
                lines.push("(there may be others: records were lost)".to_owned());
            }
            lines
        });
        let text = if text.is_empty() { "No timers.".to_owned() } else { text };
        let data: Vec<Value> = self
            .state()
            .loops()
            .flat_map(|each| each.timers_in_order(0, usize::MAX))
            .map(|id| self.handle_json(id))
            .collect();
        Answer::new(text).with("timers", data)
    }
}
