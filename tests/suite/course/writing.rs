//! The page that teaches how to write a lesson is followed, line by line.

use std::collections::VecDeque;
use std::fs;
use std::process::Command;

use loopscope_tests::run::Ended;
use loopscope_tests::scratch::workspace;
use loopscope_tests::{Scratch, loopscope};

/// What the page tells its reader to do.
#[derive(Debug)]
enum Deed {
    /// To write this file.
    Write(String, String),
    /// To type this command, and to read these lines, in this order.
    Type(String, Vec<String>),
}

fn deeds(page: &str) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let mut file = None;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let named = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:"));
        file = named
            .map(str::to_owned)
            .or(file.filter(|_| line.is_empty() || line.starts_with("```")));
        let ticks = line.len() - line.trim_start_matches('`').len();
        if ticks < 3 {
            continue;
        }
        let fence = &line[..ticks];
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        if let Some(file) = file.take() {
            deeds.push(Deed::Write(file, block.join("\n") + "\n"));
        } else if &line[ticks..] == "console" {
            for line in block {
                match (line.strip_prefix("$ "), deeds.last_mut()) {
                    (Some(command), _) => deeds.push(Deed::Type(command.to_owned(), Vec::new())),
                    (None, Some(Deed::Type(_, expected))) => expected.push(line.to_owned()),
                    (None, _) => panic!("output without a command: {line}"),
                }
            }
        }
    }
    deeds
}

/// The words of a command, as a shell reads those of the page.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("one is there").push(c),
        }
    }
    words
}

/// `sed -i 's/OLD/NEW/' FILE`.
fn edit(scratch: &Scratch, words: &[String]) {
    let parts: Vec<&str> = words[2].split('/').collect();
    let path = scratch.path(&words[3]);
    let text = fs::read_to_string(&path).expect("the page has written it");
    let (old, new) = (parts[1], parts[2]);
    assert!(text.contains(old), "{old:?} is in {}", words[3]);
    fs::write(&path, text.replace(old, new)).expect("it is ours");
}

fn typed(scratch: &Scratch, words: &[String]) -> Ended {
    let arguments = words[1..].iter().map(String::as_str);
    loopscope(arguments).within(scratch.folder()).input("").limit(60).end()
}

#[test]
fn the_page_on_writing_a_lesson_can_be_followed() {
    let page = fs::read_to_string(workspace().join("lessons/WRITING.md")).expect("it is there");
    let scratch = Scratch::new();
    let python = Command::new("python3").arg("-V").output().is_ok_and(|o| o.status.success());
    let mut typed_so_far = 0;
    for deed in deeds(&page) {
        match deed {
            Deed::Write(file, text) => fs::write(scratch.path(&file), text).expect("it was made"),
            Deed::Type(command, expected) => {
                let words = words(&command);
                typed_so_far += 1;
                if words[0] == "sed" {
                    edit(&scratch, &words);
                    continue;
                }
                assert_eq!(words[0], "loopscope", "{command}");
                if words.contains(&"python3".to_owned()) && !python {
                    continue;
                }
                let ended = typed(&scratch, &words);
                let told = format!("{}{}", ended.out(), ended.err());
                let mut told: VecDeque<&str> = told.lines().collect();
                for line in &expected {
                    while told.front().is_some_and(|told| !told.starts_with(line.as_str())) {
                        told.pop_front();
                    }
                    assert!(
                        told.pop_front().is_some(),
                        "`{command}` does not say {line:?}: {ended}"
                    );
                }
                let is_check = words[1..3] == ["lesson", "check"];
                let code = if is_check && !expected.is_empty() { 3 } else { 0 };
                let ended = ended.code_is(code);
                assert!(!is_check || code == 3 || ended.err().is_empty(), "{ended}");
            }
        }
    }
    assert!(typed_so_far >= 12, "the page has commands");
}
