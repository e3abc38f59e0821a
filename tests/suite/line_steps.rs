//! Going line by line, and stopping at lines that cause nothing.

use loopscope_tests::run::Ended;
use loopscope_tests::scratch::Scratch;
use loopscope_tests::{Screen, loopscope};
use serde_json::Value;

use crate::batch;

const PROGRAM: &str = "\
import asyncio
def add(one, other):
    total = one
    total += other
    return total
async def main():
    first = add(1, 2)
    await asyncio.sleep(1)
    second = add(first, 3)
    print(second)
asyncio.run(main())
";

fn on(commands: &[&str]) -> Ended {
    let scratch = Scratch::new();
    loopscope(["repl", "--json"]).commands(commands).arg(scratch.file("program.py", PROGRAM)).end()
}

/// The lines at which the program was held, one for each command.
fn lines(commands: &[&str]) -> Vec<String> {
    let ended = on(commands).code_is(0);
    let line = |answer: Value| answer["line"].as_str().map(|line| line.replace("program.py:", ""));
    let answers = ended.lines();
    answers.iter().filter_map(|text| line(serde_json::from_str(text).ok()?)).collect()
}

#[test]
fn each_line_of_the_program_is_a_step_and_none_of_the_library() {
    let commands: Vec<&str> = std::iter::repeat_n("line", 12).collect();
    let found = lines(&commands);
    // `asyncio.run` goes through many lines of the library before `main` begins, and what is awaited
    // at line 8 goes on there.
    assert_eq!(found[..11], ["1", "2", "6", "11", "7", "3", "4", "5", "8", "8", "9"]);
}

#[test]
fn a_breakpoint_holds_at_a_line_that_causes_nothing() {
    let ended = on(&["break program.py:4", "continue", "print total", "continue", "print total"]);
    let ended = ended.code_is(0);
    let found: Vec<Value> =
        ended.lines().iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let at: Vec<_> = found.iter().filter_map(|answer| answer["line"].as_str()).collect();
    assert_eq!(at, ["program.py:4", "program.py:4"], "{ended}");
    // Nothing of the line has run yet.
    let printed: Vec<_> = found
        .iter()
        .filter(|answer| answer["expr"] == "total")
        .filter_map(|answer| answer["value"].as_str())
        .collect();
    assert_eq!(printed, ["1", "3"], "{ended}");
}

#[test]
fn until_a_line_and_tbreak_stop_there_once() {
    assert_eq!(lines(&["until program.py:5", "until program.py:5"]), ["5", "5"]);
    assert_eq!(lines(&["tbreak program.py:5", "continue", "continue"]), ["5"]);
    let conditional = ["break program.py:4 if t > 0.5", "continue", "print total"];
    let ended = on(&conditional).code_is(0);
    assert!(ended.out().contains("\"value\":\"3\""), "{ended}");
}

#[test]
fn stepping_on_by_records_ends_the_stepping_by_lines() {
    let ended = on(&["until program.py:4", "step", "step", "continue"]).code_is(0);
    assert!(ended.out().contains("\"ended\":true"), "{ended}");
}

#[test]
fn what_a_run_records_is_the_same_whether_lines_are_stopped_at_or_not() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let records = |commands: &[&str]| {
        let to = scratch.path("run.jsonl");
        let export = format!("export {} --force", to.display());
        let all = [commands, &["goto end", &export]].concat();
        let _ = batch(&file, &all).end().code_is(0);
        std::fs::read_to_string(to).unwrap()
    };
    assert_eq!(records(&["line 5", "break program.py:4", "continue", "line 3"]), records(&[]));
}

#[test]
fn in_a_recording_a_line_is_known_by_what_it_has_caused() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let to = scratch.path("run.loop");
    let _ = loopscope(["run", "--headless", "--record"]).arg(&to).arg(&file).end().code_is(0);
    let ended = batch(&to, &["line", "line 2", "print at"]).end().code_is(0);
    assert!(ended.out().contains("a line is known by what it has caused"), "{ended}");
}

#[test]
fn a_program_that_traces_itself_is_left_alone() {
    let program = "\
import sys
sys.settrace(lambda *_: None)
print('one')
print('two')
";
    let scratch = Scratch::new();
    let file = scratch.file("program.py", program);
    let _ = batch(&file, &["until output", "line"]).end().code_is(1).complains("traces itself");
}

#[test]
fn until_that_never_comes_says_so_and_fails() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let never = ["until executor-submit"];
    let _ =
        batch(&file, &never).end().code_is(1).complains("There was no executor-submit any more");
}

#[test]
fn restart_runs_the_file_as_it_is_now_and_keeps_breakpoints() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print('before')\n");
    let script = scratch.file("commands", "break output\ncontinue\nrestart\nprint seq\ncontinue\n");
    let ended = loopscope(["repl", "-x"]).arg(script).arg(&file).end().code_is(0);
    assert_eq!(ended.out().matches("Breakpoint 1: output").count(), 3, "{ended}");
    assert!(ended.out().contains("Restarted."), "{ended}");
    let _ = batch(&file, &["restart", "continue"]).end().code_is(0).says("before");
}

#[test]
fn a_key_goes_to_the_next_line_and_the_source_shows_it() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let Some(screen) = Screen::sized(120, 40, &["run", &file.display().to_string()]) else {
        return;
    };
    screen.wait_for("Nothing has happened yet");
    screen.keys(&["M-."]);
    screen.wait_for("program.py:1 in <module> runs: import asyncio");
    screen.keys(&["M-."]);
    screen.wait_for("program.py:2 in <module> runs: def add");
}
