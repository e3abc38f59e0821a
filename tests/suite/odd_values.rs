//! Whatever stands on the command line, in any place of it: an answer and an exit code, never a
//! panic, never a process that does not end.
//!
//! The options are those that the completions name, so that a new one is tested as well. Each of them
//! is given every third value, the next one the others, since most share what reads them;
//! `LOOPSCOPE_ODD_VALUES=all` gives every value to each.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, loopscope};

/// Numbers at the edges of what a computer counts with, and words that are none.
const VALUES: [&[u8]; 22] = [
    b"",
    b" ",
    b"-1",
    b"0",
    b"1e19",
    b"1e308",
    b"1e400",
    b"inf",
    b"-inf",
    b"nan",
    b"1e-300",
    b"18446744073709551615",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"2000-01-01T00:00:00+9223372036854775807",
    b"9999-12-31",
    b"\xc2\xbd",
    b"\xff\xfe",
    b"/",
    b"/dev/null",
    b"missing/file",
    b"%s%n\x1b[2J",
];

/// One of how many values an option is given.
fn share() -> usize {
    if std::env::var_os("LOOPSCOPE_ODD_VALUES").is_some() { 1 } else { 3 }
}

struct Workspace(Scratch);

impl Workspace {
    fn new() -> Self {
        let workspace = Self(Scratch::new());
        let _ = workspace.0.file("p.py", "print('hi')\n");
        let recorded = workspace.run(["run", "--headless", "--record", "a.loop", "p.py"]);
        assert_eq!(recorded.code(), 0, "{recorded}");
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn run<I>(&self, words: I) -> Ended
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        loopscope(words).within(self.0.folder()).limit(20).end()
    }
}

/// The options of a command that take a value, as they are written.
fn options(command: &str) -> Vec<String> {
    let completions = loopscope(["completions", "fish"]).end().code_is(0).out();
    let mine = format!("__fish_loopscope_using_subcommand {command}\"");
    let mut found = Vec::new();
    for line in completions.lines().filter(|line| line.contains(&mine) && line.contains(" -r")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let after =
            |flag| words.iter().position(|word| *word == flag).and_then(|at| words.get(at + 1));
        found.extend(
            after("-l")
                .map(|name| format!("--{name}"))
                .or(after("-s").map(|name| format!("-{name}"))),
        );
    }
    assert!(found.len() > 1 || command == "export", "{command}: {found:?} in {completions}");
    found
}

fn is_answered(ended: &Ended) {
    assert!(!ended.err().contains("panicked"), "{ended}");
    assert!(matches!(ended.code(), 0..=5 | 120 | 124), "{ended}");
    if ended.code() == 2 {
        assert!(ended.err().trim().len() > 10 && ended.out().is_empty(), "{ended}");
    }
    if !matches!(ended.code(), 0 | 124) {
        assert!(!ended.err().trim().is_empty(), "{ended}");
    }
}

/// Gives every option of a command its share of the values. `before` and `after` make a command line
/// that is right without it.
fn every_option(command: &str, before: &[&str], after: &[&str]) {
    let workspace = Workspace::new();
    let share = share();
    for (number, option) in options(command).into_iter().enumerate() {
        for value in VALUES.into_iter().skip(number % share).step_by(share) {
            let mut words: Vec<OsString> = vec![command.into()];
            // What is asked for twice is refused for that reason alone.
            let mut usual = before.iter();
            while let Some(word) = usual.next() {
                if **word == option {
                    let _ = usual.next();
                } else {
                    words.push(word.into());
                }
            }
            words.push(option.clone().into());
            words.push(OsStr::from_bytes(value).into());
            words.extend(after.iter().map(Into::into));
            is_answered(&workspace.run(&words));
        }
    }
    assert_eq!(workspace.0.read("p.py"), "print('hi')\n");
}

#[test]
fn any_value_of_any_option_of_run_is_answered() {
    every_option("run", &["--headless"], &["p.py"]);
}

#[test]
fn any_value_of_any_option_of_repl_is_answered() {
    every_option("repl", &[], &["-c", "step", "p.py"]);
}

#[test]
fn any_value_of_any_option_of_replay_is_answered() {
    every_option("replay", &["--headless"], &["a.loop"]);
}

#[test]
fn any_value_of_any_option_of_diff_and_export_is_answered() {
    every_option("diff", &[], &["a.loop", "a.loop"]);
    every_option("export", &["--to", "csv"], &["a.loop"]);
}

#[test]
fn any_value_of_any_option_of_attach_and_learn_is_answered() {
    every_option("attach", &["--headless", "--capture", "a.loop"], &[]);
    every_option("attach", &["--headless"], &[]);
    every_option("learn", &[], &["1"]);
}

