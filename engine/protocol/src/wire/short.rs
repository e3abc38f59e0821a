//! Short forms: how a board writes its most frequent events.
//!
//! A board has about six bytes for an event, so it leaves out what follows from the rest. A short
//! form is another way to write an ordinary event; whoever reads it gets that event, with the
//! absent fields empty.
//!
//! ```text
//! short   code  seq  time  [loop]  numbers...  check
//!         u8    u8   var   var     var         u8
//! ```
//!
//! The numbers are LEB128. `n` is the number of a handle and of a task in one: the handle is `n`,
//! and the task that it steps is `n / 2` rounded up. So handles 1 and 2 step task 1, handles 3 and
//! 4 step task 2: a scheduler that gives each of its tasks such a pair needs no other numbers,
//! since a task that queues itself again does so while its other handle still runs. `ms` is a point
//! in time, in whole milliseconds; the event has it in seconds. `by` is as in the long form, and
//! *the other* is the other handle of the pair that `n` belongs to.
//!
//! | code | event | numbers | what they leave out |
//! |---|---|---|---|
//! | 0x66 | `poll-begin` | 0: no limit; else the timeout in ms, plus 1 | |
//! | 0x67 | `timer-due` | n, ms | |
//! | 0x68 | `timer-new` | n, ms, by | task of n; no name, place, future |
//! | 0x69 | `timer-new` | n, ms | the same, by the other |
//! | 0x6A | `timer-cancel` | n, ms, by | |
//! | 0x6B | `timer-drop` | n, ms | |
//! | 0x6C | `handle-run` | n | task of n |
//! | 0x6D | `handle-done` | n | task of n |
//! | 0x6E | `handle-new` | n, by | how `step`, task of n; no name, place, future |
//! | 0x6F | `handle-new` | n | the same, by the other |
//! | 0x70 | `handle-new` | n, by | how `wakeup`, otherwise the same |
//! | 0x71 | `handle-new` | n, by | how `done-callback`, otherwise the same |
//! | 0x72 | `task-suspend` | task | on nothing; no place, no chain |
//! | 0x73 | `task-suspend` | n | task of n, on its timer n |
//! | 0x74 | `task-suspend` | task, kind of `on` as in the long form, its number | no place, no chain |
//!
//! `handle-new` and `timer-new` without a name have the name of their task.

use super::coded::{Coded, Malformed, Reader};
use crate::{
    By, ChainId, Event, FutureId, HandleHow, HandleId, NameId, ObjectId, On, Place, TaskId,
};

/// `poll-begin`.
pub const POLL_BEGIN: u8 = 0x66;
/// `timer-due`.
pub const TIMER_DUE: u8 = 0x67;
/// `timer-new` with the one who made it.
pub const TIMER_NEW: u8 = 0x68;
/// `timer-new` by the other handle of the pair.
pub const TIMER_NEW_OWN: u8 = 0x69;
/// `timer-cancel`.
pub const TIMER_CANCEL: u8 = 0x6a;
/// `timer-drop`.
pub const TIMER_DROP: u8 = 0x6b;
/// `handle-run`.
pub const HANDLE_RUN: u8 = 0x6c;
/// `handle-done`.
pub const HANDLE_DONE: u8 = 0x6d;
/// `handle-new`, how `step`, with the one who made it.
pub const STEP: u8 = 0x6e;
/// `handle-new`, how `step`, by the other handle of the pair.
pub const STEP_OWN: u8 = 0x6f;
/// `handle-new`, how `wakeup`.
pub const WAKEUP: u8 = 0x70;
/// `handle-new`, how `done-callback`.
pub const DONE_CALLBACK: u8 = 0x71;
/// `task-suspend` on nothing.
pub const SUSPEND: u8 = 0x72;
/// `task-suspend` on the task's own timer.
pub const SUSPEND_TIMER: u8 = 0x73;
/// `task-suspend` on something else.
pub const SUSPEND_ON: u8 = 0x74;

/// Whether `code` is that of a short form.
#[must_use]
pub const fn is_short(code: u8) -> bool {
    code >= POLL_BEGIN && code <= SUSPEND_ON
}

/// The task that handle `n` steps.
#[must_use]
pub const fn task_of(n: HandleId) -> TaskId {
    TaskId(n.0.div_ceil(2))
}

