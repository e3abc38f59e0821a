//! Whatever the program does: it ends as a user would want, with a sentence and with its timeline.

use std::fs;
use std::path::PathBuf;

use loopscope_tests::events::Record;
use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, Screen, events, loopscope};

use crate::{batch, headless_with, program};

/// Every hostile program with what its second line says about its end.
fn programs() -> Vec<(PathBuf, String)> {
    let folder = fs::read_dir(program("hostile")).expect("the programs are there");
    let files = folder.filter_map(|entry| Some(entry.ok()?.path()));
    let mut all: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|end| end == "py"))
        .map(|file| {
            let text = String::from_utf8_lossy(&fs::read(&file).unwrap_or_default()).into_owned();
            let line = text.lines().nth(1).unwrap_or_default();
            let ends = line.strip_prefix("# ends: ");
            let ends =
                ends.unwrap_or_else(|| panic!("{} does not say how it ends", file.display()));
            (file, ends.to_owned())
        })
        .collect();
    all.sort();
    all
}

fn code(ends: &str) -> Option<i32> {
    ends.strip_prefix("code ")?.split_whitespace().next()?.parse().ok()
}

/// Runs a program headless with a record of it, whatever it does.
fn with_records(options: &[&str], file: &std::path::Path) -> (Ended, Vec<Record>) {
    let scratch = Scratch::new();
    let (to, recording) = (scratch.path("events"), scratch.path("run.loop"));
    let run = loopscope(["run", "--headless"]).args(options).arg("--events").arg(&to);
    let ended = run.arg("--record").arg(&recording).arg(file).limit(90).end();
    let records = events(&to);
    let replayed = loopscope(["replay", "--headless", "--events", "-"]).arg(&recording).end();
    let written = fs::read_to_string(&to).unwrap_or_default();
    assert!(replayed.out() == written, "the recording is not what --events wrote: {ended}");
    (ended, records)
}