#[test]
fn any_word_in_the_place_of_a_file_is_answered() {
    let workspace = Workspace::new();
    let odd = VALUES.into_iter().filter(|value| !value.starts_with(b"-"));
    for value in odd.map(OsStr::from_bytes) {
        for words in [
            &["run", "--headless"][..],
            &["run"],
            &["replay", "--headless"],
            &["replay"],
            &["learn"],
            &["repl", "-c", "step"],
            &["diff", "a.loop"],
            &["export", "--to", "csv"],
            &["lesson", "run"],
            &["lesson", "check"],
            &["lesson"],
            &["completions"],
            &["help"],
            &[],
        ] {
            let words: Vec<&OsStr> = words.iter().map(OsStr::new).chain([value]).collect();
            is_answered(&workspace.run(words));
        }
    }
}

#[test]
fn a_time_is_what_it_says_or_is_refused() {
    let workspace = Workspace::new();
    let _ = workspace.0.file("endless.py", "while True:\n    pass\n");
    for value in ["1e18", "1e19", "1e9", "31536000.5"] {
        for words in [
            &["run", "--headless", "--timeout", value, "p.py"][..],
            &["run", "--headless", "--timeout", value, "--record", "r.loop", "p.py"],
            &["repl", "--timeout", value, "-c", "goto end", "p.py"],
            &["diff", "--timeout", value, "a.loop", "p.py"],
            &["diff", "--timeout", value, "a.loop", "a.loop"],
        ] {
            assert!(matches!(workspace.run(words).code(), 0 | 1), "{}", workspace.run(words));
        }
    }
    for value in ["-1", "-0.5", "inf", "nan", "1e308", "1e400", "1e20", "soon", "", "0x10"] {
        for words in [
            &["run", "--headless", "--timeout", value, "p.py"][..],
            &["repl", "--timeout", value, "-c", "goto end", "p.py"],
            &["diff", "--timeout", value, "a.loop", "p.py"],
            &["attach", "--headless", "--timeout", value, "--demo"],
        ] {
            let ended = workspace.run(words).code_is(2).complains("number of seconds");
            assert!(ended.err().contains("--timeout"), "{ended}");
        }
    }
    for words in [
        &["run", "--headless", "--timeout", "0", "endless.py"][..],
        &["run", "--headless", "--timeout", "0.1", "--record", "t.loop", "endless.py"],
        &["repl", "--timeout", "1e-300", "-c", "goto end", "endless.py"],
        &["repl", "--timeout", "0.1", "-c", "goto end", "endless.py"],
    ] {
        let _ = workspace.run(words).code_is(124).complains("--timeout");
    }
}

// ---- file names and arguments that are no UTF-8 ---------------------------------------------------

#[test]
fn a_file_may_be_called_anything() {
    let workspace = Workspace::new();
    let odd = |name: &[u8]| OsStr::from_bytes(name).to_owned();
    let copy = |from: &str, to: &[u8]| {
        fs::copy(workspace.path(from), workspace.0.folder().join(odd(to)))
            .expect("a file can be copied");
    };
    copy("p.py", b"p\xff.py");
    copy("a.loop", b"a\xff.loop");
    let commands = workspace.0.file("commands", "step\nprint seq\n");
    fs::rename(&commands, workspace.0.folder().join(odd(b"x\xff"))).expect("a file can be renamed");
    // Each word with `~` is that with a byte in it that is no UTF-8.
    for (line, code, says) in [
        ("run --headless p~.py", 0, "hi\n"),
        ("run --headless p~.py ~ --~", 0, "hi\n"),
        ("run --headless --events - p.py ~", 0, "run-start"),
        ("run --headless --record new~.loop --events e~ p~.py", 0, "hi\n"),
        ("replay --headless new~.loop", 0, "hi\n"),
        ("replay --headless --events - a~.loop", 0, "run-start"),
        ("run --headless --stdin p~.py p.py", 0, "hi\n"),
        ("repl -x x~ p~.py", 0, "1"),
        ("repl -x x~ a~.loop", 0, "1"),
        ("repl --json -x x~ p~.py ~", 0, "1"),
        ("repl --record r~ --events s~ -c step p~.py", 0, "run-start"),
        ("diff a~.loop a.loop", 0, ""),
        ("diff a~.loop p~.py", 0, ""),
        ("diff --dialect cpython --dialect micropython p~.py", 0, ""),
        ("export a~.loop --to csv", 0, "run-start"),
        ("export a~.loop --to csv -o o~", 0, ""),
        ("export a.loop --to csv -o a~.loop", 2, ""),
        ("run --headless --record p~.py p~.py", 2, ""),
        ("run --headless missing~.py", 2, ""),
        ("run p~.py", 2, ""),
        ("replay a~.loop", 2, ""),
        ("repl -c ~ p.py", 2, ""),
        ("lesson new n~", 2, ""),
        ("lesson check n~", 2, ""),
        ("attach --headless --capture a~.loop", 0, ""),
        ("attach --headless --capture a~.loop --elf p~.py", 2, ""),
        ("~", 2, ""),
    ] {
        let words = line.split(' ').map(|word| {
            odd(&word
                .replace('~', "\u{1}")
                .into_bytes()
                .iter()
                .map(|byte| if *byte == 1 { 0xff } else { *byte })
                .collect::<Vec<u8>>())
        });
        let ended = workspace.run(words);
        is_answered(&ended);
        let ended = ended.code_is(code);
        assert!(ended.out().contains(says), "{ended}");
    }
}

