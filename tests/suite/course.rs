//! The course: exercises that are done, faults that are found, a game, a quiz, and what is wrong with
//! a lesson.

mod broken;
mod whole;
mod writing;

use std::fs;
use std::process::Command;

use loopscope_lessons::{Lesson, lessons};
use loopscope_protocol::Word as _;
use loopscope_tests::cpython::cpythons;
use loopscope_tests::scratch::workspace;
use loopscope_tests::{Scratch, loopscope};

/// The solution of an exercise, as `lesson try` prints it.
fn solution(lesson: &str, options: &[&str]) -> String {
    let ended = loopscope(["lesson", "try", lesson, "--solution"]).args(options).end().code_is(0);
    ended.out()
}

#[test]
fn a_program_of_ones_own_is_judged_and_a_wrong_one_is_told_what_is_wrong() {
    let scratch = Scratch::new();
    let file = scratch.file("mine.py", &solution("loop-01", &[]));
    let tried = || loopscope(["lesson", "try", "loop-01"]).arg(&file).end();
    let _ = tried().code_is(0).says("Done: it does what it is to do.");
    let text = scratch.read("mine.py");
    let _ = scratch.file("mine.py", &text.replace("if times < 5", "if times < 4"));
    let ended = tried().code_is(1).says("Not yet. `again` is to run five times");
    assert!(ended.out().contains("checks hold"), "{ended}");
    let _ = scratch.file("mine.py", "raise NameError('nothing')\n");
    let _ = tried().code_is(1).says("NameError");
    let _ = loopscope(["lesson", "try", "loop-01", "--hint"]).end().code_is(0).says("number");
    let _ = loopscope(["lesson", "try", "loop-01", "--hint", "7"]).end().complains("there are 2");
}

#[test]
fn the_file_that_is_kept_for_a_learner_is_begun_and_begun_anew() {
    let home = Scratch::new();
    let data = home.path("data");
    let tried = |options: &[&str]| {
        loopscope(["lesson", "try", "loop-01", "--modify"])
            .args(options)
            .env("XDG_DATA_HOME", &data)
            .end()
    };
    let ended = tried(&[]).code_is(1).says("`water` still runs before `feed`");
    let path = data.join("loopscope/lessons/call_soon/modify.py");
    assert!(ended.out().contains(&path.display().to_string()), "{ended}");
    fs::write(&path, solution("loop-01", &["--modify"])).expect("it is ours");
    let _ = tried(&[]).code_is(0);
    let kept = fs::read_to_string(data.join("loopscope/progress.toml")).expect("it was written");
    assert!(kept.contains("let-water-wait"), "{kept}");
    let _ = tried(&["--reset"]).code_is(0).says("modify.before.py");
    let _ = tried(&[]).code_is(1);
}

#[test]
fn an_exercise_is_done_in_line_mode_and_the_place_is_kept() {
    let home = Scratch::new();
    let data = home.path("data");
    let take = |lines: &str| {
        loopscope(["lesson", "run", "loop-01"])
            .env("XDG_DATA_HOME", &data)
            .input(lines)
            .end()
            .code_is(0)
    };
    let began = take("\n\nquit\n");
    assert!(!began.out().contains("Last time"), "{began}");
    let to_the_exercise = "lesson goto 10\n";
    let ended = take(&format!("{to_the_exercise}run\nhelp\nsolution\nlesson reset\n\n"));
    for text in [
        "Last time you came as far as \"The loop takes over\"; `lesson goto 3`",
        "-- Let water wait --",
        "Your file: ",
        "(Your file is as at first.)",
        "Not yet. `water` still runs before `feed`",
        "    loop.call_soon(feed)",
        "As at first.",
        "-- A callback that comes back --",
    ] {
        assert!(ended.out().contains(text), "{text}: {ended}");
    }
    let path = data.join("loopscope/lessons/call_soon/modify.py");
    fs::write(&path, solution("loop-01", &["--modify"])).expect("it is ours");
    let ended = take(&format!("{to_the_exercise}run\n\n\n"));
    assert!(ended.out().contains("Done: it does what it is to do."), "{ended}");
    assert!(ended.out().contains("That was the lesson"), "{ended}");
    assert!(ended.out().contains("1 of 2 exercises done"), "{ended}");
    let kept = fs::read_to_string(data.join("loopscope/progress.toml")).expect("it was written");
    assert!(kept.contains("finished = [\"call_soon\"]"), "{kept}");
}

#[test]
fn a_question_can_be_answered_by_predict_and_passed_over() {
    let lines = "\n\n\n\npredict 1\nlesson next\nlesson next\n";
    let ended = loopscope(["lesson", "run", "loop-01"]).input(lines).end().code_is(0);
    assert!(ended.out().contains("Right: feed."), "{ended}");
    assert!(ended.out().contains("-- A look outside --"), "{ended}");
    let lines = "\n\n\n\nlesson next\n";
    let ended = loopscope(["lesson", "run", "loop-01"]).input(lines).end().code_is(0);
    assert!(ended.out().contains("-- A batch is over --"), "{ended}");
}

