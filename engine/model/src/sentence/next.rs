//! One sentence for what the loop does next: the words of a [`Forecast`].

use loopscope_protocol::{HandleId, TaskId};

use super::happened::run_name;
use super::waking::{is_late, nothing_left, outside};
use crate::forecast::{Forecast, Next, Then, Wake, Why, forecast};
use crate::names::Names;
use crate::phrase::{Phrases, begun};
use crate::state::{Loop, State, TaskState};
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
    match forecast(state) {
        Forecast::Gone => "Nothing more comes: where the records came from is gone.".to_owned(),
        Forecast::Ended { code } => {
            format!("Nothing more: the program has ended with exit code {code}.")
        }
        Forecast::Starts => "The program is about to start.".to_owned(),
        Forecast::WithoutLoop => "The program runs; it has no event loop yet.".to_owned(),
        Forecast::GoesOn(handle) => {
            format!("{} goes on, which was interrupted.", phrases.runner(handle))
        }
        Forecast::Waits(id) => state.event_loop(id).map_or_else(unknown, |l| waits(phrases, l)),
        Forecast::Closed(_) => "The program goes on without this loop, which is closed.".to_owned(),
        Forecast::In(id, next) => {
            state.event_loop(id).map_or_else(unknown, |it| in_loop(phrases, it, next))
        }
    }
}

