//! Sentences about handles and timers.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{HandleEvent as Event, HandleHow, HandleId, On};

use crate::phrase::Phrases;
use crate::record::Record;
use crate::sentence::waking::is_late;
use crate::titles::{duration, time};

pub(super) fn handles(phrases: Phrases<'_>, record: &Record, event: Event) -> String {
    let entry = |id| phrases.entry(id);
    match event {
        Event::HandleNew { handle, how, by, task, future, .. } => {
            let queue = phrases.queued(handle, record.loop_id);
            let caller = |call: &str| match phrases.by(by) {
                Some(by) => format!("{by} called {call}: {} is {queue}.", entry(handle)),
                None => format!(
                    "{call} put {} {}.",
                    entry(handle),
                    phrases.put_where(handle, record.loop_id)
                ),
            };
            match how {
                HandleHow::Soon => caller("call_soon"),
                HandleHow::Threadsafe => caller("call_soon_threadsafe"),
                HandleHow::Reader => {
                    format!("{} will run when there is something to read.", entry(handle))
                }
                HandleHow::Writer => {
                    format!("{} will run when there is room to write.", entry(handle))
                }
                HandleHow::Signal => format!("{} will run when its signal arrives.", entry(handle)),
                HandleHow::Step if phrases.state.task(task).is_some_and(|task| task.steps == 0) => {
                    format!("The first step of {} is {queue}.", phrases.task(task))
                }
                HandleHow::Step => format!("The next step of {} is {queue}.", phrases.task(task)),
                HandleHow::Wakeup if future.is_some() => {
                    format!(
                        "{} is done, so {} is {queue}.",
                        phrases.future(future),
                        phrases.task(task)
                    )
                }
                HandleHow::Wakeup => match phrases.state.task(task).map(|task| task.on) {
                    Some(on @ On::Task(_)) => {
                        format!("{} is done, so {} is {queue}.", phrases.on(on), phrases.task(task))
                    }
                    _ => format!("What {} waited for is done: it is {queue}.", phrases.task(task)),
                },
                HandleHow::DoneCallback => {
                    let done = if future.is_some() {
                        phrases.future(future)
                    } else {
                        phrases.ended_task(by).map_or("Something".to_owned(), |id| phrases.task(id))
                    };
                    format!("{done} is done, so its callback {} is {queue}.", entry(handle))
                }
            }
        }
        Event::TimerNew { handle, when, by, future, .. } => {
            let then = if future.is_some() {
                format!("; it will complete {}", phrases.future(future))
            } else {
                String::new()
            };
            match phrases.by(by) {
                Some(by) => {
                    format!("{by} made the timer {}, due at {}{then}.", entry(handle), time(when))
                }
                None => format!("{} is now a timer, due at {}{then}.", entry(handle), time(when)),
            }
        }
        Event::TimerDue { handle, .. } if phrases.is_cancelled(handle) => {
            format!("{} is due, but was cancelled: it will be left out.", entry(handle))
        }
        Event::TimerDue { handle, when } => {
            let late = record.seconds().and_then(|now| is_late(now - when));
            let late = late.map_or_else(String::new, |late| format!(" and is {late}"));
            format!(
                "{} was due at {}{late}: it is {}.",
                entry(handle),
                time(when),
                phrases.queued(handle, record.loop_id)
            )
        }
        Event::TimerCancel { handle, by, .. } => {
            let who = phrases.by(by).map(|by| format!(" by {by}")).unwrap_or_default();
            format!(
                "The timer {} was cancelled{who}; it stays in the heap until it is reached.",
                entry(handle)
            )
        }
        Event::TimerDrop { handle, .. } => {
            format!("The cancelled timer {} left the heap.", entry(handle))
        }
        Event::HandleRun { handle, task } if task.is_some() => {
            let first = phrases.state.task(task).is_some_and(|task| task.steps == 0);
            let verb = if first { "starts" } else { "resumes" };
            let above = phrases.interrupted(record.loop_id);
            let above = above.map_or_else(String::new, |task| format!("; it interrupts {task}"));
            format!("{} runs: it {verb} {}{above}.", h(handle), phrases.task(task))
        }
        Event::HandleRun { handle, .. } => format!("{} runs.", phrases.runner(handle)),
        Event::HandleDone { handle, .. } => {
            let since = phrases.state.event_loop(record.loop_id).and_then(|l| l.current_since);
            let took = since.zip(record.t).map_or(0, |(since, t)| t.saturating_sub(since));
            let name = match phrases.state.handle(handle) {
                Some(gone) if gone.task.is_some() => {
                    format!("{} of {}", h(handle), phrases.task(gone.task))
                }
                _ => phrases.runner(handle),
            };
            if took >= 1_000_000 {
                format!("{name} is done after {}.", duration(took))
            } else {
                format!("{name} is done.")
            }
        }
        Event::HandleCancel { handle, by } => {
            let who = phrases.by(by).map(|by| format!(" by {by}")).unwrap_or_default();
            format!("{} was cancelled{who}: it will be left out.", entry(handle))
        }
        Event::HandleSkip { handle } => {
            format!("{} was cancelled, so it is left out.", entry(handle))
        }
    }
}

fn h(id: HandleId) -> String {
    format!("h{}", id.0)
}
