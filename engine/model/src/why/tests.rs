//! Why tasks wait, in the usual situations.

use loopscope_protocol::{Event, HandleId, ObjectId, SyncHow, SyncKind, SyncWaitHow};

use super::*;
use crate::story::Story;

fn said(story: &Story, task: u32) -> String {
    why(story.history().live(), story.names(), TaskId(task))
}

/// Task 1 waits for task 2, task 2 for a future, the future for whatever `add` adds.
fn nested(add: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::new();
    story.start().task(1, "outer", 1).task(2, "inner", 2).turn(&[1, 2]).step(1, 1);
    story.suspend(1, 1, On::Task(TaskId(2)), 4).step(2, 2).future(1);
    add(&mut story);
    story.suspend(2, 2, On::Future(FutureId(1)), 8).end_turn();
    story
}

#[test]
fn through_a_task_to_a_timer() {
    let story = nested(|story| {
        story.timer(3, 2.5, "set_result", 1);
    });
    assert_eq!(
        said(&story, 1),
        "outer (task 1) waits at program.py:4 for inner (task 2), which waits for f1 (Future), \
         which h3 set_result completes when it is due at 2.500."
    );
}

#[test]
fn a_future_that_nobody_completes() {
    let story = nested(|_| {});
    assert_eq!(
        said(&story, 2),
        "inner (task 2) waits at program.py:8 for f1 (Future), which inner (h2) made; no record \
         says what completes it. Nothing is left that could wake it."
    );
}

#[test]
fn a_timer_that_was_cancelled() {
    let story = nested(|story| {
        story.timer(3, 2.5, "set_result", 1);
        let (handle, by) = (HandleId(3), By::Outside);
        story.push(Event::TimerCancel { handle, when: 2.5, by });
    });
    assert!(said(&story, 2).contains("which h3 set_result would complete, but that was cancelled"));
}

#[test]
fn what_gather_needs() {
    let mut story = nested(|_| {});
    story.task(3, "third", 4).task(4, "main", 5).turn(&[4, 5]).future(9);
    for task in [1, 2, 3] {
        story.push(Event::FutureLink { future: FutureId(9), on: On::Task(TaskId(task)) });
    }
    story.step(4, 3).finish(4, 3, TaskHow::Result);
    story.step(5, 4).suspend(5, 4, On::Future(FutureId(9)), 20);
    assert_eq!(
        said(&story, 4),
        "main (task 4) waits at program.py:20 for f9 (Future), which still needs 2 of 3: outer \
         (task 1) and inner (task 2)."
    );
}

#[test]
fn a_circle() {
    let mut story = Story::new();
    story.start().task(1, "a", 1).task(2, "b", 2).turn(&[1, 2]);
    story.step(1, 1).suspend(1, 1, On::Task(TaskId(2)), 4);
    story.step(2, 2).suspend(2, 2, On::Task(TaskId(1)), 8).end_turn();
    assert_eq!(
        said(&story, 1),
        "a (task 1) waits at program.py:4 for b (task 2), which waits for a (task 1): they wait \
         for each other, for ever. Nothing is left that could wake it."
    );
}

#[test]
fn tasks_that_do_not_wait() {
    let mut story = Story::new();
    story.start().soon(9, "other").task(1, "a", 1);
    assert_eq!(
        said(&story, 1),
        "a (task 1) does not wait: h1 will start it in the next batch, behind 1 other in the ready \
         queue."
    );
    story.turn(&[9, 1]).run(9).done(9);
    assert_eq!(
        said(&story, 1),
        "a (task 1) does not wait: h1 will start it in this batch, next in the ready queue."
    );
    story.step(1, 1);
    assert_eq!(said(&story, 1), "a (task 1) does not wait: it runs now.");
    story.finish(1, 1, TaskHow::Cancelled);
    assert_eq!(said(&story, 1), "a (task 1) does not wait: it has ended cancelled.");
    assert_eq!(said(&story, 7), "There is no task 7.");
    story.push(Event::Gap { lost: 1 });
    assert_eq!(said(&story, 1), "a (task 1) does not wait: it has ended cancelled.");
}

