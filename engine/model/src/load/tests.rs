//! Shares of the time, with and without losses.

use loopscope_protocol::{ClockMode, Dialect, Event, HandleHow, On, RunHow, Ties};

use super::*;
use crate::story::Story;

const MS: u64 = 1_000_000;

fn load(story: &Story) -> Load {
    let mut load = Load::default();
    story.records().iter().for_each(|record| load.see(record));
    load
}

/// Task 1 runs for 10 ms, the loop sleeps for 30 ms, task 2 runs for 50 ms, the loop for 10 ms.
fn shared() -> Story {
    let mut story = Story::new();
    story.start().task(1, "small", 1).task(2, "hog", 2).step(1, 1).at(0.010);
    story.suspend(1, 1, On::Nothing, 7).poll(None, 0.040).step(2, 2).at(0.090);
    story.suspend(2, 2, On::Nothing, 7).at(0.100).push(Event::PollBegin { timeout: None });
    story
}

fn busy(shares: &Shares) -> Vec<(Who, u64)> {
    shares.rows.iter().map(|row| (row.who, row.busy / MS)).collect()
}

const SMALL: Who = Who::Task(TaskId(1));
const HOG: Who = Who::Task(TaskId(2));

#[test]
fn the_time_is_shared_among_tasks_the_loop_and_sleep() {
    let story = shared();
    let shares = load(&story).over(1000 * MS, story.records().len(), 100 * MS);
    assert_eq!(busy(&shares), [(HOG, 50), (SMALL, 10)]);
    assert_eq!((shares.asleep / MS, shares.inside / MS), (30, 10));
    assert_eq!((shares.known / MS, shares.unknown), (100, 0));
    assert_eq!(shares.permille(shares.rows[0].busy), Some(500));
    let longest = shares.rows[0].longest.expect("it has run");
    assert_eq!(longest.ns, 50 * MS);
    let step = &story.records()[longest.at - 1];
    assert_eq!(step.event, Event::TaskStep { task: TaskId(2) });
}

#[test]
fn the_longest_step_is_that_of_all_who_ever_ran() {
    let mut story = shared();
    let hog = story.records().len();
    // The hog has ended long ago, and the window holds others alone.
    story.finish(2, 2, loopscope_protocol::TaskHow::Result).at(9.0);
    story.step(3, 1).at(9.002).suspend(3, 1, On::Nothing, 7).at(9.1);
    let seen = load(&story);
    let longest = |position| seen.longest(position).map(|(who, longest)| (who, longest.ns / MS));
    assert_eq!(longest(story.records().len()), Some((HOG, 50)));
    assert_eq!((longest(hog), longest(9)), (Some((HOG, 50)), None), "at an earlier position too");
    // After a start of the source it was somebody else's.
    story.push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    let start = story.records().len();
    story.task(1, "another", 1).step(1, 1).at(9.104).suspend(1, 1, On::Nothing, 7);
    let seen = load(&story);
    assert_eq!(seen.longest(start), None);
    let longest = seen.longest(story.records().len()).expect("one has run");
    assert_eq!((longest.0, longest.1.ns / MS), (SMALL, 4));
}

#[test]
fn a_window_cuts_what_began_before_it() {
    let story = shared();
    let load = load(&story);
    let shares = load.over(40 * MS, story.records().len(), 100 * MS);
    assert_eq!(busy(&shares), [(HOG, 30)]);
    assert_eq!((shares.known / MS, shares.asleep), (40, 0));
    assert_eq!((shares.rows[0].steps, shares.rows[0].longest), (0, None), "only a part is seen");
    assert_eq!(load.in_all(HOG, story.records().len(), 100 * MS).busy, 50 * MS);
}

#[test]
fn at_an_earlier_position_nothing_later_counts() {
    let story = shared();
    let load = load(&story);
    let step = story.records().iter().position(|r| r.event == Event::TaskStep { task: TaskId(2) });
    let position = step.expect("the hog runs") + 1;
    let shares = load.over(1000 * MS, position, 65 * MS);
    assert_eq!(busy(&shares), [(HOG, 25), (SMALL, 10)], "it runs at this moment");
    assert_eq!(load.in_all(HOG, position, 65 * MS).busy, 25 * MS);
    assert_eq!(load.in_all(HOG, position - 1, 40 * MS).busy, 0);
    assert_eq!(load.passed(position, 65 * MS), [65 * MS, 0]);
}

#[test]
fn a_gap_is_nobodys_time() {
    let mut story = Story::new();
    story.start().task(1, "victim", 1).step(1, 1).at(0.010).push(Event::FutureNew {
        future: loopscope_protocol::FutureId(1),
        name: NameId::NONE,
        by: loopscope_protocol::By::Outside,
    });
    // It ran for 10 ms as far as anybody knows; the end of its step is lost.
    story.at(0.500).push(Event::Gap { lost: 9 }).at(0.600);
    story.suspend(1, 1, On::Nothing, 7).at(0.650).push(Event::PollBegin { timeout: None });
    let shares = load(&story).over(10_000 * MS, story.records().len(), 700 * MS);
    assert_eq!(busy(&shares), [(SMALL, 10)]);
    assert_eq!(shares.unknown / MS, 590, "until a record said that it gave up control");
    assert_eq!((shares.inside / MS, shares.asleep / MS, shares.known / MS), (50, 50, 110));
    assert_eq!(shares.rows[0].longest, None, "how long that step was is not known");
}