fn waits(phrases: Phrases<'_>, the_loop: &Loop) -> String {
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

fn unknown() -> String {
    "What the loop does next will show with the next records.".to_owned()
}

fn in_loop(phrases: Phrases<'_>, the_loop: &Loop, next: Next) -> String {
    let lost = phrases.state.has_lost();
    match next {
        Next::Finishes { handle, then } => {
            format!("{}; {}.", running(phrases, handle), follows(phrases, then))
        }
        Next::Begins(id) => format!("{} runs next.", phrases.runner(id)),
        Next::LeavesOut(id) => {
            format!("{} is left out, because it was cancelled.", phrases.entry(id))
        }
        Next::BeginsUnknown => {
            let why = if lost { ": records were lost" } else { "" };
            format!("A handle that is not known runs next{why}.")
        }
        Next::EndsTurn => "The batch is done, so the turn ends.".to_owned(),
        Next::Descriptors(left) => descriptors(the_loop, left),
        Next::Joins { timer, late } => match is_late(late) {
            Some(late) => {
                format!("{} is {late} and joins the ready queue.", phrases.entry(timer))
            }
            None => format!("{} is due and joins the ready queue.", phrases.entry(timer)),
        },
        Next::JoinsOneOf { count, when } => {
            format!("One of {count} timers that are due at {} joins the ready queue.", time(when))
        }
        Next::BeginsTurn { handles: 0, or_more: false } => {
            "The turn begins with nothing to run.".to_owned()
        }
        Next::BeginsTurn { handles, or_more } => {
            let more = if or_more { ", or more" } else { "" };
            format!("The turn begins with a batch of {}{more}.", count(handles, "handle"))
        }
        Next::EndsPoll(Some(first)) => {
            format!("{} is ready, and its turn comes when the poll is over.", phrases.entry(first))
        }
        Next::EndsPoll(None) => {
            "What that makes ready has its turn when the poll is over.".to_owned()
        }
        Next::Polls(wake) => polling(phrases, the_loop, wake),
        Next::BeginsPoll(wake) => between(phrases, the_loop, wake),
        Next::BeginsPollUnknown => "The loop begins another turn.".to_owned(),
        Next::Stops => {
            let run = the_loop.run.map_or("the run", |run| run_name(run.how));
            format!("The loop stops, because stop() was called: {run} returns.")
        }
        Next::Returns => {
            let run = the_loop.run.map_or("the run", |run| run_name(run.how));
            let task = the_loop.run.map_or(TaskId::NONE, |run| run.task);
            format!("The loop stops, because {} has ended: {run} returns.", phrases.task(task))
        }
        Next::IsFirst(id) => {
            format!("{} is first in the queue, so it runs next.", phrases.entry(id))
        }
        Next::IsOnly(id) => format!("{} is ready, so it runs next.", phrases.entry(id)),
        Next::Picks(n) => format!("{} are ready; the scheduler picks one.", count(n, "task")),
        Next::Sleeps => "Nothing is ready, so the scheduler goes to sleep.".to_owned(),
        Next::SleepsUntil(timer, when) => {
            format!("Nothing is ready; {} is due at {}.", phrases.entry(timer), time(when))
        }
        Next::Queue => {
            let why = if lost { ": records were lost" } else { " yet" };
            format!("What is first in the queue is not known{why}.")
        }
        Next::Running => "What runs is not known.".to_owned(),
        // A snapshot may not tell either, where nothing was lost.
        Next::Unknown if lost => {
            "Records were lost: what the loop does next will show with the next ones.".to_owned()
        }
        Next::Unknown => unknown(),
    }
}

/// What becomes of the handle that runs.
fn running(phrases: Phrases<'_>, handle: HandleId) -> String {
    let task = phrases.state.handle(handle).map_or(TaskId::NONE, |handle| handle.task);
    let title = phrases.runner(handle);
    match phrases.state.task(task).map(|task| task.state) {
        Some(TaskState::Waiting(_) | TaskState::Queued) if has_stepped(phrases, task) => {
            format!("{title} has given up control")
        }
        Some(TaskState::Done(_)) => format!("{title} has ended"),
        _ if task.is_some() => format!("{title} runs until it waits or ends"),
        _ => format!("{title} runs to its end"),
    }
}

/// Whether the handle that runs has stepped its task already: then the task is suspended.
fn has_stepped(phrases: Phrases<'_>, task: TaskId) -> bool {
    let task = phrases.state.task(task);
    // Before the step the task is still queued by the handle that runs.
    task.is_some_and(|task| task.handle.is_none_or(|next| !phrases.is_running(next)))
}

fn follows(phrases: Phrases<'_>, then: Then) -> String {
    match then {
        Then::Begins(id) => format!("then {} runs", phrases.runner(id)),
        Then::EndsTurn => "then the turn is over".to_owned(),
        Then::IsFirst(id) => format!("then {} is first in the queue", phrases.entry(id)),
        Then::NothingDue => "then nothing is due".to_owned(),
        Then::IsOnly(id) => format!("then {} runs", phrases.entry(id)),
        Then::Picks(n) => format!("then the scheduler picks one of {n}"),
        Then::NothingReady => "then nothing is ready".to_owned(),
        Then::Unknown => {
            let lost = phrases.state.has_lost();
            let why = if lost { ", since records were lost" } else { " yet" };
            format!("what follows is not known{why}")
        }
    }
}

/// What a poll has found.
fn descriptors(the_loop: &Loop, left: u32) -> String {
    let more = if the_loop.sleep.is_some_and(|sleep| sleep.taken > 0) { " more" } else { "" };
    let (what, verb, whose) = match left {
        1 => ("descriptor", "is", "its handle joins"),
        _ => ("descriptors", "are", "their handles join"),
    };
    format!("{left}{more} {what} {verb} ready: {whose} the ready queue.")
}

/// In the poll.
fn polling(phrases: Phrases<'_>, the_loop: &Loop, wake: Wake) -> String {
    match wake {
        Wake::AtOnce(_) => "The poll returns at once.".to_owned(),
        Wake::Nothing { .. } => nothing_left(phrases, the_loop, wake, "the loop sleeps for ever"),
        Wake::Outside => asleep(phrases, the_loop, "sleeps"),
        Wake::ADay { when } => a_day(&phrases.the_loop(the_loop.id), "sleeps", when),
        Wake::At { when, timer, or_outside } => {
            let unknown = the_loop.sleep.filter(|sleep| sleep.wakes_at().is_none());
            let span = unknown.and_then(|sleep| sleep.timeout);
            let when = span.map_or(format!("until {}", time(when)), |s| format!("for {s:.3} s"));
            sleeps_until(phrases, the_loop, "sleeps", &when, timer, or_outside)
        }
    }
}

fn sleeps_until(
    phrases: Phrases<'_>,
    the_loop: &Loop,
    verb: &str,
    when: &str,
    timer: Option<HandleId>,
    or_outside: bool,
) -> String {
    let until = outside(phrases, the_loop);
    let sleeps = verb == "sleeps";
    let or = if until.is_empty() || !sleeps {
        String::new()
    } else {
        format!(", or until {}", until.join(" or "))
    };
    // By CPython's rules a thread may wake it, whom nobody has told of. And what it is going to watch
    // may be ready by then.
    let thread = sleeps && or_outside && until.is_empty() && phrases.state.is_strict();
    let latest = if thread || !sleeps && !until.is_empty() { " at the latest" } else { "" };
    let the_loop = phrases.the_loop(the_loop.id);
    match timer {
        Some(timer) => {
            let entry = phrases.entry(timer);
            format!("{the_loop} {verb} {when}{latest}, when {entry} is due{or}.")
        }
        None => format!("{the_loop} {verb} {when}{latest}{or}."),
    }
}

fn asleep(phrases: Phrases<'_>, the_loop: &Loop, verb: &str) -> String {
    let until = outside(phrases, the_loop);
    let the_loop = phrases.the_loop(the_loop.id);
    if until.is_empty() {
        return format!("{the_loop} {verb} until something outside wakes it.");
    }
    format!("{the_loop} {verb} until {}.", until.join(" or "))
}

fn a_day(the_loop: &str, verb: &str, when: f64) -> String {
    format!("{the_loop} {verb} until {}, since no poll is longer than a day.", time(when))
}

/// Before the poll.
fn between(phrases: Phrases<'_>, the_loop: &Loop, wake: Wake) -> String {
    match wake {
        Wake::AtOnce(Why::Ready) => {
            let mut ready = the_loop.ready();
            let first = ready.next();
            match ready.len() {
                0 => {
                    format!("A new turn: no sleep, because {} is ready.", phrases.entry_of(first))
                }
                n => {
                    format!("A new turn: no sleep, because {} are ready.", count(n + 1, "handle"))
                }
            }
        }
        Wake::AtOnce(Why::Due(timer)) => {
            format!("A new turn: no sleep, because {} is due.", phrases.entry(timer))
        }
        Wake::AtOnce(Why::Stop | Why::Begun) => {
            "One turn without sleep, because stop() was called; then the loop stops.".to_owned()
        }
        Wake::At { when, timer, or_outside } => {
            let when = format!("until {}", time(when));
            sleeps_until(phrases, the_loop, "will sleep", &when, timer, or_outside)
        }
        Wake::ADay { when } => a_day(&phrases.the_loop(the_loop.id), "will sleep", when),
        Wake::Outside => asleep(phrases, the_loop, "will sleep"),
        Wake::Nothing { .. } => {
            let then = if phrases.state.is_micropython() {
                "the loop waits for ever"
            } else {
                "the loop would sleep for ever"
            };
            nothing_left(phrases, the_loop, wake, then)
        }
    }
}