/// The other handle of the pair that `n` belongs to.
#[must_use]
pub const fn other(n: HandleId) -> HandleId {
    // 1 and 2 are a pair, 3 and 4 are the next.
    HandleId(if n.0 == 0 { 0 } else { ((n.0 - 1) ^ 1) + 1 })
}

/// Reads the numbers behind the code.
pub(super) fn get(code: u8, from: &mut Reader<'_>) -> Result<Event, Malformed> {
    Ok(match code {
        POLL_BEGIN => Event::PollBegin { timeout: from.var()?.checked_sub(1).map(seconds) },
        TIMER_DUE => Event::TimerDue { handle: pair(from)?, when: when(from)? },
        TIMER_NEW => timer_new(pair(from)?, when(from)?, By::get(from)?),
        TIMER_NEW_OWN => {
            let n = pair(from)?;
            timer_new(n, when(from)?, By::Handle(other(n)))
        }
        TIMER_CANCEL => {
            Event::TimerCancel { handle: pair(from)?, when: when(from)?, by: By::get(from)? }
        }
        TIMER_DROP => Event::TimerDrop { handle: pair(from)?, when: when(from)? },
        HANDLE_RUN => {
            let n = pair(from)?;
            Event::HandleRun { handle: n, task: task_of(n) }
        }
        HANDLE_DONE => {
            let n = pair(from)?;
            Event::HandleDone { handle: n, task: task_of(n) }
        }
        STEP => handle_new(HandleHow::Step, pair(from)?, By::get(from)?),
        STEP_OWN => {
            let n = pair(from)?;
            handle_new(HandleHow::Step, n, By::Handle(other(n)))
        }
        WAKEUP => handle_new(HandleHow::Wakeup, pair(from)?, By::get(from)?),
        DONE_CALLBACK => handle_new(HandleHow::DoneCallback, pair(from)?, By::get(from)?),
        SUSPEND => suspend(TaskId::get(from)?, On::Nothing),
        SUSPEND_TIMER => {
            let n = pair(from)?;
            suspend(task_of(n), On::Timer(n))
        }
        SUSPEND_ON => {
            let task = TaskId::get(from)?;
            suspend(
                task,
                match from.byte()? {
                    1 => On::Future(Coded::get(from)?),
                    2 => On::Task(Coded::get(from)?),
                    3 => On::Timer(Coded::get(from)?),
                    4 => On::Queue(ObjectId::get(from)?),
                    _ => return Err(Malformed::Bad),
                },
            )
        }
        _ => return Err(Malformed::Bad),
    })
}

/// A handle's number. 0 is none, and `u32::MAX` has no partner.
fn pair(from: &mut Reader<'_>) -> Result<HandleId, Malformed> {
    match u32::get(from)? {
        0 | u32::MAX => Err(Malformed::Bad),
        n => Ok(HandleId(n)),
    }
}

fn when(from: &mut Reader<'_>) -> Result<f64, Malformed> {
    from.var().map(seconds)
}

#[allow(clippy::cast_precision_loss, reason = "exact for the first 285,000 years")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

const fn timer_new(handle: HandleId, when: f64, by: By) -> Event {
    Event::TimerNew {
        handle,
        when,
        name: NameId::NONE,
        place: Place::NONE,
        by,
        future: FutureId::NONE,
        task: task_of(handle),
    }
}

const fn handle_new(how: HandleHow, handle: HandleId, by: By) -> Event {
    Event::HandleNew {
        handle,
        how,
        name: NameId::NONE,
        place: Place::NONE,
        by,
        task: task_of(handle),
        future: FutureId::NONE,
    }
}

