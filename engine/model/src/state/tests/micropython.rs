//! MicroPython's queue and runs in the state.

use loopscope_protocol::{ChainId, ClockMode, Dialect, NameId, Place, Ties};

use super::*;

/// A story by MicroPython's rules, up to the run of `main` (task 1).
fn started() -> Story {
    let mut story = Story::new();
    let file = story.name("m.py");
    story.on(0).push(Event::RunStart {
        dialect: Dialect::MicropythonFirmware,
        clock: ClockMode::Virtual,
        wall_start: 0,
        seed: 0,
        ties: Ties::Heapq,
        file,
    });
    story.on(1).push(Event::LoopNew {});
    for task in 1..=2 {
        let (name, place) = (NameId::NONE, Place::NONE);
        let (task, label, by) = (TaskId(task), NameId::NONE, By::Outside);
        story.push(Event::TaskNew { task, name, place, label, by });
    }
    pushed(&mut story, 1, 1, 0.0);
    run(&mut story, 1);
    story
}

/// Task `task` is pushed as `handle` with a key of the present time.
fn pushed(story: &mut Story, handle: u32, task: u32, at: f64) {
    story.at(at).push(Event::HandleNew {
        handle: HandleId(handle),
        how: HandleHow::Step,
        name: NameId::NONE,
        place: Place::NONE,
        by: By::Outside,
        task: TaskId(task),
        future: FutureId::NONE,
    });
}

fn sleeps(story: &mut Story, handle: u32, task: u32, when: f64) {
    story.push(Event::TimerNew {
        handle: HandleId(handle),
        when,
        name: NameId::NONE,
        place: Place::NONE,
        by: By::Outside,
        future: FutureId::NONE,
        task: TaskId(task),
    });
}

fn run(story: &mut Story, task: u32) {
    story.push(Event::LoopRun { how: RunHow::UntilComplete, task: TaskId(task) });
}

fn begins(story: &mut Story, handle: u32, task: u32) {
    story.push(Event::TurnBegin { turn: handle, ready: 1, timers: 0 });
    story.push(Event::HandleRun { handle: HandleId(handle), task: TaskId(task) });
    story.push(Event::TaskStep { task: TaskId(task) });
}

#[test]
fn an_expired_sleep_stands_before_what_became_ready_later() {
    let mut story = started();
    sleeps(&mut story, 2, 2, 0.005);
    pushed(&mut story, 3, 3, 0.0059);
    pushed(&mut story, 4, 4, 0.007);
    story.push(Event::TimerDue { handle: HandleId(2), when: 0.005 });
    let state = after(&story);
    // h3 was pushed in the same millisecond, but later.
    assert_eq!(ids(state.focus().unwrap().ready()), [1, 2, 3, 4]);
    assert_eq!(anomalies(&story), [""; 0]);
}

#[test]
fn a_sleep_pushed_after_a_ready_entry_of_its_millisecond_stands_behind_it() {
    let mut story = started();
    pushed(&mut story, 2, 2, 0.0041);
    sleeps(&mut story, 3, 3, 0.004);
    story.push(Event::TimerDue { handle: HandleId(3), when: 0.004 });
    assert_eq!(ids(after(&story).focus().unwrap().ready()), [1, 2, 3]);
}

#[test]
fn a_task_whose_entry_was_dropped_is_not_queued() {
    let mut story = started();
    pushed(&mut story, 2, 2, 0.001);
    assert_eq!(after(&story).task(TaskId(2)).unwrap().state, TaskState::Queued);
    story.push(Event::HandleCancel { handle: HandleId(2), by: By::Outside });
    story.push(Event::HandleSkip { handle: HandleId(2) });
    let state = after(&story);
    let task = state.task(TaskId(2)).unwrap();
    assert_eq!((task.state, task.handle), (TaskState::Waiting(On::Nothing), None));
    assert_eq!(anomalies(&story), [""; 0]);
}

#[test]
fn a_task_that_queues_itself_nowhere_waits() {
    let mut story = started();
    begins(&mut story, 1, 1);
    let (task, on) = (TaskId(1), On::Nothing);
    story.push(Event::TaskSuspend { task, on, place: Place::NONE, chain: ChainId::NONE });
    assert_eq!(after(&story).task(task).unwrap().state, TaskState::Waiting(On::Nothing));
}

#[test]
fn after_a_run_inside_a_run_the_outer_one_goes_on() {
    let mut story = started();
    begins(&mut story, 1, 1);
    pushed(&mut story, 2, 2, 0.001);
    run(&mut story, 2);
    begins(&mut story, 2, 2);
    story.push(Event::TaskDone { task: TaskId(2), how: TaskHow::Result });
    story.push(Event::HandleDone { handle: HandleId(2), task: TaskId(2) });
    story.push(Event::TurnEnd { ready: 0, timers: 0 });
    let inner = after(&story);
    assert_eq!(inner.focus().unwrap().run.map(|run| run.task), Some(TaskId(2)));
    story.push(Event::LoopStopped { how: RunHow::UntilComplete });
    let outer = after(&story);
    let the_loop = outer.focus().unwrap();
    assert_eq!((the_loop.phase, the_loop.at), (Phase::Running, At::Running));
    assert_eq!(the_loop.current, Some(HandleId(1)));
    assert_eq!(the_loop.run.map(|run| run.task), Some(TaskId(1)));
    story.push(Event::TaskDone { task: TaskId(1), how: TaskHow::Result });
    story.push(Event::HandleDone { handle: HandleId(1), task: TaskId(1) });
    story.push(Event::TurnEnd { ready: 0, timers: 0 });
    story.push(Event::LoopStopped { how: RunHow::UntilComplete });
    assert_eq!(after(&story).focus().unwrap().phase, Phase::Stopped);
    assert_eq!(anomalies(&story), [""; 0]);
}
