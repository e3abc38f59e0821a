//! Whether what came is what was said.

use loopscope_protocol::{Event, HandleId};

use super::poll::{RESOLUTION, is_virtual};
use super::{Forecast, Next, Then, Wake, Why};
use crate::record::Record;
use crate::state::State;

/// What became of a forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is still to come.
    Open,
    /// It was so.
    Right,
    /// It was not so.
    Wrong,
    /// Something came between that nobody can foresee: an interrupt, an exception that leaves the
    /// loop, what a thread does, what the running code cancels, the program's end.
    Overtaken,
}

/// A forecast that is compared with what comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    forecast: Forecast,
    /// What was running then has ended.
    is_done: bool,
    /// Something from outside came between.
    disturbed: bool,
    /// The turn ended where something else was to come; the next record of the loop tells why.
    ended: bool,
}

/// How far a moment may be from what was said, in seconds: by the loop's own clock, and by another.
const NEAR: [f64; 2] = [0.001, 0.1];

impl Expected {
    /// `None`: nothing was claimed that could be compared.
    pub const fn new(forecast: Forecast) -> Option<Self> {
        let claims = match forecast {
            Forecast::WithoutLoop | Forecast::GoesOn(_) => false,
            Forecast::In(_, next) => !matches!(
                next,
                Next::BeginsUnknown
                    | Next::Picks(_)
                    | Next::SleepsUntil(..)
                    | Next::Queue
                    | Next::Running
                    | Next::Unknown
                    | Next::Finishes {
                        then: Then::Unknown
                            | Then::Picks(_)
                            | Then::NothingReady
                            | Then::NothingDue,
                        ..
                    }
            ),
            Forecast::Gone
            | Forecast::Ended { .. }
            | Forecast::Starts
            | Forecast::Waits(_)
            | Forecast::Closed(_) => true,
        };
        if claims {
            Some(Self { forecast, is_done: false, disturbed: false, ended: false })
        } else {
            None
        }
    }

    /// What was forecast.
    pub const fn forecast(&self) -> Forecast {
        self.forecast
    }

    /// Compares it with the next record; `before` is the state that the record changes.
    pub fn see(&mut self, before: &State, record: &Record) -> Outcome {
        if matches!(record.event, Event::Gap { .. } | Event::SnapshotBegin {}) {
            return Outcome::Overtaken;
        }
        let is_exit = matches!(record.event, Event::ProgramExit { .. });
        match self.forecast {
            // What is said about it may come later.
            Forecast::Gone | Forecast::Ended { .. } => match record.event {
                Event::HandleRun { .. } | Event::TaskStep { .. } | Event::PollBegin { .. } => {
                    Outcome::Wrong
                }
                _ => Outcome::Open,
            },
            Forecast::Starts => right_if(matches!(record.event, Event::RunStart { .. })),
            Forecast::Waits(on) if record.loop_id == on => match record.event {
                Event::LoopRun { .. } | Event::LoopClose { .. } => Outcome::Right,
                Event::HandleRun { .. } | Event::PollBegin { .. } => Outcome::Wrong,
                _ => Outcome::Open,
            },
            Forecast::Closed(on) if record.loop_id == on => match record.event {
                Event::LoopRun { .. } | Event::HandleRun { .. } => Outcome::Wrong,
                _ => Outcome::Open,
            },
            Forecast::In(on, next) if is_exit => match next {
                Next::Polls(Wake::Nothing { .. }) | Next::BeginsPoll(Wake::Nothing { .. }) => {
                    Outcome::Right
                }
                _ if before.event_loop(on).is_some() => Outcome::Overtaken,
                _ => Outcome::Open,
            },
            Forecast::In(on, next) if record.loop_id == on => self.see_in(next, before, record),
            Forecast::WithoutLoop
            | Forecast::GoesOn(_)
            | Forecast::Waits(_)
            | Forecast::Closed(_)
            | Forecast::In(..) => Outcome::Open,
        }
    }

