//! Any position of the history gives the state that replaying it gives, wherever the records are.

mod copying;
mod files;
mod harm;
mod pieces;
mod summaries;

use loopscope_protocol::{ChainId, Event, Kind, KindSet, NameId, Place};
use proptest::prelude::*;

use super::*;
use crate::control::OwnedReply;
use crate::names::Frame;
use crate::sim::Sim;
use crate::story::Story;
use crate::stream::Arrived;
use recorder::MOST_NAMES;

const FRAME: Frame = Frame { name: NameId(1), place: Place { file: NameId(2), line: 3 } };

fn replayed(records: &[Record], n: usize) -> State {
    let mut state = State::default();
    for record in &records[..n] {
        state.apply(record);
    }
    state
}

/// Long enough for several blocks.
fn history(seed: u64) -> Vec<Record> {
    let sim = Sim::run(seed, 1600);
    let records = sim.story.records().to_vec();
    assert!(records.len() > 2 * loopscope_columns::FULL as usize, "{}", records.len());
    records
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn at_is_the_same_as_replaying(
        seed: u64,
        places in proptest::collection::vec(0usize..40_000, 8),
        harm in proptest::collection::vec((0usize..40_000, 0usize..40_000), 0..50),
    ) {
        let mut records = history(seed);
        let len = records.len();
        // Records in an impossible order must not make a difference either.
        for (a, b) in harm {
            records.swap(a % len, b % len);
        }
        let history: History = records.iter().cloned().collect();
        let mut cursor = Cursor::new();
        for place in places {
            let n = place % (len + 1);
            let truth = replayed(&records, n);
            prop_assert_eq!(&history.at(n), &truth);
            cursor.seek(&history, n);
            prop_assert_eq!(cursor.state(), &truth);
            prop_assert_eq!(cursor.position(), n);
        }
        prop_assert!(history.records().eq(records.iter().cloned()));
        let n = len / 3;
        prop_assert!(history.range(n, n + 5000).rev().eq(records[n..(n + 5000).min(len)].iter().rev().cloned()));
    }

    #[test]
    fn a_cursor_steps_both_ways(seed: u64, start in 0usize..40_000) {
        let records = history(seed);
        let history: History = records.iter().cloned().collect();
        let start = start % (records.len() - 400);
        let mut cursor = Cursor::new();
        let steps = (start..start + 300).chain((start + 100..start + 300).rev()).chain([start, start + 1]);
        for n in steps {
            cursor.seek(&history, n);
            prop_assert_eq!(cursor.position(), n);
            // Comparing whole states at each step would take most of the time.
            if n % 37 == 0 {
                prop_assert_eq!(cursor.state(), &replayed(&records, n));
            }
        }
    }

    #[test]
    fn searching_backwards_finds_what_searching_forwards_finds(seed: u64, from in 0usize..40_000) {
        let records = history(seed);
        let history: History = records.into_iter().collect();
        let from = from % history.len();
        let wanted = |state: &State, record: &Record| {
            record.kind() == Kind::TurnBegin && state.pending_tasks().count() % 3 == 1
        };
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(found) = history.find(at, wanted) {
            all.push(found);
            at = found;
        }
        let before = all.iter().copied().rfind(|n| *n < from);
        let after = all.iter().copied().find(|n| *n > from);
        prop_assert_eq!(history.rfind(from, wanted), before);
        prop_assert_eq!(history.find(from, wanted), after);
        let turns = KindSet::NONE.with(Kind::TurnBegin);
        let is_turn = |n: &usize| history.record(*n).unwrap().kind() == Kind::TurnBegin;
        prop_assert_eq!(history.find_kinds(from, turns), (from + 1..=history.len()).find(is_turn));
        prop_assert_eq!(history.rfind_kinds(from, turns), (1..from).rev().find(is_turn));
        let rare = KindSet::NONE.with(Kind::Gap).with(Kind::WatcherAdd);
        let is_rare = |n: &usize| rare.has(history.record(*n).unwrap().kind());
        prop_assert_eq!(history.find_kinds(from, rare), (from + 1..=history.len()).find(is_rare));
        prop_assert_eq!(history.rfind_kinds(from, rare), (1..from).rev().find(is_rare));
        prop_assert_eq!(history.count(from, rare), (1..=from).filter(is_rare).count());
        prop_assert_eq!(history.count(from, turns), (1..=from).filter(is_turn).count());
    }
}

