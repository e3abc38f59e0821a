//! The sentences word for word, along small programs.

mod boards;

use loopscope_protocol::{
    By, ChainId, Event, Fd, FutureId, Kind, LoopId, On, RunHow, TaskHow, TaskId, WatchHow,
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