    fn see_in(&mut self, next: Next, before: &State, record: &Record) -> Outcome {
        if matches!(record.event, Event::LoopClose { .. }) {
            return Outcome::Overtaken;
        }
        if self.ended {
            // An exception has left the batch, or the turn ended before its time.
            return match record.event {
                Event::LoopStopped { .. } => Outcome::Overtaken,
                _ => Outcome::Wrong,
            };
        }
        self.disturbed |= matches!(
            record.event,
            Event::HandleNew { .. }
                | Event::TimerNew { .. }
                | Event::TaskCancel { .. }
                | Event::HandleCancel { .. }
                | Event::TimerCancel { .. }
        );
        match next {
            Next::Finishes { handle, then } => self.see_end(handle, then, before, record),
            Next::Begins(id) | Next::IsFirst(id) | Next::IsOnly(id) => {
                self.see_run(id, before, record)
            }
            Next::LeavesOut(id) => match record.event {
                Event::HandleSkip { handle } => right_if(handle == id),
                Event::HandleRun { .. } => Outcome::Wrong,
                Event::TurnEnd { .. } => self.end(),
                _ => Outcome::Open,
            },
            Next::EndsTurn => match record.event {
                Event::TurnEnd { .. } => Outcome::Right,
                Event::HandleRun { .. } | Event::PollBegin { .. } => Outcome::Wrong,
                Event::LoopStopped { .. } => Outcome::Overtaken,
                _ => Outcome::Open,
            },
            Next::Descriptors(_) => match record.event {
                Event::WatcherReady { .. } => Outcome::Right,
                _ => self.after_poll(record),
            },
            Next::Joins { timer, .. } => match record.event {
                Event::TimerDue { handle, .. } => right_if(handle == timer),
                _ => self.after_poll(record),
            },
            #[allow(clippy::float_cmp, reason = "it is the very same time")]
            Next::JoinsOneOf { when, .. } => match record.event {
                Event::TimerDue { when: due, .. } => right_if(due == when),
                _ => self.after_poll(record),
            },
            Next::BeginsTurn { handles, or_more } => match record.event {
                Event::TurnBegin { ready, .. } => {
                    let ready = ready as usize;
                    self.unless_disturbed(ready == handles || (or_more && ready > handles))
                }
                Event::TimerDue { .. } | Event::WatcherReady { .. } if or_more => Outcome::Open,
                Event::TimerDue { .. } | Event::WatcherReady { .. } => Outcome::Wrong,
                _ => self.after_poll(record),
            },
            Next::EndsPoll(_) => match record.event {
                Event::PollEnd { .. } => Outcome::Right,
                Event::HandleRun { .. } => Outcome::Wrong,
                Event::LoopStopped { .. } => Outcome::Overtaken,
                _ => Outcome::Open,
            },
            Next::Polls(wake) => match record.event {
                Event::PollEnd { ready } => self.woke(wake, ready, before, record),
                Event::HandleRun { .. } | Event::PollBegin { .. } => Outcome::Wrong,
                Event::LoopStopped { .. } => Outcome::Overtaken,
                _ => Outcome::Open,
            },
            Next::BeginsPoll(wake) => match record.event {
                Event::PollBegin { timeout } => self.polls(wake, timeout, before, record),
                // MicroPython's loop may go without a poll.
                Event::HandleRun { .. } | Event::TurnBegin { .. } => self.unless_disturbed(false),
                // An exception that leaves the loop is told by nothing else.
                Event::LoopStopped { .. } => Outcome::Overtaken,
                _ => Outcome::Open,
            },
            Next::BeginsPollUnknown | Next::Sleeps => match record.event {
                Event::PollBegin { .. } => Outcome::Right,
                Event::HandleRun { .. } => self.unless_disturbed(false),
                Event::LoopStopped { .. } => Outcome::Overtaken,
                _ => Outcome::Open,
            },
            Next::Stops | Next::Returns => match record.event {
                Event::LoopStopped { .. } => Outcome::Right,
                Event::PollBegin { .. } | Event::HandleRun { .. } => Outcome::Wrong,
                _ => Outcome::Open,
            },
            Next::BeginsUnknown
            | Next::Picks(_)
            | Next::SleepsUntil(..)
            | Next::Queue
            | Next::Running
            | Next::Unknown => Outcome::Right,
        }
    }

    /// The turn ends, and nothing of the kind was said.
    const fn end(&mut self) -> Outcome {
        self.ended = true;
        Outcome::Open
    }

    const fn unless_disturbed(&self, right: bool) -> Outcome {
        match (right, self.disturbed) {
            (true, _) => Outcome::Right,
            (false, true) => Outcome::Overtaken,
            (false, false) => Outcome::Wrong,
        }
    }

    /// What else may come between a poll and its turn.
    fn after_poll(&self, record: &Record) -> Outcome {
        match record.event {
            Event::TurnBegin { .. }
            | Event::TimerDue { .. }
            | Event::WatcherReady { .. }
            | Event::HandleRun { .. }
            | Event::PollBegin { .. } => self.unless_disturbed(false),
            Event::LoopStopped { .. } => Outcome::Overtaken,
            _ => Outcome::Open,
        }
    }

