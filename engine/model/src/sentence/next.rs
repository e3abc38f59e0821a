//! One sentence for what the loop does next.

use loopscope_protocol::{ExitHow, LoopId, TaskId};

use super::happened::run_name;
use super::queue;
use super::waking::{nothing_left, outside};
use crate::names::Names;
use crate::phrase::{Phrases, begun};
use crate::state::{At, Loop, Order, Phase, State, TaskState};
use crate::titles::{count, time};

/// What happens next, as far as the state tells: for the loop of the last record.
///
/// ```
/// use loopscope_model::{sentence, story::Story};
///
/// let mut story = Story::new();
/// story.start().soon(1, "display_date").turn(&[1]);
/// let state = story.history().at(7);
/// assert_eq!(sentence::next(&state, story.names()), "display_date runs next.");
/// ```
pub fn next(state: &State, names: &Names) -> String {
    begun(told(state, names))
}

fn told(state: &State, names: &Names) -> String {
    let phrases = Phrases { state, names };
    if state.exit().is_some_and(|exit| exit.how == ExitHow::Lost) {
        return "Nothing more comes: where the records came from is gone.".to_owned();
    }
    if let Some(exit) = state.exit() {
        return format!("Nothing more: the program has ended with exit code {}.", exit.code);
    }
    let Some(the_loop) = state.focus() else {
        return match state.position() {
            0 => "The program is about to start.".to_owned(),
            _ => "The program runs; it has no event loop yet.".to_owned(),
        };
    };
    match the_loop.phase {
        Phase::New | Phase::Stopped => waits_for_run(phrases, the_loop),
        Phase::Closed => match running_elsewhere(state, the_loop.id) {
            Some(other) => in_turn(phrases, other),
            None => "The program goes on without this loop, which is closed.".to_owned(),
        },
        Phase::Running | Phase::Stopping | Phase::Unknown => in_turn(phrases, the_loop),
    }
}

fn running_elsewhere(state: &State, not: LoopId) -> Option<&Loop> {
    state.loops().find(|other| other.id != not && other.phase.is_running())
}

fn waits_for_run(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    if let Some(other) = running_elsewhere(phrases.state, the_loop.id) {
        return in_turn(phrases, other);
    }
    let title = phrases.the_loop(the_loop.id);
    let waits = match the_loop.ready().len() {
        0 => return format!("The program goes on; {} does not run.", lower(&title)),
        1 => phrases.entry_of(the_loop.ready().next()),
        n => count(n, "ready handle"),
    };
    let verb = if the_loop.ready().len() == 1 { "waits" } else { "wait" };
    format!("The program goes on; {waits} {verb} until {} runs.", lower(&title))
}

fn lower(title: &str) -> String {
    title.replacen("The", "the", 1).replacen("Loop", "loop", 1)
}

fn in_turn(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    let order = phrases.state.order();
    match the_loop.at {
        At::Running => running(phrases, the_loop),
        At::Polling => sleeping(phrases, the_loop),
        // A loop without turns goes from one handle to the next.
        At::Ready if the_loop.batch().len() > 0 => batch(phrases, the_loop),
        At::Ready | At::Timers | At::Between | At::Idle if order != Order::Batches => {
            queue::head(phrases, the_loop)
        }
        At::Ready => batch(phrases, the_loop),
        At::Timers => due(phrases, the_loop),
        At::Between | At::Idle => between(phrases, the_loop),
        // A snapshot may not tell either, where nothing was lost.
        At::Unknown if phrases.state.has_lost() => {
            "Records were lost: what the loop does next will show with the next ones.".to_owned()
        }
        At::Unknown => "What the loop does next will show with the next records.".to_owned(),
    }
}

fn running(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    let Some(current) = the_loop.current else {
        return "What runs is not known.".to_owned();
    };
    let task = phrases.state.handle(current).map_or(TaskId::NONE, |handle| handle.task);
    let title = phrases.runner(current);
    let first = match phrases.state.task(task).map(|task| task.state) {
        Some(TaskState::Waiting(_) | TaskState::Queued) if has_stepped(phrases, task) => {
            format!("{title} has given up control")
        }
        Some(TaskState::Done(_)) => format!("{title} has ended"),
        _ if task.is_some() => format!("{title} runs until it waits or ends"),
        _ => format!("{title} runs to its end"),
    };
    match the_loop.batch().find(|id| !phrases.is_cancelled(*id)) {
        Some(then) => format!("{first}; then {} runs.", phrases.runner(then)),
        None if phrases.state.order() != Order::Batches => {
            format!("{first}; {}.", queue::then(phrases, the_loop))
        }
        None => format!("{first}; then the turn is over."),
    }
}

