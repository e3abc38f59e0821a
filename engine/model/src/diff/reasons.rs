//! Why two dialects part where they do, as far as the records tell.

use loopscope_protocol::{Dialect, Event, LintRule, RunHow, TaskHow, TaskId};

use super::SideCursor;
use crate::state::State;

/// Who schedules.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Cpython,
    Micropython,
}

/// Who scheduled, if a run says so.
pub(super) fn family(state: &State) -> Option<Family> {
    if state.is_strict() {
        Some(Family::Cpython)
    } else {
        state.is_micropython().then_some(Family::Micropython)
    }
}

/// The rule behind the difference at which both sides stand; `None` where there is one dialect, or
/// the records do not tell.
pub(super) fn reason(a: &SideCursor<'_>, b: &SideCursor<'_>) -> Option<&'static str> {
    let (one, two) = (family(a.state())?, family(b.state())?);
    if one == two {
        return of_the_documentation(a, b);
    }
    let (cpython, micropython) = if one == Family::Cpython { (a, b) } else { (b, a) };
    let there = cpython.record().map(|record| record.event);
    let here = micropython.record().map(|record| record.event);
    match (there, here) {
        (_, Some(Event::HandlerCall { .. })) => Some(
            "MicroPython calls the handler one scheduling round after the task failed; CPython \
             calls it when the task is collected, and not at all while something refers to it.",
        ),
        (Some(Event::HandlerCall { .. }), _) => Some(
            "CPython calls the handler when nothing refers to the failed task any more; \
             MicroPython one scheduling round after the failure.",
        ),
        (Some(Event::TaskDone { how: TaskHow::Cancelled, .. }), _) => Some(
            "The two cancel by different rules: CPython throws at the task's next step and counts \
             the requests; MicroPython queues the task at once, in the order of the calls.",
        ),
        (Some(Event::TaskStep { task: one }), Some(Event::TaskStep { task: two })) => {
            let cancelled = |walk: &SideCursor<'_>, task| {
                walk.state().task(task).is_some_and(|task| task.cancel_requested)
            };
            Some(if cancelled(cpython, one) || cancelled(micropython, two) {
                "One of them was cancelled: CPython lets it run at its place in the next batch, \
                 MicroPython puts it into the queue at the present millisecond."
            } else {
                "CPython runs ready handles first in, first out, and lets due timers join behind \
                 them, tied ones in the order of its heap; MicroPython has one queue of tasks, \
                 ordered by the millisecond and then by who came first."
            })
        }
        _ => None,
    }
}

/// The rule by which MicroPython's documentation and its firmware part: what is done as documented
/// says so itself.
fn of_the_documentation(a: &SideCursor<'_>, b: &SideCursor<'_>) -> Option<&'static str> {
    let documented = match [a, b].map(|side| side.state().run().dialect) {
        [Some(Dialect::Micropython), Some(Dialect::MicropythonFirmware)] => a,
        [Some(Dialect::MicropythonFirmware), Some(Dialect::Micropython)] => b,
        _ => return None,
    };
    match documented.record().map(|record| record.event) {
        // A side that tells no diagnoses keeps them out of the comparison: then it is the run without a
        // main task in which leftovers end.
        Some(
            Event::Lint { rule: LintRule::BoardDiffers, .. }
            | Event::LoopRun { how: RunHow::UntilComplete, task: TaskId::NONE },
        ) => Some(
            "MicroPython's documentation says that run() cancels the tasks that are left when its \
             main task ends; its firmware leaves them in the queue, and they go on in the next run.",
        ),
        Some(Event::Lint { rule: LintRule::NestedRun, .. }) => Some(
            "MicroPython's documentation does not allow a run inside a run, so it is refused; its \
             firmware runs it, with all the other tasks, and has no current task afterwards.",
        ),
        _ => None,
    }
}