#[test]
fn the_first_run_and_a_bare_yield() {
    let mut story = Story::new();
    story.start().task(1, "a", 1).turn(&[1]).step(1, 1);
    let last = |story: &Story| {
        let history = story.history();
        last_wakeup(&history, history.live(), story.names(), TaskId(1))
    };
    assert_eq!(
        last(&story).unwrap(),
        "a (task 1) last ran in turn 1, at 0.000: it was made, and h1 was its first step."
    );
    story.handle(2, HandleHow::Step, "a", 1, 0).suspend(1, 1, On::Nothing, 5).turn(&[2]).step(2, 1);
    assert_eq!(
        last(&story).unwrap(),
        "a (task 1) last ran in turn 2, at 0.000: it had given the others a turn and was queued as \
         h2."
    );
    assert_eq!(
        last_wakeup(&story.history(), &story.history().at(5), story.names(), TaskId(1)),
        None
    );
}

#[test]
fn woken_by_the_end_of_another_task() {
    let story = {
        let mut story = Story::new();
        story.start().task(1, "outer", 1).task(2, "inner", 2).turn(&[1, 2]).step(1, 1);
        story.suspend(1, 1, On::Task(TaskId(2)), 4).step(2, 2);
        story.push(Event::TaskDone { task: TaskId(2), how: TaskHow::Result });
        story.handle(3, HandleHow::Wakeup, "outer", 1, 0).done(2).turn(&[3]).step(3, 1);
        story
    };
    let history = story.history();
    assert_eq!(
        last_wakeup(&history, history.live(), story.names(), TaskId(1)).unwrap(),
        "outer (task 1) last ran in turn 2, at 0.000: inner (task 2) ended, so h3 was queued, \
         which resumed it."
    );
}

/// Two tasks, `alice` (1) and `bob` (2), in the first turn, and a lock.
fn with_lock(name: &str) -> Story {
    let mut story = Story::new();
    story.start().task(1, "alice", 1).task(2, "bob", 2).turn(&[1, 2]);
    new_sync(&mut story, 1, SyncKind::Lock, name, 0);
    story
}

fn new_sync(story: &mut Story, id: u32, kind: SyncKind, name: &str, size: u32) {
    let name = story.name(name);
    let (owner, by) = (ObjectId::NONE, By::Outside);
    story.push(Event::SyncNew { id: ObjectId(id), kind, name, size, owner, by });
}

fn change(story: &mut Story, id: u32, how: SyncHow, task: u32, count: u32) {
    let (id, task) = (ObjectId(id), TaskId(task));
    story.push(Event::SyncState { id, how, task, count, left: count });
}

/// A task waits at a thing by a future of the same number.
fn waits(story: &mut Story, handle: u32, task: u32, id: u32, how: SyncWaitHow) {
    story.future(task);
    let (id, of, future) = (ObjectId(id), TaskId(task), FutureId(task));
    story.push(Event::SyncWait { id, how, task: of, future });
    story.suspend(handle, task, On::Future(future), 9);
}

#[test]
fn a_lock_is_held_by_the_task_that_took_it() {
    let mut story = with_lock("l1");
    story.step(2, 2);
    change(&mut story, 1, SyncHow::Take, 2, 1);
    story.suspend(2, 2, On::Nothing, 3).step(1, 1);
    waits(&mut story, 1, 1, 1, SyncWaitHow::Acquire);
    let why = said(&story, 1);
    assert!(
        why.starts_with(
            "alice (task 1) waits at program.py:9 for the lock l1, which bob (task 2) holds"
        ),
        "{why}"
    );
    let history = story.history();
    let state = history.live();
    assert_eq!(state.holders(ObjectId(1)).len(), 1);
    assert_eq!(state.line(ObjectId(1)).map(|each| each.task.0).collect::<Vec<_>>(), [1]);
}

