//! Programs in the user's own MicroPython: run, stepped and recorded as those in our interpreter are,
//! and what its recorder sends between the program's own text.

mod line;
mod same_records;
mod stepped;

use std::path::Path;

use loopscope_tests::events::{Record, events, only};
use loopscope_tests::micropython::executable;
use loopscope_tests::run::{Ended, Run};
use loopscope_tests::{Scratch, loopscope};

/// A run of ours with a real MicroPython.
fn with_micropython(command: &str, python: &Path) -> Run {
    loopscope([command, "--python"]).arg(python)
}

fn records_of(python: &Path, options: &[&str], code: &str) -> (String, i32, Vec<Record>) {
    let scratch = Scratch::new();
    let (file, to) = (scratch.file("program.py", code), scratch.path("events.jsonl"));
    let run =
        with_micropython("run", python).args(["--headless", "--events"]).arg(&to).args(options);
    let ended = run.arg(file).end();
    (ended.out(), ended.code(), events(&to))
}

#[test]
fn output_and_exit_code_are_the_program_s() {
    let Some(python) = executable() else { return };
    let code = "import asyncio, sys\nasync def main():\n  print('out')\n  \
                sys.stderr.write('err\\n')\n  await asyncio.sleep(0)\nasyncio.run(main())\n\
                sys.exit(7)\n";
    let (out, exit, records) = records_of(&python, &[], code);
    assert_eq!((out.as_str(), exit), ("out\n", 7));
    let mut lines: Vec<_> = only(&records, "output")
        .iter()
        .map(|record| (record.text("stream").to_owned(), record.text("text").to_owned()))
        .collect();
    lines.sort();
    let line = |stream: &str, text: &str| (stream.to_owned(), text.to_owned());
    assert_eq!(lines, [line("stderr", "err\n"), line("stdout", "out\n")]);
    let end = records.iter().rfind(|record| record.is("program-exit")).expect("it has ended");
    assert_eq!((end.number("code"), end.text("how")), (7, "exit"));
    assert_eq!(records[0].kind(), "run-start");
    assert_eq!(records[0].text("dialect"), "micropython-firmware");
}

#[test]
fn what_is_printed_stands_where_it_was_printed() {
    let Some(python) = executable() else { return };
    // So long that its time is not over before it is queued.
    let code = "import asyncio\nasync def main():\n  print('a')\n  await asyncio.sleep_ms(100)\n  \
                print('b')\nprint('before')\nasyncio.run(main())\nprint('after')\n";
    let (_, _, records) = records_of(&python, &[], code);
    let at = |text: &str| {
        let is_it = |record: &Record| record.is("output") && record.text("text") == text;
        records.iter().position(is_it).unwrap_or_else(|| panic!("no {text:?}"))
    };
    let kind = |kind: &str| records.iter().position(|record| record.is(kind)).expect("it is there");
    let order = [
        at("before\n"),
        kind("loop-run"),
        kind("task-step"),
        at("a\n"),
        kind("timer-new"),
        kind("timer-due"),
        at("b\n"),
        kind("task-done"),
        kind("loop-stopped"),
        at("after\n"),
    ];
    assert!(order.is_sorted(), "{order:?}");
    let numbers: Vec<i64> = records.iter().map(|record| record.number("seq")).collect();
    assert!(numbers.iter().zip(1..).all(|(seq, at)| *seq == at), "{numbers:?}");
}

#[test]
fn a_traceback_has_no_frame_of_ours() {
    let Some(python) = executable() else { return };
    let code = "async def main():\n  1/0\nimport asyncio\nasyncio.run(main())\n";
    let scratch = Scratch::new();
    let file = scratch.file("program.py", code);
    let (to, plain) = (scratch.path("events"), Run::new(&python).arg(&file).end());
    let run = with_micropython("run", &python).args(["--headless", "--events"]).arg(&to);
    let ours = run.arg(&file).end().code_is(1);
    assert_eq!(ours.err(), plain.err());
    let how = events(&to).iter().rfind(|record| record.is("program-exit")).map(Record::to_string);
    assert!(how.expect("it has ended").contains("\"exception\""));
}

#[test]
fn arguments_and_folder_are_those_of_a_plain_run() {
    let Some(python) = executable() else { return };
    let scratch = Scratch::new();
    let _ = scratch.file("beside.py", "here = 'beside'\n");
    let code =
        "import sys, beside\nprint(sys.argv[1:], beside.here, __name__, sorted(globals()))\n";
    let file = scratch.file("program.py", code);
    let plain = Run::new(&python).arg(&file).args(["a", "\u{e9} \"b\""]).end();
    let to = scratch.path("events");
    let run = with_micropython("run", &python).args(["--headless", "--events"]).arg(&to);
    let ours = run.arg(&file).args(["a", "\u{e9} \"b\""]).end().code_is(0);
    assert_eq!(ours.out(), plain.out());
}

