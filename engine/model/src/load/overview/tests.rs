//! Histories of many blocks, compared with what a count of each slice gives.

use std::collections::{BTreeMap, BTreeSet};

use loopscope_protocol::{HandleHow, On, TaskId};

use super::*;
use crate::story::Story;

/// Steps of as many tasks in turn, each as long as a random number says, with a sleep before each
/// fifth, a loss now and then, and new tasks that run once.
fn busy(seed: u64, steps: u32) -> Story {
    let mut story = Story::new();
    story.start();
    for task in 1..=5 {
        story.task(task, "worker", task);
    }
    let (mut state, mut now, mut handle, mut task) = (seed, 0.0, 5, 5);
    let mut random = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    for step in 0..steps {
        let (runs, wake) = (step + 1, step % 5 + 1);
        if step % 5 == 0 {
            now += random(9) as f64 / 1000.0;
            story.poll(Some(1.0), now);
        }
        now += random(3) as f64 / 1000.0;
        story.at(now).step(runs, wake);
        now += random(50) as f64 / 10_000.0;
        story.at(now).handle(handle + 1, HandleHow::Step, "worker", wake, 0);
        story.suspend(runs, wake, On::Nothing, 3);
        handle += 1;
        if random(40) == 0 {
            task += 1;
            let own = 1_000_000 + task;
            story.task(task, "once", own).step(own, task).at(now + 0.001);
            story.finish(own, task, loopscope_protocol::TaskHow::Result);
            now += 0.001;
        }
        if random(500) == 0 {
            now += 0.01;
            story.push(Event::Gap { lost: 3 }).at(now);
        }
    }
    story
}

fn whole(story: &Story) -> Load {
    let mut load = Load::default();
    story.records().iter().for_each(|record| load.see(record));
    load
}

fn read(history: &History) -> Overview {
    let mut overview = Overview::default();
    while overview.position() < history.len() {
        let next = overview.position() + 5_000;
        overview.read_on(history, next);
    }
    overview
}

#[test]
fn a_picture_is_what_a_count_of_each_slice_gives() {
    for seed in 1..=3 {
        let story = busy(seed, 12_000);
        let history = story.history();
        let (load, overview) = (whole(&story), read(&history));
        let picture = overview.picture(history.len()).expect("it has read some");
        let known: BTreeSet<Who> = load.slices.iter().map(|slice| slice.who).collect();
        let rows: BTreeSet<Who> = picture.rows().collect();
        let run = |who: &&Who| matches!(who, Who::Task(_) | Who::Callback(_));
        assert_eq!(rows, known.iter().filter(run).copied().collect());
        assert!(rows.len() > 100 && history.len() > 60_000, "{} {}", rows.len(), history.len());
        // By time, in columns of as many whole parts as these are long.
        let end = load.tally.last.unwrap_or(0);
        let length = (end / 100).next_power_of_two();
        let columns = || (0..=end / length).map(|n| n * length..(n + 1) * length);
        for who in known.iter().filter(|who| **who != Who::Loop) {
            let had = columns().map(|column| {
                overview.had(picture, Track::Of(*who), Axis::Time, &column).unwrap_or(0)
            });
            let mut counted: BTreeMap<u64, u64> = BTreeMap::new();
            let slices = load.slices.iter().copied().chain([load.tally.open_to_now()]);
            for slice in slices.filter(|slice| slice.who == *who) {
                for n in slice.begin / length..=slice.end / length {
                    let to = slice.end.min((n + 1) * length);
                    *counted.entry(n).or_default() +=
                        to.saturating_sub(slice.begin.max(n * length));
                }
            }
            let counted = (0..=end / length).map(|n| counted.get(&n).copied().unwrap_or(0));
            assert!(had.eq(counted), "{who:?}");
        }
    }
}

#[test]
fn where_one_ran_by_record_is_what_a_count_gives() {
    let story = busy(9, 12_000);
    let history = story.history();
    let (load, overview) = (whole(&story), read(&history));
    let picture = overview.picture(1).expect("it has read some");
    let end = history.len() as u64;
    let length = 1u64 << 10;
    for who in picture.rows().take(40) {
        let slices = || load.slices.iter().filter(|slice| slice.who == who);
        for column in (0..=end / length).map(|n| n * length..(n + 1) * length) {
            let had = overview.had(picture, Track::Of(who), Axis::Records, &column);
            let inside = slices().any(|slice| {
                (slice.from as u64) < column.end
                    && slice.to.max(slice.from + 1) as u64 > column.start
            });
            assert_eq!(had.is_some(), inside, "{who:?} {column:?}");
            // Whoever asks only within its extent misses nothing.
            let extent = overview.extent(picture, Track::Of(who), Axis::Records);
            let asked = extent.is_some_and(|at| at.start < column.end && column.start <= at.end);
            assert!(asked || !inside, "{who:?} {column:?}");
        }
    }
}

