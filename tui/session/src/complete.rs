//! What could stand at the end of a line. Pure, so that the line mode and the screen share it.

use loopscope_model::expr;
use loopscope_protocol::Kind;

use super::command::{Format, Topic};
use super::parse::split_word;
use super::settings::SETTINGS;
use super::table::{self, Found, Takes};

/// What could stand at the end of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The byte where the word to complete starts.
    pub start: usize,
    /// What it could be, in the order of the help.
    pub candidates: Vec<String>,
}

/// Completes the last word of `line`. `tasks` and `bookmarks` are what there is to name.
pub fn complete(line: &str, tasks: &[String], bookmarks: &[(String, usize)]) -> Completion {
    let start = word_start(line);
    let word = &line[start..];
    let before = line[..start].trim_start();
    let pick = |all: Vec<String>| {
        let candidates: Vec<String> =
            all.into_iter().filter(|name| name.starts_with(word) && !name.is_empty()).collect();
        Completion { start, candidates }
    };
    if before.is_empty() {
        return pick(table::offered().map(|row| row.name.to_owned()).collect());
    }
    let (name, rest) = split_word(before);
    let Found::One(row) = table::find(name) else {
        return Completion { start, ..Completion::default() };
    };
    let first = rest.is_empty();
    let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    pick(match row.takes {
        Takes::Event if first => Kind::ALL.iter().map(|kind| kind.word().to_owned()).collect(),
        Takes::Event if has_word(rest, "if") => expression_words(),
        Takes::Event if row.name == "expect" => strings(&["if", "within"]),
        Takes::Event => strings(&["if"]),
        Takes::Expr => expression_words(),
        Takes::Task if first => tasks.to_vec(),
        Takes::Topic if first => Topic::ALL.iter().map(|topic| topic.word().to_owned()).collect(),
        Takes::Place if first => {
            let names = bookmarks.iter().map(|(name, _)| name.clone());
            strings(&["start", "end", "t="]).into_iter().chain(names).collect()
        }
        Takes::Setting if first => SETTINGS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        Takes::Command if first => {
            let rows = table::offered().map(|row| row.name.to_owned());
            rows.chain(strings(&["expr", "events", "glossary"])).collect()
        }
        Takes::File if row.name == "export" && !first => {
            Format::ALL.iter().map(|format| format.word().to_owned()).collect()
        }
        _ => Vec::new(),
    })
}

/// Whether the word at the end of the line is a file's name.
pub fn wants_file(line: &str) -> bool {
    let (name, rest) = split_word(line);
    let has_argument = line.trim_start().len() > name.len();
    let one = !rest.contains(char::is_whitespace);
    matches!(table::find(name), Found::One(row) if row.takes == Takes::File) && has_argument && one
}

fn word_start(line: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "()[]<>=!,+\"'".contains(c);
    line.char_indices().rev().find(|(_, c)| ends(*c)).map_or(0, |(at, c)| at + c.len_utf8())
}

fn has_word(text: &str, wanted: &str) -> bool {
    text.split_whitespace().any(|word| word == wanted)
}

/// The words of expressions that are names, out of the model's table.
fn expression_words() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for row in expr::HELP {
        for word in row.word.split([',', ' ']) {
            let is_name = word.len() > 1
                && word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '_');
            if is_name && !word.ends_with('.') && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(line: &str) -> Vec<String> {
        let marks = [("before".to_owned(), 3)];
        complete(line, &["1".to_owned(), "Task-1".to_owned()], &marks).candidates
    }

    #[test]
    fn each_place_has_its_words() {
        assert_eq!(of("ste"), ["step"]);
        assert_eq!(of("rs"), ["rstep"]);
        assert_eq!(of("pre"), [""; 0], "what is always refused is not offered");
        assert_eq!(of("export run.x s"), ["svg"]);
        assert_eq!(of("until handle-r"), ["handle-run"]);
        assert_eq!(of("b timer-d"), ["timer-due", "timer-drop"]);
        assert_eq!(of("until handle-run i"), ["if"]);
        assert_eq!(of("until handle-run if rea"), ["ready"]);
        assert_eq!(of("p task.la"), ["task.label"]);
        assert_eq!(of("info ti"), ["timers"]);
        assert_eq!(of("where "), ["1", "Task-1"]);
        assert_eq!(of("goto b"), ["before"]);
        assert_eq!(of("set li"), ["limit", "lines"]);
        assert_eq!(of("help ev"), ["events"]);
        assert_eq!(of("export x.y cs"), ["csv"]);
        assert_eq!(of("frobnicate x"), [""; 0]);
        assert!(wants_file("source scr") && wants_file("record "));
        assert!(!wants_file("sou") && !wants_file("step x"));
    }

    proptest! {
        #[test]
        fn the_start_is_a_place_in_the_line(line in ".*") {
            let completion = complete(&line, &[], &[]);
            prop_assert!(line.is_char_boundary(completion.start));
        }
    }
}
