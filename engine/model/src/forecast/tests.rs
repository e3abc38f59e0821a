//! Forecasts along small programs, and of many that were made up.

use loopscope_protocol::{By, Event, Fd, FutureHow, FutureId, HandleHow, HandleId, LoopId};
use loopscope_protocol::{On, RunHow, TaskId, WatchHow};
use proptest::prelude::*;

use super::*;
use crate::sim::Sim;
use crate::story::Story;
use crate::{History, sentence};

const LOOP: LoopId = LoopId(1);

/// What is forecast at the end of a story, and its words.
fn at_end(story: &Story) -> (Forecast, String) {
    let history = story.history();
    let state = history.live();
    (forecast(state), sentence::next(state, story.names()))
}

/// Compares each forecast along a history with what came.
fn wrong(history: &History) -> Vec<String> {
    let (mut state, mut open) = (State::default(), Vec::new());
    let mut wrong = Vec::new();
    for (n, record) in history.records().enumerate() {
        let now = forecast(&state);
        if let Some(expected) = Expected::new(now) {
            open.push((n, expected));
        }
        open.retain_mut(|(n, expected)| {
            let outcome = expected.see(&state, &record);
            if outcome == Outcome::Wrong {
                let forecast = expected.forecast();
                wrong.push(format!("behind {n} {forecast:?}, but {:?}", record.event));
            }
            outcome == Outcome::Open
        });
        state.apply(&record);
    }
    wrong
}

#[test]
fn timers_for_the_same_time_join_in_the_order_of_the_heap() {
    let mut story = Story::new();
    story.start();
    for id in 1..=4 {
        story.timer(id, 2.0, "tick", 0);
    }
    story.poll(Some(2.0), 2.0);
    let mut order = Vec::new();
    loop {
        match at_end(&story) {
            (Forecast::In(LOOP, Next::Joins { timer, .. }), words) => {
                assert!(words.contains(&format!("h{} tick is due", timer.0)), "{words}");
                order.push(timer.0);
                story.due(timer.0, 2.0);
            }
            (other, _) => {
                assert_eq!(
                    other,
                    Forecast::In(LOOP, Next::BeginsTurn { handles: 4, or_more: false })
                );
                break;
            }
        }
    }
    assert_eq!(order, [1, 3, 2, 4], "as `heapq` gives four of the same time");
}

#[test]
fn where_the_order_of_the_heap_is_lost_none_is_named() {
    let mut story = Story::new();
    story.start().timer(1, 2.0, "a", 0).timer(2, 2.0, "b", 0).push(Event::Gap { lost: 3 });
    story.timer(3, 5.0, "c", 0).timer(4, 5.0, "d", 0).poll(Some(3.0), 5.0);
    let (forecast, words) = at_end(&story);
    assert_eq!(forecast, Forecast::In(LOOP, Next::JoinsOneOf { count: 2, when: 5.0 }));
    assert_eq!(words, "One of 2 timers that are due at 5.000 joins the ready queue.");
}

#[test]
fn each_descriptor_that_is_ready_is_counted() {
    let mut story = Story::new();
    story.start();
    for (id, fd) in [(1, 5), (2, 6), (3, 7)] {
        story.handle(id, HandleHow::Reader, "read", 0, 0);
        let handle = HandleId(id);
        story.push(Event::WatcherAdd { fd: Fd(fd), how: WatchHow::Read, handle });
    }
    story.push(Event::PollBegin { timeout: None }).push(Event::PollEnd { ready: 3 });
    let mut told = vec![at_end(&story).1];
    for (id, fd) in [(1, 5), (2, 6), (3, 7)] {
        let handle = HandleId(id);
        story.push(Event::WatcherReady { fd: Fd(fd), how: WatchHow::Read, handle });
        told.push(at_end(&story).1);
    }
    assert_eq!(
        told,
        [
            "3 descriptors are ready: their handles join the ready queue.",
            "2 more descriptors are ready: their handles join the ready queue.",
            "1 more descriptor is ready: its handle joins the ready queue.",
            "The turn begins with a batch of 3 handles.",
        ]
    );
}

