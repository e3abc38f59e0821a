//! The Python of the settings: programs and lessons run in it without the option.

use std::fs;

use loopscope_tests::cpython::newest;
use loopscope_tests::{Scratch, loopscope};

/// Says whether the interpreter is a real one.
const ASKS: &str =
    "import sys\nprint('ours', sys.executable.endswith('loopscope'), sys.version_info[:2])\n";

const OURS: &str = "ours True (3, 13)\n";

#[test]
fn a_python_that_is_set_runs_programs_and_the_option_goes_before_it() {
    let Some(python) = newest() else { return };
    let real = format!("ours False {:?}\n", python.version);
    let scratch = Scratch::new();
    let file = scratch.file("asks.py", ASKS);
    let settings = scratch.folder().join("config/loopscope");
    fs::create_dir_all(&settings).expect("a folder");
    let text = format!("python = {:?}\n", python.file);
    fs::write(settings.join("config.toml"), text).expect("a file");
    let run = |variable: &str, options: &[&str]| {
        let run = loopscope(["run", "--headless"]).args(options).arg(&file);
        let run = run.env("XDG_CONFIG_HOME", scratch.folder().join("config"));
        run.env("LOOPSCOPE_PYTHON", variable).end()
    };
    // By the file alone, by the option, by the variable.
    assert_eq!(run("", &[]).code_is(0).out(), real);
    assert_eq!(run("", &["--python", "none"]).code_is(0).out(), OURS);
    assert_eq!(run("none", &[]).code_is(0).out(), OURS);
    let refused = run("no-such-python", &[]).code_is(2);
    let told = "there is no Python `no-such-python`; name a file or a command, such as `python3` or \
                `venv/bin/python` (it is set in LOOPSCOPE_PYTHON; --python none runs the program in ours)";
    assert!(refused.err().contains(told), "{refused}");
    // What our own loop alone has asks for it.
    for options in [["--seed", "1"], ["--dialect", "cpython-3.6"], ["--loop", "proactor"]] {
        assert!(run("", &options).code_is(0).out().starts_with("ours True"), "{options:?}");
    }
    let doctor = |variable: &str| {
        let run = loopscope(["doctor"]).env("LOOPSCOPE_PYTHON", variable).end();
        let line =
            run.out().lines().find(|line| line[6..].starts_with("python")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("no line about it: {run}"))
    };
    let (major, minor) = python.version;
    let named = python.file.display();
    let told =
        format!("ok    python    `{named}`, {major}.{minor}, runs programs and lessons, as ");
    assert!(doctor(&named.to_string()).starts_with(&told), "{}", doctor(&named.to_string()));
    assert!(doctor("no-such-python").starts_with("look  python    there is no Python"));
    assert!(doctor("").starts_with("ok    python    ours runs programs"));
}

#[test]
fn a_lesson_runs_in_it_by_the_virtual_clock() {
    let Some(python) = newest() else { return };
    let scratch = Scratch::new();
    let try_in = |lesson: &str, options: &[&str], variable: &str, text: &str| {
        let file = scratch.file("mine.py", text);
        let run = loopscope(["lesson", "try", lesson]).args(options).arg(file);
        run.env("LOOPSCOPE_PYTHON", variable).end()
    };
    let solution = loopscope(["lesson", "try", "loop-01", "--solution"]).end().code_is(0).out();
    // It fails in a real one only, so it is a real one that runs it.
    let real = python.file.display().to_string();
    let _ = try_in("loop-01", &[], &real, &solution).code_is(0).says("Done");
    let asks = format!(
        "import sys\nif not sys.executable.endswith('loopscope'): raise SystemExit(3)\n{solution}"
    );
    let _ = try_in("loop-01", &[], &real, &asks).code_is(1);
    let _ = try_in("loop-01", &[], "", &asks).code_is(0);
}
