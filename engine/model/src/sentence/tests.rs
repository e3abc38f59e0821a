//! The sentences word for word, along small programs.

use loopscope_protocol::{
    By, ChainId, ClockMode, Dialect, Event, Fd, FutureId, Kind, Level, LoopId, On, RemarkKind,
    RunHow, Stream, TaskHow, TaskId, Text, Ties, WatchHow,
};

use super::*;
use crate::story::Story;
use crate::{Cursor, Record, State, Texts};

/// Each record's two sentences, from position `from` on.
fn told(story: &Story, from: usize) -> Vec<String> {
    let history = story.history();
    let mut cursor = Cursor::new();
    let mut lines = Vec::new();
    for n in from..=history.len() {
        cursor.seek(&history, n);
        let record = history.record(n).expect("n is within the history");
        lines.push(happened(cursor.state(), &record, story.names()));
        lines.push(format!("-> {}", next(cursor.state(), story.names())));
    }
    lines
}

#[test]
fn a_date_every_second() {
    let mut story = Story::new();
    story.start().soon(1, "display_date").turn(&[1]).run(1);
    story.print("2000-01-01 00:00:00").timer(2, 1.0, "display_date", 0).done(1).end_turn();
    story.poll(Some(1.0), 1.0).due(2, 1.0).begin_turn(1).run(2);
    story.push(Event::LoopStopRequest { by: By::Handle(loopscope_protocol::HandleId(2)) });
    story.done(2).end_turn();
    story.push(Event::LoopStopped { how: RunHow::Forever });
    story.push(Event::LoopClose { ready: 0, timers: 0 });
    assert_eq!(
        told(&story, 1),
        [
            "program.py starts, by CPython's rules; the clock is virtual.",
            "-> The program runs; it has no event loop yet.",
            "Loop 1 was made.",
            "-> The program goes on; the loop does not run.",
            "run_forever: the loop runs until something stops it.",
            "-> Nothing is left to do: the loop would sleep for ever.",
            "call_soon put h1 display_date into the ready queue.",
            "-> A new turn: no sleep, because h1 display_date is ready.",
            "The loop polls without sleeping, because h1 display_date is ready.",
            "-> The poll returns at once.",
            "The poll returned at once.",
            "-> The turn begins with a batch of 1 handle.",
            "Turn 1 begins: its batch has 1 handle.",
            "-> display_date runs next.",
            "display_date runs.",
            "-> display_date runs to its end; then the turn is over.",
            "The program wrote \"2000-01-01 00:00:00\".",
            "-> display_date runs to its end; then the turn is over.",
            "display_date (h1) made the timer h2 display_date, due at 1.000.",
            "-> display_date (h1) runs to its end; then the turn is over.",
            "display_date (h1) is done.",
            "-> The batch is done, so the turn ends.",
            "Turn 1 is done; nothing is ready for the next one.",
            "-> The loop will sleep until 1.000, when h2 display_date is due.",
            "Nothing is ready: the loop goes to sleep.",
            "-> The loop sleeps until 1.000, when h2 display_date is due.",
            "The poll slept 1.000 s until h2 display_date was due.",
            "-> h2 display_date is due and joins the ready queue.",
            "h2 display_date was due at 1.000: it is ready now.",
            "-> The turn begins with a batch of 1 handle.",
            "Turn 2 begins: its batch has 1 handle.",
            "-> display_date runs next.",
            "display_date runs.",
            "-> display_date runs to its end; then the turn is over.",
            "display_date called stop(): the loop leaves when the batch is done.",
            "-> display_date runs to its end; then the turn is over.",
            "display_date is done.",
            "-> The batch is done, so the turn ends.",
            "Turn 2 is done; nothing is ready for the next one.",
            "-> The loop stops, because stop() was called: run_forever returns.",
            "The loop stopped: run_forever returns.",
            "-> The program goes on; the loop does not run.",
            "The loop is closed.",
            "-> The program goes on without this loop, which is closed.",
        ]
    );
}

#[test]
fn whom_nothing_can_wake_is_named_though_the_loop_runs_for_ever() {
    let mut story = Story::new();
    story.start().task(1, "alice", 1).task(2, "bob", 2).turn(&[1, 2]);
    story.step(1, 1).future(1).suspend(1, 1, On::Future(FutureId(1)), 5);
    let waits = "Nothing can wake alice (task 1), which waits for f1 (Future)";
    story.step(2, 2).future(2).suspend(2, 2, On::Future(FutureId(2)), 5).end_turn();
    let both = told(&story, 4);
    assert_eq!(
        both.last().map(String::as_str),
        Some(format!("-> {waits}, nor 1 more task: the loop would sleep for ever.").as_str())
    );
}