#[test]
fn a_descriptor_may_be_ready_in_both_directions() {
    let mut story = Story::new();
    story.start();
    for (id, how, made) in
        [(1, WatchHow::Read, HandleHow::Reader), (2, WatchHow::Write, HandleHow::Writer)]
    {
        story.handle(id, made, "act", 0, 0);
        story.push(Event::WatcherAdd { fd: Fd(5), how, handle: HandleId(id) });
    }
    story.push(Event::PollBegin { timeout: None }).push(Event::PollEnd { ready: 1 });
    story.push(Event::WatcherReady { fd: Fd(5), how: WatchHow::Read, handle: HandleId(1) });
    assert_eq!(at_end(&story).1, "The turn begins with a batch of 1 handle, or more.");
}

#[test]
fn what_an_interrupt_makes_ready_has_its_turn() {
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1).future(1);
    story.suspend(1, 1, On::Future(FutureId(1)), 9).end_turn();
    story.push(Event::PollBegin { timeout: None });
    assert!(at_end(&story).1.ends_with("the loop sleeps for ever."));
    story.push(Event::TaskCancel { task: TaskId(1), by: By::Outside });
    let told = "What that makes ready has its turn when the poll is over.";
    assert_eq!(at_end(&story).1, told);
    let (future, how) = (FutureId(1), FutureHow::Cancelled);
    story.push(Event::FutureDone { future, how, by: By::Outside });
    story.handle(2, HandleHow::Wakeup, "main", 1, 1);
    let told = "h2 main is ready, and its turn comes when the poll is over.";
    assert_eq!(
        at_end(&story),
        (Forecast::In(LOOP, Next::EndsPoll(Some(HandleId(2)))), told.into())
    );
    story.push(Event::PollEnd { ready: 0 }).begin_turn(1);
    let history = story.history();
    assert_eq!(wrong(&history), Vec::<String>::new());
}

#[test]
fn a_timer_that_is_late_says_by_how_much() {
    let mut story = Story::new();
    story.start().timer(1, 0.3, "tick", 0).soon(2, "block").turn(&[2]).run(2).at(0.75);
    story.done(2).end_turn().poll(Some(0.0), 0.75);
    assert_eq!(at_end(&story).1, "h1 tick is 0.450 s late and joins the ready queue.");
    story.due(1, 0.3);
    let history = story.history();
    let end = history.len();
    let told = sentence::happened(history.live(), &history.record(end).unwrap(), story.names());
    assert_eq!(told, "h1 tick was due at 0.300 and is 0.450 s late: it is ready now.");
}

#[test]
fn a_poll_is_no_longer_than_a_day() {
    let mut story = Story::new();
    story.start().timer(1, 200_000.0, "tick", 0);
    let told = "The loop will sleep until 86400.000, since no poll is longer than a day.";
    assert_eq!(at_end(&story).1, told);
    story.push(Event::PollBegin { timeout: Some(86_400.0) });
    let told = "The loop sleeps until 86400.000, since no poll is longer than a day.";
    assert_eq!(at_end(&story).1, told);
}

#[test]
fn by_the_machines_clock_a_sleep_may_end_before_its_time() {
    let mut story = Story::new();
    story.start().push(Event::Clock { how: loopscope_protocol::ClockHow::Socket });
    story.timer(1, 3.0, "tick", 0).push(Event::PollBegin { timeout: Some(3.0) });
    let told = "The loop sleeps until 3.000 at the latest, when h1 tick is due.";
    assert_eq!(at_end(&story).1, told);
    story.push(Event::LoopStopped { how: RunHow::Forever });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_forecast_is_wrong_in_any_program(seed in any::<u64>(), turns in 1_usize..60) {
        let sim = Sim::run(seed, turns);
        prop_assert_eq!(wrong(&sim.story.history()), Vec::<String>::new());
    }

    /// What is wrong is seen: the same forecasts along another program are not right.
    #[test]
    fn a_batch_in_another_order_is_seen_as_wrong(seed in any::<u64>()) {
        let sim = Sim::run(seed, 30);
        let mut records: Vec<_> = sim.story.records().to_vec();
        let runs: Vec<usize> = (1..records.len())
            .filter(|n| matches!(records[*n].event, Event::TurnBegin { ready: 2.., .. }))
            .collect();
        prop_assume!(!runs.is_empty());
        for at in runs {
            // The first of the batch is another one.
            if let Event::HandleRun { handle, .. } = &mut records[at + 1].event {
                handle.0 += 1000;
            }
        }
        let history: History = records.into_iter().collect();
        prop_assert!(!wrong(&history).is_empty());
    }
}