#[test]
fn two_locks_in_a_circle_are_followed_round_and_are_a_lint() {
    let mut story = with_lock("l1");
    new_sync(&mut story, 2, SyncKind::Lock, "l2", 0);
    story.step(1, 1);
    change(&mut story, 1, SyncHow::Take, 1, 1);
    waits(&mut story, 1, 1, 2, SyncWaitHow::Acquire);
    story.step(2, 2);
    change(&mut story, 2, SyncHow::Take, 2, 1);
    waits(&mut story, 2, 2, 1, SyncWaitHow::Acquire);
    story.end_turn();
    let why = said(&story, 1);
    assert!(why.contains("for the lock l2, which bob (task 2) holds"), "{why}");
    assert!(why.contains("bob (task 2) waits at program.py:9 for the lock l1"), "{why}");
    assert!(why.contains("they wait for each other, for ever"), "{why}");
    let history = story.history();
    let lints: Vec<String> =
        history.lints(history.len()).map(|(_, found)| found.text(story.names())).collect();
    assert_eq!(
        lints,
        ["They wait for each other, for ever: bob (task 2) waits for the lock l1, which alice \
             (task 1) holds; alice (task 1) waits for the lock l2, which bob (task 2) holds."]
    );
}

#[test]
fn a_place_of_a_semaphore_that_is_handed_over_belongs_to_the_first_in_line() {
    let mut story = with_lock("l1");
    new_sync(&mut story, 2, SyncKind::Semaphore, "s", 1);
    story.step(1, 1);
    change(&mut story, 2, SyncHow::Take, 1, 0);
    story.suspend(1, 1, On::Nothing, 3).step(2, 2);
    waits(&mut story, 2, 2, 2, SyncWaitHow::Acquire);
    assert!(said(&story, 2).contains("of which alice (task 1) has the only one"));
    story.end_turn().handle(5, HandleHow::Step, "alice", 1, 0).turn(&[5]).step(5, 1);
    change(&mut story, 2, SyncHow::Give, 1, 1);
    change(&mut story, 2, SyncHow::HandOver, 1, 0);
    let history = story.history();
    let holders: Vec<u32> =
        history.live().holders(ObjectId(2)).iter().map(|hold| hold.task.0).collect();
    assert_eq!(holders, [2]);
}

#[test]
fn a_queue_says_who_takes_from_it_and_what_that_one_does() {
    let mut story = with_lock("l1");
    new_sync(&mut story, 2, SyncKind::Queue, "q", 2);
    story.step(2, 2);
    change(&mut story, 2, SyncHow::Get, 2, 1);
    story.future(7).timer(8, 4.0, "wake", 7).suspend(2, 2, On::Future(FutureId(7)), 5);
    story.step(1, 1);
    change(&mut story, 2, SyncHow::Put, 1, 2);
    waits(&mut story, 1, 1, 2, SyncWaitHow::Put);
    assert_eq!(
        said(&story, 1),
        "alice (task 1) waits at program.py:9 for room in the queue q, which is full with 2 items; \
         bob (task 2) takes from it; bob (task 2) waits at program.py:5 for f7 (Future), which h8 \
         wake completes when it is due at 4.000."
    );
}

#[test]
fn nobody_is_called_somebody() {
    let mut story = with_lock("l1");
    new_sync(&mut story, 2, SyncKind::Event, "go", 0);
    story.push(Event::SyncUser { id: ObjectId(2), task: TaskId(2) });
    story.step(1, 1);
    waits(&mut story, 1, 1, 2, SyncWaitHow::Wait);
    assert_eq!(
        said(&story, 1),
        "alice (task 1) waits at program.py:9 until the event go is set; bob (task 2) has it at \
         hand; bob (task 2) is ready (h2)."
    );
}

#[test]
fn a_gather_of_which_one_has_failed_needs_nobody() {
    let mut story = Story::new();
    story.start().task(1, "ok", 1).task(2, "bad", 2).task(3, "main", 3).turn(&[1, 2, 3]);
    story.step(1, 1).future(1).suspend(1, 1, On::Future(FutureId(1)), 4).step(3, 3).future(9);
    let future = FutureId(9);
    story.push(Event::FutureNeeds { future, how: NeedHow::AllOrFailure });
    for task in [1, 2] {
        story.push(Event::FutureLink { future, on: On::Task(TaskId(task)) });
    }
    story.suspend(3, 3, On::Future(future), 20).step(2, 2).finish(2, 2, TaskHow::Exception);
    assert_eq!(
        said(&story, 3),
        "main (task 3) waits at program.py:20 for f9 (Future), which is about to fail, since bad \
         (task 2) has ended with an exception."
    );
}
