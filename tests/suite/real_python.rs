//! Programs in the user's own CPython: run, stepped and recorded as those in our interpreter are.

mod attached;
mod by_number;
mod connections;
mod lines;
mod locks;
mod looking;
mod loops;
mod others;
mod same_records;
mod same_stream;
mod set_once;
mod stepped;
mod trio;

use std::path::Path;

use loopscope_tests::cpython::{Cpython, cpythons, newest};
use loopscope_tests::events::{Record, events, only};
use loopscope_tests::run::Run;
use loopscope_tests::scratch::workspace;
use loopscope_tests::{Scratch, loopscope};

/// A run of ours with a real CPython.
fn with_python(command: &str, python: &Cpython) -> Run {
    loopscope([command, "--python"]).arg(&python.file)
}

fn records_of(python: &Cpython, options: &[&str], code: &str) -> (String, i32, Vec<Record>) {
    let scratch = Scratch::new();
    let (file, to) = (scratch.file("program.py", code), scratch.path("events.jsonl"));
    let run = with_python("run", python).args(["--headless", "--events"]).arg(&to).args(options);
    let ended = run.arg(file).end();
    (ended.out(), ended.code(), events(&to))
}

#[test]
fn the_recorder_s_tables_are_those_of_the_events() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let recorder = workspace().join("engine/recorder/loopscope.py");
    let code = format!(
        "import runpy, json\nm = runpy.run_path({recorder:?})\n\
         print(json.dumps([m['KINDS'], m['WORDS'], list(m['BY_NOBODY'])]))\n"
    );
    let ended = Run::new(&python.file).arg(scratch.file("tables.py", &code)).end().code_is(0);
    let tables: serde_json::Value = serde_json::from_str(&ended.out()).expect("it prints JSON");
    let kinds = tables[0].as_object().expect("a table of kinds");
    assert!(kinds.len() > 30, "{kinds:?}");
    let by_nobody = tables[2].as_array().expect("kinds that no line causes");
    for (word, told) in kinds {
        let kind = loopscope_protocol::Kind::parse(word).unwrap_or_else(|| panic!("no {word}"));
        let cells: usize = kind.columns().iter().map(|(_, columns)| columns).sum();
        assert_eq!(*told, serde_json::json!([kind as u8, cells]), "{word}");
        let is_nobodys = by_nobody.iter().any(|each| each == word);
        assert_eq!(is_nobodys, !kind.has_line(), "{word}");
    }
    let words = tables[1].as_object().expect("a table of words");
    for (name, told) in words {
        let set = loopscope_protocol::WORDS.iter().find(|set| set.name == name);
        let set = set.unwrap_or_else(|| panic!("no set of words {name}"));
        let all: Vec<&str> = set.words.iter().map(|(word, _)| *word).collect();
        let told: Vec<&str> =
            told.as_array().expect("words").iter().filter_map(|word| word.as_str()).collect();
        assert!(all.starts_with(&told), "{name}: {told:?}, and the table has {all:?}");
    }
}

#[test]
fn output_and_exit_code_are_the_program_s() {
    let code = "import asyncio, sys\nasync def main():\n  print('out')\n  print('err', \
                file=sys.stderr)\n  await asyncio.sleep(0)\nasyncio.run(main())\nsys.exit(7)\n";
    for python in cpythons() {
        let (out, exit, records) = records_of(&python, &[], code);
        assert_eq!((out.as_str(), exit), ("out\n", 7), "{python:?}");
        let lines: Vec<_> = only(&records, "output")
            .iter()
            .map(|record| (record.text("stream").to_owned(), record.text("text").to_owned()))
            .collect();
        let line = |stream: &str, text: &str| (stream.to_owned(), text.to_owned());
        assert_eq!(lines, [line("stdout", "out\n"), line("stderr", "err\n")], "{python:?}");
        let end = records.last().expect("there are records");
        assert_eq!((end.kind(), end.number("code"), end.text("how")), ("program-exit", 7, "exit"));
        assert_eq!(records[0].kind(), "run-start");
    }
}

#[test]
fn a_traceback_has_no_frame_of_ours() {
    let code =
        "import asyncio\nasync def main():\n  await asyncio.sleep(0)\n  1/0\nasyncio.run(main())\n";
    for python in cpythons() {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", code);
        let (to, plain) = (scratch.path("events"), Run::new(&python.file).arg(&file).end());
        let run = with_python("run", &python).args(["--headless", "--events"]).arg(&to);
        let ours = run.arg(&file).end().code_is(1);
        assert_eq!(ours.err(), plain.err(), "{python:?}");
    }
}

