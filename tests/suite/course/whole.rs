//! Whole lessons, played from outside: in line mode and in `--linear`, wrong and right, with exercises
//! that fail, are hinted at and are solved; and on the screen by a recorded script of keys, from the
//! command of the README on.
//!
//! A day's tests take a part of the lessons, another one each day; with `LOOPSCOPE_WHOLE_COURSE` set they
//! take all of them. `lesson check` plays every lesson on a screen in each run of the suite.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use loopscope_lessons::{Item, ItemKind, Lesson, lessons};
use loopscope_tests::run::{Ended, Run};
use loopscope_tests::scratch::workspace;
use loopscope_tests::{Scratch, Screen, loopscope};

/// How many days it takes until every lesson was played.
const DAYS: u64 = 6;

fn whole_course() -> bool {
    std::env::var_os("LOOPSCOPE_WHOLE_COURSE").is_some()
}

/// The lessons that are played today.
fn todays() -> impl Iterator<Item = &'static Lesson> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let day = now.as_secs() / 86_400;
    let is_todays = move |at: usize| whole_course() || at as u64 % DAYS == day % DAYS;
    lessons().iter().enumerate().filter(move |(at, _)| is_todays(*at)).map(|(_, lesson)| lesson)
}

/// The places of the right and of a wrong choice of each question, from 1, in the order of the lesson.
fn choices(lesson: &Lesson) -> Vec<(usize, usize)> {
    let page = loopscope(["lesson", "export", &lesson.code(), "--to", "md"]).limit(60).end();
    let page = page.code_is(0).out();
    let mut asked: Vec<Vec<bool>> = Vec::new();
    let mut before = "";
    for line in page.lines() {
        if let Some(mark) = line.strip_prefix("- [").and_then(|rest| rest.chars().next()) {
            if !before.starts_with("- [") {
                asked.push(Vec::new());
            }
            asked.last_mut().expect("one was begun").push(mark == 'x');
        }
        before = line;
    }
    let place = |marks: &[bool], wanted: bool| {
        marks.iter().position(|right| *right == wanted).expect("a choice") + 1
    };
    asked.iter().map(|marks| (place(marks, true), place(marks, false))).collect()
}

/// A learner's folder, and an editor that writes the solution into whatever file it is given.
struct Learner {
    home: Scratch,
    editor: PathBuf,
}

impl Learner {
    fn of(lesson: &Lesson) -> Self {
        let home = Scratch::new();
        let solutions = home.path("solutions");
        fs::create_dir(&solutions).expect("it is ours");
        for (_, item, exercise) in lesson.exercises() {
            let file = item.exercise_file().expect("an exercise has one");
            fs::write(solutions.join(file), &exercise.solution).expect("it is ours");
        }
        let script = format!("cp '{}'/\"$(basename \"$1\")\" \"$1\"\n", solutions.display());
        let editor = home.file("editor.sh", &script);
        Self { home, editor }
    }

    fn take(&self, run: Run, lines: &str) -> Ended {
        run.env("XDG_DATA_HOME", self.home.path("data"))
            .env("EDITOR", format!("sh {}", self.editor.display()))
            .input(lines)
            .limit(120)
            .end()
            .code_is(0)
    }
}

/// What is typed in a lesson: a wrong answer to each question, and each exercise failed, hinted at and
/// solved.
fn wrongly(lesson: &Lesson, choices: &[(usize, usize)]) -> String {
    let mut lines = String::new();
    let mut asked = choices.iter();
    for item in &lesson.items {
        match &item.kind {
            ItemKind::Step => lines.push('\n'),
            ItemKind::Predict(_) => {
                let (_, wrong) = asked.next().expect("the page has each question");
                let _ = writeln!(lines, "{wrong}\n");
            }
            ItemKind::Modify(_) | ItemKind::Make => {
                let hints = item.exercise.as_ref().map_or(0, |exercise| exercise.hints.len());
                let _ = writeln!(lines, "run\n{}solution\nedit\n", "hint\n".repeat(hints + 1));
            }
            ItemKind::Find(find) => {
                let _ = writeln!(lines, "found 1\n{}solution\n", "hint\n".repeat(find.hints.len()));
            }
        }
    }
    lines
}

/// The same with right answers; `found` are the records that are to be named.
fn rightly(lesson: &Lesson, choices: &[(usize, usize)], found: &[String]) -> String {
    let mut lines = String::new();
    let (mut asked, mut found) = (choices.iter(), found.iter());
    for item in &lesson.items {
        match &item.kind {
            ItemKind::Step | ItemKind::Modify(_) | ItemKind::Make => lines.push('\n'),
            ItemKind::Predict(_) => {
                let (right, _) = asked.next().expect("the page has each question");
                let _ = writeln!(lines, "{right}\n");
            }
            ItemKind::Find(_) => {
                let _ = writeln!(lines, "found {}\n", found.next().expect("it was told"));
            }
        }
    }
    lines
}

