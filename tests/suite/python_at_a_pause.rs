//! `py` runs where Python may run, and says why where it may not.

use std::fs;
use std::time::Duration;

use loopscope_tests::events::events;
use loopscope_tests::run::Ended;
use loopscope_tests::{Live, Scratch, Screen};

use crate::{batch, loopscope};

const PROGRAM: &str = "\
import asyncio
other = asyncio.new_event_loop()
value = 41
def first(): print('first', value)
def second(): print('second')
other.call_soon(first)
other.call_soon(second)
other.call_later(1, other.stop)
other.run_forever()
print('after', value)
";

fn after(commands: &[&str]) -> Ended {
    let scratch = Scratch::new();
    batch(&scratch.file("program.py", PROGRAM), commands).end()
}

/// A refusal: one sentence that names a place where it would work.
fn is_refused(commands: &[&str]) {
    let ended = after(commands).code_is(1);
    let text = format!("{}{}", ended.out(), ended.err()).to_lowercase();
    let names_a_place = ["handle", "turn", "live", "end"].iter().any(|word| text.contains(word));
    assert!(names_a_place && !text.contains("traceback"), "{ended}");
}

#[test]
fn it_runs_before_the_start() {
    let _ = after(&["py 6 * 7"]).code_is(0).says("42");
    let _ =
        after(&["py import builtins; builtins.value = 1", "continue"]).code_is(0).says("after 41");
}

#[test]
fn it_runs_before_a_handle_and_after_expect_handle_run() {
    let _ = after(&["until handle-run", "py value = 7", "continue"]).code_is(0).says("first 7");
    let _ = after(&["expect handle-run", "py value + 1"]).code_is(0).says("42");
}

#[test]
fn it_runs_between_turns() {
    let _ = after(&["until turn-end", "py value + 1"]).code_is(0).says("42");
}

#[test]
fn it_runs_after_the_end() {
    let _ = after(&["goto end", "py value + 1"]).code_is(0).says("42");
}

#[test]
fn elsewhere_it_is_refused_with_the_nearest_place() {
    is_refused(&["until handle-new", "py value"]);
    is_refused(&["until loop-new", "py value"]);
}

#[test]
fn in_the_past_it_is_refused() {
    is_refused(&["until handle-run", "rstep 2", "py value"]);
    is_refused(&["goto end", "goto 3", "py value"]);
}

#[test]
fn names_are_those_of_main_and_loop_falls_back_to_the_current_one() {
    let commands = ["until handle-run", "py loop is other", "py __name__", "py first.__name__"];
    let ended = after(&commands).code_is(0);
    for expected in ["True", "__main__", "first"] {
        assert!(ended.out().contains(expected), "{ended}");
    }
}

#[test]
fn what_it_schedules_says_so() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let to = scratch.path("events");
    let commands = ["until handle-run", "py loop.call_soon(print, 'hi from py')", "continue"];
    let run = loopscope(["repl", "--events"]).arg(&to).commands(&commands).arg(&file);
    let ended = run.end().code_is(0).says("hi from py");
    let records = events(&to);
    let made = records.iter().find(|r| r.text("by") == "py");
    let made = made.unwrap_or_else(|| panic!("nothing is by py: {ended}"));
    assert_eq!((made.kind(), made.text("how"), made.text("name")), ("handle-new", "soon", "print"));
    let lines = ended.lines();
    let at = |text: &str| lines.iter().position(|line| line == text);
    assert!(at("first 41") < at("second") && at("second") < at("hi from py"), "{ended}");
}

#[test]
fn an_exception_in_it_fails_and_tells_the_traceback() {
    let _ = after(&["until handle-run", "py 1 / 0"]).code_is(1).complains("ZeroDivisionError");
}

#[test]
fn an_exception_in_it_leaves_the_program_as_it_was() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let Some(screen) = Screen::open(&["repl", &file.to_string_lossy()]) else { return };
    screen.wait_for("#0>");
    screen.line("until handle-run");
    screen.wait_for("#10>");
    screen.line("py 1 / 0");
    screen.wait_for("ZeroDivisionError");
    screen.line("py value + 1000");
    screen.wait_for("1041");
    screen.line("continue");
    screen.wait_for("after 41");
    screen.wait_until("a new prompt", |text| !text.trim_end().ends_with("#10>"));
    screen.line("quit");
    assert_eq!(screen.left(), 0);
}

#[test]
fn other_threads_run_on_while_the_loops_is_paused() {
    let scratch = Scratch::new();
    let code = "\
import asyncio, os, threading, time
def tick():
    fd = os.open('ticks', os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    while True:
        os.write(fd, b'.')
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
loop = asyncio.new_event_loop()
loop.call_soon(int)
loop.call_soon(loop.stop)
loop.run_forever()
";
    let _ = scratch.file("program.py", code);
    let mut live = Live::start(loopscope(["repl"]).arg("program.py").within(scratch.folder()));
    live.say("until handle-run");
    live.say("print event");
    live.wait_for("handle-run");
    let ticks = || fs::metadata(scratch.path("ticks")).map_or(0, |file| file.len());
    live.wait_until("tick of the thread", || ticks() > 0);
    let before = ticks();
    std::thread::sleep(Duration::from_millis(300));
    assert!(ticks() > before + 3, "the thread stands still: {before} then {}", ticks());
    live.say("quit");
    assert_eq!(live.end().code(), Some(0), "{live}");
}
