//! What comes next, as far as a state tells.
//!
//! It is a value: [`sentence::next`](crate::sentence::next) makes the words of it, and [`Expected`]
//! compares it with the records that really come.

mod check;
mod poll;
mod queue;
#[cfg(test)]
mod tests;

use loopscope_protocol::{ExitHow, HandleId, LoopId};

pub use check::{Expected, Outcome};

use crate::state::{At, Loop, Order, Phase, State};

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forecast {
    /// Nothing: where the records came from is gone.
    Gone,
    /// Nothing: the program has ended.
    Ended {
        /// The exit code.
        code: i32,
    },
    /// The program starts.
    Starts,
    /// The program goes on. It has no loop.
    WithoutLoop,
    /// What another loop interrupted goes on.
    GoesOn(HandleId),
    /// The program goes on without this loop; what is ready there waits until the loop runs.
    Waits(LoopId),
    /// The program goes on without this loop, which is closed.
    Closed(LoopId),
    /// A loop does something.
    In(LoopId, Next),
}

/// What a loop does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// What runs goes on, and then something follows.
    Finishes {
        /// The handle that runs.
        handle: HandleId,
        /// What follows.
        then: Then,
    },
    /// This handle runs.
    Begins(HandleId),
    /// This handle is left out, because it was cancelled.
    LeavesOut(HandleId),
    /// A handle runs that is not known.
    BeginsUnknown,
    /// The batch is done.
    EndsTurn,
    /// That many descriptors are ready and put their handles into the queue.
    Descriptors(u32),
    /// This timer is due and joins the ready queue.
    Joins {
        /// Which.
        timer: HandleId,
        /// By how much it is late, in seconds.
        late: f64,
    },
    /// One of several timers that are due at the same time does so.
    JoinsOneOf {
        /// How many there are.
        count: usize,
        /// When they were due, in seconds of loop time.
        when: f64,
    },
    /// The turn begins.
    BeginsTurn {
        /// With that many handles.
        handles: usize,
        /// Or with more of them.
        or_more: bool,
    },
    /// The poll ends, since something has acted on the loop meanwhile.
    EndsPoll(Option<HandleId>),
    /// The poll ends.
    Polls(Wake),
    /// The loop polls.
    BeginsPoll(Wake),
    /// The loop polls; whether it sleeps is not known.
    BeginsPollUnknown,
    /// The loop stops, because that was asked for.
    Stops,
    /// The loop stops, because the task has ended that it ran for: MicroPython's ends its run with
    /// that step.
    Returns,
    /// This task is first in MicroPython's queue, so it runs.
    IsFirst(HandleId),
    /// Only this one is ready under a scheduler of its own, so it runs.
    IsOnly(HandleId),
    /// A scheduler picks one of that many.
    Picks(usize),
    /// Nothing is ready, so a scheduler sleeps.
    Sleeps,
    /// Nothing is ready, and this timer is due at some time.
    SleepsUntil(HandleId, f64),
    /// What is first in the queue is not known.
    Queue,
    /// What runs is not known.
    Running,
    /// Not known.
    Unknown,
}

/// What follows what runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Then {
    /// This handle runs.
    Begins(HandleId),
    /// The turn is over.
    EndsTurn,
    /// This one is first in MicroPython's queue.
    IsFirst(HandleId),
    /// Nothing is due in MicroPython's queue.
    NothingDue,
    /// Only this one is ready.
    IsOnly(HandleId),
    /// A scheduler picks one of that many.
    Picks(usize),
    /// Nothing is ready.
    NothingReady,
    /// Not known.
    Unknown,
}

/// What a poll waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wake {
    /// It only looks.
    AtOnce(Why),
    /// A moment.
    At {
        /// Which, in seconds of loop time.
        when: f64,
        /// The timer that is due then.
        timer: Option<HandleId>,
        /// Something outside may end it before.
        or_outside: bool,
    },
    /// The longest time that a poll may take is over; what it sleeps for comes later.
    ADay {
        /// When that is, in seconds of loop time.
        when: f64,
    },
    /// Something outside.
    Outside,
    /// Nothing that is known.
    Nothing {
        /// It is certain that there is nothing.
        certain: bool,
    },
}

/// Why a poll does not sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was begun so.
    Begun,
    /// Handles are ready.
    Ready,
    /// `stop()` was called.
    Stop,
    /// This timer is due.
    Due(HandleId),
}

