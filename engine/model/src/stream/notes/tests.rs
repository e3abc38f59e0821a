//! Short forms say what the long ones would, and one that leaves out what is not known is a gap.

use loopscope_protocol::{
    Event, FutureHow, FutureId, HandleHow, HandleId, Kind, LoopId, ObjectId, On, TaskId, WatchHow,
};

use super::Notes;
use super::short::POLL;
use crate::record::Record;
use crate::stream::{Arrived, Came};

const fn code(kind: Kind) -> i64 {
    kind as i64
}

/// A short form that is `nth` behind the first of them, of a loop, about something.
const fn short(nth: i64, of_loop: i64, about: i64) -> i64 {
    POLL + nth + (of_loop << 8) + (about << 32)
}

const NEW: i64 = 11;
const READY: i64 = 13;
const WAKE_WAITER: i64 = 14;
const WAIT: i64 = 10;

/// The records of these notes.
fn records(notes: &[&[i64]]) -> Vec<Record> {
    let numbers = notes.concat();
    let mut block = b"\xf5LSN".to_vec();
    block.extend((u32::try_from(numbers.len()).expect("they are few") * 8).to_le_bytes());
    block.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    block.extend(b"\xf5LSN");
    let mut came = Vec::new();
    Notes::new().feed(&block, &mut came);
    came.into_iter()
        .filter_map(|came| match came {
            Came::Arrived(Arrived::Record(record)) => Some(record),
            _ => None,
        })
        .collect()
}

/// Descriptor 7 is watched to be read from, by a handle.
fn watches(of_loop: i64, handle: i64) -> [i64; 6] {
    [code(Kind::WatcherAdd), of_loop, 5, 7, 0, handle]
}

#[test]
fn what_is_ready_is_known_by_its_descriptor_and_loop() {
    let ready = |of_loop| [short(READY, of_loop, 7)];
    let told = records(&[&watches(1, 3), &watches(2, 4), &ready(2), &ready(1)]);
    let handles = told[2..].iter().map(|record| match record.event {
        Event::WatcherReady { how: WatchHow::Read, handle, .. } => (record.loop_id, handle),
        ref other => panic!("{other:?}"),
    });
    let handles: Vec<_> = handles.collect();
    assert_eq!(handles, [(LoopId(2), HandleId(4)), (LoopId(1), HandleId(3))]);
}

#[test]
fn what_is_watched_no_more_is_not_ready() {
    let gone = [code(Kind::WatcherRemove), 1, 5, 7, 0];
    for notes in [&[&watches(1, 3)[..], &gone], &[&watches(2, 3)[..], &[]]] {
        let told = records(&[notes[0], notes[1], &[short(READY, 1, 7)]]);
        let last = told.last().map(|record| record.event);
        assert!(matches!(last, Some(Event::Gap { lost: 1 })), "{last:?}");
    }
}

#[test]
fn a_task_is_woken_by_the_future_that_it_waits_for() {
    let task = [code(Kind::TaskNew), 1, 5, 9, 0, 0, 0, 0, 0];
    let step = [code(Kind::HandleNew), 1, 5, 2, 5, 0, 0, 0, 0, 9, 0];
    let runs = [short(3, 1, 9)];
    // STAND, its number, file, line, chain, where it goes on, what the future is called.
    let stand = [-9, 1, 0, 0, 0, 0, 0];
    let waits = [short(WAIT, 1, 0), 6, 8, 1];
    let woken = [short(WAKE_WAITER, 1, 9), 7, 20];
    let told = records(&[&task, &step, &runs, &stand, &waits, &woken]);
    let [.., suspends, _, done, made] = &told[..] else { panic!("{told:?}") };
    assert!(matches!(suspends.event, Event::TaskSuspend { on: On::Future(FutureId(8)), .. }));
    let Event::FutureDone { future, how, .. } = done.event else { panic!("{done:?}") };
    assert_eq!((future, how), (FutureId(8), FutureHow::Result));
    let Event::HandleNew { handle, how, task: woken_task, future, .. } = made.event else {
        panic!("{made:?}")
    };
    assert_eq!((handle, how), (HandleId(20), HandleHow::Wakeup));
    assert_eq!((woken_task, future), (TaskId(9), FutureId(8)));
    // Of one that waits for nothing this cannot be said.
    let told = records(&[&task, &step, &woken]);
    assert!(matches!(told.last().map(|last| last.event), Some(Event::Gap { lost: 1 })));
}

#[test]
fn what_a_task_waits_for_is_said_with_the_transport_that_brings_it() {
    let task = [code(Kind::TaskNew), 1, 5, 9, 0, 0, 0, 0, 0];
    let step = [code(Kind::HandleNew), 1, 5, 2, 5, 0, 0, 0, 0, 9, 0];
    let stand = [-9, 1, 0, 0, 0, 0, 0];
    let told_of = |transport| {
        let waits = [short(WAIT, 1, transport), 6, 8, 1];
        let told = records(&[&task, &step, &[short(3, 1, 9)], &stand, &waits]);
        told.into_iter().find_map(|record| match record.event {
            Event::FutureOutside { future, transport, .. } => Some((future, transport)),
            _ => None,
        })
    };
    assert_eq!(told_of(4), Some((FutureId(8), ObjectId(4))));
    assert_eq!(told_of(0), None);
}

#[test]
fn a_new_handle_is_told_by_what_it_calls() {
    let site = [-12, 6, 5, 0, 0, 0, 0];
    let told = records(&[&site, &[short(NEW, 1, 6), 30]]);
    let Event::HandleNew { handle, how, .. } = told[0].event else { panic!("{told:?}") };
    assert_eq!((handle, how), (HandleId(30), HandleHow::Step));
    let told = records(&[&[short(NEW, 1, 6), 30]]);
    assert!(matches!(told[0].event, Event::Gap { lost: 1 }));
}
