//! Whole lessons, played from outside: each one in line mode and in `--linear`, with right and wrong
//! answers, and with exercises that fail, are hinted at and are solved; and on the screen by a recorded
//! script of keys, from the command of the README on.
//!
//! `lesson check` plays every lesson on a screen of 80x24 in each run of the suite.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use loopscope_lessons::{Item, ItemKind, Lesson, lessons};
use loopscope_tests::run::{Ended, Run};
use loopscope_tests::scratch::workspace;
use loopscope_tests::{Scratch, Screen, loopscope};

/// A question as it was asked and answered in lines.
#[derive(Debug)]
struct Asked {
    choices: Vec<String>,
    answer: String,
    is_right: bool,
}

impl Asked {
    /// The number of the right choice, from 1, or of one that is wrong.
    fn number(&self, right: bool) -> usize {
        let is_wanted = |choice: &String| (*choice == self.answer) == right;
        self.choices.iter().position(is_wanted).expect("one is right, and one is wrong") + 1
    }
}

/// The questions in what was printed.
fn asked(out: &str) -> Vec<Asked> {
    let mut all = Vec::new();
    let mut choices: Vec<String> = Vec::new();
    for line in out.lines() {
        let choice = line.strip_prefix("  ").and_then(|rest| rest.split_once("  "));
        if let Some((_, text)) = choice.filter(|(n, _)| *n == (choices.len() + 1).to_string()) {
            choices.push(text.to_owned());
            continue;
        }
        let right = line.strip_prefix("Right: ").filter(|text| !text.starts_with("record "));
        let wrong = line.strip_prefix("No. The answer is: ");
        if let Some(answer) = right.or(wrong) {
            let answer = answer.trim_end_matches('.').to_owned();
            let choices = std::mem::take(&mut choices);
            all.push(Asked { choices, answer, is_right: right.is_some() });
        }
    }
    all
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

/// What is typed in a lesson: `picks` to its questions, and each exercise failed, hinted at and solved.
fn at_length(lesson: &Lesson, picks: &[usize]) -> String {
    let mut lines = String::new();
    let mut picks = picks.iter();
    for item in &lesson.items {
        match &item.kind {
            ItemKind::Step => lines.push('\n'),
            ItemKind::Predict(_) => {
                let _ = writeln!(lines, "{}\n", picks.next().expect("one for each question"));
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

/// The same where exercises are passed over; `found` are the records that are to be named.
fn in_short(lesson: &Lesson, picks: &[usize], found: &[String]) -> String {
    let mut lines = String::new();
    let (mut picks, mut found) = (picks.iter(), found.iter());
    for item in &lesson.items {
        match &item.kind {
            ItemKind::Step | ItemKind::Modify(_) | ItemKind::Make => lines.push('\n'),
            ItemKind::Predict(_) => {
                let _ = writeln!(lines, "{}\n", picks.next().expect("one for each question"));
            }
            ItemKind::Find(_) => {
                let _ = writeln!(lines, "found {}\n", found.next().expect("it was told"));
            }
        }
    }
    lines
}

/// The first words of a wrapped text.
fn beginning(text: &str) -> String {
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// Plays a lesson twice, so that each question is answered right and wrong: with the first choice of
/// each question and every exercise, then with another choice of the same questions.
fn play(lesson: &Lesson, command: &[&str]) {
    let code = lesson.code();
    let take = |lines: &str| {
        let run = loopscope(command.iter().copied().chain([code.as_str()]));
        let ended = Learner::of(lesson).take(run, lines);
        assert!(!ended.bytes().contains(&0x1b), "{code}: printed lines only: {ended}");
        assert!(ended.out().contains("That was the lesson"), "{code}: {ended}");
        ended
    };
    let questions: Vec<_> = lesson.questions().map(|(_, question)| question).collect();
    let exercises: Vec<&Item> = lesson.exercises().map(|(_, item, _)| item).collect();
    let finds: Vec<_> = lesson.items.iter().filter_map(Item::find).collect();

    let ended = take(&at_length(lesson, &vec![1; questions.len()]));
    // Code that could be read as words stands between marks.
    let out = ended.out().replace('`', "");
    let count = |text: &str| out.matches(text).count();
    let first = asked(&ended.out());
    assert_eq!(first.len(), questions.len(), "{code}: each is answered: {ended}");
    assert_eq!(count("Not yet. "), exercises.len(), "{code}: {ended}");
    assert_eq!(count("Done: it does what it is to do."), exercises.len(), "{code}: {ended}");
    assert_eq!(count("No. Record 1 is"), finds.len(), "{code}: {ended}");
    let hints = exercises.iter().filter_map(|item| item.exercise.as_ref());
    let hints = hints.flat_map(|exercise| &exercise.hints);
    for hint in hints.chain(finds.iter().flat_map(|find| &find.hints)) {
        let hint = beginning(&hint.to_string());
        assert!(out.contains(&hint), "{code}: {hint}: {ended}");
    }
    for line in lesson.program.lines().filter(|_| !lesson.is_on_board()) {
        assert!(out.contains(&line.replace('`', "")), "{code}: its program is shown: {ended}");
    }

    let named = out.lines().filter_map(|line| line.strip_prefix("It is record "));
    let named: Vec<String> = named
        .map(|rest| rest.trim_end_matches('.').split(' ').next().unwrap_or_default().to_owned())
        .collect();
    let others: Vec<usize> = first.iter().map(|asked| asked.number(!asked.is_right)).collect();
    let ended = take(&in_short(lesson, &others, &named));
    let out = ended.out().replace('`', "");
    let found = out.lines().filter(|line| line.starts_with("Right: record ")).count();
    assert_eq!(found, finds.len(), "{code}: {ended}");
    let second = asked(&ended.out());
    let right = second.iter().filter(|asked| asked.is_right).count();
    let score = format!("{right} of {} answered right at once", questions.len());
    assert!(out.contains(&score), "{code}: {score}: {ended}");
    for ((question, first), second) in questions.iter().zip(&first).zip(&second) {
        assert_ne!(first.is_right, second.is_right, "{code}: {first:?}, {second:?}");
        // The choice that was wrong is told its rule, in the run in which it was picked.
        if first.is_right {
            let picked = &second.choices[second.number(false) - 1];
            let rule = question.wrong(picked).expect("each wrong choice is told something");
            let rule = beginning(&rule.to_string());
            assert!(out.contains(&rule), "{code}: {picked}: {rule}: {ended}");
        }
    }
}

#[test]
fn every_lesson_is_played_in_line_mode() {
    for lesson in lessons() {
        play(lesson, &["lesson", "run"]);
    }
}

#[test]
fn every_lesson_is_played_in_printed_lines() {
    for lesson in lessons() {
        play(lesson, &["learn", "--linear"]);
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
    for (title, keys) in &parts {
        press(&screen, title, keys);
    }
    screen.keys(&["q"]);
    screen.wait_for(&format!(": {all} of "));
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);

    let Some(screen) = Screen::open(&["quiz", "b"]) else { return };
    screen.wait_for("question 1 of 24");
    press(&screen, &quiz.0, &quiz.1);
    screen.wait_for("Form b: 24 of 24 right.");
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
    screen.wait_for("Not: sweep");
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
