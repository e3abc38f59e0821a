//! What comes next where there is no batch: in MicroPython's one queue, and under a scheduler of
//! whose order only it knows.

use super::poll::{may_be_woken, without_timer};
use super::{Next, Then, Wake};
use crate::state::{Handle, Loop, Order, State};

/// What the loop does when nothing runs.
pub(super) fn head(state: &State, the_loop: &Loop) -> Next {
    if state.order() == Order::OneQueue && is_over(state, the_loop) {
        return Next::Returns;
    }
    if !the_loop.ready_known() || !the_loop.timers_known() {
        return Next::Queue;
    }
    if state.order() == Order::Own {
        return match (the_loop.ready().len(), the_loop.first_timer()) {
            (0, None) => Next::Sleeps,
            (0, Some((timer, when))) => Next::SleepsUntil(timer, when),
            (1, _) => the_loop.ready().next().map_or(Next::Unknown, Next::IsOnly),
            (n, _) => Next::Picks(n),
        };
    }
    // MicroPython's loop waits for the head of its queue.
    let place = |id| state.handle(id).map(Handle::place_in_queue);
    let heads = [the_loop.ready().next(), state.first_timer(the_loop).map(|(timer, _)| timer)];
    let Some(head) = heads.into_iter().flatten().min_by_key(|id| place(*id)) else {
        return Next::BeginsPoll(without_timer(state, the_loop));
    };
    let when = state.handle(head).and_then(|handle| handle.when);
    match when.filter(|when| state.seconds().is_none_or(|now| *when > now)) {
        Some(when) => {
            let or_outside = may_be_woken(state, the_loop);
            Next::BeginsPoll(Wake::At { when, timer: Some(head), or_outside })
        }
        None => Next::IsFirst(head),
    }
}

/// Whether the task has ended that the loop runs for, with one of this run's steps.
fn is_over(state: &State, the_loop: &Loop) -> bool {
    let run = the_loop.run.filter(|run| run.task.is_some() && !run.ended_before);
    let task = run.map(|run| run.task);
    let task = task.and_then(|task| state.task(task));
    task.is_some_and(|task| task.state.is_done())
}

/// What follows the handle that runs.
pub(super) fn then(state: &State, the_loop: &Loop) -> Then {
    if !the_loop.ready_known() {
        return Then::Unknown;
    }
    match (state.order(), the_loop.ready().len()) {
        (Order::Own, 0) => Then::NothingReady,
        (Order::Own, 1) => the_loop.ready().next().map_or(Then::Unknown, Then::IsOnly),
        (Order::Own, n) => Then::Picks(n),
        _ => state.one_queue(the_loop)[0].first().map_or(Then::NothingDue, |id| Then::IsFirst(*id)),
    }
}