/// The first line of a wrapped text.
fn beginning(text: &str) -> String {
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

#[test]
fn lessons_are_played_in_line_mode_and_in_printed_lines() {
    for lesson in todays() {
        let code = lesson.code();
        let learner = Learner::of(lesson);
        let choices = choices(lesson);
        assert_eq!(choices.len(), lesson.questions().count(), "{code}");
        let finds = lesson.items.iter().filter(|item| item.find().is_some()).count();
        let exercises: Vec<&Item> = lesson.exercises().map(|(_, item, _)| item).collect();

        let run = loopscope(["lesson", "run", &code]);
        let ended = learner.take(run, &wrongly(lesson, &choices));
        // Code of several words stands between marks.
        let out = ended.out().replace('`', "");
        let count = |text: &str| out.matches(text).count();
        assert_eq!(count("No. The answer is: "), choices.len(), "{code}: {ended}");
        assert_eq!(count("Not yet. "), exercises.len(), "{code}: {ended}");
        assert_eq!(count("Done: it does what it is to do."), exercises.len(), "{code}: {ended}");
        assert_eq!(count("No. Record 1 is"), finds, "{code}: {ended}");
        for item in &exercises {
            for hint in item.exercise.iter().flat_map(|exercise| &exercise.hints) {
                let hint = beginning(&hint.to_string());
                assert!(out.contains(&hint), "{code}: {hint}: {ended}");
            }
        }
        let wrong = lesson.questions().flat_map(|(_, question)| &question.wrong);
        let said = wrong.filter(|(_, text)| out.contains(&beginning(&text.to_string()))).count();
        assert!(said >= choices.len(), "{code}: each is told the rule: {ended}");
        for line in lesson.program.lines().filter(|_| !lesson.is_on_board()) {
            assert!(out.contains(&line.replace('`', "")), "{code}: its program is shown: {ended}");
        }
        assert!(out.contains("That was the lesson"), "{code}: {ended}");
        assert!(out.contains(&format!("0 of {} answered right", choices.len())), "{code}: {ended}");

        let named = out.lines().filter_map(|line| line.strip_prefix("It is record "));
        let named: Vec<String> = named
            .map(|rest| rest.trim_end_matches('.').split(' ').next().unwrap_or_default().to_owned())
            .collect();
        let run = loopscope(["learn", "--linear", &code]);
        let ended = Learner::of(lesson).take(run, &rightly(lesson, &choices, &named));
        let out = ended.out();
        let right = out.lines().filter(|line| line.starts_with("Right: ")).count();
        assert_eq!(right, choices.len() + finds, "{code}: {ended}");
        let all = choices.len();
        assert!(out.contains(&format!("{all} of {all} answered right at once")), "{code}: {ended}");
        assert!(!ended.bytes().contains(&0x1b), "{code}: printed lines only: {ended}");
    }
}

/// What went wrong is asked once more: in the list, and by a command of its own.
#[test]
fn what_went_wrong_is_asked_once_more_and_then_no_longer() {
    let lesson = Lesson::find("loop-01").expect("lesson one");
    let learner = Learner::of(lesson);
    let run =
        |arguments: &[&str], lines: &str| learner.take(loopscope(arguments.iter().copied()), lines);
    let again = run(&["lesson", "again"], "");
    assert!(again.out().contains("Nothing has gone wrong"), "{again}");
    let _ = run(&["lesson", "run", "loop-01"], "\n\n\n\nrefill\n\n\n\n\n\n\n\n\n");
    let listed = run(&["--linear"], "again\n2\nfind threadsafe\nquit\n");
    let out = listed.out();
    for text in [
        "Went wrong and open: 1. `again` asks once more.",
        "done, 0 of 3",
        "Who runs next?, from lesson loop-01",
    ] {
        assert!(out.contains(text), "{text}: {listed}");
    }
    let again = run(&["lesson", "again"], "feed\n");
    for text in ["-- Who runs next?, from lesson loop-01 --", "Right: feed.", "That was all"] {
        assert!(again.out().contains(text), "{text}: {again}");
    }
    let again = run(&["lesson", "again"], "");
    assert!(again.out().contains("Nothing has gone wrong"), "{again}");
    let taken =
        run(&["lesson", "run", "loop-01"], "glossary\nglossary heap\nglossary tree\nquit\n");
    for text in ["loop: It keeps the list", "heap: The timers in a list", "There is no such word"] {
        assert!(taken.out().contains(text), "{text}: {taken}");
    }
}

/// A key of the script, and what stands on the screen then.
type Pressed = (String, String);

/// The recorded script of keys: its parts, each with a title and its keys.
fn script() -> Vec<(String, Vec<Pressed>)> {
    let path = workspace().join("tests/suite/course/track_one.keys");
    let text = fs::read_to_string(path).expect("it is there");
    let mut parts: Vec<(String, Vec<Pressed>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix("= "), line.split_once('\t')) {
            (Some(title), _) => parts.push((title.to_owned(), Vec::new())),
            (None, Some((key, shown))) => {
                let part = parts.last_mut().expect("a part was begun");
                part.1.push((key.to_owned(), shown.to_owned()));
            }
            (None, None) => panic!("no key and no title: {line}"),
        }
    }
    parts
}