#[test]
fn a_module_runs_as_with_micropython_m() {
    let Some(python) = executable() else { return };
    let scratch = Scratch::new();
    let folder = scratch.folder().join("package");
    std::fs::create_dir(&folder).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    write("__init__.py", "print('the package', __name__)\n");
    write("beside.py", "print('beside', __name__)\n");
    let main = "import asyncio, sys\nfrom . import beside\nasync def main():\n  \
                await asyncio.sleep_ms(1)\n  print(__name__, __file__, sys.argv, sys.path[0])\n\
                asyncio.run(main())\nif sys.argv[-1] == 'fail': 1/0\n";
    write("__main__.py", main);
    let _ = scratch.file("plain.py", "print(__name__, __file__, sorted(globals()))\n");
    let _ = scratch.file("wrong.py", "def f(:\n");
    let cases: [(&[&str], &str); 6] = [
        (&["package", "a", "-b"], "end"),
        (&["package", "fail"], "exception"),
        (&["plain"], "end"),
        (&["package.beside"], "end"),
        (&["missing"], "exception"),
        (&["wrong"], "syntax"),
    ];
    for (words, how) in cases {
        let plain = Run::new(&python).arg("-m").args(words).within(scratch.folder()).end();
        let to = scratch.path(&format!("events-{}", words.join("-")));
        let run = with_micropython("run", &python).args(["--headless", "--events"]).arg(&to);
        let ours = run.arg("-m").args(words).within(scratch.folder()).end();
        let all = |ended: &Ended| (ended.out(), ended.err(), ended.code());
        assert_eq!(all(&ours), all(&plain), "{words:?}");
        let records = events(&to);
        let end = records.iter().rfind(|record| record.is("program-exit")).expect("it has ended");
        assert_eq!(end.text("how"), how, "{words:?}: {ours}");
        let steps = only(&records, "task-step").len();
        assert_eq!(steps, if words.len() > 1 { 2 } else { 0 }, "{words:?}: {ours}");
    }
    // At a pause Python runs in the module's namespace.
    let commands = ["until handle-run", "py beside.__name__, main.__name__"];
    let run = with_micropython("repl", &python).commands(&commands).args(["-m", "package"]);
    let ended = run.within(scratch.folder()).end().code_is(0);
    assert!(ended.out().contains("('package.beside', 'main')"), "{ended}");
}

#[test]
fn without_records_nothing_of_ours_is_in_the_program() {
    let Some(python) = executable() else { return };
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "import asyncio.core as c\nprint(c.Task, c.TaskQueue)\n");
    let ended = with_micropython("run", &python).arg("--headless").arg(file).end().code_is(0);
    assert_eq!(ended.out(), "<class 'Task'> <class 'TaskQueue'>\n");
}

#[test]
fn a_virtual_clock_is_refused() {
    let Some(python) = executable() else { return };
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print(1)\n");
    let run = with_micropython("run", &python).args(["--headless", "--clock", "virtual"]);
    let ended = run.arg(file).end().code_is(2);
    assert!(ended.err().contains("--clock virtual"), "{ended}");
}

#[test]
fn diff_compares_with_our_dialect() {
    let Some(python) = executable() else { return };
    let scratch = Scratch::new();
    let code = "import asyncio\nclass A:\n    async def f(self, n):\n        await asyncio.sleep_ms(n)\n\
                async def main():\n    async def inner():\n        await asyncio.sleep_ms(9)\n    \
                await asyncio.gather(A().f(30), inner())\n    print('end')\n\
                asyncio.run(main())\n";
    let file = scratch.file("program.py", code);
    let rules = ["--dialect", "micropython-firmware"];
    let run = with_micropython("diff", &python).args(rules).arg(&file);
    assert!(run.end().code_is(0).out().starts_with("No difference"));
    let other = "import asyncio, sys\nasync def main():\n    print(sys.platform == 'loopscope')\n\
                 asyncio.run(main())\nprint(len(sys.implementation._machine))\n";
    let file = scratch.file("other.py", other);
    let run = with_micropython("diff", &python).args(rules).arg(&file);
    let ended = run.end().code_is(1);
    assert!(ended.out().contains("differ"), "{ended}");
}
