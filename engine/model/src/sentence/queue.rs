//! What comes next where there is no batch: in MicroPython's one queue, and under a scheduler of
//! whose order only it knows.

use super::waking::{nothing_left, outside};
use crate::phrase::Phrases;
use crate::state::{Handle, Loop, Order};
use crate::titles::{count, time};

/// What the loop does when nothing runs.
pub(super) fn head(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    if !the_loop.ready_known() || !the_loop.timers_known() {
        let why = if phrases.state.has_lost() { ": records were lost" } else { " yet" };
        return format!("What is first in the queue is not known{why}.");
    }
    if phrases.state.order() == Order::Own {
        return match the_loop.ready().len() {
            0 if the_loop.first_timer().is_none() => {
                "Nothing is ready, so the scheduler goes to sleep.".to_owned()
            }
            0 => first_timer(phrases, the_loop),
            1 => {
                format!("{} is ready, so it runs next.", phrases.entry_of(the_loop.ready().next()))
            }
            n => format!("{} are ready; the scheduler picks one.", count(n, "task")),
        };
    }
    // MicroPython's loop waits for the head of its queue.
    let place = |id| phrases.state.handle(id).map(Handle::place_in_queue);
    let heads = [the_loop.ready().next(), the_loop.first_timer().map(|(timer, _)| timer)];
    let Some(head) = heads.into_iter().flatten().min_by_key(|id| place(*id)) else {
        return without_timer(phrases, the_loop);
    };
    let entry = phrases.entry(head);
    let when = phrases.state.handle(head).and_then(|handle| handle.when);
    match when.filter(|when| phrases.state.seconds().is_none_or(|now| *when > now)) {
        Some(when) => format!("The loop will sleep until {}, when {entry} is due.", time(when)),
        None => format!("{entry} is first in the queue, so it runs next."),
    }
}

/// What follows the handle that runs, after "then".
pub(super) fn then(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    if !the_loop.ready_known() {
        let why = if phrases.state.has_lost() { ", since records were lost" } else { " yet" };
        return format!("what follows is not known{why}");
    }
    match (phrases.state.order(), the_loop.ready().len()) {
        (Order::Own, 0) => "then nothing is ready".to_owned(),
        (Order::Own, 1) => {
            format!("then {} runs", phrases.entry_of(the_loop.ready().next()))
        }
        (Order::Own, n) => format!("then the scheduler picks one of {n}"),
        _ => match phrases.state.one_queue(the_loop)[0].first() {
            Some(first) => format!("then {} is first in the queue", phrases.entry(*first)),
            None => "then nothing is due".to_owned(),
        },
    }
}

fn first_timer(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    match the_loop.first_timer() {
        Some((timer, when)) => {
            format!("Nothing is ready; {} is due at {}.", phrases.entry(timer), time(when))
        }
        None => without_timer(phrases, the_loop),
    }
}

fn without_timer(phrases: Phrases<'_>, the_loop: &Loop) -> String {
    let until = outside(phrases, the_loop);
    if until.is_empty() {
        return nothing_left(phrases, the_loop, "the loop waits for ever");
    }
    format!("The loop will sleep until {}.", until.join(" or "))
}
