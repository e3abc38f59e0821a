//! What is wrong with a lesson is said, with its place.

use super::*;

/// The template with some text replaced, as its problems.
fn problems_with(file: &str, old: &str, new: &str) -> Vec<String> {
    let mut folder = crate::template::new("01_sample");
    let (_, bytes) = folder.files.iter_mut().find(|(name, _)| name == file).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(old), "{old}");
    *bytes = text.replacen(old, new, 1).into_bytes();
    told(&folder)
}

fn told(folder: &Folder) -> Vec<String> {
    let problems = Lesson::parse(folder).map_or_else(|problems| problems, |_| Vec::new());
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let cases = [
        ("format_version: 1", "format_version: 2", "1:2: format_version 2 is not known"),
        ("minutes: 5", "minutes: soon", ":4: `minutes` is to be a number"),
        ("minutes: 5\n", "", ":1: `minutes` is missing"),
        ("title: A title", "title: A title\nmood: good", ":4: `mood` is not known here"),
        ("title: A title", "title: A title\nclock: real", ":4: the one other clock is `virtual`"),
        ("## step: Before", "## stop: Before", ":8: \"stop\" is no section"),
        ("## step: Before", "## Before", ":8: a heading is to be"),
        ("anchor: loop-run", "anchor: loop-runs", ":14: \"loop-runs\" is no event"),
        ("anchor: loop-run", "anchor: loop-run if ==", ":14: "),
        ("anchor: loop-run\n", "", ":13: `anchor` is missing"),
        ("anchor: loop-run", "anchor: loop-run\noccurrence: 0", ":15: `occurrence` is to be"),
        ("choices: ready", "choices: raedy", ":16: \"raedy\" is no choice"),
        ("\"none of them\"", "\"none of them", ":16: the quote in "),
        ("of next handle-run", "of handle-run", ":17: an answer is `VALUE of next EVENT`"),
        ("handle.name of", "handle. of", ":17: "),
        ("answer: handle.name of next handle-run\n", "", ":13: `answer` is missing"),
        ("wrong: \"second\" Say", "wrong: second Say", ":18: what is said to a wrong choice is"),
        (
            " Say by which rule this would be right, and what is different here.",
            "",
            ":18: what is said to a wrong choice is",
        ),
        ("ask: Which", "ask: Who?\nask: Which", ":16: `ask` is here twice"),
        (
            "`{answer}` runs first.\nSay why, in words that are right in every run.\n",
            "",
            "says nothing",
        ),
        ("## modify:", "## make:", ":0: there is nothing to modify"),
        ("## predict: Who runs next?", "## step: What to keep", "rename one"),
        ("-loop.call_soon(first)", "-loop.call_soon(third)", "exactly once"),
        ("-loop.call_soon(first)", "loop.call_soon(first)", "begins with `-`, `+` or a space"),
        ("anchor: start\n", "anchor: start\nSay something.\n", "put an empty line before the text"),
        ("shows: What", "shows What", "expected `key: value`"),
    ];
    for (old, new, expected) in cases {
        let problems = problems_with("lesson.md", old, new);
        let found =
            problems.iter().any(|problem| problem.contains(expected.trim_start_matches('1')));
        assert!(found, "{old:?} -> {new:?}: {problems:#?}");
        assert!(problems.iter().all(|problem| problem.starts_with("01_sample/lesson.md:")));
    }
}

#[test]
fn files_and_names_are_checked() {
    let mut folder = crate::template::new("1-Sample");
    folder.files.push(("notes.txt".to_owned(), Vec::new()));
    folder.files.retain(|(name, _)| name != "program.out");
    let problems = told(&folder);
    assert!(problems[0].starts_with("1-Sample:0: a lesson's folder is called NN_slug"));
    assert_eq!(
        problems[1],
        "1-Sample/notes.txt:0: this file does not belong in a lesson; remove it"
    );
    assert_eq!(problems[2], "1-Sample/program.out:0: this file is missing; add it");
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems_with("program.py", "#", "\n#").is_empty());
}

#[test]
fn a_shelf_has_an_order() {
    let folders = ["01_one", "01_two", "03_one"].map(crate::template::new);
    let problems = check::shelf(&folders, &crate::Glossary::default());
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "01_two:0: the next lesson is number 02; rename the folder",
            "03_one:0: the next lesson is number 02; rename the folder",
            "03_one:0: it has the same name as 01_one; rename one",
        ]
    );
    let folders = ["loop/01_one", "loop/02_two", "tasks/01_three", "tasks/03_four"];
    let folders = folders.map(crate::template::new);
    let problems = check::shelf(&folders, &crate::Glossary::default());
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["tasks/03_four:0: the next lesson is number 02; rename the folder"]);
}

#[test]
fn terms_come_in_order() {
    let glossary = "## batch\nforms: batches\n\nA.\n\n## turn\n\nB.\n\n## poll\n\nC.\n";
    let glossary = crate::Glossary::parse("glossary.md", glossary).unwrap();
    let mut folder = crate::template::new("01_one");
    let (_, bytes) = folder.files.iter_mut().find(|(name, _)| name == "lesson.md").unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let text = text.replace("Say what the program does", "Batches come in every *turn* and *tour*");
    let text = text.replace("Say again", "One *batch* for every *turn*, says `poll`");
    *bytes = text.into_bytes();
    let problems = check::shelf(&[folder], &glossary);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let introduce = "introduce it with stars, or say it otherwise";
    assert_eq!(
        texts,
        [
            format!("01_one/lesson.md:8: \"batch\" is used before it is introduced; {introduce}"),
            "01_one/lesson.md:8: *tour* is not in the glossary; add it, or take the stars away"
                .to_owned(),
            "01_one/lesson.md:24: *turn* was introduced before; take the stars away".to_owned(),
            "glossary.md:10: no lesson introduces \"poll\"; remove it".to_owned(),
        ]
    );
}

#[test]
fn what_is_wrong_with_an_exercise_is_named_with_its_line() {
    let cases = [
        (
            "check: handle-run if handle.name == \"second\" before",
            "check: handle-run of \"second\" before",
            "is no event",
        ),
        (
            " else `first` still comes first; ask for `second` before it.",
            "",
            "CONDITION else MESSAGE",
        ),
        ("check: 3 times handle-run if", "check: 3 times handle-runs if", "is no event"),
        ("## solution\n", "## solution\nmood: good\n", "`mood` is not known here"),
        ("says: three times\n", "", "`says` is missing"),
        (
            "-for _ in range(3):\n+for _ in range(1):",
            "-nothing\n+something",
            "in the solution exactly once",
        ),
    ];
    for (old, new, expected) in cases {
        let problems = problems_with("lesson.md", old, new);
        let found = problems.iter().any(|problem| problem.contains(expected));
        assert!(found, "{old:?}: {problems:#?}");
        assert!(problems.iter().all(|problem| problem.starts_with("01_sample/lesson.md:")));
    }
}
