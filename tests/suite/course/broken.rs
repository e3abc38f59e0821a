//! Each kind of broken lesson, and what its check says of it.

use super::*;

/// What harms the template of a lesson, and what its check says of it.
const HARM: &[(&str, &str, &str, &str)] = &[
    ("lesson.md", "format_version: 1", "format_version: 9", "lesson.md:2: format_version 9"),
    ("lesson.md", "minutes: 5\n", "", "lesson.md:1: `minutes` is missing"),
    (
        "lesson.md",
        "anchor: loop-run",
        "anchor: loop-runs",
        "lesson.md:14: \"loop-runs\" is no event",
    ),
    ("lesson.md", "anchor: loop-run", "anchor: gap", "has no place: no record of the run is `gap`"),
    ("lesson.md", "anchor: start", "anchor: loop-close", "comes before"),
    ("lesson.md", "choices: ready, \"none of them\"", "choices: \"x\"", "is not among the choices"),
    (
        "lesson.md",
        "answer: handle.name of next handle-run",
        "answer: handle.name of next gap",
        "the run has no answer",
    ),
    ("lesson.md", "`{answer}` runs first.", "`first` runs first.", "gives the answer"),
    (
        "lesson.md",
        "wrong: \"second\" Say by which rule this would be right, and what is different here.\n",
        "",
        "nothing is said to the wrong choice \"second\"",
    ),
    (
        "lesson.md",
        "wrong: \"none of them\" And here.",
        "wrong: \"none of them\" And here.\nwrong: \"third\" No.",
        "cannot be chosen",
    ),
    (
        "lesson.md",
        "-loop.call_soon(first)\n loop",
        "-loop.call_soon(thirst)\n loop",
        "exactly once",
    ),
    ("lesson.md", "check: 3 times handle-run if", "check: 3 times handle-run when", "lesson.md:"),
    (
        "lesson.md",
        "check: 3 times handle-run if",
        "check: 4 times handle-run if",
        "its solution does not pass: `third` is to run three times",
    ),
    (
        "lesson.md",
        "says: three times\n\n```diff\n-for",
        "says: four times\n\n```diff\n-for",
        "is told something else than \"four times\"",
    ),
    ("lesson.md", "+for _ in range(1):", "+for _ in (1, 2, 3):", "this mistake passes"),
    (
        "lesson.md",
        "hint: Say something",
        "hint: Write `loop.call_soon(third)` here. Say something",
        "a hint gives a line of the solution away",
    ),
    ("lesson.md", "Say why this is a way to do it.", "", ""),
    (
        "lesson.md",
        "hint: Say something that helps without giving the answer away.\n",
        "",
        "there is no hint",
    ),
    (
        "lesson.md",
        "## solution\n",
        "## make: Another\n\nText.\n\n## solution\n",
        "belongs behind a `modify` or `make`",
    ),
    ("program.py", "print(\"first\")", "print(\"one\")", "program.out"),
    (
        "program.py",
        "import asyncio",
        "import asyncio, uuid, sys\nprint(uuid.uuid4(), file=sys.stderr)",
        "two runs of it are not the same",
    ),
    ("program.py", "loop.run_forever()", "loop.run_for_ever()", "program.out"),
    ("program.out", "second", "third", "it writes something else than program.out has from line 2"),
];

#[test]
fn each_kind_of_broken_lesson_fails_with_its_file_and_line() {
    let scratch = Scratch::new();
    let sound = scratch.path("08_sound");
    let _ = loopscope(["lesson", "new"]).arg(&sound).end().code_is(0);
    let _ = loopscope(["lesson", "check"]).arg(&sound).limit(60).end().code_is(0);
    let broken = HARM.iter().filter(|(.., says)| !says.is_empty());
    assert!(broken.clone().count() >= 15, "at least fifteen kinds");
    for (number, (file, old, new, says)) in broken.enumerate() {
        let name = format!("{:02}_broken", number + 1);
        let folder = scratch.path(&name);
        fs::create_dir(&folder).expect("it is ours");
        for entry in fs::read_dir(&sound).expect("it was made") {
            let entry = entry.expect("it is there");
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("it is ours");
        }
        let path = folder.join(file);
        let text = fs::read_to_string(&path).expect("it was made");
        assert!(text.contains(old), "{file} has no {old:?}");
        fs::write(&path, text.replacen(old, new, 1)).expect("it is ours");
        let ended = loopscope(["lesson", "check"]).arg(&folder).limit(120).end().code_is(3);
        let err = ended.err();
        let told = err.lines().find(|line| line.contains(says));
        let told =
            told.unwrap_or_else(|| panic!("{old:?} -> {new:?} does not say {says:?}: {ended}"));
        let place = told.strip_prefix(&format!("{name}/")).and_then(|rest| rest.split_once(": "));
        let (file, line) = place.and_then(|(place, _)| place.split_once(':')).unwrap_or_default();
        assert!(["lesson.md", "program.py", "program.out"].contains(&file), "a file: {told}");
        let line: u32 = line.parse().unwrap_or_else(|_| panic!("a line: {told}"));
        // What a run shows is about the whole program.
        assert!(line > 0 || file == "program.py", "a line: {told}");
    }
}

/// What harms the texts of the template, and what its check says of each.
const SAID: &[(&str, &str, &str)] = &[
    ("Say what the program does,", "Look at `frist`,", "`frist` is not in the program or its run"),
    (
        "and ask what it will print.",
        "and wait for 7.5 seconds. Follow this line. Look at the output.",
        "\"7.5 seconds\": neither the program nor its run has such a time",
    ),
    ("", "", "\"this line\": no line of the program is at hand here"),
    ("", "", "\"Look at the output\": nothing was printed yet"),
    ("Say why, in words", "Obviously, in words", "\"obviously\" is no plain word"),
    (
        "Say again, shorter, what `first` and `second` have shown.",
        "All is well.",
        "names nothing of this program or its run",
    ),
    ("minutes: 5", "minutes: 50", "lesson.md:1: `minutes: 50` does not fit"),
    (
        "Say why this is a way to do it.",
        "One way is this one and another way is that one and there are more ways than anybody who \
         writes a lesson has ever counted or will count or wants to.",
        "words; make it two",
    ),
    ("Say what to write", "Say with *zeal* what to write", "*zeal* is not in the glossary"),
];

#[test]
fn what_a_lesson_says_is_so_in_its_run_and_easy_to_read() {
    let scratch = Scratch::new();
    let folder = scratch.path("08_said");
    let _ = loopscope(["lesson", "new"]).arg(&folder).end().code_is(0);
    let path = folder.join("lesson.md");
    let mut text = fs::read_to_string(&path).expect("it was made");
    for (old, new, _) in SAID {
        assert!(text.contains(old), "the template has no {old:?}");
        text = text.replacen(old, new, 1);
    }
    fs::write(&path, text).expect("it is ours");
    let ended = loopscope(["lesson", "check"]).arg(&folder).limit(60).end().code_is(3);
    for (.., says) in SAID {
        assert!(ended.err().contains(says), "{says}: {ended}");
    }
    for line in ended.err().lines() {
        assert!(line.starts_with("08_said/lesson.md:"), "a file and a line: {line}");
    }
}
