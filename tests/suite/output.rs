//! The program's output: passed on as it is written, in order, and recorded.

use std::process::{Command, Stdio};

use loopscope_tests::events::{Record, only, parse};
use loopscope_tests::run::binary;
use loopscope_tests::{Live, Scratch, loopscope};

use crate::{headless, headless_with, program, recorded};

/// The texts of a stream's `output` records.
fn texts(records: &[Record], stream: &str) -> Vec<String> {
    let outputs = only(records, "output");
    let of = outputs.into_iter().filter(|record| record.text("stream") == stream);
    of.map(|record| record.text("text").to_owned()).collect()
}

#[test]
fn it_is_passed_on_as_it_is_written() {
    let scratch = Scratch::new();
    let code =
        "import sys, time\nprint('early', flush=True)\nsys.stdin.readline()\nprint('late')\n";
    let file = scratch.file("program.py", code);
    let mut live = Live::start(headless(&file));
    live.wait_for("early\n");
    assert!(!live.out().contains("late"), "{live}");
    live.say("go on");
    assert!(live.end().success(), "{live}");
    assert_eq!(live.out(), "early\nlate\n");
}

#[test]
fn stdout_and_stderr_keep_their_order() {
    let scratch = Scratch::new();
    let code = "import sys\nfor n in range(50):\n    print('out', n, flush=True)\n    \
                print('err', n, file=sys.stderr, flush=True)\n";
    let file = scratch.file("program.py", code);
    let shell = format!("exec \"$0\" run --headless '{}' 2>&1", file.display());
    let both = Command::new("sh").args(["-c", &shell]).arg(binary()).stdin(Stdio::null()).output();
    let both = String::from_utf8_lossy(&both.expect("sh can be run").stdout).into_owned();
    let expected: Vec<_> = (0..50).flat_map(|n| [format!("out {n}"), format!("err {n}")]).collect();
    assert_eq!(both.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn each_line_and_each_flush_is_a_record() {
    let code = "import sys\nprint('one')\nprint('two', end='')\nsys.stdout.flush()\nprint(' three')\n\
                print('four', file=sys.stderr)\nprint('a\\nb')\n";
    let (ended, records) = recorded(code);
    assert_eq!(ended.out(), "one\ntwo three\na\nb\n");
    let lines: Vec<_> = texts(&records, "stdout").iter().map(|t| t.trim_end().to_owned()).collect();
    assert_eq!(lines, ["one", "two", " three", "a", "b"]);
    assert_eq!(texts(&records, "stderr").concat().trim_end(), "four");
}

#[test]
fn what_looks_like_a_log_or_like_a_remark_of_ours_is_only_what_the_program_printed() {
    let lines = ["loopscope: hello", "INFO 0.5 x", "WARN  1.250000 the queue is full  (a.py:4)"];
    let code = format!("import sys\nfor line in {lines:?}:\n    print(line, file=sys.stderr)\n");
    let (ended, records) = recorded(&code);
    let written = texts(&records, "stderr").concat();
    assert_eq!(written.lines().collect::<Vec<_>>(), lines);
    assert!(ended.err().starts_with("loopscope: hello\nINFO 0.5 x\n"), "{ended}");
    assert!(!records.iter().any(|record| record.is("log") || record.is("remark")));
}

#[test]
fn the_record_stands_where_the_line_was_written() {
    let code = "import asyncio\nloop = asyncio.new_event_loop()\nloop.call_soon(print, 'inside')\n\
                loop.call_soon(loop.stop)\nloop.run_forever()\nprint('outside')\n";
    let (_, records) = recorded(code);
    let at = |found: &dyn Fn(&Record) -> bool| records.iter().position(found).expect("it is there");
    let inside = at(&|r| r.text("text").contains("inside"));
    assert!(at(&|r| r.is("handle-run")) < inside && inside < at(&|r| r.is("handle-done")));
    let outside = at(&|r| r.text("text").contains("outside"));
    assert!(at(&|r| r.is("loop-stopped")) < outside && outside < at(&|r| r.is("program-exit")));
}

#[test]
fn bad_utf8_is_passed_on_as_it_is_and_replaced_in_records() {
    let scratch = Scratch::new();
    let file = program("hostile/bad_utf8.py");
    let to = scratch.path("events");
    let ended = headless_with(&["--events", &to.to_string_lossy()], &file).end().code_is(0);
    assert_eq!(
        ended.bytes(),
        &b"good, then \xff\xfe\x80 bad\nhalf a character: \xe2\x82\xac whole now\n"[..]
    );
    let all = texts(&loopscope_tests::events(&to), "stdout").concat();
    assert!(all.contains("good, then \u{fffd}") && all.contains(" bad"), "{all}");
}

#[test]
fn what_goes_past_python_is_passed_on_and_recorded() {
    for (name, wanted) in
        [("writes_descriptor", "second, by os.write"), ("subprocess_prints", "from the subprocess")]
    {
        let scratch = Scratch::new();
        let file = program(&format!("hostile/{name}.py"));
        let to = scratch.path("events");
        let ended = headless_with(&["--events", &to.to_string_lossy()], &file).end().code_is(0);
        let theirs = std::fs::read_to_string(file.with_extension("out")).expect("it is committed");
        assert_eq!(ended.out(), theirs, "{ended}");
        let recorded = texts(&loopscope_tests::events(&to), "stdout").concat();
        assert!(recorded.contains(wanted), "{recorded}");
    }
}

#[test]
fn with_events_to_stdout_the_programs_output_moves_to_stderr() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print('a line')\n");
    let ended = headless_with(&["--events", "-"], &file).end().code_is(0);
    assert!(ended.err().contains("a line"), "{ended}");
    let records = parse(&ended.out());
    assert_eq!(texts(&records, "stdout").concat().trim_end(), "a line");
}

#[test]
fn with_json_it_goes_only_into_records() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print('a ' + 'line')\n");
    let run = loopscope(["repl", "--json", "-c", "continue"]).arg(&file).end().code_is(0);
    assert!(run.lines().iter().all(|line| line != "a line"), "{run}");
    assert!(!run.err().contains("a line"), "{run}");
}