#[test]
fn what_a_task_has_ended_by_is_said() {
    let said = |how, value: &str| {
        let mut story = Story::new();
        story.start().task(1, "bad", 1).turn(&[1]).step(1, 1);
        if !value.is_empty() {
            story.ending(value, &[]);
        }
        story.push(Event::TaskDone { task: TaskId(1), how });
        let history = story.history();
        let end = history.len();
        happened(&history.at(end), &history.record(end).unwrap(), story.names())
    };
    let boom = said(TaskHow::Exception, "ValueError: a\u{1b}[2Jb");
    assert_eq!(boom, "bad (task 1) raised ValueError: a^[[2Jb.");
    assert_eq!(said(TaskHow::Exception, ""), "bad (task 1) ended with an exception.");
    assert_eq!(said(TaskHow::Result, "[1, 2]"), "bad (task 1) returned [1, 2].");
    assert_eq!(said(TaskHow::Result, "None"), "bad (task 1) returned.");
    let gone = said(TaskHow::Cancelled, "CancelledError");
    assert_eq!(gone, "bad (task 1) ended cancelled.");
}

#[test]
fn a_task_that_sleeps() {
    let mut story = Story::new();
    story.start().task(1, "fetch", 1).turn(&[1]).step(1, 1).future(1).timer(
        2,
        0.5,
        "_set_result_unless_cancelled",
        1,
    );
    story.suspend(1, 1, On::Future(FutureId(1)), 9).end_turn();
    story.poll(Some(0.5), 0.5).due(2, 0.5).begin_turn(1).run(2).complete(1);
    story.handle(3, loopscope_protocol::HandleHow::Wakeup, "fetch", 1, 1).done(2);
    story.push(Event::TurnEnd { ready: 1, timers: 0 }).turn(&[3]).step(3, 1);
    story.finish(3, 1, TaskHow::Result);
    assert_eq!(
        told(&story, 4),
        [
            "fetch (task 1) was made.",
            "-> Nothing is left to do: the loop would sleep for ever.",
            "The first step of fetch (task 1) is ready now.",
            "-> A new turn: no sleep, because h1 fetch is ready.",
            "The loop polls without sleeping, because h1 fetch is ready.",
            "-> The poll returns at once.",
            "The poll returned at once.",
            "-> The turn begins with a batch of 1 handle.",
            "Turn 1 begins: its batch has 1 handle.",
            "-> fetch (task 1) runs next.",
            "h1 runs: it starts fetch (task 1).",
            "-> fetch (task 1) runs until it waits or ends; then the turn is over.",
            "fetch (task 1) starts.",
            "-> fetch (task 1) runs until it waits or ends; then the turn is over.",
            "fetch (task 1) made f1 (Future).",
            "-> fetch (task 1) runs until it waits or ends; then the turn is over.",
            "fetch (task 1) made the timer h2 end of a sleep, due at 0.500; it will complete f1 (Future).",
            "-> fetch (task 1) runs until it waits or ends; then the turn is over.",
            "fetch (task 1) waits for f1 (Future) at program.py:9.",
            "-> fetch (task 1) has given up control; then the turn is over.",
            "h1 of fetch (task 1) is done.",
            "-> The batch is done, so the turn ends.",
            "Turn 1 is done; nothing is ready for the next one.",
            "-> The loop will sleep until 0.500, when h2 wake-up of fetch (task 1) is due.",
            "Nothing is ready: the loop goes to sleep.",
            "-> The loop sleeps until 0.500, when h2 wake-up of fetch (task 1) is due.",
            "The poll slept 0.500 s until h2 wake-up of fetch (task 1) was due.",
            "-> h2 wake-up of fetch (task 1) is due and joins the ready queue.",
            "h2 wake-up of fetch (task 1) was due at 0.500: it is ready now.",
            "-> The turn begins with a batch of 1 handle.",
            "Turn 2 begins: its batch has 1 handle.",
            "-> The wake-up of fetch (task 1) runs next.",
            "The wake-up of fetch (task 1) runs.",
            "-> The wake-up of fetch (task 1) runs to its end; then the turn is over.",
            "The wake-up of fetch (task 1) gave f1 (Future) its result.",
            "-> The wake-up of fetch (task 1) runs to its end; then the turn is over.",
            "f1 (Future) is done, so fetch (task 1) is ready now.",
            "-> The wake-up of fetch (task 1) runs to its end; then the turn is over.",
            "The wake-up of fetch (task 1) is done.",
            "-> The batch is done, so the turn ends.",
            "Turn 2 is done; 1 handle is ready for the next one.",
            "-> A new turn: no sleep, because h3 fetch is ready.",
            "The loop polls without sleeping, because h3 fetch is ready.",
            "-> The poll returns at once.",
            "The poll returned at once.",
            "-> The turn begins with a batch of 1 handle.",
            "Turn 3 begins: its batch has 1 handle.",
            "-> fetch (task 1) runs next.",
            "h3 runs: it resumes fetch (task 1).",
            "-> fetch (task 1) runs until it waits or ends; then the turn is over.",
            "fetch (task 1) goes on at program.py:9.",
            "-> fetch (task 1) runs until it waits or ends; then the turn is over.",
            "fetch (task 1) returned.",
            "-> fetch (task 1) has ended; then the turn is over.",
            "h3 of fetch (task 1) is done.",
            "-> The batch is done, so the turn ends.",
        ]
    );
}