#[test]
fn what_an_exercise_says_to_do_can_be_done() {
    // It says how it is done in a file of one's own, and the words that it names work there.
    let home = Scratch::new();
    let take = |lines: &str| {
        let run = loopscope(["lesson", "run", "loop-01"]).env("XDG_DATA_HOME", home.path("data"));
        run.input(lines).end().code_is(0)
    };
    let ended =
        take("lesson goto 10\nhelp lesson\nhelp predict\nlesson what\nlesson\nlesson next\n");
    let told = ended.out();
    assert!(!told.contains("loopscope learn call_soon"), "it would make no copy: {ended}");
    assert!(
        !told.contains("No lesson is open here") && !ended.err().contains("No lesson"),
        "{ended}"
    );
    let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("{text}: {ended}"));
    assert!(at("-- Let water wait --") < at("Your file: "), "{ended}");
    assert!(at("Your file: ") < at("-- A callback that comes back --"), "{ended}");
    let file = told.split("Your file: ").nth(1).and_then(|rest| rest.lines().next());
    let file = file.expect("it names the file").trim_end_matches('.').to_owned();
    assert!(std::path::Path::new(&file).is_file(), "{file:?} is there: {ended}");
    for word in ["lesson", "predict"] {
        let help = loopscope(["repl", "-c", &format!("help {word}")]).end().code_is(0);
        assert!(help.out().lines().count() > 1, "{word} says more than its name: {help}");
    }
}

#[test]
fn a_fault_is_found_by_naming_its_record() {
    let take =
        |lines: &str| loopscope(["lesson", "run", "faults-05"]).input(lines).end().code_is(0);
    let ended = take(
        "\n\nno\n\nfound 1\nhint\ngoto start\nuntil task-done if how == \"exception\"\nfound\n\n\n",
    );
    for text in
        ["Name the record", "No. Record 1 is `run-start`", "A condition helps", "Right: record"]
    {
        assert!(ended.out().contains(text), "{text}: {ended}");
    }
    assert!(ended.out().contains("1 of 1 exercise done"), "{ended}");
    let ended = take("\n\nno\n\nfound seven\nsolution\n\n\n");
    assert!(ended.out().contains("Write the record's number"), "{ended}");
    assert!(ended.out().contains("It is record "), "{ended}");
}

#[test]
fn lessons_on_the_board_need_none() {
    let ended = loopscope(["lesson", "run", "board-02"]).input("\n\n3\n\n").end().code_is(0);
    assert!(ended.out().contains("-- The average --"), "{ended}");
    assert!(ended.out().contains("Right: the end of the task."), "{ended}");
}

#[test]
fn every_event_is_in_a_lesson() {
    let mut seen = std::collections::BTreeSet::new();
    let mut note = |text: &str| {
        for line in text.lines() {
            if let Some((_, rest)) = line.split_once("\"event\":\"") {
                seen.insert(rest.split('"').next().unwrap_or_default().to_owned());
            }
        }
    };
    let content = workspace().join("lessons/content");
    for lesson in lessons().iter().filter(|lesson| !lesson.is_on_board()) {
        let (dialect, kind) = (lesson.dialect.word(), lesson.is_proactor);
        let kind = if kind { "proactor" } else { "selector" };
        let run = loopscope(["run", "--headless", "--dialect", dialect, "--loop", kind]);
        let program = content.join(lesson.folder()).join(Lesson::FILE);
        note(&run.args(["--events", "-"]).arg(&program).limit(60).end().out());
    }
    for session in ["session", "gap", "held", "doorbell", "priorities"] {
        let demo = workspace().join(format!("tui/board/src/demo/{session}.loop"));
        note(&loopscope(["replay", "--headless", "--events", "-"]).arg(demo).end().out());
    }
    let known = loopscope(["repl", "-c", "help events"]).end().code_is(0).out();
    let page = fs::read_to_string(workspace().join("engine/protocol/EVENTS.md"));
    let page = page.expect("it is there");
    let all: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    assert!(all.len() > 50 && !known.is_empty(), "{all:?}");
    let missing: Vec<&&str> = all.iter().filter(|event| !seen.contains(**event)).collect();
    assert!(missing.is_empty(), "in no lesson: {missing:?}");
}

#[test]
fn whoever_plays_the_loop_is_graded_by_the_run() {
    let program = workspace().join("lessons/content/loop/01_call_soon/program.py");
    let play = |answers: &str| loopscope(["play"]).arg(&program).input(answers).end().code_is(0);
    let ended = play("\nwater\nrefill\nfeed\n2\n");
    for text in [
        "You are the loop of ",
        "  24  loop.call_soon(water, loop)",
        "How long may the poll sleep now?",
        "Which handle runs now?",
        "Right.",
        "No: feed. That would be right if a batch grew while it runs.",
        " right.",
    ] {
        assert!(ended.out().contains(text), "{text}: {ended}");
    }
    let again = play("\nsweep\n");
    assert!(again.out().contains("This is a queue, and sweep is its last."), "{again}");
    let ended = play("99\nq\n");
    assert!(ended.out().contains("The choices are 1 to 3."), "{ended}");
}

