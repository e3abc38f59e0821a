//! What may wake a loop in which nothing is ready.

use loopscope_protocol::{On, RunHow, WatchHow};

use crate::phrase::Phrases;
use crate::state::Loop;
use crate::titles::{self, signal_name};

/// What becomes of a loop that no timer will wake; `then` follows where nothing else does either.
pub(super) fn nothing_left(phrases: Phrases<'_>, the_loop: &Loop, then: &str) -> String {
    if phrases.state.can_be_woken_from_outside(the_loop.id) {
        return "The loop sleeps until something outside wakes it.".to_owned();
    }
    let waits = the_loop
        .run
        .filter(|run| run.how == RunHow::UntilComplete)
        .and_then(|run| phrases.state.task(run.task))
        .filter(|task| !task.state.is_done() && task.on != On::Nothing);
    match waits {
        Some(task) => format!(
            "Nothing can wake {}, which waits for {}: {then}.",
            phrases.task(task.id),
            phrases.on(task.on)
        ),
        None => format!("Nothing is left to do: {then}."),
    }
}

/// What outside the loop may wake it, in words.
pub(super) fn outside(phrases: Phrases<'_>, the_loop: &Loop) -> Vec<String> {
    let state = phrases.state;
    let mut until: Vec<String> = state
        .watchers()
        .filter(|watcher| watcher.loop_id == the_loop.id)
        .map(|watcher| match watcher.how {
            WatchHow::Read => {
                format!("{} has something to read", phrases.fd(watcher.fd))
            }
            WatchHow::Write => format!("{} has room to write", phrases.fd(watcher.fd)),
        })
        .collect();
    until.extend(
        state
            .signals()
            .filter(|handler| handler.loop_id == the_loop.id)
            .map(|handler| format!("{} arrives", signal_name(handler.signal))),
    );
    until.extend(
        state
            .jobs()
            .filter(|job| job.loop_id == the_loop.id)
            .map(|job| format!("{} (job {}) ends", phrases.names.name(job.name), job.id.0)),
    );
    until.extend(
        state
            .processes()
            .map(|process| format!("child {} ends", titles::process(process.id, state))),
    );
    // A sentence that names them all is no sentence any more.
    if until.len() > 3 {
        until.truncate(2);
        until.push("something else happens outside".to_owned());
    }
    until
}
