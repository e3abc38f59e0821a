//! The built-in differences are sound, and what is wrong with one is told by file and line.

use super::*;

#[test]
fn the_built_in_ones_are_sound() {
    let problems: Vec<_> = built_in_problems().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn there_are_enough_and_each_has_its_own_name() {
    let all = differences();
    assert!(all.len() >= 27, "only {} differences", all.len());
    for (index, difference) in all.iter().enumerate() {
        let same =
            all[..index].iter().find(|d| d.id == difference.id || d.title == difference.title);
        assert_eq!(same, None, "{} is there twice", difference.folder());
        assert_eq!(Difference::find(&difference.id), Some(difference));
    }
}

#[test]
fn explanations_are_sentences() {
    for difference in differences() {
        for text in [&difference.what, &difference.why] {
            assert!(text.ends_with('.'), "{}: {text:?}", difference.folder());
        }
        assert!(!difference.title.ends_with('.'), "{}", difference.folder());
    }
}

#[test]
fn outputs_are_whole_lines() {
    for difference in differences() {
        for output in [&difference.cpython, &difference.micropython] {
            assert!(output.ends_with('\n'), "{}: {output:?}", difference.folder());
        }
    }
}

// ---- what a reader rejects ----------------------------------------------------------------------

const GOOD: &str = "title = \"t\"\nwhat = \"w.\"\nwhy = \"y.\"\nsemantics = \"3.1\"\n\
                    cpython = \"a\\n\"\nmicropython = \"b\\n\"\n";

fn folder(facts: &str) -> Folder {
    let files = [(FACTS, facts), (Difference::FILE, "# What?\n")];
    let own = |(name, text): (&str, &str)| (name.to_owned(), text.as_bytes().to_owned());
    Folder { name: "01_sample".to_owned(), files: files.map(own).to_vec() }
}

fn problems(folder: &Folder) -> Vec<String> {
    let found = Difference::parse(folder).expect_err("something is wrong with it");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_one_is_read() {
    let read = Difference::parse(&folder(GOOD)).expect("it is good");
    assert_eq!((read.number, read.id.as_str(), read.title.as_str()), (1, "sample", "t"));
    assert_eq!((read.cpython.as_str(), read.micropython.as_str()), ("a\n", "b\n"));
    assert_eq!(read.dialect, Dialect::Micropython);
    assert_eq!(read.since, None);
    let more = format!("{GOOD}dialect = \"micropython-firmware\"\nsince = \"3.12\"\n");
    let read = Difference::parse(&folder(&more)).expect("it is good");
    assert_eq!((read.dialect, read.since), (Dialect::MicropythonFirmware, Some(12)));
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let facts = GOOD.replace("why = \"y.\"\n", "who = 3\n").replace("\"b\\n\"", "\"a\\n\"");
    let mut folder = folder(&format!("{facts}dialect = \"cpython\"\nsince = 3.12\n"));
    folder.name = "sample".to_owned();
    folder.files.push(("notes.txt".to_owned(), Vec::new()));
    folder.files[1].1 = b"import asyncio\n".to_vec();
    let told = problems(&folder);
    let begins = [
        "sample:0: a difference's folder is called NN_slug",
        "sample/notes.txt:0: this file does not belong",
        "sample/program.py:1: the first line is to be a comment",
        "sample/difference.toml:3: there is no key `who`",
        "sample/difference.toml:0: `why` is missing",
        "sample/difference.toml:7: the dialect can only be",
        "sample/difference.toml:8: `since` is a version",
        "sample/difference.toml:6: both dialects print the same",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (told, begin) in told.iter().zip(begins) {
        assert!(told.starts_with(begin), "{told} is not {begin}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_once() {
    let told = problems(&folder("title = \"t\"\nwhat = \n"));
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("01_sample/difference.toml:2: this is no TOML"), "{told:#?}");
    let mut none = folder(GOOD);
    none.files.remove(0);
    assert_eq!(problems(&none), ["01_sample/difference.toml:0: this file is missing; add it"]);
}
