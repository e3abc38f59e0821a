//! Line mode: scripts, commands, piped input, their grammar and their exit codes.

use std::time::Duration;

use loopscope_tests::outside::wait_for_end_of;
use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, loopscope};
use nix::unistd::Pid;
use serde_json::Value;

use crate::{batch, program};

const PROGRAM: &str = "\
import asyncio
async def child():
    await asyncio.sleep(1)
    return 5
async def main():
    task = asyncio.create_task(child(), name='kid')
    print('made')
    await task
    print('done')
asyncio.run(main())
";

fn on(code: &str, commands: &[&str]) -> Ended {
    let scratch = Scratch::new();
    batch(&scratch.file("program.py", code), commands).end()
}

fn good(commands: &[&str]) -> Ended {
    on(PROGRAM, commands).code_is(0)
}

fn bad(commands: &[&str]) -> Ended {
    on(PROGRAM, commands).code_is(1)
}

#[test]
fn it_opens_paused_before_the_first_record() {
    let scratch = Scratch::new();
    let _ = scratch.file("program.py", "open('started', 'w').close()\nprint('started')\n");
    let run = |commands: &[&str]| {
        let run = loopscope(["repl"]).commands(commands).arg("program.py");
        run.within(scratch.folder()).end().code_is(0)
    };
    let paused = run(&["print 1"]);
    assert!(!paused.out().contains("started") && !scratch.path("started").exists(), "{paused}");
    let first = run(&["step", "assert event == 'run-start'", "assert seq == 1"]);
    assert!(!first.out().contains("started") && !scratch.path("started").exists(), "{first}");
    let _ = run(&["continue"]).says("started");
}

#[test]
fn expect_runs_on_until_the_event_and_fails_at_the_end() {
    let _ = good(&["expect task-done", "assert event == 'task-done'", "expect task-done"]);
    let failed = bad(&["expect executor-submit"]).complains("executor-submit");
    assert!(failed.out().contains("done"), "it did not run to the end: {failed}");
    let _ = bad(&["expect task-done if how == 'exception'"]);
    let _ = good(&["expect task-done if how == 'result'"]);
}

#[test]
fn a_batch_stops_at_its_first_failed_or_unknown_command() {
    let failed = bad(&["step 3", "assert seq == 4", "print 4711"]);
    assert!(!failed.out().contains("4711"), "{failed}");
    let unknown = bad(&["frobnicate", "print 4711"]).complains("frobnicate");
    assert!(!unknown.out().contains("4711"), "{unknown}");
    let _ = bad(&["assert no_such_name == 1"]);
    let _ = bad(&["until no-such-event"]).complains("no-such-event");
}

#[test]
fn after_the_last_command_an_unfinished_program_is_killed_and_the_code_is_0() {
    let code = "import os, time\nprint('pid', os.getpid(), flush=True)\n\
                import asyncio\nloop = asyncio.new_event_loop()\nloop.call_soon(print)\n\
                loop.run_forever()\n";
    let ended = on(code, &["until handle-run"]).code_is(0);
    let pid = ended.lines().iter().find_map(|line| line.strip_prefix("pid ")?.parse().ok());
    wait_for_end_of(Pid::from_raw(pid.unwrap_or_else(|| panic!("{ended}"))));
    assert!(ended.took < Duration::from_secs(10), "{ended}");
}

#[test]
fn info_loop_prints_one_of_four_words() {
    let code = "import asyncio\nloop = asyncio.new_event_loop()\nloop.call_soon(loop.stop)\n\
                loop.call_soon(int)\nloop.run_forever()\nloop.close()\n";
    let at = |event: &str| {
        let ended = on(code, &[&format!("until {event}"), "info loop"]).code_is(0);
        let words = ["running", "stopping", "stopped", "closed"];
        let lines = ended.lines();
        let said: Vec<_> = lines.iter().map(|l| l.trim()).filter(|l| words.contains(l)).collect();
        assert_eq!(said.len(), 1, "{ended}");
        said[0].to_owned()
    };
    assert_eq!(at("loop-new"), "stopped");
    assert_eq!(at("loop-run"), "running");
    assert_eq!(at("handle-run"), "running");
    assert_eq!(at("loop-stop-request"), "stopping");
    assert_eq!(at("loop-stopped"), "stopped");
    assert_eq!(at("loop-close"), "closed");
}

