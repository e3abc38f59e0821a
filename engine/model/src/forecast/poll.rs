//! What a loop does around its poll: how long it will sleep, and what is due behind it.

use loopscope_protocol::{ClockMode, Fd, WatchHow};

use super::{Next, Wake, Why};
use crate::state::{Loop, Order, Phase, Sleep, State};

/// Timers due within this many seconds of now are due: the resolution of the monotonic clock.
pub(super) const RESOLUTION: f64 = 1e-9;

/// The longest sleep in a poll, in seconds, of a loop by CPython's rules.
const LONGEST_POLL: f64 = 24.0 * 3600.0;

/// By so much a clock that is not ours may move on before the loop looks at it again, in seconds.
const SOON: f64 = 0.02;

/// After the poll.
pub(super) fn due(state: &State, the_loop: &Loop) -> Next {
    let sleep = the_loop.sleep;
    let left = sleep.map_or(0, |sleep| sleep.ready.saturating_sub(sleep.taken));
    if left > 0 {
        return Next::Descriptors(left);
    }
    let now = state.seconds();
    // The loop looks at the clock once more, which moves it.
    let end = now.map(|now| now + RESOLUTION + if is_virtual(state) { 1e-6 } else { 0.0 });
    let is_due = |when: f64| end.is_some_and(|end| when < end);
    let ready = the_loop.ready().len();
    // One that is ready in both directions tells of itself twice.
    let may_write = sleep
        .is_some_and(|sleep| sleep.taken > 0 && may_tell_again(state, the_loop, sleep.last_taken));
    let due = || {
        let timers = the_loop.timers().filter_map(|id| state.handle(id)?.when);
        timers.take_while(|when| is_due(*when)).count()
    };
    if may_write {
        return Next::BeginsTurn { handles: ready + due(), or_more: true };
    }
    match the_loop.first_timer() {
        Some((timer, when)) if is_due(when) => {
            let count = if the_loop.ties_known() { 1 } else { ties(state, the_loop, when) };
            if count > 1 {
                return Next::JoinsOneOf { count, when };
            }
            return Next::Joins { timer, late: now.map_or(0.0, |now| now - when) };
        }
        _ => {}
    }
    // What a thread does, or what is due by the time the loop looks, is not known.
    let is_soon = |when: f64| now.is_some_and(|now| when < now + SOON);
    let or_more = !is_virtual(state)
        && (state.has_threads() || the_loop.first_timer().is_some_and(|(_, when)| is_soon(when)));
    Next::BeginsTurn { handles: ready, or_more }
}

/// Whether a descriptor whose reader was told of may have a writer that is ready as well.
fn may_tell_again(state: &State, the_loop: &Loop, fd: Fd) -> bool {
    let watcher =
        |how| state.watchers().find(|it| it.loop_id == the_loop.id && it.fd == fd && it.how == how);
    watcher(WatchHow::Read).is_some()
        && watcher(WatchHow::Write)
            .and_then(|writer| state.handle(writer.handle))
            .is_some_and(|handle| handle.queued == 0)
}

/// How many timers are due at that time.
#[allow(clippy::float_cmp, reason = "a tie is two timers with the very same time")]
fn ties(state: &State, the_loop: &Loop, when: f64) -> usize {
    let whens = the_loop.timers().filter_map(|id| state.handle(id)?.when);
    whens.take_while(|other| *other == when).count()
}

/// Whether nothing but the loop moves the clock.
pub(super) fn is_virtual(state: &State) -> bool {
    let run = state.run();
    run.real_since.is_none()
        && matches!(run.clock, Some(ClockMode::Virtual | ClockMode::Auto) | None)
}

/// Before the poll.
pub(super) fn between(state: &State, the_loop: &Loop) -> Next {
    // A loop that was stopped before it ran still gets one turn.
    if the_loop.phase == Phase::Stopping && the_loop.turned {
        return Next::Stops;
    }
    if !the_loop.ready_known() || !the_loop.timers_known() {
        return Next::BeginsPollUnknown;
    }
    Next::BeginsPoll(if the_loop.ready().len() > 0 {
        Wake::AtOnce(Why::Ready)
    } else if the_loop.stop_requested {
        Wake::AtOnce(Why::Stop)
    } else if let Some((timer, when)) = state.next_timer(the_loop) {
        // Cancelled timers at the head were dropped before the loop decided how long to sleep.
        match state.seconds() {
            Some(now) if when <= now => Wake::AtOnce(Why::Due(timer)),
            Some(now) if when > now + LONGEST_POLL => Wake::ADay { when: now + LONGEST_POLL },
            _ => Wake::At { when, timer: Some(timer), or_outside: may_be_woken(state, the_loop) },
        }
    } else {
        without_timer(state, the_loop)
    })
}

/// Whether something outside may end a sleep before its time.
pub(super) fn may_be_woken(state: &State, the_loop: &Loop) -> bool {
    // Where the machine's time passes, a thread may be at work that nobody has told of.
    !is_virtual(state) || state.can_be_woken_from_outside(the_loop.id)
}

pub(super) fn without_timer(state: &State, the_loop: &Loop) -> Wake {
    if state.can_be_woken_from_outside(the_loop.id) {
        return Wake::Outside;
    }
    Wake::Nothing { certain: is_virtual(state) }
}

impl Next {
    /// In the poll.
    pub(super) fn polling(state: &State, the_loop: &Loop) -> Self {
        let Some(sleep) = the_loop.sleep else { return Self::Unknown };
        let strict = state.order() == Order::Batches;
        // By other rules what disturbed it may have been something else.
        if sleep.disturbed && (strict || the_loop.ready().len() > 0) {
            return Self::EndsPoll(the_loop.ready().next());
        }
        Self::Polls(match (sleep.timeout, sleep.wakes_at()) {
            (Some(timeout), _) if timeout <= 0.0 => Wake::AtOnce(Why::Begun),
            (Some(_), Some(when)) => moment(state, the_loop, &sleep, when),
            (Some(timeout), None) => moment(state, the_loop, &sleep, timeout),
            (None, _) => without_timer(state, the_loop),
        })
    }
}

fn moment(state: &State, the_loop: &Loop, sleep: &Sleep, when: f64) -> Wake {
    let first = state.first_timer(the_loop);
    let is_clipped = sleep.timeout.is_some_and(|timeout| timeout >= LONGEST_POLL)
        && first.is_some_and(|(_, due)| due > when + 1e-3);
    if is_clipped {
        return Wake::ADay { when };
    }
    let timer = first.map(|(timer, _)| timer);
    Wake::At { when, timer, or_outside: may_be_woken(state, the_loop) }
}
