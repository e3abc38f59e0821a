//! Lost records: what is unknown behind a gap, and what a snapshot makes known again.

use loopscope_protocol::{By, Event, FutureId, HandleId, JobId, NameId, On, Pool, RunHow, TaskId};

use super::{after, anomalies, ids};
use crate::state::{At, FutureState, HandleState, Phase, TaskState};
use crate::story::Story;

#[test]
fn a_gap_makes_everything_unknown_and_a_snapshot_known_again() {
    let mut story = Story::new();
    story.start().soon(1, "a").task(1, "fetch", 2).future(1).timer(3, 5.0, "t", 0);
    story.push(Event::ExecutorSubmit {
        job: JobId(1),
        name: NameId(1),
        by: By::Outside,
        pool: Pool::Thread,
    });
    story.push(Event::Gap { lost: 9 });
    let state = after(&story);
    let the_loop = state.focus().unwrap();
    assert_eq!((the_loop.phase, the_loop.at), (Phase::Unknown, At::Unknown));
    assert_eq!((the_loop.ready_known(), the_loop.timers_known()), (false, false));
    assert_eq!(the_loop.handler.which, None);
    assert!(state.handles().all(|handle| handle.state == HandleState::Unknown));
    assert_eq!(state.task(TaskId(1)).unwrap().state, TaskState::Unknown);
    assert_eq!(state.future(FutureId(1)).unwrap().state, FutureState::Unknown);
    assert!(state.uncertain() && !state.jobs().next().unwrap().known);
    // What a later record says is known.
    story.push(Event::HandleRun { handle: HandleId(1), task: TaskId::NONE });
    let state = after(&story);
    assert_eq!(state.focus().unwrap().phase, Phase::Running);
    assert_eq!(state.focus().unwrap().current, Some(HandleId(1)));
    // A snapshot names what there is; the rest does not exist.
    story.push(Event::SnapshotBegin {}).push(Event::LoopNew {});
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    story.task(1, "fetch", 8);
    story.push(Event::SnapshotEnd {});
    let state = after(&story);
    let the_loop = state.focus().unwrap();
    assert_eq!(ids(the_loop.ready()), [8]);
    assert!(the_loop.ready_known() && the_loop.timers_known() && !state.uncertain());
    assert_eq!(ids(state.handles().map(|handle| handle.id)), [8]);
    assert_eq!((state.futures().count(), state.jobs().len()), (0, 0));
    assert_eq!(state.task(TaskId(1)).unwrap().state, TaskState::Queued);
    assert!(anomalies(&story).is_empty(), "{:?}", anomalies(&story));
}

#[test]
fn a_timer_that_was_made_in_a_gap_still_queues_the_task_that_waits_for_it() {
    let mut story = Story::new();
    story.start().task(1, "fetch", 1).turn(&[1]).step(1, 1);
    story.push(Event::Gap { lost: 1 });
    story.suspend(1, 1, On::Timer(HandleId(2)), 9);
    story.push(Event::TimerDue { handle: HandleId(2), when: 1.0 });
    let state = after(&story);
    assert_eq!(state.task(TaskId(1)).unwrap().state, TaskState::Queued);
    assert_eq!(state.task(TaskId(1)).unwrap().handle, Some(HandleId(2)));
}

#[test]
fn a_snapshot_that_came_in_part_is_not_the_whole_state() {
    let mut story = Story::new();
    story.start().task(1, "fetch", 8);
    story.push(Event::SnapshotBegin {}).push(Event::LoopNew {});
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    story.push(Event::Gap { lost: 2 }).push(Event::SnapshotEnd {});
    let state = after(&story);
    assert!(state.uncertain() && !state.focus().unwrap().ready_known());
    assert_eq!(state.task(TaskId(1)).unwrap().state, TaskState::Unknown);
    // Its beginning may be what was lost.
    story.push(Event::Gap { lost: 2 }).push(Event::SnapshotEnd {});
    assert!(after(&story).uncertain());
    // The next one says all.
    story.push(Event::SnapshotBegin {}).push(Event::LoopNew {}).push(Event::SnapshotEnd {});
    let state = after(&story);
    assert!(!state.uncertain() && state.focus().unwrap().ready_known());
    assert_eq!(state.tasks().count(), 0);
}