#[test]
fn expressions_know_fields_tasks_queues_and_logic() {
    let _ = good(&[
        "until task-suspend if task.name == 'child'",
        "assert event == 'task-suspend'",
        "assert event == \"task-suspend\" and seq > 3",
        "assert task == 2",
        "assert task.name == 'child'",
        "assert not (task == 1 or task == 3)",
        "assert loop == 'running'",
        "assert loop.id == 1",
        "assert timers == 1",
        "assert ready >= 0",
        "assert t >= 0 and t < 0.1",
        "assert turn != 99",
        "print task.name",
    ]);
    for wrong in
        ["assert task == 3", "assert not loop == 'running'", "assert timers > 1", "assert 1 == 2"]
    {
        let _ = bad(&["until task-suspend if task.name == 'child'", wrong]);
    }
    let _ = bad(&["assert seq =="]);
}

#[test]
fn help_explains_every_command_and_the_expressions() {
    let help = good(&["help"]).out();
    for word in [
        "step",
        "next",
        "turn",
        "continue",
        "until",
        "finish",
        "rstep",
        "rnext",
        "rturn",
        "rcontinue",
        "goto",
        "break",
        "tbreak",
        "watch",
        "delete",
        "disable",
        "commands",
        "info",
        "where",
        "why",
        "print",
        "display",
        "list",
        "py",
        "assert",
        "expect",
        "source",
        "set",
        "quit",
    ] {
        assert!(help.contains(word), "no {word} in {help}");
    }
    let expressions = good(&["help expr"]).out();
    for word in ["task.name", "ready", "timers", "loop", "and", "or", "not"] {
        assert!(expressions.contains(word), "no {word} in {expressions}");
    }
}

#[test]
fn prefixes_work_where_they_are_clear() {
    let _ = good(&["st 4", "asser seq == 4", "cont", "inf loop"]).says("closed");
    let _ = bad(&["re"]);
}

#[test]
fn an_empty_line_repeats_the_last_step() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let input = "step 2\n\n\nassert seq == 6\n";
    let _ = loopscope(["repl"]).arg(file).input(input).end().code_is(0);
}

#[test]
fn scripts_commands_and_piped_input_do_the_same() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let script = scratch.file("script.txt", "# a comment\nuntil task-new\n\nassert task == 1\n");
    let _ = loopscope(["repl", "-x"]).arg(&script).arg(&file).end().code_is(0);
    let both = loopscope(["repl", "-c", "step 1", "-x"]).arg(&script);
    let _ = both.args(["-c", "assert event == 'task-new'"]).arg(&file).end().code_is(0);
    let source = format!("source {}", script.display());
    let _ = batch(&file, &[&source, "assert event == 'task-new'"]).end().code_is(0);
    let _ =
        loopscope(["repl"]).arg(&file).input("until task-new\nassert task == 1\n").end().code_is(0);
    let wrong = scratch.file("wrong.txt", "assert 1 == 2\n");
    let _ = loopscope(["repl", "-x"]).arg(&wrong).arg(&file).end().code_is(1);
    let missing = scratch.path("missing.txt");
    let ended = loopscope(["repl", "-x"]).arg(missing).arg(&file).end().complains("missing.txt");
    assert_ne!(ended.code(), 0, "{ended}");
}

#[test]
fn a_failed_script_line_is_named_with_its_place() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let script = scratch.file("script.txt", "step\n\nassert seq == 99\n");
    let ended = loopscope(["repl", "-x"]).arg(script).arg(file).end().code_is(1);
    let _ = ended.complains("script.txt:3");
}

