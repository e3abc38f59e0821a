//! What is said of boards and other schedulers, of logs, and of snapshots.

use loopscope_protocol::{
    ChainId, ClockMode, Dialect, Event, HandleId, Level, On, Place, RemarkKind, RunHow, Stream,
    TaskId, Text, Ties,
};

use crate::sentence::{happened, next};
use crate::story::Story;
use crate::why;

/// A story of a board that follows other rules than CPython's, up to a task that is ready.
fn on_a_board(dialect: Dialect) -> Story {
    let mut story = Story::new();
    let file = story.name("firmware");
    story.on(0).push(Event::RunStart {
        dialect,
        clock: ClockMode::Real,
        wall_start: 0,
        seed: 0,
        ties: Ties::Fifo,
        file,
    });
    story.on(1).push(Event::LoopNew {}).task(1, "blink", 1).task(2, "read", 2);
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    story
}

fn just_now(story: &Story) -> String {
    let end = story.records().len();
    happened(&story.history().at(end), &story.records()[end - 1], story.names())
}

fn next_at_the_end(story: &Story) -> String {
    next(&story.history().at(story.records().len()), story.names())
}

#[test]
fn a_board_with_one_queue_has_no_batch() {
    let mut story = on_a_board(Dialect::Micropython);
    story.step(1, 1);
    assert_eq!(
        next_at_the_end(&story),
        "blink (task 1) runs until it waits or ends; then h2 read is first in the queue."
    );
    story.at(0.001).suspend(1, 1, On::Nothing, 7);
    assert_eq!(next_at_the_end(&story), "h2 read is first in the queue, so it runs next.");
    story.step(2, 2);
    assert_eq!(
        next_at_the_end(&story),
        "read (task 2) runs until it waits or ends; then nothing is due."
    );
}

#[test]
fn under_a_scheduler_of_its_own_the_order_is_not_told() {
    let mut story = on_a_board(Dialect::Embassy);
    assert_eq!(next_at_the_end(&story), "2 tasks are ready; the scheduler picks one.");
    story.step(2, 2);
    let runs = "read (task 2) runs until it waits or ends; then h1 blink runs.";
    assert_eq!(next_at_the_end(&story), runs);
    story.suspend(2, 2, On::Nothing, 7).step(1, 1).suspend(1, 1, On::Nothing, 7);
    let sleeps = "Nothing is ready, so the scheduler goes to sleep.";
    assert_eq!(next_at_the_end(&story), sleeps);
    story.push(Event::Gap { lost: 3 });
    assert_eq!(
        next_at_the_end(&story),
        "Records were lost: what the loop does next will show with the next ones."
    );
}

#[test]
fn going_to_sleep_says_that_nothing_is_due_and_what_comes_next_when_it_wakes() {
    let mut story = on_a_board(Dialect::Micropython);
    for id in 1..=2 {
        story.step(id, id).timer(id + 2, 0.5, "blink", 0).suspend(id, id, On::Nothing, 7);
    }
    story.push(Event::PollBegin { timeout: Some(0.5) });
    assert_eq!(just_now(&story), "Nothing is due: the loop goes to sleep.");
    assert_eq!(next_at_the_end(&story), "The loop sleeps until 0.500, when h3 blink is due.");
    // What is not known is not said.
    story.push(Event::Gap { lost: 3 }).push(Event::PollBegin { timeout: Some(0.5) });
    assert_eq!(just_now(&story), "The loop goes to sleep.");
    let mut story = on_a_board(Dialect::Embassy);
    for id in 1..=2 {
        story.step(id, id).suspend(id, id, On::Nothing, 7);
    }
    story.push(Event::PollBegin { timeout: None });
    assert_eq!(just_now(&story), "Nothing is ready: the scheduler goes to sleep.");
    assert_eq!(next_at_the_end(&story), "The loop sleeps until something outside wakes it.");
    let mut story = on_a_board(Dialect::Cpython);
    story.step(1, 1).suspend(1, 1, On::Nothing, 7).push(Event::PollBegin { timeout: None });
    assert_eq!(just_now(&story), "The loop goes to sleep without a time limit.");
}