/// What comes next for the loop of the last record.
///
/// ```
/// use loopscope_model::forecast::{self, Forecast, Next};
/// use loopscope_model::story::Story;
/// use loopscope_protocol::{HandleId, LoopId};
///
/// let mut story = Story::new();
/// story.start().soon(1, "display_date").turn(&[1]);
/// let state = story.history().at(7);
/// let expected = Forecast::In(LoopId(1), Next::Begins(HandleId(1)));
/// assert_eq!(forecast::forecast(&state), expected);
/// ```
pub fn forecast(state: &State) -> Forecast {
    if let Some(exit) = state.exit() {
        return match exit.how {
            ExitHow::Lost => Forecast::Gone,
            _ => Forecast::Ended { code: exit.code },
        };
    }
    let Some(the_loop) = state.focus() else {
        return if state.position() == 0 { Forecast::Starts } else { Forecast::WithoutLoop };
    };
    if the_loop.current.is_none()
        && the_loop.ready().len() == 0
        && let Some(handle) = state.interrupted(the_loop.id)
    {
        return Forecast::GoesOn(handle);
    }
    match the_loop.phase {
        Phase::Running | Phase::Stopping | Phase::Unknown => in_turn(state, the_loop),
        Phase::New | Phase::Stopped | Phase::Closed => {
            let mut others = state.loops();
            match others.find(|it| it.id != the_loop.id && it.phase.is_running()) {
                Some(other) => in_turn(state, other),
                None if the_loop.phase == Phase::Closed => Forecast::Closed(the_loop.id),
                None => Forecast::Waits(the_loop.id),
            }
        }
    }
}

fn in_turn(state: &State, the_loop: &Loop) -> Forecast {
    let order = state.order();
    let next = match the_loop.at {
        At::Running => running(state, the_loop),
        At::Polling => Next::polling(state, the_loop),
        // A loop without turns goes from one handle to the next.
        At::Ready if the_loop.batch().len() > 0 => batch(state, the_loop),
        At::Ready | At::Timers | At::Between | At::Idle if order != Order::Batches => {
            queue::head(state, the_loop)
        }
        At::Ready => batch(state, the_loop),
        At::Timers => poll::due(state, the_loop),
        At::Between | At::Idle => poll::between(state, the_loop),
        At::Unknown => Next::Unknown,
    };
    Forecast::In(the_loop.id, next)
}

pub(super) fn is_cancelled(state: &State, id: HandleId) -> bool {
    state.handle(id).is_some_and(|handle| handle.cancelled)
}

fn running(state: &State, the_loop: &Loop) -> Next {
    let Some(handle) = the_loop.current else { return Next::Running };
    let then = match the_loop.batch().find(|id| !is_cancelled(state, *id)) {
        Some(next) => Then::Begins(next),
        None if state.order() != Order::Batches => queue::then(state, the_loop),
        None => Then::EndsTurn,
    };
    Next::Finishes { handle, then }
}

fn batch(state: &State, the_loop: &Loop) -> Next {
    if !the_loop.ready_known() {
        return Next::BeginsUnknown;
    }
    match the_loop.batch().next() {
        Some(first) if is_cancelled(state, first) => Next::LeavesOut(first),
        Some(first) => Next::Begins(first),
        None => Next::EndsTurn,
    }
}

impl State {
    /// The handle of another loop above which this loop stands: where a scheduler has loops at
    /// several priorities, one interrupts the other.
    pub(crate) fn interrupted(&self, above: LoopId) -> Option<HandleId> {
        if self.order() != Order::Own {
            return None;
        }
        let others = self.loops().filter(|other| other.id != above);
        // Where several were interrupted, the last of them.
        let others = others.filter(|other| other.current.is_some());
        others.min_by_key(|other| other.interrupted.is_some())?.current
    }

    /// The first timer with its due time, cancelled or not. In MicroPython's queue the one that was
    /// pushed first comes first among equals.
    #[allow(clippy::float_cmp, reason = "a tie is two timers with the very same time")]
    pub fn first_timer(&self, the_loop: &Loop) -> Option<(HandleId, f64)> {
        let (first, when) = the_loop.first_timer()?;
        if !self.is_micropython() {
            return Some((first, when));
        }
        let timers = the_loop.timers().map_while(|id| self.handle(id));
        let ties = timers.take_while(|timer| timer.when == Some(when));
        let first = ties.min_by_key(|timer| timer.place_in_queue()).map_or(first, |timer| timer.id);
        Some((first, when))
    }

    /// The timer that will be due first, of those that are not cancelled.
    pub fn next_timer(&self, the_loop: &Loop) -> Option<(HandleId, f64)> {
        let first = the_loop.first_timer()?;
        if !is_cancelled(self, first.0) {
            return Some(first);
        }
        let mut seen = 1;
        while seen < the_loop.timers().len() {
            // Cancelled timers are few, or gone at once.
            let more = the_loop.timers_in_order(seen, 2 * seen + 16);
            let live = more.iter().find(|id| !is_cancelled(self, **id));
            if let Some(timer) = live.and_then(|id| Some((*id, self.handle(*id)?.when?))) {
                return Some(timer);
            }
            seen += more.len().max(1);
        }
        None
    }
}