#[test]
fn a_search_can_be_taken_up_again_after_each_portion() {
    let records = history(3);
    let history: History = records.into_iter().collect();
    let wanted = |_: &State, record: &Record| record.kind() == Kind::Gap;
    let forward = |from| {
        let mut search = find::Search::forward(&history, from);
        let mut portions = 0;
        while !search.is_over() {
            search.advance(&history, 1000, wanted);
            portions += 1;
        }
        (search.found(), portions)
    };
    assert_eq!(forward(0), (None, history.len().div_ceil(1000)));
    let mut search = find::Search::backward(&history, history.len());
    let mut portions = 0;
    while !search.is_over() {
        search.advance(&history, 1000, wanted);
        portions += 1;
    }
    assert_eq!((search.found(), search.position()), (None, 0));
    assert!(portions > 1);
}

#[test]
fn lists_end_at_the_position_that_is_looked_at() {
    let mut story = Story::new();
    story.start().print("one").print("two").push(Event::Gap { lost: 2 }).print("three");
    let history = story.history();
    let texts = |n| -> Vec<String> {
        let text = loopscope_protocol::Text::FIRST;
        history.outputs(n).map(|record| record.text(text).to_owned()).collect()
    };
    assert_eq!(texts(0).len(), 0);
    assert_eq!(texts(4), ["one"]);
    assert_eq!(texts(5), ["one", "two"]);
    assert_eq!(texts(99), ["one", "two", "three"]);
    assert_eq!((history.gaps(5).len(), history.gaps(6).len()), (0, 1));
    assert_eq!(history.at(5).last_output().unwrap().1, "two");
    assert_eq!(history.at(5).counts().outputs, 2);
    assert_eq!(history.handler_calls(99).len(), 0);
}

#[test]
fn places_by_number_and_time() {
    let mut story = Story::new();
    story.start();
    for n in 0..10 {
        story.at(f64::from(n)).soon(n + 1, "f");
    }
    let history = story.history();
    assert_eq!(history.position_of_seq(1), Some(1));
    assert_eq!(history.position_of_seq(13), Some(13));
    assert_eq!(history.position_of_seq(14), None);
    assert_eq!(history.position_at_time(13, 0), Some(2));
    assert_eq!(history.position_at_time(13, 2_500_000_000), Some(7));
    assert_eq!(history.position_at_time(13, 99_000_000_000), None);
    assert!(history.record(0).is_none() && history.record(14).is_none());
    assert_eq!(history.range(3, 5).count(), 2);
    assert_eq!(history.range(9, 99).count(), 4);
    assert_eq!(history.at(99), *history.live());
}

#[test]
fn a_time_is_one_of_the_present_clock() {
    let mut story = Story::new();
    story.start().at(5.0).soon(1, "f");
    let old = story.records().len();
    story.on(0).at(0.0).push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    story.on(1).push(Event::LoopNew {}).at(1.0).soon(1, "g");
    let (history, end) = (story.history(), story.records().len());
    assert_eq!(history.position_at_time(end, 500_000_000), Some(end));
    assert_eq!(history.position_at_time(end, 2_000_000_000), None, "that was before the reset");
    assert_eq!(history.position_at_time(old, 500_000_000), Some(old));
    assert_eq!(history.position_at_time(old, 6_000_000_000), None);
}

