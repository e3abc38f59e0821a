//! The shelf of lessons, as the binary carries it.

use std::fs;

use loopscope_tests::{Scratch, Screen, loopscope};

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

#[test]
fn a_new_lesson_is_complete_and_its_check_names_what_a_change_leaves_behind() {
    let scratch = Scratch::new();
    let here = scratch.path(".");
    let command = |words: &[&str]| loopscope(words.iter().copied()).within(&here).end();
    let _ = command(&["lesson", "new", "08_example"]).code_is(0);
    let folder = scratch.path("08_example");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("it was made")
        .map(|entry| entry.expect("it is there").file_name().into_string().expect("it is ours"))
        .collect();
    files.sort_unstable();
    assert_eq!(files, ["lesson.md", "program.out", "program.py"], "as CONTRIBUTING has them");
    let _ = command(&["lesson", "check", "08_example"]).code_is(0);

    let change = |file: &str, old: &str, new: &str| {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).expect("it was made");
        assert!(text.contains(old), "{file} has no {old}");
        fs::write(path, text.replace(old, new)).expect("it is ours");
    };
    change("program.py", "print(\"first\")", "print(\"one\")");
    let ended = command(&["lesson", "check", "08_example"]).code_is(3);
    assert!(ended.err().contains("program.out"), "{ended}");
    change("program.out", "first", "one");
    let _ = command(&["lesson", "check", "08_example"]).code_is(0);
    change("lesson.md", "anchor: loop-run", "anchor: no-such-event");
    let ended = command(&["lesson", "check", "08_example"]).code_is(3);
    assert!(ended.err().contains("lesson.md"), "{ended}");
}
