//! Why tasks wait, in the usual situations.

use loopscope_protocol::{Event, HandleId};

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
        "inner (task 2) waits at program.py:8 for f1 (Future), which somebody has to complete; \
         nothing recorded says who (inner (h2) made it). Nothing is left that could wake it."
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
        last_wakeup(&history, history.len(), story.names(), TaskId(1))
    };
    assert_eq!(
        last(&story).unwrap(),
        "a (task 1) ran last in turn 1, at 0.000: it was made, and h1 was its first step."
    );
    story.handle(2, HandleHow::Step, "a", 1, 0).suspend(1, 1, On::Nothing, 5).turn(&[2]).step(2, 1);
    assert_eq!(
        last(&story).unwrap(),
        "a (task 1) ran last in turn 2, at 0.000: it had given the others a turn and was queued as \
         h2."
    );
    assert_eq!(last_wakeup(&story.history(), 5, story.names(), TaskId(1)), None);
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
        last_wakeup(&history, history.len(), story.names(), TaskId(1)).unwrap(),
        "outer (task 1) ran last in turn 2, at 0.000: inner (task 2) ended, so h3 was queued, \
         which resumed it."
    );
}
