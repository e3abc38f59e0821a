//! How a task came to run: the life of its last wake-up, found by looking back.

use loopscope_protocol::{By, Event, FutureHow, FutureId, HandleHow, NameId, On, TaskId};

use super::past;
use crate::history::History;
use crate::names::Names;
use crate::record::seconds;
use crate::state::State;
use crate::titles::{future_title, task_title, time};

/// How a task came to run the last time, up to where `state` is that of the history: who completed
/// what it waited for. `None` if it has not run, or if too much of it was lost.
///
/// ```
/// use loopscope_model::{story::Story, why};
/// use loopscope_protocol::{FutureId, HandleHow, On, TaskId};
///
/// let mut story = Story::new();
/// story.start().task(1, "fetch", 1).turn(&[1]).step(1, 1).future(1).timer(2, 4.0, "wake", 1);
/// story.suspend(1, 1, On::Future(FutureId(1)), 9).end_turn().poll(Some(4.0), 4.0).due(2, 4.0);
/// story.begin_turn(1).run(2).complete(1).handle(3, HandleHow::Wakeup, "fetch", 1, 1).done(2);
/// story.turn(&[3]).step(3, 1);
/// let history = story.history();
/// assert_eq!(
///     why::last_wakeup(&history, history.live(), story.names(), TaskId(1)).unwrap(),
///     "fetch (task 1) last ran in turn 3, at 4.000: h2 wake, a timer due at 4.000, gave f1 \
///      (Future) its result, so h3 was queued, which resumed it."
/// );
/// ```
pub fn last_wakeup(history: &History, state: &State, names: &Names, id: TaskId) -> Option<String> {
    let step = past::stepped(history, state, id)?;
    let made = past::introduced(history, step.run, step.handle)?;
    let title = task_title(id, names.task(id).map_or(NameId::NONE, |d| d.name), names);
    let record = history.record(step.at)?;
    let at = record.seconds().map(|at| format!(", at {}", time(at))).unwrap_or_default();
    let ran = format!("{title} last ran in turn {}{at}", record.turn);
    let h = step.handle.0;
    let because = match history.record(made)?.event {
        Event::HandleNew { how: HandleHow::Wakeup, future, .. } if future.is_some() => {
            let done = completion(history, made, names, future);
            format!("{}, so h{h} was queued, which resumed it", done?)
        }
        Event::HandleNew { how: HandleHow::Wakeup, .. } => {
            let done = match past::waited_for(history, made, id) {
                Some(On::Task(other)) => {
                    let name = names.task(other).map_or(NameId::NONE, |d| d.name);
                    format!("{} ended", task_title(other, name, names))
                }
                _ => "what it waited for was done".to_owned(),
            };
            format!("{done}, so h{h} was queued, which resumed it")
        }
        Event::TimerNew { when, .. } => format!("its timer h{h} was due at {}", time(when)),
        Event::HandleNew { by, .. } if step.is_first => {
            let who = title_of(history, made, names, by);
            let who = who.map_or_else(|| "it was made".to_owned(), |who| format!("{who} made it"));
            format!("{who}, and h{h} was its first step")
        }
        Event::HandleNew { .. } => {
            format!("it had given the others a turn and was queued as h{h}")
        }
        _ => return None,
    };
    Some(format!("{ran}: {because}."))
}

/// How a future was completed before position `n`, without the stop at the end.
fn completion(history: &History, n: usize, names: &Names, id: FutureId) -> Option<String> {
    // A future that is a task has no record of its own.
    let Some(done) = past::completed(history, n, id) else {
        return Some(format!("f{} was done", id.0));
    };
    let Event::FutureDone { how, by, .. } = history.record(done)?.event else { return None };
    let name = past::future_name(history, done, id);
    let future = future_title(id, name.unwrap_or(NameId::NONE), names);
    Some(match (title_of(history, done, names, by), how) {
        (Some(by), FutureHow::Result) => format!("{by} gave {future} its result"),
        (Some(by), FutureHow::Exception) => format!("{by} gave {future} an exception"),
        (Some(by), FutureHow::Cancelled) => format!("{by} cancelled {future}"),
        (None, FutureHow::Result) => format!("{future} got its result"),
        (None, FutureHow::Exception) => format!("{future} got an exception"),
        (None, FutureHow::Cancelled) => format!("{future} was cancelled"),
    })
}

/// Who caused something, with what is known from the record that made the handle.
pub(super) fn title_of(history: &History, n: usize, names: &Names, by: By) -> Option<String> {
    let id = match by {
        By::Outside => return None,
        By::Py => return Some("a py command".to_owned()),
        By::Handle(id) => id,
    };
    let made = past::introduced(history, n, id).and_then(|made| history.record(made));
    let Some(record) = made else { return Some(format!("h{}", id.0)) };
    match record.event {
        Event::TimerNew { name, when, .. } => {
            let name = names.name(name);
            Some(format!("h{} {name}, a timer due at {},", id.0, time(when)))
        }
        Event::HandleNew { task, .. } if task.is_some() => {
            let name = names.task(task).map_or(NameId::NONE, |definition| definition.name);
            Some(task_title(task, name, names))
        }
        Event::HandleNew { name, .. } => {
            let since =
                record.t.map(|t| format!(", queued at {},", time(seconds(t)))).unwrap_or_default();
            Some(format!("h{} {}{since}", id.0, names.name(name)))
        }
        _ => None,
    }
}
