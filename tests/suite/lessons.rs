//! The shelf of lessons, as the binary carries it.

use loopscope_tests::{Screen, loopscope};

/// The lessons' names, as `lesson list` tells them.
fn names() -> Vec<String> {
    let ended = loopscope(["lesson", "list"]).end().code_is(0);
    // A lesson's line begins with its number.
    let named = ended.lines().into_iter().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next()?.parse::<u32>().ok()?;
        words.next().map(str::to_owned)
    });
    named.collect()
}

#[test]
fn there_are_at_least_four() {
    assert!(names().len() >= 4, "{:?}", names());
}

#[test]
fn all_pass_their_own_check() {
    let _ = loopscope(["lesson", "check"]).limit(120).end().code_is(0);
}

#[test]
fn a_lesson_opens_on_the_screen() {
    for name in names().into_iter().take(4) {
        let Some(screen) = Screen::sized(100, 30, &["learn", &name]) else { return };
        screen.wait_until("its panels", |text| text.contains("ready"));
        screen.keys(&["q", "y"]);
        assert_eq!(screen.left(), 0, "{name}");
    }
}

#[test]
fn an_unknown_lesson_is_told_with_those_there_are() {
    let ended = loopscope(["learn", "no_such_lesson"]).end().complains("no_such_lesson");
    assert_ne!(ended.code(), 0, "{ended}");
}