#[test]
fn what_each_has_had_is_known_behind_any_place() {
    let story = busy(4, 40_000);
    let history = story.history();
    let (load, mut overview) = (whole(&story), read(&history));
    assert!(overview.kept.len() >= 3, "{}", overview.kept.len());
    let records = story.records();
    for base in [0, 1, 70_000, 131_072, 200_000, records.len()] {
        let mut part = overview.load_behind(&history, base).expect("it has read so far");
        records[base..].iter().for_each(|record| part.see(record));
        for position in [base, base + 1, base + 99, records.len()] {
            let position = position.min(records.len());
            let Some(now) = records[..position].iter().rev().find_map(|record| record.t) else {
                continue;
            };
            assert_eq!(part.passed(position, now), load.passed(position, now), "{base} {position}");
            assert_eq!(part.longest(position), load.longest(position));
            for who in (1..=5).map(|id| Who::Task(TaskId(id))).chain([Who::Asleep, Who::Loop]) {
                let all = |load: &Load| load.in_all(who, position, now);
                assert_eq!(all(&part), all(&load), "{who:?} {base} {position}");
            }
        }
    }
}

#[test]
fn a_place_far_from_what_was_kept_is_walked_to_in_slices() {
    let story = busy(4, 40_000);
    let history = story.history();
    let (load, mut overview) = (whole(&story), read(&history));
    overview.kept.clear();
    let base = history.len() - 10;
    let mut asked = 0;
    let part = loop {
        let before = overview.asked.as_ref().map_or(0, |tally| tally.position);
        asked += 1;
        let part = overview.load_behind(&history, base);
        let walked = overview.asked.as_ref().map_or(0, |tally| tally.position) - before;
        assert!(walked > 0 && walked <= AT_ONCE, "{walked}");
        if let Some(part) = part {
            break part;
        }
    };
    assert_eq!(asked, base.div_ceil(AT_ONCE));
    let now = story.records()[..base].iter().rev().find_map(|record| record.t).unwrap_or(0);
    assert_eq!(part.passed(base, now), load.passed(base, now));
    assert_eq!(part.longest(base), load.longest(base));
    // What is not far behind it is at hand.
    assert!(overview.load_behind(&history, base + 5).is_some());
}

#[test]
fn after_a_restart_another_picture_is_begun() {
    let mut story = busy(5, 2_000);
    let before = story.records().len();
    story.on(0).at(0.0).push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    story.on(1).push(Event::LoopNew {}).at(0.5).task(1, "another", 9_000_000);
    story.step(9_000_000, 1).at(0.7).suspend(9_000_000, 1, On::Nothing, 3).at(0.8);
    let history = story.history();
    let (load, overview) = (whole(&story), read(&history));
    let [old, new] = [before, history.len()].map(|at| overview.picture(at).expect("of both"));
    assert_eq!((old.from(), new.from()), (0, load.starts().start(history.len())));
    let always = 0..u64::MAX / 2;
    let had = |picture, task| {
        overview.had(picture, Track::Of(Who::Task(TaskId(task))), Axis::Time, &always)
    };
    assert_eq!((had(new, 1), had(new, 2)), (Some(200_000_000), None));
    let now = 800_000_000;
    assert_eq!(load.in_all(Who::Task(TaskId(1)), history.len(), now).busy, 200_000_000);
    assert!(had(old, 2) > Some(1_000_000));
}

#[test]
fn a_picture_of_many_tasks_takes_no_more_room_and_loses_no_time() {
    let mut story = Story::streaming();
    let mut history = History::new();
    story.start().task(1, "stays", 1);
    let tasks = 20_000;
    for task in 2..=tasks {
        let t = f64::from(task);
        story.at(t).step(task - 1, 1).at(t + 0.1).suspend(task - 1, 1, On::Nothing, 3);
        story.task(task, "once", 1_000_000 + task).step(1_000_000 + task, task).at(t + 0.5);
        story.finish(1_000_000 + task, task, loopscope_protocol::TaskHow::Result);
        story.drain().for_each(|arrived| history.take(arrived));
    }
    let mut overview = read(&history);
    let picture = overview.picture(1).expect("it has read some");
    let always = 0..u64::MAX / 2;
    let had = |track| overview.had(picture, track, Axis::Time, &always).unwrap_or(0) / 1_000_000;
    let rows: u64 = picture.rows().map(|who| had(Track::Of(who))).sum();
    assert!(picture.rows().count() <= 2048 && picture.without() > 10_000);
    assert_eq!(picture.rows().count() + picture.without(), tasks as usize);
    assert_eq!(had(Track::Of(Who::Task(TaskId(1)))), u64::from(tasks - 1) * 100);
    assert_eq!(rows + had(Track::Rest), had(Track::All));
    assert_eq!(had(Track::All), u64::from(tasks - 1) * 500);
    overview.keep();
    overview.keep();
    assert!(overview.tally.size() < 200, "who has ended is forgotten: {}", overview.tally.size());
}