#[test]
fn headless_inherits_standard_input() {
    let scratch = Scratch::new();
    let file = program("hostile/reads_stdin.py");
    assert_eq!(headless(&file).input("1\n2\n").end().code_is(0).out(), "lines read: 2\n");
    let three = scratch.file("three.txt", "1\n2\n3\n");
    let run = headless_with(&["--stdin", &three.to_string_lossy()], &file).input("1\n");
    assert_eq!(run.end().code_is(0).out(), "lines read: 3\n");
}

#[test]
fn a_closed_reader_of_our_output_ends_us_quietly() {
    let file = program("hostile/many_lines.py");
    let shell = format!("\"$0\" run --headless '{}' | head -n 2", file.display());
    let ended = loopscope_tests::Run::new("sh").args(["-c", &shell]).arg(binary()).end();
    assert_eq!(ended.out(), "line 0\nline 1\n");
    assert!(!ended.err().contains("panicked"), "{ended}");
    let shell = format!("\"$0\" run --headless --events - '{}' 2>&- | head -n 1", file.display());
    let ended = loopscope_tests::Run::new("sh").args(["-c", &shell]).arg(binary()).end();
    assert!(ended.out().contains("run-start") && !ended.err().contains("panicked"), "{ended}");
}

#[test]
fn a_traceback_reads_as_cpythons() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "def f():\n    raise ValueError('broken')\nf()\n");
    let ours = headless(&file).end().code_is(1).err();
    for part in ["Traceback (most recent call last)", "program.py\", line 2", "ValueError: broken"]
    {
        assert!(ours.contains(part), "no {part:?} in {ours}");
    }
}
