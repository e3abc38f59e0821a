//! What may wake a loop in which nothing is ready.

use loopscope_protocol::{On, RunHow, WatchHow};

use crate::forecast::Wake;
use crate::phrase::Phrases;
use crate::state::{Loop, Task};
use crate::titles::{self, signal_name};

/// By less than this nobody is late, in seconds.
const LATE: f64 = 0.001;

/// `0.450 s late`: by how much something comes after its time, where that is worth a word.
pub(super) fn is_late(by: f64) -> Option<String> {
    (by >= LATE).then(|| format!("{by:.3} s late"))
}

/// What becomes of a loop that nothing known will wake; `then` follows where that is certain.
pub(super) fn nothing_left(
    phrases: Phrases<'_>,
    the_loop: &Loop,
    wake: Wake,
    then: &str,
) -> String {
    let (what, then) = match wake {
        Wake::Nothing { certain: false } => {
            ("Nothing known can wake", "unless a thread does, it sleeps for ever")
        }
        _ => ("Nothing can wake", then),
    };
    let waits = |task: &&Task| !task.state.is_done() && task.on != On::Nothing;
    let awaited = the_loop
        .run
        .filter(|run| run.how == RunHow::UntilComplete)
        .and_then(|run| phrases.state.task(run.task))
        .filter(waits);
    // Where the loop was to run until somebody stops it, it is the tasks that are left behind.
    let mut others = phrases.state.pending_tasks_of(the_loop.id).filter(waits);
    let Some(task) = awaited.or_else(|| others.next()) else {
        return format!("Nothing is left to do: {then}.");
    };
    let more = match awaited {
        Some(_) => String::new(),
        None => match others.count() {
            0 => String::new(),
            1 => ", nor 1 more task".to_owned(),
            n => format!(", nor {n} more tasks"),
        },
    };
    format!(
        "{what} {}, which waits for {}{more}: {then}.",
        phrases.task(task.id),
        phrases.on(task.on)
    )
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
