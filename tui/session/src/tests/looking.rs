//! Commands that only look.

use super::*;

#[test]
fn info_loop_is_one_word() {
    let (mut session, _) = session();
    ok(&mut session, "goto 2");
    assert_eq!(ok(&mut session, "info loop"), "stopped");
    ok(&mut session, "goto 3");
    assert_eq!(ok(&mut session, "info loop"), "running");
    ok(&mut session, "goto end");
    assert_eq!(ok(&mut session, "info loop"), "stopped");
}

#[test]
fn info_tells_of_everything_everywhere() {
    let (mut session, _) = session();
    ok(&mut session, "b handle-run");
    ok(&mut session, "delete");
    ok(&mut session, "goto end");
    for position in 0..=LAST {
        ok(&mut session, &format!("goto {position}"));
        // What variables hold only a program can tell.
        for topic in Topic::ALL.iter().filter(|topic| **topic != Topic::Locals) {
            let answer = run(&mut session, &format!("info {}", topic.word())).unwrap();
            assert!(!answer.text.is_empty(), "info {} at {position}", topic.word());
            assert!(!answer.data.is_empty(), "info {} at {position}", topic.word());
        }
    }
    ok(&mut session, "goto 9");
    let text = ok(&mut session, "info ready");
    assert!(
        text.contains("running: h1 first") && text.contains("this batch: 1\n  h2 second"),
        "{text}"
    );
    ok(&mut session, "goto 14");
    let text = ok(&mut session, "info timers");
    assert!(text.starts_with("h4 later") && text.contains("due 2.5"), "{text}");
    ok(&mut session, "goto 29");
    assert!(ok(&mut session, "info tasks").starts_with("main (task 1)  queued as h5"));
    assert_eq!(ok(&mut session, "info output"), "one");
}

#[test]
fn what_is_kept_no_longer_is_said_and_the_rest_keeps_its_place() {
    let mut story = Story::new();
    story.start();
    for handle in 1..=3000 {
        story.soon(handle, "again").turn(&[handle]).run(handle).done(handle).end_turn();
    }
    let len = story.records().len();
    let mut session = Session::new(Script::new(&story).0);
    assert_eq!(ok(&mut session, "set keep 5_000"), "keep is now 5000");
    assert_eq!(at(&mut session, "goto end"), len);
    let first = session.history().first();
    assert!(first > 0 && len - first >= 5000, "{first} of {len}");
    assert!(refused(&mut session, "goto 5").contains("kept no longer"));
    assert_eq!(at(&mut session, "goto start"), first);
    assert!(ok(&mut session, "rstep").contains("kept no longer"));
    assert_eq!(at(&mut session, "step"), first + 1);
    assert_eq!(session.seq(), first as u64 + 1);
    assert_eq!(at(&mut session, &format!("goto {}", len - 100)), len - 100);
    assert_eq!(session.state(), &story.history().at(len - 100));
    assert_eq!(at(&mut session, "rcontinue"), first);
    assert_eq!(ok(&mut session, "set keep 1M"), "keep is now 1M");
    assert!(refused(&mut session, "set keep some").contains("a size, as 512M"));
}

#[test]
fn what_was_passed_is_told_record_by_record_or_as_what_changed() {
    let (mut session, _) = session();
    ok(&mut session, "goto 3");
    ok(&mut session, "goto 6");
    let lines = session.passed(3);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("#4  "), "{lines:?}");
    assert!(session.passed(5).is_empty(), "the stop itself tells a single record");
    assert!(session.passed(9).is_empty(), "nothing is passed on the way back");
    ok(&mut session, "goto 0");
    ok(&mut session, "goto end");
    let lines = session.passed(0);
    assert_eq!(lines[0], format!("{LAST} records passed."));
    assert!(lines[1..].iter().any(|line| line.starts_with("Task main (task 1): ")), "{lines:?}");
}
