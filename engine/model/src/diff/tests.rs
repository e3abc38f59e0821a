//! Histories that differ, or seem to.

use loopscope_protocol::{Event, Level, Place, RemarkKind, RunHow, Text};

use super::*;
use crate::story::Story;

fn compare(one: &Story, two: &Story, never: KindSet) -> Option<Divergence> {
    let (a, b) = (one.history(), two.history());
    let side = |title, history, names| Side { title, history, names, never_sends: never };
    diff(side("a", &a, one.names()), side("b", &b, two.names()))
}

fn program(first_id: u32, names: [&str; 2], at: f64) -> Story {
    let mut story = Story::new();
    // Ids and the order in which names are defined are different, what happens is not.
    if first_id > 1 {
        story.name("something else");
    }
    story.at(at).start();
    for (id, name) in (first_id..).zip(names) {
        story.soon(id, name);
    }
    story.turn(&[first_id, first_id + 1]).run(first_id).done(first_id);
    story
}

#[test]
fn numbers_and_times_do_not_count() {
    let one = program(1, ["tick", "tock"], 0.0);
    let two = program(40, ["tick", "tock"], 7.5);
    assert_eq!(compare(&one, &two, KindSet::NONE), None);
}

#[test]
fn names_count_also_where_the_record_has_only_the_number() {
    let (mut one, mut two) = (program(1, ["a", "b"], 0.0), program(1, ["a", "b"], 0.0));
    one.run(2);
    two.run(1);
    let found = compare(&one, &two, KindSet::NONE).unwrap();
    assert_eq!((found.equal, found.first, found.field), (10, Some(11), Some("handle")));
    assert!(found.sentence.ends_with("a, record 11: b runs. b, record 11: a runs."));
}

#[test]
fn one_side_may_end_earlier() {
    let (mut one, two) = (program(1, ["a", "b"], 0.0), program(1, ["a", "b"], 0.0));
    one.push(Event::LoopStopped { how: RunHow::Forever });
    let found = compare(&one, &two, KindSet::NONE).unwrap();
    assert_eq!((found.first, found.second, found.field), (Some(11), None, None));
    assert_eq!(
        found.sentence,
        "After 10 equal events they differ. a, record 11: The loop stopped: run_forever \
         returns. b has ended."
    );
}

#[test]
fn kinds_that_one_side_never_sends_do_not_count() {
    let (mut one, mut two) = (program(1, ["a", "b"], 0.0), program(1, ["a", "b"], 0.0));
    one.print("only here").run(2);
    two.run(2);
    assert!(compare(&one, &two, KindSet::NONE).is_some());
    assert_eq!(compare(&one, &two, KindSet::NONE.with(Kind::Output)), None);
}

#[test]
fn a_snapshot_in_the_middle_says_nothing_new() {
    let (mut one, mut two) = (program(1, ["a", "b"], 0.0), program(1, ["a", "b"], 0.0));
    one.push(Event::SnapshotBegin {}).start().soon(2, "b").push(Event::SnapshotEnd {});
    one.run(2);
    two.run(2);
    assert_eq!(compare(&one, &two, KindSet::NONE), None);
    two.done(2);
    assert_eq!(compare(&one, &two, KindSet::NONE).unwrap().equal, 11);
    // Where it is the beginning, it is what there is.
    let (mut three, none) = (Story::new(), Story::new());
    three.push(Event::SnapshotBegin {}).soon(2, "b").push(Event::SnapshotEnd {});
    assert!(compare(&three, &none, KindSet::NONE).is_some());
}

#[test]
fn what_the_sentences_do_not_tell_apart_is_named() {
    let (mut one, mut two) = (Story::new(), Story::new());
    one.start().push(Event::TurnEnd { ready: 0, timers: 1 });
    two.start().push(Event::TurnEnd { ready: 0, timers: 2 });
    let found = compare(&one, &two, KindSet::NONE).unwrap();
    assert!(found.sentence.ends_with("The difference is in `timers`."), "{}", found.sentence);
}

#[test]
fn what_loopscope_remarks_is_not_a_difference_and_nor_is_the_time_of_a_log() {
    let log = |remarked: bool, time| {
        let mut story = Story::new();
        story.start();
        if remarked {
            let text = story.text(Text::FIRST, "The processor runs again.");
            story.push(Event::Remark { kind: RemarkKind::Processor, text });
        }
        let text = story.text(Text::FIRST, "the queue is full");
        let place = Place::NONE;
        let level = Level::Warn;
        story.push(Event::Log { level, time, place, text });
        story
    };
    let (one, two) = (log(true, Some(1.25)), log(false, Some(1.5)));
    assert_eq!(compare(&one, &two, KindSet::NONE), None);
    let mut three = log(false, Some(1.25));
    let text = three.text(Text::FIRST, "it is empty");
    let place = Place::NONE;
    three.push(Event::Log { level: Level::Info, time: None, place, text });
    assert!(compare(&one, &three, KindSet::NONE).is_some());
}