#[test]
fn json_answers_are_objects_and_the_programs_output_is_not_among_them() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let commands = ["until task-suspend", "info tasks", "print task", "info loop", "goto end"];
    let ended = loopscope(["repl", "--json"]).commands(&commands).arg(&file).end().code_is(0);
    let lines = ended.lines();
    assert!(lines.len() >= commands.len(), "{ended}");
    for line in &lines {
        assert!(matches!(serde_json::from_str(line), Ok(Value::Object(_))), "{line:?} in {ended}");
    }
    assert!(lines.iter().all(|line| line != "made" && line != "done"), "{ended}");
}

#[test]
fn finish_goes_on_to_the_end_of_a_task() {
    let _ = good(&[
        "until task-new if name == 'child'",
        "finish 2",
        "assert event == 'task-done'",
        "assert task == 2",
    ]);
    let _ = good(&["until task-new if name == 'child'", "finish kid", "assert task == 2"]);
}

#[test]
fn where_and_why_tell_where_a_task_stands_and_what_it_waits_for() {
    let there = "until task-suspend if task == 1";
    let stands = good(&[there, "where 1"]);
    assert!(stands.out().contains("main") && stands.out().contains("program.py:8"), "{stands}");
    let waits = good(&[there, "why 1"]);
    assert!(waits.out().contains("kid") || waits.out().contains("child"), "{waits}");
}

#[test]
fn info_tells_queues_tasks_and_breakpoints() {
    let there = "until task-suspend if task == 2";
    let _ = good(&[there, "info tasks"]).says("main").says("child");
    let _ = good(&[there, "info timers"]).says("1");
    let _ = good(&["until task-new", "step", "info ready"]).says("main");
    let _ = good(&["break task-done if task == 2", "info breakpoints"]).says("task-done");
    let _ = good(&["info source"]).says("program.py");
    for topic in ["watchers", "handlers", "exceptions", "lints"] {
        let _ = good(&[there, &format!("info {topic}")]);
    }
}

#[test]
fn breakpoints_are_set_hit_disabled_and_deleted() {
    let _ =
        good(&["break task-done", "continue", "assert task == 2", "continue", "assert task == 1"]);
    let _ = good(&[
        "tbreak task-step",
        "continue",
        "assert task == 1",
        "continue",
        "assert event == 'program-exit'",
    ]);
    let _ = good(&["break task-done", "delete 1", "continue", "assert event == 'program-exit'"]);
    let _ = good(&["break task-done", "disable 1", "continue", "assert event == 'program-exit'"]);
    let _ = good(&["watch timers", "continue", "assert event == 'timer-new'"]);
}

#[test]
fn commands_of_a_breakpoint_run_each_time() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let script = "break task-done\ncommands 1\nprint 'hit ' == 'hit '\nprint task.name\nend\ncontinue\ncontinue\n";
    let ended = loopscope(["repl"]).arg(file).input(script).end().code_is(0);
    assert!(ended.out().contains("child") && ended.out().contains("main"), "{ended}");
}

#[test]
fn list_shows_the_line_at_hand() {
    let _ = good(&["until task-suspend if task == 2", "list"]).says("await asyncio.sleep(1)");
}

#[test]
fn a_program_that_is_not_there_is_told_in_one_sentence() {
    let ended = loopscope(["repl", "-c", "step", "no/such/program.py"]).end();
    let ended = ended.complains("no/such/program.py");
    assert_ne!(ended.code(), 0, "{ended}");
    assert_eq!(ended.err().trim_end().lines().count(), 1, "{ended}");
}

#[test]
fn the_programs_input_is_empty_unless_a_file_is_given() {
    let scratch = Scratch::new();
    let file = program("hostile/reads_stdin.py");
    let run = loopscope(["repl", "-c", "continue"]).arg(&file).input("a\nb\n");
    let _ = run.end().code_is(0).says("lines read: 0");
    let three = scratch.file("three.txt", "1\n2\n3\n");
    let run = loopscope(["repl", "-c", "continue", "--stdin"]).arg(three).arg(&file);
    let _ = run.end().code_is(0).says("lines read: 3");
}
