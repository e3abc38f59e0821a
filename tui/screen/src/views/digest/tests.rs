//! What is kept up with a history, along small stories.

use loopscope_model::story::Story;
use loopscope_protocol::{Event, On};

use super::window::{FAR, WINDOW};
use super::*;
use loopscope_protocol::Level;

#[test]
fn lines_of_output_grow_piece_by_piece() {
    let mut story = Story::new();
    story.start().print("one ").print("two\nthree\n").print("four");
    let digest = Digest::of(&story.history());
    let at = |position| -> Vec<String> {
        digest.lines(position).iter().map(|l| l.upto(position).to_owned()).collect()
    };
    assert_eq!(at(3), Vec::<String>::new());
    assert_eq!(at(4), ["one "]);
    assert_eq!(at(5), ["one two", "three"]);
    assert_eq!(at(6), ["one two", "three", "four"]);
}

/// A board's log is read when its ring is looked at, which is later.
#[test]
fn a_log_line_belongs_where_it_was_written() {
    let mut story = Story::new();
    story.start().task(1, "blink", 1).at(0.1).step(1, 1).at(0.3);
    story.suspend(1, 1, On::Nothing, 3).push(Event::PollBegin { timeout: None });
    story.log(Level::Info, 0.2, 3, "on").log(Level::Info, 900.0, 4, "by another clock");
    let history = story.history();
    let digest = Digest::of(&history);
    let [first, second] = digest.lines(history.len()) else { panic!("there are two lines") };
    let step = history.record(first.from()).expect("a record");
    assert_eq!(step.event, Event::TaskStep { task: TaskId(1) });
    assert_eq!(digest.ran_at(first.from()), Some(HandleId(1)));
    assert_eq!((first.told(), second.from()), (history.len() - 1, history.len()));
}

#[test]
fn what_ran_before_a_gap_is_not_known_to_have_run_in_it() {
    let mut story = Story::new();
    story.start().task(1, "blink", 1).at(0.1).step(1, 1).at(0.2).print("on");
    story.at(0.9).push(Event::Gap { lost: 9 }).at(1.0);
    let digest = Digest::of(&story.history());
    assert_eq!(digest.runs()[0].end, Some(200_000_000));
    assert_eq!(digest.ran_at(story.records().len()), None);
}

#[test]
fn after_a_reset_the_runs_of_before_are_of_another_era() {
    let mut story = Story::new();
    story.start().task(1, "blink", 1).at(4.0).step(1, 1);
    let old = story.records().len();
    story.on(0).at(0.0).push(Event::SnapshotBegin {}).push(Event::SnapshotEnd {});
    story.on(1).push(Event::LoopNew {}).task(1, "blink", 1).at(0.5).step(1, 1).at(0.7);
    story.suspend(1, 1, On::Nothing, 3);
    let (digest, end) = (Digest::of(&story.history()), story.records().len());
    let ((before, last), (now, _)) = (digest.era(old), digest.era(end));
    assert_eq!((last, now.from), (old, old + 1));
    assert_eq!(before.times(), Some((0, 4_000_000_000)));
    assert_eq!(now.times(), Some((0, 700_000_000)));
    let begin = |era: &Era| digest.runs_of(era)[0].begin / 1_000_000;
    assert_eq!((begin(&before), begin(&now)), (4000, 500));
    assert_eq!(digest.runs_of(&before)[0].end, Some(4_000_000_000), "it does not run on");
    let lane = Lane::Task(TaskId(1));
    assert_eq!(
        (digest.lane_runs(lane, &before), digest.lane_runs(lane, &now)),
        (&[0][..], &[1][..])
    );
    assert_eq!(digest.ran_at(old + 2), None);
}

#[test]
fn runs_belong_to_lanes() {
    let mut story = Story::new();
    story.start().soon(1, "hello").task(1, "main", 2).turn(&[1, 2]);
    story.run(1).at(0.5).done(1).step(2, 1);
    let digest = Digest::of(&story.history());
    assert_eq!(digest.lanes().len(), 2);
    assert_eq!(digest.lanes()[1], Lane::Task(TaskId(1)));
    assert_eq!(digest.runs()[0].end, Some(500_000_000));
    assert_eq!(digest.runs()[1].end, None, "it still runs");
    assert_eq!(digest.sleeps.len(), 0, "the poll only looked");
}

#[test]
fn however_long_a_board_is_watched_a_digest_takes_no_more_than_its_window() {
    let (mut story, mut history) = (Story::streaming(), History::new());
    history.set_keep(loopscope_model::history::Keep::Records(100_000));
    let mut digest = Digest::default();
    story.start().task(1, "blink", 1);
    let mut most = 0;
    for handle in 1..=500_000 {
        story.poll(Some(1.0), f64::from(handle)).step(handle, 1);
        story.handle(handle + 1, loopscope_protocol::HandleHow::Step, "blink", 1, 0);
        story.suspend(handle, 1, On::Nothing, 3);
        story.drain().for_each(|arrived| history.take(arrived));
        if handle % 10_000 == 0 {
            while !digest.follow(&history, history.len()) {}
            most = most.max(digest.position - digest.base);
            assert!(digest.handles.len() <= 2 * WINDOW / 7 + 10_000, "{}", digest.handles.len());
        }
    }
    assert!(history.len() > 2 * WINDOW + FAR && most <= 2 * WINDOW, "{most}");
    assert!(digest.runs().len() < 400_000 && digest.lines(history.len()).is_empty());
}