    /// What runs comes to its end, and something follows.
    fn see_end(
        &mut self,
        running: HandleId,
        then: Then,
        before: &State,
        record: &Record,
    ) -> Outcome {
        if !self.is_done {
            self.is_done =
                matches!(record.event, Event::HandleDone { handle, .. } if handle == running);
            // Runs within this one are its own affair, as long as it comes to an end.
            return Outcome::Open;
        }
        match then {
            Then::Begins(id) | Then::IsFirst(id) | Then::IsOnly(id) => {
                self.see_run(id, before, record)
            }
            Then::EndsTurn => match record.event {
                Event::TurnEnd { .. } => Outcome::Right,
                Event::HandleRun { .. } | Event::PollBegin { .. } => Outcome::Wrong,
                Event::LoopStopped { .. } => Outcome::Overtaken,
                _ => Outcome::Open,
            },
            Then::NothingDue | Then::Picks(_) | Then::NothingReady | Then::Unknown => {
                Outcome::Right
            }
        }
    }

    /// This handle is the next to run.
    fn see_run(&mut self, id: HandleId, before: &State, record: &Record) -> Outcome {
        let is_batch = before.order() == crate::state::Order::Batches;
        match record.event {
            Event::HandleRun { handle, .. } if handle == id => Outcome::Right,
            Event::HandleRun { .. } => {
                // What was moved or cancelled since runs at another time.
                let is_there = before.handle(id).is_some_and(|it| it.queued > 0 && !it.cancelled);
                let is_there = is_there || before.handle(id).is_some_and(|it| it.when.is_some());
                if is_there && (is_batch || !self.disturbed) {
                    Outcome::Wrong
                } else {
                    Outcome::Overtaken
                }
            }
            Event::HandleSkip { handle } if handle == id => {
                if super::is_cancelled(before, id) {
                    Outcome::Overtaken
                } else {
                    Outcome::Wrong
                }
            }
            Event::TurnEnd { .. } if is_batch => self.end(),
            Event::LoopStopped { .. } => Outcome::Overtaken,
            _ => Outcome::Open,
        }
    }

    /// A poll has ended.
    fn woke(&self, wake: Wake, ready: u32, before: &State, record: &Record) -> Outcome {
        let near = NEAR[usize::from(!is_virtual(before))];
        let now = record.seconds();
        let came = ready > 0 || self.disturbed;
        match wake {
            Wake::AtOnce(_) => {
                let passed = now.zip(before.seconds()).map_or(0.0, |(now, then)| now - then);
                right_if(passed <= near)
            }
            Wake::At { when, .. } | Wake::ADay { when }
                if now.is_none_or(|now| now >= when - near) =>
            {
                Outcome::Right
            }
            Wake::At { or_outside: true, .. } | Wake::Outside => {
                if came {
                    Outcome::Right
                } else {
                    Outcome::Wrong
                }
            }
            Wake::At { .. } | Wake::ADay { .. } | Wake::Nothing { .. } => {
                // A thread of which nothing was known.
                let unforeseen = came && !is_virtual(before);
                self.unless_disturbed(
                    unforeseen && matches!(wake, Wake::Nothing { certain: false }),
                )
            }
        }
    }

    /// A poll begins.
    fn polls(&self, wake: Wake, timeout: Option<f64>, before: &State, record: &Record) -> Outcome {
        let near = NEAR[usize::from(!is_virtual(before))];
        let right = match (wake, timeout) {
            // What is left of a sum may be less than any clock tells.
            (Wake::AtOnce(_), Some(timeout)) => timeout < RESOLUTION,
            (Wake::At { when, .. } | Wake::ADay { when }, Some(timeout)) => {
                record.seconds().is_none_or(|now| (now + timeout - when).abs() <= near)
            }
            (Wake::Outside | Wake::Nothing { .. }, timeout) => timeout.is_none(),
            (_, None) => false,
        };
        // What a thread makes ready now was not there when the loop decided how long to sleep.
        if !right && before.has_threads() && wake == Wake::AtOnce(Why::Ready) {
            return Outcome::Overtaken;
        }
        self.unless_disturbed(right)
    }
}

const fn right_if(is_right: bool) -> Outcome {
    if is_right { Outcome::Right } else { Outcome::Wrong }
}
