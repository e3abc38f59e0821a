//! What expressions mean, and what is said about those that mean nothing.

use loopscope_protocol::{Event, FutureId, On, TaskHow, TaskId};
use proptest::prelude::*;

use super::*;
use crate::story::Story;

/// A task that waits, a handle that runs, one that is ready and a timer.
fn story() -> Story {
    let mut story = Story::new();
    story.start().task(1, "fetch", 1).soon(2, "tick").turn(&[1, 2]).step(1, 1).future(1);
    story
        .suspend(1, 1, On::Future(FutureId(1)), 9)
        .run(2)
        .print("hello\n")
        .timer(3, 4.0, "tock", 0);
    story
}

fn eval_at(story: &Story, n: usize, source: &str) -> String {
    let history = story.history();
    let state = history.at(n);
    let record = history.record(n);
    let context = Context { record: record.as_deref(), state: &state, names: story.names() };
    match Expr::parse(source).and_then(|expr| expr.eval(&context)) {
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

fn eval(source: &str) -> String {
    let story = story();
    eval_at(&story, story.records().len(), source)
}

#[test]
fn the_value_is_that_of_the_event_at_hand() {
    let mut story = story();
    story.ending("5", &[]).push(Event::TaskDone { task: TaskId(1), how: TaskHow::Result });
    let end = story.records().len();
    assert_eq!(eval_at(&story, end, "value"), "\"5\"");
    assert_eq!(eval_at(&story, end, "value == \"5\""), "true");
    assert_eq!(eval_at(&story, end - 1, "value"), "null");
}

#[test]
fn words_about_the_state_and_the_event() {
    for (source, value) in [
        ("event", "\"timer-new\""),
        ("name", "\"tock\""),
        ("when", "4"),
        ("where", "\"program.py:4\""),
        ("handle", "3"),
        ("by", "2"),
        ("future", "null"),
        ("loop", "\"running\""),
        ("loop.id", "1"),
        ("ready", "0"),
        ("batch", "0"),
        ("timers", "1"),
        ("tasks", "1"),
        ("turn", "1"),
        ("t", "0"),
        ("output", "\"hello\""),
        ("handle.name", "\"tock\""),
        ("handle.how", "\"timer\""),
        ("task.name", "null"),
        ("message", "null"),
    ] {
        assert_eq!(eval(source), value, "{source}");
    }
}

#[test]
fn the_task_is_that_of_the_event_or_of_its_handle() {
    let story = story();
    // handle-run of the task's first step.
    let n = story.records().iter().position(|r| r.kind().word() == "handle-run").unwrap() + 1;
    for (source, value) in [
        ("task", "1"),
        ("task.name", "\"fetch\""),
        ("task.label", "\"Task-1\""),
        ("handle.how", "\"step\""),
        ("name", "\"fetch\""),
        ("ready", "1"),
        ("batch", "1"),
    ] {
        assert_eq!(eval_at(&story, n, source), value, "{source}");
    }
    let n = story.records().iter().position(|r| r.kind().word() == "task-suspend").unwrap() + 1;
    for (source, value) in [
        ("on", "\"future 1\""),
        ("on.future == 1 and on.task == null", "true"),
        ("task.state", "\"waiting\""),
        ("task.where", "\"program.py:9\""),
        ("task.steps", "1"),
    ] {
        assert_eq!(eval_at(&story, n, source), value, "{source}");
    }
    assert_eq!(eval_at(&story, 0, "event == null and loop == null and ready == 0"), "true");
}

#[test]
fn operators() {
    for (source, value) in [
        ("1 + 2 - 4", "-1"),
        ("-when + 1", "-3"),
        ("'a' + \"b\"", "\"ab\""),
        ("1 < 2 < 3", "true"),
        ("1 < 2 > 3", "false"),
        ("not 1 == 2", "true"),
        ("1 == 1 and 2 == 2 or false", "true"),
        ("true or false and false", "true"),
        ("(true or false) and false", "false"),
        ("null < 1 or null > 1 or null in 'x'", "false"),
        ("'oc' in name", "true"),
        ("'x' not in name", "true"),
        ("event in ['timer-new', 'timer-due']", "true"),
        ("event in ('x', 'y')", "false"),
        ("[1, 2,]", "[1, 2]"),
        ("1e3 + 0.5", "1000.5"),
        ("'it\\'s'", "\"it's\""),
        ("0.1 + 0.2", "0.3"),
        ("True != None", "true"),
        ("1 == '1'", "false"),
    ] {
        assert_eq!(eval(source), value, "{source}");
    }
}

#[test]
fn errors_say_what_and_where() {
    for (source, error) in [
        ("", "an expression is missing, such as `ready > 0` (at character 1 of the expression)"),
        (
            "name == tock",
            "`tock` is no field; if it is a text, put it in quotes: \"tock\" (`help expr` lists the \
             fields) (at character 9 of the expression)",
        ),
        (
            "ready = 1",
            "`=` has no meaning here; to compare, write == (at character 7 of the expression)",
        ),
        ("1 && 2", "`&` has no meaning here; write `and` (at character 3 of the expression)"),
        ("ready >", "the expression ends too early (at character 8 of the expression)"),
        ("== 1", "a value is missing before `==` (at character 1 of the expression)"),
        (
            "(1 + 2",
            "the group that begins here has no closing ) (at character 1 of the expression)",
        ),
        ("1 2", "`2` does not continue the expression (at character 3 of the expression)"),
        ("'abc", "the text that begins here has no closing ' (at character 1 of the expression)"),
        ("12x", "`12x` is not a number (at character 1 of the expression)"),
        ("[1 2]", "a comma is missing in the list (at character 4 of the expression)"),
        (
            "1 < 'a'",
            "a number and a text cannot be compared by size (at character 5 of the expression)",
        ),
        (
            "'a' - 1",
            "`-` needs two numbers, not a text and a number (at character 5 of the expression)",
        ),
    ] {
        assert_eq!(eval(source), error, "{source}");
    }
    let deep = "(".repeat(1000);
    assert!(eval(&deep).contains("nested too deeply"));
    assert!(eval(&"not ".repeat(1000)).contains("nested too deeply"));
    assert!(eval(&"-".repeat(1000)).contains("nested too deeply"));
}

#[test]
fn every_word_of_the_help_is_a_word() {
    let signs = ["==", "+", "and", "1", "a"];
    for row in HELP {
        for word in row.word.split(", ").filter(|word| *word != "...") {
            let first = word.split(' ').next().unwrap_or(word);
            if !signs.contains(&first) {
                assert!(Expr::parse(word).is_ok(), "{word}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics(source in any::<String>(), words in proptest::collection::vec(0usize..24, 0..20)) {
        const WORDS: [&str; 24] = [
            "event", "ready", "(", ")", "[", "]", ",", "==", "<", "in", "not", "and", "or", "-", "+",
            "1", "'x'", "null", "task.name", "t", "when", "!=", "true", "on.future",
        ];
        let mixed: Vec<_> = words.into_iter().map(|n| WORDS[n]).collect();
        let _ = eval(&source);
        let _ = eval(&mixed.join(" "));
    }
}