/// Whether the handle that runs has stepped its task already: then the task is suspended.
fn has_stepped(phrases: Phrases<'_>, task: TaskId) -> bool {
    let task = phrases.state.task(task);
    // Before the step the task is still queued by the handle that runs.
    task.is_some_and(|task| task.handle.is_none_or(|next| !phrases.is_running(next)))
}

fn batch(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    if !the_loop.ready_known() {
        let why = if phrases.state.has_lost() { ": records were lost" } else { "" };
        return format!("A handle that is not known runs next{why}.");
    }
    match the_loop.batch().next() {
        Some(first) if phrases.is_cancelled(first) => {
            format!("{} is left out, because it was cancelled.", phrases.entry(first))
        }
        Some(first) => format!("{} runs next.", phrases.runner(first)),
        None => "The batch is done, so the turn ends.".to_owned(),
    }
}

/// After the poll.
fn due(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    // A timer is due within the clock's resolution of now.
    let now = phrases.state.seconds();
    if let Some((timer, _)) =
        the_loop.first_timer().filter(|(_, when)| now.is_some_and(|now| *when < now + 1e-9))
    {
        return format!("{} is due and joins the ready queue.", phrases.entry(timer));
    }
    match the_loop.ready().len() {
        0 => "The turn begins with nothing to run.".to_owned(),
        n => format!("The turn begins with a batch of {}.", count(n, "handle")),
    }
}

/// In the poll.
fn sleeping(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    let Some(sleep) = the_loop.sleep else {
        return "The loop sleeps.".to_owned();
    };
    let until = outside(phrases, the_loop);
    match (sleep.timeout, sleep.wakes_at()) {
        (Some(0.0), _) => "The poll returns at once.".to_owned(),
        (None, _) if until.is_empty() => {
            nothing_left(phrases, the_loop, "the loop sleeps for ever")
        }
        (None, _) => format!("The loop sleeps until {}.", until.join(" or ")),
        (Some(timeout), wakes_at) => {
            let when =
                wakes_at.map_or(format!("for {timeout:.3} s"), |at| format!("until {}", time(at)));
            let or = if until.is_empty() {
                String::new()
            } else {
                format!(", or until {}", until.join(" or "))
            };
            match the_loop.first_timer() {
                Some((timer, _)) => {
                    format!("The loop sleeps {when}, when {} is due{or}.", phrases.entry(timer))
                }
                None => format!("The loop sleeps {when}{or}."),
            }
        }
    }
}

/// Before the poll.
fn between(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    // A loop that was stopped before it ran still gets one turn.
    if the_loop.phase == Phase::Stopping && the_loop.turned {
        let run = the_loop.run.map_or("the run", |run| run_name(run.how));
        return format!("The loop stops, because stop() was called: {run} returns.");
    }
    if !the_loop.ready_known() || !the_loop.timers_known() {
        return "The loop begins another turn.".to_owned();
    }
    let mut ready = the_loop.ready();
    if let Some(first) = ready.next() {
        return match ready.len() {
            0 => format!("A new turn: no sleep, because {} is ready.", phrases.entry(first)),
            n => format!("A new turn: no sleep, because {} are ready.", count(n + 1, "handle")),
        };
    }
    if the_loop.stop_requested {
        return "One turn without sleep, because stop() was called; then the loop stops."
            .to_owned();
    }
    // Cancelled timers at the head are dropped before the loop decides how long to sleep.
    let timer = the_loop.timers().find(|id| !phrases.is_cancelled(*id));
    if let Some((timer, when)) = timer.and_then(|id| Some((id, phrases.state.handle(id)?.when?))) {
        let entry = phrases.entry(timer);
        return match phrases.state.seconds() {
            Some(now) if when <= now => format!("A new turn: no sleep, because {entry} is due."),
            _ => format!("The loop will sleep until {}, when {entry} is due.", time(when)),
        };
    }
    let until = outside(phrases, the_loop);
    if until.is_empty() {
        return nothing_left(phrases, the_loop, "the loop would sleep for ever");
    }
    format!("The loop will sleep until {}.", until.join(" or "))
}