#[test]
fn micropythons_loop_and_a_recorded_board_are_played_too() {
    let program = workspace().join("lessons/content/micropython/01_one_loop/program.py");
    let options = ["play", "--questions", "3", "--dialect", "micropython"];
    let ended = loopscope(options).arg(program).input("1\n1\n1\n").end().code_is(0);
    assert!(ended.out().contains("of 3 right."), "{ended}");
    let board = workspace().join("tui/board/src/demo/session.loop");
    let ended =
        loopscope(["play", "--questions", "3"]).arg(board).input("1\n1\n1\n").end().code_is(0);
    assert!(ended.out().contains("of 3 right."), "{ended}");
}

#[test]
fn a_quiz_ends_with_a_report_and_a_table_for_the_teacher() {
    let scratch = Scratch::new();
    let table = scratch.path("ada.csv");
    let answers = "1\n".repeat(24);
    let ended = loopscope(["quiz", "a", "--learner", "Ada", "--csv"])
        .arg(&table)
        .input(&answers)
        .limit(120)
        .end()
        .code_is(0);
    for text in
        ["Form a: ", " of 24 right.", "That would be right if this were so", "loopscope learn "]
    {
        assert!(ended.out().contains(text), "{text}: {ended}");
    }
    let rows: Vec<String> = scratch.read("ada.csv").lines().map(str::to_owned).collect();
    assert_eq!(rows.len(), 25);
    assert_eq!(rows[0], "form,question,about,learner,choice,right,is_right,misconception");
    assert!(rows[1].starts_with("a,a01,1,\"Ada\","), "{}", rows[1]);
    let refused = scratch.file("mine.csv", "not a quiz\n");
    let _ = loopscope(["quiz", "a", "--csv"]).arg(refused).input("q\n").end().code_is(2);
}

/// What a question's program answers in an interpreter.
fn theirs(python: &std::path::Path, section: &str) -> String {
    let program = section.split("```python\n").nth(1).and_then(|rest| rest.split("```").next());
    let scratch = Scratch::new();
    let file = scratch.file("program.py", program.expect("a program"));
    let output = Command::new(python).arg(file).output().expect("it was found");
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = output.lines().collect();
    let read = section.lines().find_map(|line| line.strip_prefix("answer: ")).expect("what");
    let line = match read {
        "last line" => lines.last().copied(),
        "all lines" => return lines.join(", "),
        _ => lines.get(read["line ".len()..].parse::<usize>().expect("a number") - 1).copied(),
    };
    line.unwrap_or_default().to_owned()
}

#[test]
fn the_answers_of_the_quiz_are_those_of_the_cpythons_that_are_found() {
    let quiz = workspace().join("lessons/content/quiz.md");
    let quiz = fs::read_to_string(quiz).expect("it is there");
    // Time limits as the programs write them are there from 3.11 on. What the oldest and the newest
    // agree on those between them do as well; `LOOPSCOPE_ALL_PYTHONS` asks them too.
    let mut pythons: Vec<_> = cpythons().into_iter().filter(|p| p.version >= (3, 11)).collect();
    pythons.sort_by_key(|python| python.version);
    if pythons.len() > 2 && std::env::var_os("LOOPSCOPE_ALL_PYTHONS").is_none() {
        drop(pythons.drain(1..pythons.len() - 1));
    }
    for form in ["a", "b"] {
        let ended = loopscope(["quiz", form, "--answers"]).limit(120).end().code_is(0);
        assert_eq!(ended.lines().len(), 24);
        for line in ended.lines() {
            let (id, answer) = line.split_once('\t').expect("an id and an answer");
            let at = quiz.find(&format!("## {id}: ")).expect("the question");
            let section = quiz[at..].split("\n## ").next().expect("its text");
            for python in &pythons {
                // On a busy machine a real clock may be late.
                let same = (0..3).any(|_| theirs(&python.file, section) == answer);
                assert!(same, "{id} is not {answer} in {:?}", python.version);
            }
        }
    }
}

#[test]
fn a_lesson_becomes_a_page() {
    let export = |to: &str| {
        loopscope(["lesson", "export", "loop-01", "--to", to]).limit(60).end().code_is(0).out()
    };
    let page = export("md");
    for text in
        ["# call_soon and the batch", "- [x] feed", "- [ ] refill", "```text", "## Who runs next?"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    let page = export("html");
    for text in
        ["<!DOCTYPE html>", "<li class=\"right\">feed</li>", "<dfn>event loop</dfn>", "</html>"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(page.matches("<details>").count(), page.matches("<h2>").count(), "a picture each");
}

#[test]
fn what_a_learners_program_says_gives_no_orders_to_the_terminal() {
    let scratch = Scratch::new();
    let evil = "print('\\x1b]0;EVIL\\x07')\nraise ValueError('\\x1b[2J')\n";
    let file = scratch.file("mine.py", evil);
    let ended = loopscope(["lesson", "try", "loop-01"]).arg(file).end().code_is(1);
    assert!(ended.out().contains("Not yet."), "{ended}");
    assert!(!ended.bytes().contains(&0x1b), "{ended}");
}