fn now(story: &Story) -> String {
    next(story.history().live(), story.names())
}

#[test]
fn what_comes_next_in_other_places() {
    let mut story = Story::new();
    assert_eq!(now(&story), "The program is about to start.");
    story.start().soon(1, "a").soon(2, "b").soon(3, "a").turn(&[1, 2, 3]);
    // Two handles have the same name, so the number tells them apart.
    assert_eq!(now(&story), "a (h1) runs next.");
    story.run(1);
    story.push(Event::HandleCancel { handle: loopscope_protocol::HandleId(2), by: By::Py });
    assert_eq!(now(&story), "a (h1) runs to its end; then a (h3) runs.");
    story.done(1);
    assert_eq!(now(&story), "h2 b is left out, because it was cancelled.");
    story.push(Event::HandleSkip { handle: loopscope_protocol::HandleId(2) }).run(3).done(3);
    story.end_turn();
    let handle = loopscope_protocol::HandleId(4);
    story.handle(4, loopscope_protocol::HandleHow::Reader, "on_data", 0, 0);
    story.push(Event::WatcherAdd { fd: Fd(5), how: WatchHow::Read, handle });
    assert_eq!(now(&story), "The loop will sleep until fd 5 has something to read.");
    story.push(Event::PollBegin { timeout: None });
    assert_eq!(now(&story), "The loop sleeps until fd 5 has something to read.");
    story.push(Event::Gap { lost: 3 });
    assert_eq!(
        now(&story),
        "Records were lost: what the loop does next will show with the next ones."
    );
}

#[test]
fn every_kind_of_event_has_its_own_sentence() {
    for &kind in Kind::ALL {
        let event = (0u8..4).find_map(|byte| Event::sample(kind, &[byte; 100]));
        let event = event.expect("every kind has a sample");
        let record = Record {
            seq: 1,
            t: Some(0),
            turn: 0,
            loop_id: LoopId(1),
            garbage: 0,
            line: ChainId::NONE,
            event,
            texts: Texts::new("Some text.", "Other text."),
        };
        let mut state = State::default();
        state.apply(&record);
        let sentence = happened(&state, &record, &crate::Names::default());
        assert!(sentence.ends_with('.') || sentence.ends_with(")."), "{kind:?}: {sentence}");
        assert_ne!(sentence, format!("{}.", kind.word()));
        assert!(!next(&state, &crate::Names::default()).is_empty());
    }
}

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
    story.push(Event::HandleRun { handle: loopscope_protocol::HandleId(1), task: TaskId(1) });
    story.push(Event::TaskStep { task: TaskId(1) });
    assert!(just_now(&story).starts_with("blink (task 1) goes on"), "{}", just_now(&story));
}

#[test]
fn what_wakes_a_task_of_embassy_is_its_waker_and_no_wait_queue() {
    let mut story = on_a_board(Dialect::Embassy);
    story.step(1, 1).push(Event::TaskSuspend {
        task: TaskId(1),
        on: On::Waker,
        place: loopscope_protocol::Place::NONE,
        chain: ChainId::NONE,
    });
    assert!(
        just_now(&story).starts_with("blink (task 1) waits for its waker"),
        "{}",
        just_now(&story)
    );
    let state = story.history().at(story.records().len());
    let why = crate::why::why(&state, story.names(), TaskId(1));
    let text = format!("{why:?}");
    assert!(text.contains("which an interrupt, a timer or another task calls"), "{text}");
}

#[test]
fn a_loop_above_another_one_interrupts_its_step_and_then_that_goes_on() {
    let mut story = on_a_board(Dialect::Embassy);
    story.step(1, 1);
    story.on(2).push(Event::LoopNew {}).task(3, "high", 5);
    story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    let run = Event::HandleRun { handle: loopscope_protocol::HandleId(5), task: TaskId(3) };
    story.push(run);
    assert_eq!(just_now(&story), "h5 runs: it starts high (task 3); it interrupts blink (task 1).");
    story.push(Event::TaskStep { task: TaskId(3) }).suspend(5, 3, On::Nothing, 7);
    assert_eq!(next_at_the_end(&story), "blink (task 1) goes on, which was interrupted.");
}