#[test]
fn a_module_runs_as_with_python_m() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let folder = scratch.folder().join("package");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("__init__.py"), "").expect("a file");
    let main = "import sys\nprint(__name__, __package__, sys.argv[1:], sys.path[0])\n";
    std::fs::write(folder.join("__main__.py"), main).expect("a file");
    let plain = Run::new(&python.file).args(["-m", "package", "a", "-b"]).within(scratch.folder());
    let to = scratch.path("events");
    let run = with_python("run", &python).args(["--headless", "--events"]).arg(&to);
    let ours = run.args(["-m", "package", "a", "-b"]).within(scratch.folder());
    assert_eq!(ours.end().code_is(0).out(), plain.end().code_is(0).out());
    assert!(events(&to).iter().any(|record| record.is("output")));
}

#[test]
fn without_records_nothing_of_ours_is_in_the_program() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let code = "import asyncio, sys\nprint('loopscope' in sys.modules, \
                asyncio.events.Handle.__mro__[1].__name__)\n";
    let file = scratch.file("program.py", code);
    let ended = with_python("run", &python).arg("--headless").arg(file).end().code_is(0);
    assert_eq!(ended.out(), "False object\n");
}

#[test]
fn what_cannot_be_watched_is_refused_with_what_to_do() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print(1)\n");
    let refused = |python: &Path, part: &str| {
        let run = loopscope(["run", "--headless", "--python"]).arg(python).arg(&file);
        let ended = run.end().code_is(2);
        assert!(ended.err().contains(part), "{ended}");
    };
    refused(Path::new("no-such-python"), "there is no Python `no-such-python`; name a file or");
    refused(Path::new("true"), "does not answer as a Python does; name a CPython of 3.8 or later");
}

#[test]
fn a_sandbox_that_starts_nothing_is_refused() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print(1)\n");
    let run = with_python("run", &python).args(["--headless", "--sandbox"]).arg(file);
    let ended = run.end().code_is(2);
    assert!(ended.err().contains("--sandbox"), "{ended}");
}

#[test]
fn what_the_program_started_ends_with_it() {
    let Some(python) = newest() else { return };
    let code = "import subprocess\nchild = subprocess.Popen(['sleep', '600'])\nprint(child.pid)\n";
    let (out, exit, _) = records_of(&python, &[], code);
    assert_eq!(exit, 0);
    let pid = nix::unistd::Pid::from_raw(out.trim().parse().expect("a number"));
    loopscope_tests::outside::wait_for_end_of(pid);
}

#[test]
fn a_program_is_compared_between_our_loop_and_cpython_s() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let same = "import asyncio\nasync def child(n):\n  await asyncio.sleep(0.01 * n)\n  print(n)\n\
                async def main():\n  await asyncio.gather(child(2), child(1))\nasyncio.run(main())\n";
    let compare = |name: &str, code: &str| {
        let file = scratch.file(name, code);
        loopscope(["diff", "--dialect", "cpython", "--python"]).arg(&python.file).arg(file).end()
    };
    let ended = compare("same.py", same).code_is(0);
    assert!(ended.out().contains("No difference that a program can tell"), "{ended}");
    let other = "import sys\nprint(sys.executable.endswith('loopscope'))\n";
    let ended = compare("other.py", other).code_is(1);
    assert!(ended.out().contains("True") && ended.out().contains("False"), "{ended}");
}

#[test]
fn what_changed_between_two_versions_is_said_where_they_part() {
    let scratch = Scratch::new();
    let code = "import asyncio\nasync def main():\n  try:\n    await asyncio.wait([asyncio.sleep(0)])\n  \
                except TypeError:\n    print('refused')\n  else:\n    print('taken')\n\
                asyncio.run(main())\n";
    let file = scratch.file("waits.py", code);
    let explained = "- wait() takes coroutines up to 3.10, and only tasks and futures since.";
    for python in cpythons() {
        let run = loopscope(["diff", "--dialect", "cpython", "--python"]).arg(&python.file);
        let ended = run.arg(&file).end();
        let is_old = python.version < (3, 11);
        assert_eq!(ended.code(), i32::from(is_old), "{python:?}: {ended}");
        assert_eq!(ended.out().contains(explained), is_old, "{python:?}: {ended}");
    }
}
