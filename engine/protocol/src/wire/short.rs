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
//! | 0x74 | `task-suspend` | task, kind of `on` as in the long form, its number if it has one | no place, no chain |
//!
//! `handle-new` and `timer-new` without a name have the name of their task.
//!
//! Which codes there are, and which events they stand for, the table in [`crate::event`] says.

use super::code;
use super::coded::{Coded, Reader};
use super::malformed::Malformed;
pub use crate::event::Short;
use crate::{
    By, ChainId, Event, FutureId, HandleHow, HandleId, NameId, ObjectId, On, Place, TaskId,
};

// A code is no kind's number, no item's, and leaves the highest bit free.
const _: () = {
    let mut at = 0;
    while at < Short::ALL.len() {
        let code = Short::ALL[at] as u8;
        assert!(code > code::REQUEST && code < 0x80);
        at += 1;
    }
};

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
pub(super) fn get(form: Short, from: &mut Reader<'_>) -> Result<Event, Malformed> {
    Ok(match form {
        Short::PollBegin => Event::PollBegin { timeout: from.var()?.checked_sub(1).map(seconds) },
        Short::TimerDue => Event::TimerDue { handle: pair(from)?, when: when(from)? },
        Short::TimerNew => timer_new(pair(from)?, when(from)?, By::get(from)?),
        Short::TimerNewOwn => {
            let n = pair(from)?;
            timer_new(n, when(from)?, By::Handle(other(n)))
        }
        Short::TimerCancel => {
            Event::TimerCancel { handle: pair(from)?, when: when(from)?, by: By::get(from)? }
        }
        Short::TimerDrop => Event::TimerDrop { handle: pair(from)?, when: when(from)? },
        Short::HandleRun => {
            let n = pair(from)?;
            Event::HandleRun { handle: n, task: task_of(n) }
        }
        Short::HandleDone => {
            let n = pair(from)?;
            Event::HandleDone { handle: n, task: task_of(n) }
        }
        Short::Step => handle_new(HandleHow::Step, pair(from)?, By::get(from)?),
        Short::StepOwn => {
            let n = pair(from)?;
            handle_new(HandleHow::Step, n, By::Handle(other(n)))
        }
        Short::Wakeup => handle_new(HandleHow::Wakeup, pair(from)?, By::get(from)?),
        Short::DoneCallback => handle_new(HandleHow::DoneCallback, pair(from)?, By::get(from)?),
        Short::Suspend => suspend(TaskId::get(from)?, On::Nothing),
        Short::SuspendTimer => {
            let n = pair(from)?;
            suspend(task_of(n), On::Timer(n))
        }
        Short::SuspendOn => {
            let task = TaskId::get(from)?;
            suspend(
                task,
                match from.byte()? {
                    1 => On::Future(Coded::get(from)?),
                    2 => On::Task(Coded::get(from)?),
                    3 => On::Timer(Coded::get(from)?),
                    4 => On::Queue(ObjectId::get(from)?),
                    6 => On::Waker,
                    _ => return Err(Malformed::Bad),
                },
            )
        }
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
    fn frame(form: Short, seq: u8, time: u64, numbers: &[u64]) -> std::vec::Vec<u8> {
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        out.byte(form as u8);
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
            let forms: [(Short, &[u64], Event); 21] = [
                (Short::PollBegin, &[0], Event::PollBegin { timeout: None }),
                (Short::PollBegin, &[ms + 1], Event::PollBegin { timeout }),
                (Short::TimerDue, &[n, ms], Event::TimerDue { handle, when }),
                (Short::TimerNew, &[n, ms, who], timer(by)),
                (Short::TimerNewOwn, &[n, ms], timer(own)),
                (Short::TimerCancel, &[n, ms, who], Event::TimerCancel { handle, when, by }),
                (Short::TimerDrop, &[n, ms], Event::TimerDrop { handle, when }),
                (Short::HandleRun, &[n], Event::HandleRun { handle, task }),
                (Short::HandleDone, &[n], Event::HandleDone { handle, task }),
                (Short::Step, &[n, who], new(HandleHow::Step, by)),
                (Short::StepOwn, &[n], new(HandleHow::Step, own)),
                (Short::Wakeup, &[n, who], new(HandleHow::Wakeup, by)),
                (Short::DoneCallback, &[n, who], new(HandleHow::DoneCallback, by)),
                (Short::Suspend, &[task_number], suspend(On::Nothing)),
                (Short::SuspendTimer, &[n], suspend(On::Timer(handle))),
                (Short::SuspendOn, &[task_number, 1, u64::from(id)], suspend(On::Future(FutureId(id)))),
                (Short::SuspendOn, &[task_number, 2, u64::from(id)], suspend(On::Task(TaskId(id)))),
                (Short::SuspendOn, &[task_number, 3, u64::from(id)], suspend(On::Timer(HandleId(id)))),
                (Short::SuspendOn, &[task_number, 4, u64::from(id)], suspend(On::Queue(ObjectId(id)))),
                (Short::SuspendOn, &[task_number, 6], suspend(On::Waker)),
                (Short::HandleRun, &[n], Event::HandleRun { handle, task }),
            ];
            for (form, numbers, event) in forms {
                prop_assert_eq!(read(&frame(form, 1, 300, numbers)), event);
            }
        }
    }

    #[test]
    fn a_number_that_names_nothing_is_no_frame() {
        for bad in
            [frame(Short::HandleRun, 1, 300, &[0]), frame(Short::HandleRun, 1, 300, &[1 << 32])]
        {
            assert_eq!(Decoder::new().next(&bad, true), Step::Garbage);
        }
    }

    #[test]
    fn a_frequent_event_has_five_bytes() {
        assert_eq!(frame(Short::HandleRun, 1, 100, &[3]).len(), 5);
        assert_eq!(frame(Short::TimerNewOwn, 1, 100, &[3, 16_000]).len(), 7);
    }
}
