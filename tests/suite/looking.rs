//! What a held program has: locals of frames, values of Python expressions, and what they were.

use loopscope_tests::run::Ended;
use loopscope_tests::scratch::Scratch;
use loopscope_tests::{Screen, loopscope};
use serde_json::Value;

use crate::batch;

/// A consumer and a producer, with a queue between them.
const PROGRAM: &str = "\
import asyncio
async def produce(queue):
    for number in range(3):
        await queue.put(number)
        await asyncio.sleep(1)
async def consume(queue):
    total = 0
    while total < 3:
        total += await queue.get()
    return total
async def main():
    queue = asyncio.Queue()
    eater = asyncio.create_task(consume(queue), name='eater')
    await produce(queue)
    print(await eater)
asyncio.run(main())
";

fn on(code: &str, commands: &[&str]) -> Ended {
    let scratch = Scratch::new();
    batch(&scratch.file("program.py", code), commands).end()
}

fn shows(commands: &[&str], all: &[&str]) {
    let ended = on(PROGRAM, commands).code_is(0);
    for said in all {
        assert!(ended.out().contains(said), "{said}: {ended}");
    }
}

fn refuses(commands: &[&str], says: &str) {
    let _ = on(PROGRAM, commands).code_is(1).complains(says);
}

#[test]
fn the_locals_of_a_task_that_waits_are_those_of_its_frames() {
    let commands = ["until timer-due", "info locals eater"];
    shows(&commands, &["eater (task 2)", "#0 program.py:9 in consume", "  total = 0", "<Queue"]);
    shows(
        &["until timer-due", "info locals 1"],
        &[
            "#0 program.py:5 in produce",
            "  number = 0",
            "#1 program.py:14 in main",
            "  eater = <Task 2>",
        ],
    );
}

#[test]
fn without_a_task_they_are_those_of_what_runs() {
    shows(&["until timer-new", "info locals"], &["in produce", "  number = 0", "in main"]);
    refuses(&["until turn-begin", "info locals nobody"], "no task `nobody`");
    refuses(&["until task-done", "info locals eater"], "is done, so it has no locals");
}

#[test]
fn frames_are_looked_at_one_by_one() {
    let commands =
        ["until timer-new", "frame", "up", "list", "print eater", "down", "print number"];
    shows(&commands, &["in produce", "#1 program.py:14 in main", ">  14", "<Task 2>"]);
    refuses(&["until timer-new", "up 20"], "The frames here are 0");
}

#[test]
fn print_takes_our_words_and_python_s_expressions() {
    shows(
        &["until timer-new", "print queue.qsize()", "print number + 41", "print ready"],
        &["1", "41"],
    );
    refuses(&["until timer-new", "print 1 / 0"], "ZeroDivisionError");
    refuses(&["until timer-new", "print nobody"], "name 'nobody' is not defined");
    // It may look at any record, but takes no forever.
    refuses(&["until timer-new", "print [1 for _ in iter(int, 1)]"], "too long");
}

#[test]
fn what_is_looked_at_leaves_no_trace_in_the_run() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let lines = |commands: &[&str]| {
        let to = scratch.path("run.jsonl");
        let export = format!("export {} --force", to.display());
        let all = [commands, &["goto end", &export]].concat();
        let _ = batch(&file, &all).end().code_is(0);
        std::fs::read_to_string(to).unwrap()
    };
    let looked = lines(&[
        "until timer-new",
        "info locals",
        "print queue.qsize() + asyncio.get_running_loop().time()",
        "until task-done",
    ]);
    assert_eq!(looked, lines(&[]));
}

#[test]
fn a_watch_stops_where_a_python_value_changes_and_tells_what_it_was() {
    let commands =
        ["until timer-new", "watch queue.qsize()", "continue", "continue", "info values"];
    shows(&commands, &["Watch 1: queue.qsize() is 1", "was 1, is 0", "was 0, is 1"]);
}

#[test]
fn what_is_displayed_is_known_again_where_one_goes_back() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let commands = [
        "until timer-new",
        "display queue.qsize()",
        "until task-step if task == 2",
        "rstep 3",
        "goto end",
    ];
    let ended = loopscope(["repl", "--json"]).commands(&commands).arg(&file).end().code_is(0);
    let shown: Vec<String> = ended
        .lines()
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|answer| Some(answer["display"][0]["value"].as_str()?.to_owned()))
        .collect();
    // At the end nothing has these names any more.
    assert_eq!(shown, ["1", "1", "(gone)"], "{ended}");
}

#[test]
fn recordings_and_the_past_say_why_they_do_not_know() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let to = scratch.path("run.loop");
    let _ = loopscope(["run", "--headless", "--record"]).arg(&to).arg(&file).end().code_is(0);
    let says = "A recording has no program to look into";
    let _ = batch(&to, &["goto end", "info locals 1"]).end().code_is(1).complains(says);
    let _ = batch(&to, &["print queue.qsize()"]).end().code_is(1);
    refuses(&["until timer-new", "rstep 3", "info locals"], "the view is in the past");
}

#[test]
fn py_leaves_no_output_of_its_own() {
    let commands =
        ["until handle-run", "py for n in range(3): print('mine', n)", "goto end", "info output"];
    let ended = on(PROGRAM, &commands).code_is(0);
    let out = ended.out();
    assert_eq!(out.matches("mine 2").count(), 1, "{ended}");
    let _ =
        on(PROGRAM, &["until handle-run", "py print('mine')", "assert output == null"]).code_is(0);
}

#[test]
fn the_locals_of_a_task_are_shown_on_the_screen() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let Some(screen) = Screen::sized(100, 40, &["run", &file.display().to_string()]) else {
        return;
    };
    screen.wait_for("Nothing has happened yet");
    screen.line(":until timer-due");
    screen.wait_for("was due at");
    screen.line(":info locals eater");
    let text = screen.wait_for("#0 program.py:9 in consume");
    assert!(text.contains("  total = 0"), "{text}");
}
