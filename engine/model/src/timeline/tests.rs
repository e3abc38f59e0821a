//! Any position of the history gives the state that replaying it gives.

use loopscope_protocol::{Event, Kind, KindSet};
use proptest::prelude::*;

use super::*;
use crate::sim::Sim;
use crate::story::Story;

fn replayed(records: &[Record], n: usize) -> State {
    let mut state = State::default();
    for record in &records[..n] {
        state.apply(record);
    }
    state
}

/// Long enough for several checkpoints.
fn history(seed: u64) -> Vec<Record> {
    let sim = Sim::run(seed, 800);
    assert!(sim.story.records().len() > 2 * INTERVAL, "{}", sim.story.records().len());
    sim.story.records().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn at_is_the_same_as_replaying(
        seed: u64,
        places in proptest::collection::vec(0usize..20_000, 8),
        harm in proptest::collection::vec((0usize..20_000, 0usize..20_000), 0..50),
    ) {
        let mut records = history(seed);
        let len = records.len();
        // Records in an impossible order must not make a difference either.
        for (a, b) in harm {
            records.swap(a % len, b % len);
        }
        let timeline: Timeline = records.iter().cloned().collect();
        prop_assert!(timeline.checkpoints.len() > 1);
        let mut cursor = Cursor::new();
        for place in places {
            let n = place % (len + 1);
            let truth = replayed(&records, n);
            prop_assert_eq!(&timeline.at(n), &truth);
            cursor.seek(&timeline, n);
            prop_assert_eq!(cursor.state(), &truth);
            prop_assert_eq!(cursor.position(), n);
        }
    }

    #[test]
    fn a_cursor_steps_both_ways(seed: u64, start in 0usize..20_000) {
        let records = history(seed);
        let timeline: Timeline = records.iter().cloned().collect();
        let start = start % (records.len() - 400);
        let mut cursor = Cursor::new();
        let steps = (start..start + 300).chain((start + 100..start + 300).rev()).chain([start, start + 1]);
        for n in steps {
            cursor.seek(&timeline, n);
            prop_assert_eq!(cursor.position(), n);
            // Comparing whole states at each step would take most of the time.
            if n % 37 == 0 {
                prop_assert_eq!(cursor.state(), &replayed(&records, n));
            }
        }
    }

    #[test]
    fn searching_backwards_finds_what_searching_forwards_finds(seed: u64, from in 0usize..20_000) {
        let records = history(seed);
        let timeline: Timeline = records.into_iter().collect();
        let from = from % timeline.len();
        let wanted = |state: &State, record: &Record| {
            record.kind() == Kind::TurnBegin && state.pending_tasks().count() % 3 == 1
        };
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(found) = timeline.find(at, wanted) {
            all.push(found);
            at = found;
        }
        let before = all.iter().copied().rfind(|n| *n < from);
        let after = all.iter().copied().find(|n| *n > from);
        prop_assert_eq!(timeline.rfind(from, wanted), before);
        prop_assert_eq!(timeline.find(from, wanted), after);
        let turns = KindSet::NONE.with(Kind::TurnBegin);
        let is_turn = |n: &usize| timeline.record(*n).unwrap().kind() == Kind::TurnBegin;
        prop_assert_eq!(timeline.find_kinds(from, turns), (from + 1..=timeline.len()).find(is_turn));
        prop_assert_eq!(timeline.rfind_kinds(from, turns), (1..from).rev().find(is_turn));
    }
}

#[test]
fn lists_end_at_the_position_that_is_looked_at() {
    let mut story = Story::new();
    story.start().print("one").print("two").push(Event::Gap { lost: 2 }).print("three");
    let timeline = story.timeline();
    let texts = |n| -> Vec<String> {
        let text = loopscope_protocol::Text::FIRST;
        timeline.outputs(n).map(|record| record.text(text).to_owned()).collect()
    };
    assert_eq!(texts(0).len(), 0);
    assert_eq!(texts(4), ["one"]);
    assert_eq!(texts(5), ["one", "two"]);
    assert_eq!(texts(99), ["one", "two", "three"]);
    assert_eq!((timeline.gaps(5).len(), timeline.gaps(6).len()), (0, 1));
    assert_eq!(timeline.at(5).last_output().unwrap().1, "two");
    assert_eq!(timeline.at(5).counts().outputs, 2);
    assert_eq!(timeline.handler_calls(99).len(), 0);
}

#[test]
fn places_by_number_and_time() {
    let mut story = Story::new();
    story.start();
    for n in 0..10 {
        story.at(f64::from(n)).soon(n + 1, "f");
    }
    let timeline = story.timeline();
    assert_eq!(timeline.position_of_seq(1), Some(1));
    assert_eq!(timeline.position_of_seq(13), Some(13));
    assert_eq!(timeline.position_of_seq(14), None);
    assert_eq!(timeline.position_at_time(13, 0), Some(2));
    assert_eq!(timeline.position_at_time(13, 2_500_000_000), Some(7));
    assert_eq!(timeline.position_at_time(13, 99_000_000_000), None);
    assert!(timeline.record(0).is_none() && timeline.record(14).is_none());
    assert_eq!(timeline.range(3, 5).count(), 2);
    assert_eq!(timeline.range(9, 99).count(), 4);
    assert_eq!(timeline.at(99), *timeline.live());
}

#[test]
fn a_time_is_one_of_the_present_clock() {
    let mut story = Story::new();
    story.start().at(5.0).soon(1, "f");
    let old = story.records().len();
    story.on(0).at(0.0).push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    story.on(1).push(Event::LoopNew {}).at(1.0).soon(1, "g");
    let (timeline, end) = (story.timeline(), story.records().len());
    assert_eq!(timeline.position_at_time(end, 500_000_000), Some(end));
    assert_eq!(timeline.position_at_time(end, 2_000_000_000), None, "that was before the reset");
    assert_eq!(timeline.position_at_time(old, 500_000_000), Some(old));
    assert_eq!(timeline.position_at_time(old, 6_000_000_000), None);
}

#[test]
fn a_large_state_is_kept_less_often() {
    let mut story = Story::new();
    story.start();
    for id in 1..=20_000 {
        story.soon(id, "f");
    }
    let timeline = story.timeline();
    let kept: usize = timeline.checkpoints.iter().map(|(_, state)| state.size()).sum();
    assert!(
        kept < 6 * timeline.len(),
        "{kept} entries in {} checkpoints",
        timeline.checkpoints.len()
    );
}