/// Two starts of the source in several blocks each, with a gap whose time nobody knows.
#[test]
fn times_are_found_over_blocks_and_gaps() {
    let mut story = Story::new();
    story.start();
    for round in 0..2 {
        for n in 0..6000u32 {
            story.at(f64::from(n)).soon(n + 1, "f");
            if n == 3000 {
                story.push(Event::Gap { lost: 7 });
            }
        }
        if round == 0 {
            story.on(0).at(0.0).push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {}).on(1);
        }
    }
    let history = story.history();
    let records = story.records();
    let starts = history.starts();
    assert_eq!(starts.len(), 1);
    for n in [10, starts[0] - 1, starts[0], records.len()] {
        let era = history.era(n);
        for seconds in [0, 1, 2999, 3000, 3001, 3002, 5999, 7000] {
            let ns = seconds * 1_000_000_000;
            let truth = era.clone().find(|n| {
                n.checked_sub(1).is_some_and(|at| records[at].t.is_some_and(|t| t >= ns))
            });
            assert_eq!(history.position_at_time(n, ns), truth, "{n} {seconds}");
        }
    }
}

#[test]
fn an_empty_snapshot_is_a_start_and_time_that_goes_back_is_one() {
    let mut story = Story::new();
    story.start().at(5.0).soon(1, "f");
    let old = story.records().len();
    // As the host tells of a reset: its snapshot is at 0 already, and counts once.
    story.on(0).at(0.0).push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    story.on(1).push(Event::LoopNew {}).at(1.0).soon(1, "g");
    let end = story.records().len();
    let history = story.history();
    assert_eq!((history.era(old), history.era(end)), (0..=old, old + 1..=end));
    // A reset so early that no time had passed.
    let mut story = Story::new();
    story.start().push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    assert_eq!(story.history().starts(), [story.records().len()]);
}

#[test]
fn a_snapshot_of_what_goes_on_is_no_start() {
    let mut story = Story::new();
    story.start().at(5.0).push(Event::Gap { lost: 9 });
    story.push(Event::SnapshotBegin {}).push(Event::LoopNew {}).push(Event::SnapshotEnd {});
    assert_eq!(story.history().starts(), [0usize; 0]);
    // The board has started over unseen: its snapshot is of an earlier time.
    story.at(0.5).push(Event::SnapshotBegin {});
    story.push(Event::LoopNew {}).push(Event::SnapshotEnd {});
    assert_eq!(story.history().starts(), [story.records().len() - 2]);
}

/// A slow handle now and then, over several blocks.
fn slow() -> Story {
    let mut story = Story::new();
    story.start();
    let mut at = 0.0;
    for n in 1..=3000u32 {
        story.at(at).soon(n, "f").turn(&[n]).run(n);
        at += if n % 100 == 0 { 0.2 } else { 0.001 };
        story.at(at).done(n).end_turn();
    }
    story
}

#[test]
fn findings_are_the_same_from_both_ends_and_at_any_position() {
    let history = slow().history();
    assert!(history.len() > 3 * loopscope_columns::FULL as usize);
    let all: Vec<_> = history.lints(usize::MAX).collect();
    assert_eq!(all.len(), 30);
    let mut back: Vec<_> = history.lints(usize::MAX).rev().collect();
    back.reverse();
    assert_eq!(back, all);
    for n in [0, 1, all[7].0 - 1, all[7].0, 4096, 4097, 9000, history.len()] {
        let upto = history.lints(n);
        let truth: Vec<_> = all.iter().filter(|(at, _)| *at <= n).cloned().collect();
        assert_eq!(upto.len(), truth.len(), "{n}");
        assert_eq!(upto.clone().collect::<Vec<_>>(), truth);
        assert_eq!(upto.last(), truth.last().cloned());
    }
}