#[test]
fn programs_see_such_names_as_cpython_shows_them() {
    let workspace = Workspace::new();
    let code = "import os, sys\nprint(ascii(sys.argv), ascii(__file__), ascii(sys.orig_argv[1:]))\n\
                print([os.fsencode(arg) for arg in sys.argv], os.fsencode(__file__) == \
                os.path.abspath(os.fsencode(sys.argv[0])), open(__file__).readline() == open(sys.argv[0]).readline())\n";
    let name = OsStr::from_bytes(b"\xff\xe9.py");
    fs::write(workspace.0.folder().join(name), code).expect("a file can be called so");
    let args = [OsStr::from_bytes(b"\xfe"), OsStr::new("bytes:x"), OsStr::new("\u{e9}%41")];
    for options in [
        &["--headless"][..],
        &["--headless", "--record", "r.loop"],
        &["--headless", "--events", "/dev/null"],
    ] {
        let words = ["run"].iter().chain(options).map(OsStr::new).chain([name]).chain(args);
        let ended = workspace.run(words).code_is(0);
        let lines = ended.lines();
        let argv = r"['\udcff\udce9.py', '\udcfe', 'bytes:x', '\xe9%41']";
        assert!(lines[0].starts_with(argv) && lines[0].ends_with(argv), "{ended}");
        assert!(lines[0].contains(r"/\udcff\udce9.py' ["), "{ended}");
        let bytes = r"[b'\xff\xe9.py', b'\xfe', b'bytes:x', b'\xc3\xa9%41'] True True";
        assert_eq!(lines[1], bytes, "{ended}");
    }
    // What it starts as `python3` sees them as well.
    let code = "import subprocess, sys\nshow = 'import sys; print(ascii(sys.argv))'\n\
                for args in ([b'\\xff', b'bytes:x'], [b'a', b'bytes:x']):\n    \
                print(subprocess.run([sys.executable, '-c', show, *args], capture_output=True, text=True))\n";
    let ended = workspace.run([
        "run".as_ref(),
        "--headless".as_ref(),
        workspace.0.file("parent.py", code).as_os_str(),
    ]);
    let ended = ended.code_is(0);
    let ended = ended.says(r"['-c', '\\udcff', 'bytes:x']").says("['-c', 'a', 'bytes:x']");
    assert_eq!(ended.out().matches("returncode=0").count(), 2, "{ended}");
}

#[test]
fn a_traceback_in_a_file_with_such_a_name_shows_its_lines() {
    let workspace = Workspace::new();
    let name = OsStr::from_bytes(b"wrong\xff.py");
    fs::write(workspace.0.folder().join(name), "def f():\n    raise ValueError('here')\n\nf()\n")
        .expect("a file can be called so");
    let ended = workspace.run(["run".as_ref(), "--headless".as_ref(), name]).code_is(1);
    let ended = ended.complains("raise ValueError('here')").complains(r"wrong\udcff.py");
    assert!(ended.err().contains("line 2, in f"), "{ended}");
}

#[test]
fn the_folder_and_the_binary_may_be_called_so_too() {
    let workspace = Workspace::new();
    let folder = workspace.0.folder().join(OsStr::from_bytes(b"f\xff"));
    fs::create_dir(&folder).expect("a folder can be called so");
    fs::write(folder.join("helper.py"), "def help():\n    return 'helped'\n").expect("it is new");
    let code = "import asyncio, helper\n\nasync def main():\n    print(helper.help())\n\nasyncio.run(main())\n";
    fs::write(folder.join("p.py"), code).expect("it is new");
    for words in [
        &["run", "--headless", "p.py"][..],
        &["run", "--headless", "--record", "r.loop", "p.py"],
        &["replay", "--headless", "r.loop"],
        &["repl", "-c", "goto end", "-c", "list", "p.py"],
    ] {
        let ended = loopscope(words).within(&folder).env("TMPDIR", &folder).end().code_is(0);
        let _ = ended.says("helped");
    }
    let binary = folder.join(OsStr::from_bytes(b"loop\xff"));
    fs::hard_link(loopscope_tests::run::binary(), &binary)
        .or_else(|_| fs::copy(loopscope_tests::run::binary(), &binary).map(drop))
        .expect("a binary can be called so");
    for words in [&["run", "--headless", "p.py"][..], &["repl", "-c", "goto end", "p.py"]] {
        let ended = loopscope_tests::Run::new(&binary).args(words).within(&folder).end();
        let _ = ended.code_is(0).says("helped");
    }
}