fn name(file: &std::path::Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn programs_that_end_end_with_cpythons_code_and_output() {
    let mut wrong = Vec::new();
    for (file, ends) in programs() {
        let Some(expected) = code(&ends) else { continue };
        let (ended, records) = with_records(&[], &file);
        if ended.code() != expected {
            wrong.push(format!("{}: code {expected} expected: {ended}", name(&file)));
        }
        let output = file.with_extension("out");
        let theirs = fs::read(&output).unwrap_or_default();
        if output.exists() && ended.bytes() != theirs {
            wrong.push(format!("{}: other output: {ended}", name(&file)));
        }
        match records.last() {
            Some(last) if last.is("program-exit") && last.number("code") == i64::from(expected) => {
            }
            last => wrong.push(format!("{}: the last record is {last:?}", name(&file))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn programs_that_never_end_are_ended_by_the_timeout() {
    let mut wrong = Vec::new();
    for (file, ends) in programs() {
        if ends != "never" {
            continue;
        }
        let scratch = Scratch::new();
        let to = scratch.path("run.loop");
        let to_file = to.to_string_lossy();
        let options = ["--timeout", "2", "--wait-forever", "--record", &to_file];
        let run = headless_with(&options, &file);
        let ended = run.limit(60).end();
        if ended.code() != 124 || ended.took.as_secs() > 15 {
            wrong.push(format!("{}: {ended}", name(&file)));
        }
        if !ended.err().contains('2') {
            wrong.push(format!("{}: no sentence with the limit: {ended}", name(&file)));
        }
        let kept = loopscope(["replay", "--headless", "--events", "-"]).arg(&to).end();
        if !kept.out().contains("run-start") || !kept.out().contains("program-exit") {
            wrong.push(format!("{}: the timeline is not kept: {kept}", name(&file)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_long_blocking_sleep_in_real_time_is_ended_by_the_timeout() {
    let file = program("hostile/long_sleep.py");
    let (ended, _) = with_records(&["--clock", "real", "--timeout", "2"], &file);
    assert_eq!(ended.code(), 124, "{ended}");
    assert!(ended.out().starts_with("before") && !ended.out().contains("after"), "{ended}");
}

#[test]
fn memory_without_end_ends_the_program_and_not_the_machine() {
    for name in ["memory", "memory_small_pieces", "ready_without_end"] {
        let options = ["--timeout", "20", "--memory", "512m"];
        let run = headless_with(&options, &program(&format!("hostile/{name}.py")));
        let ended = run.limit(60).end();
        // A MemoryError in a callback goes to the exception handler, and the loop waits on.
        assert_ne!(ended.code(), 0, "{name}: {ended}");
        assert!(ended.err().to_lowercase().contains("memory"), "{name}: no sentence: {ended}");
    }
}

#[test]
fn a_lost_program_is_told_in_a_sentence() {
    for name in ["kill_itself", "abort_itself"] {
        let (ended, records) = with_records(&[], &program(&format!("hostile/{name}.py")));
        assert!(!ended.err().trim().is_empty(), "{name}: no sentence: {ended}");
        let last = records.last().expect("there are records");
        assert_eq!(last.text("how"), "lost", "{last}");
        assert!(!last.text("text").is_empty(), "{last}");
    }
    let (ended, records) = with_records(&[], &program("hostile/os_exit.py"));
    assert_eq!(ended.code(), 3, "{ended}");
    assert!(records.iter().any(|record| record.text("text").contains("leaving")));
}

#[test]
fn what_does_not_compile_is_told_with_its_place() {
    for (name, words) in
        [("syntax_error", "SyntaxError"), ("indentation_error", "IndentationError")]
    {
        let (ended, records) = with_records(&[], &program(&format!("hostile/{name}.py")));
        assert!(ended.code() == 1 && ended.out().is_empty(), "{ended}");
        assert!(ended.err().contains(words) && ended.err().contains(name), "{ended}");
        assert_eq!(records.last().map(|last| last.text("how")), Some("syntax"), "{ended}");
    }
}

#[test]
fn a_missing_file_is_told_in_one_sentence() {
    let ended = loopscope(["run", "--headless", "no/such/file.py"]).end();
    let ended = ended.complains("no/such/file.py");
    assert_eq!(ended.code(), 2, "as with python3: {ended}");
    assert_eq!(ended.err().trim_end().lines().count(), 1, "{ended}");
    let folder = loopscope(["run", "--headless", "."]).end();
    assert!(folder.code() != 0 && !folder.err().is_empty(), "{folder}");
}

#[test]
fn line_mode_survives_and_keeps_the_timeline() {
    for name in
        ["os_exit", "kill_itself", "recursion", "syntax_error", "uncaught", "interrupts_itself"]
    {
        let file = program(&format!("hostile/{name}.py"));
        let commands =
            ["goto end", "assert event == 'program-exit'", "goto 1", "assert event == 'run-start'"];
        let _ = batch(&file, &commands).end().code_is(0);
    }
}

#[test]
fn the_tui_survives_and_leaves_the_terminal_in_order() {
    let names = [
        "endless_loop",
        "long_sum",
        "endless_chain",
        "ignores_interrupts",
        "idle_forever",
        "os_exit",
        "kill_itself",
        "recursion",
        "syntax_error",
        "control_codes",
        "memory",
    ];
    for name in names {
        let file = program(&format!("hostile/{name}.py"));
        let Some(screen) = Screen::open(&["run", &file.to_string_lossy()]) else { return };
        screen.wait_for("ready");
        screen.line(":continue");
        std::thread::sleep(std::time::Duration::from_millis(700));
        screen.keys(&["q"]);
        std::thread::sleep(std::time::Duration::from_millis(300));
        screen.keys(&["y"]);
        assert_eq!(screen.left(), 0, "{name}:\n{}", screen.text());
        assert!(screen.leftovers().is_empty(), "{name} leaves {:?}", screen.leftovers());
    }
}

#[test]
fn the_tui_tells_how_a_lost_program_ended() {
    let file = program("hostile/kill_itself.py");
    let Some(screen) = Screen::open(&["run", &file.to_string_lossy()]) else { return };
    screen.wait_for("ready");
    screen.line(":continue");
    let text = screen.wait_for("program-exit");
    assert!(text.to_lowercase().contains("kill"), "{text}");
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}
