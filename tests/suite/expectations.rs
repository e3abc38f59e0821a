//! The page of what users of other tools expect: each command in it runs.

use std::fs;

use loopscope_tests::programs::each;
use loopscope_tests::{Scratch, loopscope};

use crate::workspace;

/// What stands in backticks in the last column, row by row.
fn shown_by() -> Vec<(String, Vec<String>)> {
    let page = fs::read_to_string(workspace().join("tui/EXPECTATIONS.md")).expect("it is there");
    let rows = page.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [what, _, shown] = cells[..] else { panic!("not three columns: {row}") };
        assert!(shown.contains("<kbd>") || shown.contains('`'), "nothing shows it: {row}");
        let commands = shown.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (what.trim().to_owned(), commands)
    })
    .collect()
}

#[test]
fn every_command_that_shows_an_expectation_runs() {
    let rows = shown_by();
    assert!(rows.len() >= 35, "only {} rows", rows.len());
    let commands: Vec<String> = rows.into_iter().flat_map(|(_, commands)| commands).collect();
    each(&commands, Clone::clone, |command| {
        let scratch = Scratch::new();
        let program = workspace().join("tests/scripts/programs/pair.py");
        fs::copy(program, scratch.path("pair.py")).map_err(|error| error.to_string())?;
        let ended = if let Some(line) = command.strip_prefix(':') {
            // A place at which the program is held, with a task that waits and a breakpoint.
            let there = "until task-step if task.label == \"maker\" and t > 0.5";
            let lines = ["break task-done", there, line];
            let run = loopscope(["repl"]).commands(&lines).arg("pair.py");
            run.within(scratch.folder()).end()
        } else {
            let words = command.strip_prefix("loopscope ").ok_or("it is no command")?;
            let record = ["run", "--headless", "--record", "run.loop", "pair.py"];
            let recorded = loopscope(record).within(scratch.folder()).end();
            assert_eq!(recorded.code(), 0, "{recorded}");
            loopscope(words.split_whitespace()).within(scratch.folder()).end()
        };
        // A board runs on until the time is over.
        let code = if command.contains("--timeout") { 124 } else { 0 };
        if ended.code() == code { Ok(()) } else { Err(ended.to_string()) }
    });
}
