//! What single records do to the state.

mod losses;
mod micropython;
mod outside;
mod truth;
mod watchers;

use loopscope_protocol::{
    By, ClockHow, ClockMode, Event, FutureId, HandleHow, HandleId, LoopId, NameId, ObjectId, On,
    Place, RunHow, TaskHow, TaskId, Ties, Which,
};

use super::*;
use crate::story::Story;

fn after(story: &Story) -> State {
    let mut state = State::default();
    for record in story.records() {
        state.apply(record);
    }
    state
}

fn anomalies(story: &Story) -> Vec<String> {
    let history = story.history();
    history.anomalies(usize::MAX).map(|(_, anomaly)| anomaly.text).collect()
}

fn ids(handles: impl Iterator<Item = HandleId>) -> Vec<u32> {
    handles.map(|id| id.0).collect()
}

#[test]
fn a_handle_runs_at_the_front_of_its_batch() {
    let mut story = Story::new();
    story.start().soon(1, "a").soon(2, "b").turn(&[1, 2]).run(1).soon(3, "c");
    let state = after(&story);
    let the_loop = state.focus().unwrap();
    assert_eq!((the_loop.phase, the_loop.at), (Phase::Running, At::Running));
    assert_eq!(the_loop.current, Some(HandleId(1)));
    assert_eq!((ids(the_loop.batch()), ids(the_loop.next_batch())), (vec![2], vec![3]));
    assert_eq!(state.handle(HandleId(3)).unwrap().by, By::Handle(HandleId(1)));
    assert_eq!(story.names().name(state.handle(HandleId(3)).unwrap().by_name), "a");
    story.done(1).run(3);
    assert_eq!(anomalies(&story), ["h3 ran before h2."]);
}

#[test]
fn a_loop_that_is_stopped_before_it_runs_is_stopping_when_it_runs() {
    let mut story = Story::new();
    story.push(Event::LoopNew {});
    assert_eq!(after(&story).focus().unwrap().phase.word(), "stopped");
    story.push(Event::LoopStopRequest { by: By::Outside });
    assert!(after(&story).focus().unwrap().stop_requested);
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    assert_eq!(after(&story).focus().unwrap().phase, Phase::Stopping);
    story.push(Event::LoopStopped { how: RunHow::Forever });
    assert_eq!(after(&story).focus().unwrap().phase, Phase::Stopped);
    story.push(Event::LoopClose { ready: 0, timers: 0 });
    assert_eq!(after(&story).focus().unwrap().phase.word(), "closed");
    assert!(anomalies(&story).is_empty());
}

#[test]
fn each_loop_has_its_own_queues() {
    let mut story = Story::new();
    story.start().soon(1, "a").on(2).push(Event::LoopNew {}).soon(2, "b").timer(3, 9.0, "c", 0);
    let state = after(&story);
    let [one, two] = [1, 2].map(|id| state.event_loop(LoopId(id)).unwrap());
    assert_eq!((ids(one.ready()), ids(one.timers())), (vec![1], vec![]));
    assert_eq!((ids(two.ready()), ids(two.timers())), (vec![2], vec![3]));
    assert_eq!(state.focus().unwrap().id, LoopId(2));
}

#[test]
fn a_task_counts_its_steps_and_its_time() {
    let mut story = Story::new();
    story.start().task(1, "work", 1).turn(&[1]).at(1.0).step(1, 1).at(1.5);
    story.handle(2, HandleHow::Step, "work", 1, 0).suspend(1, 1, On::Nothing, 4);
    story.push(Event::TurnEnd { ready: 1, timers: 0 });
    let task = after(&story).task(TaskId(1)).unwrap().clone();
    assert_eq!((task.state, task.handle), (TaskState::Queued, Some(HandleId(2))));
    assert_eq!((task.steps, task.busy), (1, 500_000_000));
    story.turn(&[2]).at(2.0).step(2, 1).at(2.25).finish(2, 1, TaskHow::Exception);
    let task = after(&story).task(TaskId(1)).unwrap().clone();
    assert_eq!((task.state, task.busy), (TaskState::Done(TaskHow::Exception), 750_000_000));
    assert!(anomalies(&story).is_empty());
}

/// Each of three loops is interrupted by the next one, 10 ms into its step, and each has 20 ms more
/// after the one above it, which ends first.
fn three_priorities(dialect: Dialect) -> Story {
    let mut story = Story::new();
    let event = Event::RunStart {
        dialect,
        clock: ClockMode::Board,
        wall_start: 0,
        seed: 0,
        ties: Ties::Fifo,
        file: NameId::NONE,
    };
    story.on(0).push(event);
    for id in 1..=3 {
        story.on(id).push(Event::LoopNew {}).task(id, "step", 2 * id - 1);
        story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    }
    for id in 1..=3 {
        story.on(id).step(2 * id - 1, id).at(0.010 * f64::from(id));
    }
    for id in (1..=3).rev() {
        story.on(id).at(0.010 * 3.0 + 0.020 * f64::from(3 - id));
        story.suspend(2 * id - 1, id, On::Waker, 7);
    }
    story
}

#[test]
fn time_for_which_a_step_is_interrupted_is_not_its_own() {
    let story = three_priorities(Dialect::Embassy);
    let state = after(&story);
    let busy = [1, 2, 3].map(|id| state.task(TaskId(id)).unwrap().busy / 1_000_000);
    assert_eq!(busy, [30, 30, 10]);
    assert!(anomalies(&story).is_empty());
    // Loops of threads have a processor each.
    let story = three_priorities(Dialect::Cpython);
    let busy = [1, 2, 3].map(|id| after(&story).task(TaskId(id)).unwrap().busy / 1_000_000);
    assert_eq!(busy, [70, 40, 10]);
}