#[test]
fn what_is_kept_no_longer_is_gone_and_the_rest_keeps_its_place() {
    let story = slow();
    let (records, all) = (story.records(), story.history());
    let mut history = History::new();
    history.set_keep(Keep::Records(5000));
    history.extend(records.iter().cloned());
    let first = history.first();
    assert!(first > 0 && first <= records.len() - 5000);
    assert_eq!(history.len(), records.len());
    assert!(history.record(first).is_none());
    for n in [first, first + 1, first + 4095, first + 4097, records.len()] {
        assert_eq!(history.at(n), replayed(records, n), "{n}");
        assert_eq!(history.record(n).as_deref(), records.get(n - 1).filter(|_| n > first));
    }
    assert_eq!(history.at(3), replayed(records, first), "the nearest that there is");
    let mut cursor = Cursor::new();
    cursor.seek(&history, 0);
    assert_eq!(cursor.position(), first);
    assert!(history.records().eq(records[first..].iter().cloned()));
    let later = |(n, _): &(usize, crate::lint::Finding)| *n > first;
    assert!(history.lints(usize::MAX).eq(all.lints(usize::MAX).filter(later)));
    let turns = KindSet::NONE.with(Kind::TurnBegin);
    assert_eq!(history.rfind_kinds(first + 1, turns), None);
    assert_eq!(history.find_kinds(0, turns), all.find_kinds(first, turns));
    let counted = |kinds| all.count(records.len(), kinds) - all.count(first, kinds);
    assert_eq!(history.count(records.len(), turns), counted(turns));
    assert_eq!(history.outputs(usize::MAX).len(), 0);
}

/// What repeats itself takes less room in the store than it takes to know where it is.
#[test]
fn what_is_known_of_a_history_without_an_end_takes_no_more_memory_than_it_may() {
    let (mut story, mut history) = (Story::streaming(), History::new());
    let limit = 1 << 20;
    history.set_keep(Keep::Bytes(limit));
    story.start().task(1, "blink", 1);
    let (mut most, mut most_blocks) = (0, 0);
    for handle in 1..=300_000 {
        story.poll(Some(1.0), f64::from(handle)).step(handle, 1);
        story.handle(handle + 1, loopscope_protocol::HandleHow::Step, "blink", 1, 0);
        story.suspend(handle, 1, loopscope_protocol::On::Nothing, 3);
        story.drain().for_each(|arrived| history.take(arrived));
        if handle % 10_000 == 0 {
            let directory = history.archive.directory();
            let entries = directory.numbers().filter_map(|number| directory.block(number));
            let [stored, known] = entries
                .map(directory::Entry::size)
                .fold([0; 2], |all, size| [all[0] + size[0], all[1] + size[1]]);
            assert!(stored < limit, "{stored} bytes would have been few enough");
            most = most.max(known);
            most_blocks = most_blocks.max(directory.numbers().len());
        }
    }
    // It is looked at now and then, and what is kept begins at a state that is written down.
    assert!(most < 2 * limit / 16, "{most}");
    assert!(history.first() > 1_000_000 && most_blocks > 50, "{} {most_blocks}", history.first());
    assert_eq!(history.at(history.len()), *history.live());
}

#[test]
fn names_are_found_wherever_they_were_defined() {
    let mut story = Story::new();
    story.start();
    for task in 1..=20_000u32 {
        story.task(task, &format!("coroutine_{task}"), 2 * task);
    }
    let history = story.history();
    let (names, truth) = (history.names(), story.names());
    assert!(names.kept() < 2 * MOST_NAMES, "older ones are in the store");
    for record in story.records().iter().step_by(97) {
        assert_eq!(names.line(record), truth.line(record));
    }
    for task in (1..=20_000).step_by(501).map(loopscope_protocol::TaskId) {
        assert_eq!(names.task(task), truth.task(task));
        assert!(names.task(task).is_some());
    }
    assert_eq!(names.get(NameId(1 << 30)), None);
}

#[test]
fn names_without_records_do_not_gather_in_memory() {
    let mut history = History::new();
    for id in 1..=100_000u32 {
        history.define(NameId(id), &format!("name_{id}"));
        history.define_chain(ChainId(id), ChainId::NONE, FRAME);
        assert!(history.names().kept() < 2 * MOST_NAMES, "{id}");
    }
    assert!(history.recorder.as_ref().unwrap().fresh_definitions() < MOST_NAMES);
    for id in (1..=100_000).step_by(997) {
        assert_eq!(history.names().exact(NameId(id)), format!("name_{id}"));
        assert_eq!(history.names().chain(ChainId(id)), [FRAME]);
    }
}
