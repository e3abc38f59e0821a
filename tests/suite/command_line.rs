//! The command line: its commands, its options, its exit codes and its sentences.

use loopscope_tests::{Scratch, loopscope};

use crate::{headless_with, program};

const COMMANDS: [&str; 9] =
    ["learn", "run", "replay", "repl", "diff", "export", "lesson", "doctor", "attach"];

#[test]
fn help_names_every_command_and_gives_examples() {
    let help = loopscope(["--help"]).end().code_is(0).out();
    for command in COMMANDS {
        assert!(help.contains(command), "no {command} in {help}");
    }
    for command in ["run", "repl", "replay", "diff"] {
        let ended = loopscope([command, "--help"]).end().code_is(0);
        assert!(ended.out().contains("loopscope "), "no example: {ended}");
    }
    let run = loopscope(["run", "--help"]).end().code_is(0).out();
    for option in [
        "--dialect",
        "--clock",
        "--seed",
        "--ties",
        "--wall-start",
        "--stdin",
        "--record",
        "--events",
        "--headless",
        "--timeout",
        "--color",
        "--ascii",
    ] {
        assert!(run.contains(option), "no {option} in {run}");
    }
}

#[test]
fn the_version_is_told() {
    let ended = loopscope(["--version"]).end().code_is(0);
    assert!(ended.out().starts_with("loopscope "), "{ended}");
}

#[test]
fn wrong_usage_is_2_with_a_hint() {
    for words in
        [&["frobnicate"][..], &["run", "--no-such-option", "x.py"], &["run"], &["diff", "one"]]
    {
        let ended = loopscope(words).end().code_is(2);
        assert!(!ended.err().trim().is_empty() && ended.out().is_empty(), "{ended}");
    }
    let file = program("classic/hello.py");
    for options in
        [&["--timeout", "soon"][..], &["--dialect", "perl"], &["--seed", "-1"], &["--ties", "none"]]
    {
        let ended = headless_with(options, &file).end().code_is(2);
        assert!(ended.err().contains(options[1]), "{ended}");
    }
}

#[test]
fn our_options_come_before_the_file_and_the_rest_is_the_programs() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "import sys\nprint(sys.argv[1:])\n");
    let run = loopscope(["run", "--headless"]).arg(&file).args(["--clock", "real", "--help"]);
    assert_eq!(run.end().code_is(0).out(), "['--clock', 'real', '--help']\n");
}

#[test]
fn the_dialects_say_what_they_are() {
    let scratch = Scratch::new();
    let code = "import sys\nprint('%d.%d' % sys.version_info[:2])\n";
    let file = scratch.file("program.py", code);
    for (dialect, version) in
        [("cpython", "3.13"), ("cpython-3.6", "3.6"), ("cpython-3.14", "3.14")]
    {
        let ended = headless_with(&["--dialect", dialect], &file).end();
        // A dialect that is not there yet says so; it never runs as another one.
        if ended.code() == 0 {
            assert_eq!(ended.out().trim(), version, "{ended}");
        } else {
            assert!(ended.err().contains(dialect), "{ended}");
        }
    }
    let file = scratch.file("which.py", "import sys\nprint(sys.implementation.name)\n");
    for dialect in ["micropython", "micropython-firmware"] {
        let ended = headless_with(&["--dialect", dialect], &file).end();
        let refused = ended.code() != 0 && ended.err().contains(dialect);
        assert!(refused || ended.out() == "micropython\n", "it runs as another dialect: {ended}");
    }
}

#[test]
fn what_is_not_there_yet_says_so() {
    let ended = loopscope(["attach", "--demo"]).end();
    assert_ne!(ended.code(), 0, "{ended}");
    assert!(!ended.err().contains("panicked") && !ended.err().trim().is_empty(), "{ended}");
}

#[test]
fn the_doctor_looks_at_this_machine() {
    let ended = loopscope(["doctor"]).end();
    assert!(ended.out().to_lowercase().contains("terminal"), "{ended}");
}

#[test]
fn no_colour_is_written_where_nobody_can_see_it() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "1 / 0\n");
    for run in [
        loopscope(["repl", "-c", "continue", "-c", "info loop"]).arg(&file),
        loopscope(["run", "--headless"]).arg(&file),
        loopscope(["run", "--headless", "--color", "never"]).arg(&file),
        loopscope(["repl", "-c", "goto end"]).arg(&file).env("NO_COLOR", "1"),
    ] {
        let ended = run.end();
        assert!(!ended.out().contains('\u{1b}') && !ended.err().contains('\u{1b}'), "{ended}");
    }
}

#[test]
fn the_tui_without_a_terminal_is_refused_with_the_way_out() {
    let ended = loopscope(["run"]).arg(program("classic/hello.py")).end();
    assert_ne!(ended.code(), 0, "{ended}");
    let _ = ended.complains("--headless");
}

#[test]
fn a_program_may_come_through_a_pipe() {
    let run = loopscope(["run", "--headless", "/dev/stdin"]);
    let ended = run.input("import asyncio\nasyncio.run(asyncio.sleep(1))\nprint('ran')\n").end();
    assert_eq!(ended.code_is(0).out(), "ran\n");
}