#[test]
fn a_step_ends_with_its_handle() {
    let mut story = Story::new();
    story.start().task(1, "a", 1).task(2, "b", 2).turn(&[1, 2]).step(1, 1);
    // What it awaited was no good, so it is queued again to be told so.
    story.handle(3, HandleHow::Step, "a", 1, 0).done(1).step(2, 2).done(2);
    let state = after(&story);
    assert_eq!(state.task(TaskId(1)).unwrap().state, TaskState::Queued);
    assert_eq!(state.task(TaskId(2)).unwrap().state, TaskState::Waiting(On::Nothing));
}

#[test]
fn impossible_things_are_told() {
    let mut story = Story::new();
    story.start().soon(1, "a").soon(1, "a").run(7).done(7);
    story.push(Event::TaskDone { task: TaskId(3), how: TaskHow::Result });
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    story.push(Event::TimerDue { handle: HandleId(1), when: 1.0 });
    assert_eq!(
        anomalies(&story),
        [
            "h1 was made twice.",
            "h7 was never made.",
            "Task 3 was never made.",
            "Loop 1 started to run, but runs already.",
            "h1 left the heap, but was not in it.",
            "h1 is in the ready queue twice.",
        ]
    );
}

#[test]
fn the_record_of_a_thread_may_come_late() {
    let mut story = Story::new();
    story.start().push(Event::Clock { how: ClockHow::Thread });
    story.turn(&[1]).run(1).handle(1, HandleHow::Threadsafe, "late", 0, 0).done(1).end_turn();
    let state = after(&story);
    assert_eq!(state.handle(HandleId(1)).unwrap().state, HandleState::Gone);
    assert_eq!(state.focus().unwrap().ready().len(), 0);
    assert!(anomalies(&story).is_empty());
}

#[test]
fn what_has_ended_is_dropped_after_a_while() {
    let mut story = Story::new();
    story.start();
    for id in 1..=1000 {
        story.soon(id, "f").future(id).turn(&[id]).run(id).complete(id).done(id).end_turn();
    }
    let state = after(&story);
    assert_eq!(state.handles().count(), 0);
    assert!(state.handle(HandleId(1000)).is_some() && state.handle(HandleId(1)).is_none());
    assert!(state.size() < 200, "{}", state.size());
    assert!(anomalies(&story).is_empty());
}

#[test]
fn the_rest_of_the_outside() {
    let mut story = Story::new();
    let id = ObjectId(1);
    story.start().process(1, 99, "true").server(1, 8, "127.0.0.1:80").transport(
        1,
        9,
        "10.0.0.1:5",
        0,
    );
    let name = story.name("on_error");
    story.push(Event::HandlerSet { which: Which::Custom, name, place: Place::NONE });
    let state = after(&story);
    assert_eq!(state.processes().next().unwrap().pid, 99);
    assert_eq!(state.servers().next().unwrap().address.get(Text::FIRST), "127.0.0.1:80");
    assert_eq!(state.transports().next().unwrap().address.get(Text::FIRST), "10.0.0.1:5");
    assert_eq!(state.focus().unwrap().handler.which, Some(Which::Custom));
    story.push(Event::ProcessExit { id, pid: 99, code: -9 }).push(Event::ServerClosed { id });
    story.push(Event::TransportClosed { id });
    story.push(Event::TaskCancel { task: TaskId(5), by: By::Py });
    let state = after(&story);
    assert_eq!(
        (state.processes().len(), state.servers().len(), state.transports().len()),
        (0, 0, 0)
    );
    assert_eq!(state.task(TaskId(5)).unwrap().cancelled_by, By::Py);
}

#[test]
fn a_request_to_end_is_pending_until_the_tasks_next_step() {
    let mut story = Story::new();
    story.start().task(1, "stubborn", 1);
    story.push(Event::TaskCancel { task: TaskId(1), by: By::Outside });
    let task = |story: &Story| after(story).task(TaskId(1)).unwrap().clone();
    assert!(task(&story).cancel_pending);
    // It is told, and goes on all the same.
    story.turn(&[1]).step(1, 1).suspend(1, 1, On::Nothing, 8);
    let told = task(&story);
    assert!(!told.cancel_pending && told.cancel_requested);
}

#[test]
fn what_a_future_needs_is_kept_once_and_in_order() {
    let mut story = Story::new();
    story.start().future(9);
    for task in [3, 1, 3, 2, 1] {
        let on = On::Task(TaskId(task));
        story.push(Event::FutureLink { future: FutureId(9), on });
    }
    let state = after(&story);
    let needs = &state.future(FutureId(9)).unwrap().needs;
    assert_eq!(**needs, [3, 1, 2].map(|task| On::Task(TaskId(task))));
}

#[test]
fn a_shared_copy_stays_as_it_was() {
    let sim = crate::sim::Sim::run(11, 300);
    let records = sim.story.records();
    let (mut state, mut truth) = (State::default(), State::default());
    let mut copies = Vec::new();
    for (n, record) in records.iter().enumerate() {
        state.apply(record);
        truth.apply(record);
        if n % 97 == 0 {
            copies.push((state.share(), truth.clone()));
        }
    }
    assert!(copies.len() > 20);
    for (copy, truth) in copies {
        assert_eq!(copy, truth);
    }
    assert_eq!(state, truth);
}