#[test]
fn after_a_restart_the_numbers_mean_others() {
    let mut story = shared();
    story.push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    story.at(0.110).task(1, "another", 1).step(1, 1).at(0.120).suspend(1, 1, On::Nothing, 7);
    let end = story.records().len();
    let load = load(&story);
    assert_eq!(load.in_all(SMALL, end, 120 * MS).busy, 10 * MS);
    assert_eq!(load.in_all(HOG, end, 120 * MS).busy, 0);
    assert_eq!(busy(&load.over(1000 * MS, end, 120 * MS)), [(SMALL, 10)]);
}

#[test]
fn a_snapshot_in_between_changes_nothing() {
    let mut story = shared();
    story.at(0.110).push(Event::SnapshotBegin {}).push(Event::LoopNew {});
    story.task(1, "small", 1).push(Event::SnapshotEnd {}).at(0.120);
    let shares = load(&story).over(1000 * MS, story.records().len(), 120 * MS);
    assert_eq!(shares.asleep / MS, 50, "it still sleeps");
    assert_eq!(busy(&shares), [(HOG, 50), (SMALL, 10)]);
}

#[test]
fn a_timer_is_late_by_the_time_since_it_was_due() {
    let mut story = Story::new();
    story.start().timer(1, 0.010, "blink", 0).timer(2, 0.020, "read", 0);
    story.poll(Some(0.010), 0.0101).run(1).done(1).at(0.050).run(2).done(2);
    // The number is used again, for something that is no timer.
    story.handle(1, HandleHow::Soon, "again", 0, 0).at(0.060).run(1).done(1);
    let shares = load(&story).over(1000 * MS, story.records().len(), 60 * MS);
    assert_eq!(shares.timers, 2);
    let latest = shares.latest.expect("two have run");
    assert_eq!((latest.handle, latest.by), (HandleId(2), 30 * MS));
}

/// A board with two loops: the second one interrupts a step of the first after 10 ms, for 5 ms.
fn interrupted() -> Story {
    let mut story = Story::new();
    let file = story.name("firmware.elf");
    let (dialect, clock) = (Dialect::Embassy, ClockMode::Board);
    let start = Event::RunStart { dialect, clock, wall_start: 0, seed: 0, ties: Ties::Fifo, file };
    story.on(0).push(start);
    for id in [1, 2] {
        story.on(id).push(Event::LoopNew {}).task(id, "step", 2 * id - 1);
        story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
    }
    story.push(Event::PollBegin { timeout: None });
    story.on(1).step(1, 1).at(0.010);
    story.on(2).push(Event::PollEnd { ready: 0 }).at(0.011).step(3, 2).at(0.014);
    story.suspend(3, 2, On::Waker, 7).at(0.015).push(Event::PollBegin { timeout: None });
    story.on(1).at(0.040).suspend(1, 1, On::Waker, 7).push(Event::PollBegin { timeout: None });
    story
}

#[test]
fn a_step_that_is_interrupted_has_its_own_time_alone_and_is_one_step() {
    let story = interrupted();
    let end = story.records().len();
    let shares = load(&story).over(1000 * MS, end, 50 * MS);
    assert_eq!(busy(&shares), [(SMALL, 35), (HOG, 3)]);
    assert_eq!((shares.asleep / MS, shares.inside / MS), (10, 2));
    let row = shares.rows[0];
    let longest = row.longest.expect("it has run");
    assert_eq!((row.steps, longest.ns / MS), (1, 35));
    assert_eq!(story.records()[longest.at - 1].event, Event::TaskStep { task: TaskId(1) });
    // Both parts are in the window, but not the beginning of the step.
    let shares = load(&story).over(45 * MS, end, 50 * MS);
    assert_eq!((busy(&shares)[0], shares.rows[0].steps), ((SMALL, 30), 0));
    assert_eq!(load(&story).in_all(SMALL, end, 50 * MS).steps, 1);
}

#[test]
fn the_processor_sleeps_only_where_no_loop_is_awake() {
    let mut story = interrupted();
    // After a gap a loop that has said nothing may be awake.
    story.at(0.060).push(Event::Gap { lost: 3 });
    story.on(2).at(0.070).push(Event::PollEnd { ready: 0 }).at(0.080);
    story.push(Event::PollBegin { timeout: None }).on(1).at(0.090);
    story.push(Event::PollEnd { ready: 0 }).at(0.095).push(Event::PollBegin { timeout: None });
    let shares = load(&story).over(35 * MS, story.records().len(), 100 * MS);
    assert_eq!((shares.inside / MS, shares.unknown / MS, shares.asleep / MS), (15, 15, 5));
}