const fn suspend(task: TaskId, on: On) -> Event {
    Event::TaskSuspend { task, on, place: Place::NONE, chain: ChainId::NONE }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{Decoder, ItemFrame, Step, Writer, crc8};

    /// What a board would write: code, number of the event, time, numbers, check.
    fn frame(code: u8, seq: u8, time: u64, numbers: &[u64]) -> std::vec::Vec<u8> {
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        out.byte(code);
        out.byte(seq);
        out.var(time);
        for number in numbers {
            out.var(*number);
        }
        let mut bytes = out.finish().unwrap().to_vec();
        bytes.push(crc8(&bytes));
        bytes
    }

    fn read(bytes: &[u8]) -> Event {
        match Decoder::new().next(bytes, true) {
            Step::Frame { item: ItemFrame::Event(frame), used, .. } => {
                assert_eq!(used, bytes.len());
                assert_eq!((frame.seq, frame.delta, frame.loop_id.0), (1, 300, 1));
                frame.event
            }
            step => panic!("{step:?}"),
        }
    }

    proptest! {
        #[test]
        fn every_form_is_the_event_that_it_stands_for(
            n in 1..u32::MAX, ms in 0u64..1 << 50, who in 0..u32::MAX - 1, id in 1..u32::MAX,
        ) {
            let handle = HandleId(n);
            let task = TaskId(n.div_ceil(2));
            let partner = HandleId(if n % 2 == 1 { n + 1 } else { n - 1 });
            #[allow(clippy::cast_precision_loss, reason = "below 2^50")]
            let when = ms as f64 / 1000.0;
            let by = match who {
                0 => By::Outside,
                1 => By::Py,
                who => By::Handle(HandleId(who - 1)),
            };
            let (n, who, task_number) = (u64::from(n), u64::from(who), u64::from(task.0));
            let own = By::Handle(partner);
            let place = Place::NONE;
            let (name, chain, future) = (NameId::NONE, ChainId::NONE, FutureId::NONE);
            let new = |how, by| Event::HandleNew { handle, how, name, place, by, task, future };
            let timer = |by| Event::TimerNew { handle, when, name, place, by, future, task };
            let suspend = |on| Event::TaskSuspend { task, on, place, chain };
            let timeout = Some(when);
            let forms: [(u8, &[u64], Event); 20] = [
                (POLL_BEGIN, &[0], Event::PollBegin { timeout: None }),
                (POLL_BEGIN, &[ms + 1], Event::PollBegin { timeout }),
                (TIMER_DUE, &[n, ms], Event::TimerDue { handle, when }),
                (TIMER_NEW, &[n, ms, who], timer(by)),
                (TIMER_NEW_OWN, &[n, ms], timer(own)),
                (TIMER_CANCEL, &[n, ms, who], Event::TimerCancel { handle, when, by }),
                (TIMER_DROP, &[n, ms], Event::TimerDrop { handle, when }),
                (HANDLE_RUN, &[n], Event::HandleRun { handle, task }),
                (HANDLE_DONE, &[n], Event::HandleDone { handle, task }),
                (STEP, &[n, who], new(HandleHow::Step, by)),
                (STEP_OWN, &[n], new(HandleHow::Step, own)),
                (WAKEUP, &[n, who], new(HandleHow::Wakeup, by)),
                (DONE_CALLBACK, &[n, who], new(HandleHow::DoneCallback, by)),
                (SUSPEND, &[task_number], suspend(On::Nothing)),
                (SUSPEND_TIMER, &[n], suspend(On::Timer(handle))),
                (SUSPEND_ON, &[task_number, 1, u64::from(id)], suspend(On::Future(FutureId(id)))),
                (SUSPEND_ON, &[task_number, 2, u64::from(id)], suspend(On::Task(TaskId(id)))),
                (SUSPEND_ON, &[task_number, 3, u64::from(id)], suspend(On::Timer(HandleId(id)))),
                (SUSPEND_ON, &[task_number, 4, u64::from(id)], suspend(On::Queue(ObjectId(id)))),
                (HANDLE_RUN, &[n], Event::HandleRun { handle, task }),
            ];
            for (code, numbers, event) in forms {
                prop_assert_eq!(read(&frame(code, 1, 300, numbers)), event);
            }
        }
    }

    #[test]
    fn a_number_that_names_nothing_is_no_frame() {
        for bad in [frame(HANDLE_RUN, 1, 300, &[0]), frame(HANDLE_RUN, 1, 300, &[1 << 32])] {
            assert_eq!(Decoder::new().next(&bad, true), Step::Garbage);
        }
    }

    #[test]
    fn a_frequent_event_has_five_bytes() {
        assert_eq!(frame(HANDLE_RUN, 1, 100, &[3]).len(), 5);
        assert_eq!(frame(TIMER_NEW_OWN, 1, 100, &[3, 16_000]).len(), 7);
    }
}