#[test]
fn a_snapshot_at_the_beginning_speaks_of_no_losses() {
    let mut story = Story::new();
    story.on(0).push(Event::SnapshotBegin {}).on(1).push(Event::LoopNew {});
    story.task(1, "blink", 1).push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    let in_it = next_at_the_end(&story);
    story.on(0).push(Event::SnapshotEnd {});
    assert_eq!(just_now(&story), "That was the whole present state.");
    let after = next_at_the_end(&story);
    assert!(!in_it.contains("lost") && !after.contains("lost"), "{in_it} {after}");
    story.push(Event::Gap { lost: 2 });
    assert!(next_at_the_end(&story).starts_with("Records were lost:"));
}

#[test]
fn a_log_line_tells_its_own_time() {
    let mut story = on_a_board(Dialect::Embassy);
    story.log(Level::Warn, 0.25, 4, "the queue is full");
    let end = story.records().len();
    assert_eq!(
        happened(&story.history().at(end), &story.records()[end - 1], story.names()),
        "The program logged at 0.250: WARN \"the queue is full\"."
    );
}

#[test]
fn a_program_that_prints_what_loopscope_or_a_log_would_say_is_one_that_prints() {
    for line in ["loopscope: hello", "INFO 0.5 x", "WARN  1.250000 full  (src/main.rs:40)"] {
        let mut story = Story::new();
        story.start();
        let text = story.text(Text::FIRST, &format!("{line}\n"));
        story.push(Event::Output { stream: Stream::Stderr, text });
        assert_eq!(just_now(&story), format!("The program wrote \"{line}\" to standard error."));
    }
    let mut story = on_a_board(Dialect::Embassy);
    story.remark(RemarkKind::Reset, "The board was reset.");
    assert_eq!(just_now(&story), "The board was reset.");
}

#[test]
fn a_task_that_a_snapshot_tells_of_has_begun_before() {
    let mut story = Story::new();
    story.on(0).push(Event::SnapshotBegin {}).on(1).push(Event::LoopNew {});
    story.task(1, "blink", 1).push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    story.suspend(1, 1, On::Nothing, 7);
    story.on(0).push(Event::SnapshotEnd {}).on(1);
    story.push(Event::HandleRun { handle: HandleId(1), task: TaskId(1) });
    story.push(Event::TaskStep { task: TaskId(1) });
    assert!(just_now(&story).starts_with("blink (task 1) goes on"), "{}", just_now(&story));
}

#[test]
fn what_wakes_a_task_of_embassy_is_its_waker_and_no_wait_queue() {
    let mut story = on_a_board(Dialect::Embassy);
    story.step(1, 1).push(Event::TaskSuspend {
        task: TaskId(1),
        on: On::Waker,
        place: Place::NONE,
        chain: ChainId::NONE,
    });
    assert!(
        just_now(&story).starts_with("blink (task 1) waits for its waker"),
        "{}",
        just_now(&story)
    );
    let state = story.history().at(story.records().len());
    let why = why::why(&state, story.names(), TaskId(1));
    let text = format!("{why:?}");
    assert!(text.contains("which an interrupt, a timer or another task calls"), "{text}");
}

#[test]
fn a_loop_above_another_one_interrupts_its_step_and_then_that_goes_on() {
    let mut story = on_a_board(Dialect::Embassy);
    story.step(1, 1);
    story.on(2).push(Event::LoopNew {}).task(3, "high", 5);
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    let run = Event::HandleRun { handle: HandleId(5), task: TaskId(3) };
    story.push(run);
    assert_eq!(just_now(&story), "h5 runs: it starts high (task 3); it interrupts blink (task 1).");
    story.push(Event::TaskStep { task: TaskId(3) }).suspend(5, 3, On::Nothing, 7);
    assert_eq!(next_at_the_end(&story), "blink (task 1) goes on, which was interrupted.");
}
