//! The shelf of lessons, as the binary carries it.

use std::fs;

use loopscope_tests::cpython::newest;
use loopscope_tests::micropython::executable;
use loopscope_tests::{Scratch, Screen, loopscope};

/// The lessons' ids, as `lesson list` tells them: each line begins with one.
fn names() -> Vec<String> {
    let ended = loopscope(["lesson", "list"]).end().code_is(0);
    let first = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    ended.lines().into_iter().map(|line| first(&line)).collect()
}

#[test]
fn there_are_at_least_forty_five_in_five_tracks() {
    let names = names();
    assert!(names.len() >= 45, "{names:?}");
    let mut tracks: Vec<&str> =
        names.iter().filter_map(|name| Some(name.rsplit_once('-')?.0)).collect();
    tracks.dedup();
    assert_eq!(tracks, ["loop", "tasks", "micropython", "board", "faults"]);
}

#[test]
fn all_pass_their_own_check() {
    // From 3.11 on there is all that they use, and the newest prints what the others print.
    let python = newest().filter(|python| python.version >= (3, 11)).map(|python| python.file);
    let micropython = executable();
    let mut check = loopscope(["lesson", "check"]).limit(900);
    for interpreter in python.iter().chain(&micropython) {
        check = check.arg("--python").arg(interpreter);
    }
    let ended = check.end();
    let told = ended.lines();
    // What is wrong stands here alone, so that no other line hides it.
    let wrong: Vec<&String> = told.iter().filter(|line| line.contains("not right")).collect();
    assert!(wrong.is_empty() && ended.code() == 0, "{}: {wrong:#?}", ended.err());
    assert_eq!(told.len(), names().len(), "each lesson is told when it was looked at: {ended}");
    for (line, name) in told.iter().zip(names()) {
        assert!(line.starts_with(&format!("{name:<9} right")), "{line}");
        let by = if name.starts_with("micropython") {
            (&micropython, "MicroPython 1.")
        } else {
            (&python, "CPython 3.")
        };
        let is_run = by.0.is_some() && !name.starts_with("board");
        assert_eq!(line.contains(&format!(", also by {}", by.1)), is_run, "{line}");
    }
}

#[test]
fn a_lesson_opens_on_the_screen() {
    for name in names().into_iter().take(4) {
        let Some(screen) = Screen::sized(100, 30, &["learn", &name]) else { return };
        screen.wait_until("its panels", |text| text.contains("source"));
        screen.keys(&["q", "y"]);
        assert_eq!(screen.left(), 0, "{name}");
    }
}

#[test]
fn the_list_has_a_line_for_each_lesson_track_by_track() {
    let ended = loopscope(["lesson", "list"]).end().code_is(0);
    let mut tracks: Vec<String> = Vec::new();
    for line in ended.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (track, number) = words[0].rsplit_once('-').expect("an id has a track");
        if tracks.last().is_none_or(|last| !last.starts_with(track)) {
            assert!(
                !tracks.iter().any(|known| known.starts_with(track)),
                "{track} is split: {ended}"
            );
        }
        let before = tracks.iter().filter(|known| known.starts_with(track)).count();
        assert_eq!(number, format!("{:02}", before + 1), "{line}");
        let at = words.iter().position(|word| *word == "min").expect("the minutes");
        assert!(words[at - 1].parse::<u32>().is_ok() && at > 2, "a title, then minutes: {line}");
        tracks.push(words[0].to_owned());
    }
    assert!(tracks.contains(&"loop-01".to_owned()) && tracks.contains(&"tasks-03".to_owned()));
}

#[test]
fn a_lesson_is_found_by_its_id_its_name_and_its_place_in_the_list() {
    for name in ["loop-02", "call_later", "02_call_later", "2"] {
        let ended = loopscope(["lesson", "run", name]).end().code_is(0);
        assert!(
            ended.out().starts_with("Lesson loop-02: call_later and timers"),
            "{name}: {ended}"
        );
    }
}

#[test]
fn a_wrong_answer_is_told_the_rule_by_which_it_would_be_right() {
    let take = |answer: &str| {
        let lines = format!("\n\n\n\n{answer}\n\n\n\n\n\n\n\n");
        loopscope(["lesson", "run", "loop-01"]).input(&lines).end().code_is(0)
    };
    let wrong = take("refill");
    assert!(wrong.out().contains("No. The answer is: feed."), "{wrong}");
    assert!(wrong.out().contains("would be right for a stack"), "{wrong}");
    let right = take("feed");
    assert!(right.out().contains("Right: feed."), "{right}");
    assert!(!right.out().contains("stack"), "{right}");
}

#[test]
fn a_lesson_of_ones_own_is_taken_from_its_folder() {
    let scratch = Scratch::new();
    let folder = scratch.path("08_mine");
    let _ = loopscope(["lesson", "new"]).arg(&folder).end().code_is(0);
    let lines = "\n1\n\n\n\n\n\n";
    let ended = loopscope(["lesson", "run"]).arg(&folder).input(lines).end().code_is(0);
    assert!(ended.out().contains("Lesson 08: A title"), "{ended}");
    assert!(ended.out().contains("Right: first."), "{ended}");
    assert!(ended.out().contains("That was the lesson"), "{ended}");
    // As a teacher names it who stands beside it.
    for (command, named) in [
        (["lesson", "run"], "08_mine"),
        (["lesson", "run"], "./08_mine"),
        (["lesson", "check"], "08_mine"),
        (["learn", "--linear"], "08_mine"),
        (["learn", "--linear"], "08_mine/"),
    ] {
        let run = loopscope(command).arg(named).within(scratch.folder()).input(lines);
        let ended = run.end().code_is(0);
        // A check that has nothing to say says nothing.
        let wanted = if command[1] == "check" { "" } else { "Lesson 08: A title" };
        assert!(ended.out().contains(wanted), "{command:?} {named}: {ended}");
    }
    let Some(screen) = Screen::sized(100, 30, &["learn", &folder.display().to_string()]) else {
        return;
    };
    screen.wait_until("its text", |text| text.contains("Say what the program does"));
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);

    let _ = scratch.file("08_mine/lesson.md", "nothing");
    let ended = loopscope(["lesson", "run"]).arg(&folder).end().code_is(3);
    assert!(ended.err().contains("08_mine/lesson.md:"), "{ended}");
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
    let other = "import sys, uuid\nprint(uuid.uuid4(), file=sys.stderr)\n# What";
    change("program.py", "# What", other);
    let ended = command(&["lesson", "check", "08_example"]).code_is(3);
    assert!(ended.err().contains("two runs of it are not the same"), "{ended}");
    change("lesson.md", "anchor: loop-run", "anchor: no-such-event");
    let ended = command(&["lesson", "check", "08_example"]).code_is(3);
    assert!(ended.err().contains("lesson.md"), "{ended}");
}