fn press(screen: &Screen, part: &str, keys: &[Pressed]) {
    for (key, shown) in keys {
        screen.keys(&[key]);
        let what = format!("{shown:?}, {key} in {part}");
        screen.wait_until(&what, |text| text.contains(shown.as_str()));
    }
}

/// Solutions of the whole track, for an editor that knows in which lesson's folder a file is.
fn editor(home: &Path) -> String {
    let solutions = home.join("solutions");
    for lesson in lessons().iter().filter(|lesson| lesson.track == "loop") {
        let folder = solutions.join(&lesson.id);
        fs::create_dir_all(&folder).expect("it is ours");
        for (_, item, exercise) in lesson.exercises() {
            let file = item.exercise_file().expect("an exercise has one");
            fs::write(folder.join(file), &exercise.solution).expect("it is ours");
        }
    }
    let text = format!(
        "cp '{}'/\"$(basename \"$(dirname \"$1\")\")/$(basename \"$1\")\" \"$1\"\n",
        solutions.display()
    );
    let script = home.join("editor.sh");
    fs::write(&script, text).expect("it is ours");
    format!("sh {}", script.display())
}

#[test]
fn the_readme_leads_through_the_first_track_by_keys_alone() {
    let readme = fs::read_to_string(workspace().join("README.md")).expect("it is there");
    assert!(readme.contains("cargo loopscope        # builds, then opens the lesson menu"));
    let mut parts = script();
    let quiz = parts.pop().expect("form b comes last");
    let all = lessons().iter().filter(|lesson| lesson.track == "loop").count();
    assert_eq!(parts.len(), all, "a part for each lesson of the track");
    let home = Scratch::new();
    // What `cargo loopscope` starts.
    let Some(screen) = Screen::with_editor(&editor(home.folder()), &[]) else { return };
    screen.wait_for("New here? Press Enter");
    let count = if whole_course() { all } else { 1 };
    for (title, keys) in parts.iter().take(count) {
        press(&screen, title, keys);
    }
    screen.keys(&["q"]);
    screen.wait_for(&format!(": {count} of "));
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);

    let Some(screen) = Screen::open(&["quiz", "b"]) else { return };
    screen.wait_for("question 1 of 24");
    let count = if whole_course() { quiz.1.len() } else { 3 };
    press(&screen, &quiz.0, &quiz.1[..count.min(quiz.1.len())]);
    if !whole_course() {
        screen.keys(&["q"]);
    }
    let count = if whole_course() { 24 } else { 3 };
    screen.wait_for(&format!("Form b: {count} of {count} right."));
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn a_program_is_played_on_the_screen() {
    let program = workspace().join("lessons/content/loop/01_call_soon/program.py");
    let arguments = ["play", "--questions", "4", &program.to_string_lossy()];
    let Some(screen) = Screen::open(&arguments) else { return };
    screen.wait_for("How long may the poll sleep now?");
    screen.keys(&["Escape"]);
    screen.wait_for("It is: not at all");
    screen.keys(&["Enter"]);
    let text = screen.wait_for("Which handle runs now?");
    assert!(!text.contains("h4"), "what will come is not shown: {text}");
    screen.keys(&["2"]);
    screen.wait_for("Not sweep.");
    screen.keys(&["Enter"]);
    screen.wait_for("3 of 4");
    screen.keys(&["1"]);
    screen.wait_for("Right!");
    screen.keys(&["Enter"]);
    screen.wait_for("4 of 4");
    screen.keys(&["1"]);
    screen.wait_for("Enter goes on");
    screen.keys(&["Enter"]);
    screen.wait_for("The game is over");
    screen.keys(&["Enter"]);
    screen.wait_for("of 4 right.");
    assert_eq!(screen.left(), 0);
}
