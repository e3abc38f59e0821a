//! Files that we write: none that is read is lost, none that is not ours is written over, and what
//! could not be written is no success.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use loopscope_tests::run::Ended;
use loopscope_tests::{Live, Run, Scratch, loopscope};
use nix::sys::signal::Signal;

const PROGRAM: &str = "import asyncio\n\nasync def main():\n    await asyncio.sleep(1)\n    \
                       print('hi')\n\nasyncio.run(main())\n";

struct Workspace(Scratch);

impl Workspace {
    /// A folder with a program, a recording of it, and other names of both.
    fn new() -> Self {
        let workspace = Self(Scratch::new());
        let program = workspace.0.file("p.py", PROGRAM);
        let recording = workspace.path("a.loop");
        let _ =
            workspace.run(&["run", "--headless", "--record", "a.loop", "p.py"]).end().code_is(0);
        for (name, path) in [("p", program), ("a", recording)] {
            symlink(&path, workspace.path(&format!("{name}.link"))).expect("links can be made");
            fs::hard_link(&path, workspace.path(&format!("{name}.hard")))
                .expect("links can be made");
        }
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_default()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        loopscope(arguments).within(self.0.folder())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.folder()).expect("the folder is there");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.ok().map(name)).collect();
        names.sort();
        names
    }
}

fn is_a_sentence(ended: &Ended) {
    assert!(!ended.err().contains("panicked"), "{ended}");
    assert!(ended.err().starts_with("loopscope: ") || !ended.err().is_empty(), "{ended}");
}

/// Words of a command line, in which `OUT` is the file that an option or a command names.
fn command(words: &str, out: &str) -> Vec<String> {
    let words = words.split('|').flat_map(|part| match part.strip_prefix('\'') {
        Some(whole) => vec![whole.to_owned()],
        None => part.split_whitespace().map(str::to_owned).collect(),
    });
    words.map(|word| word.replace("OUT", out)).collect()
}

#[test]
fn what_is_read_is_never_written_whatever_it_is_called() {
    let workspace = Workspace::new();
    let on_program = [
        "run --headless --record OUT p.py",
        "run --headless --events OUT p.py",
        "run --headless --force --record OUT p.py",
        "run --headless --force --events OUT --record new.loop p.py",
        "run --headless --force --events new --stdin p.py --record OUT other.py",
        "repl --force --record OUT -c step p.py",
        "repl --force --events OUT -c step p.py",
        "repl --force -c|'record OUT|p.py",
        "repl --force -c|'export OUT csv|p.py",
        "repl --force -x p.py --events OUT other.py",
    ];
    let on_recording = [
        "replay --headless --record OUT a.loop",
        "replay --headless --events OUT a.loop",
        "replay --headless --force --events OUT a.loop",
        "repl --force --events OUT -c|'goto end|a.loop",
        "repl --force -c|'goto end|-c|'export OUT csv|a.loop",
        "repl --force -c|'goto end|-c|'export OUT jsonl|a.loop",
        "export a.loop --to csv --output OUT",
        "export a.loop --to csv --force -o OUT",
        "export a.loop --to jsonl --force -o OUT",
        "export a.loop --to perfetto --force -o OUT",
    ];
    let _ = workspace.0.file("other.py", PROGRAM);
    let before = (workspace.bytes("p.py"), workspace.bytes("a.loop"), workspace.names());
    for (lines, name) in [(&on_program, "p"), (&on_recording, "a")] {
        let file = if name == "p" { "p.py" } else { "a.loop" };
        let link = format!("{name}.link");
        let hard = format!("{name}.hard");
        for out in [file, &link, &hard, &workspace.path(file).to_string_lossy()] {
            for line in lines {
                let words = command(line, out);
                let ended = loopscope(&words).within(workspace.0.folder()).end();
                assert_ne!(ended.code(), 0, "{ended}");
                is_a_sentence(&ended);
                let after = (workspace.bytes("p.py"), workspace.bytes("a.loop"), workspace.names());
                assert!(after == before, "something was lost or left behind: {ended}");
            }
        }
    }
}

#[test]
fn a_command_that_is_refused_leaves_its_outputs_alone() {
    let workspace = Workspace::new();
    let _ = workspace.0.file("events", "{\"seq\":1,\"t\":0,\"turn\":0,\"event\":\"run-start\"}\n");
    let keep = (workspace.bytes("a.loop"), workspace.bytes("events"));
    fs::copy(workspace.path("a.loop"), workspace.path("b.loop")).expect("the recording is there");
    for words in [
        &["replay", "--headless", "--record", "a.loop", "b.loop"][..],
        &["replay", "--headless", "--events", "events", "missing.loop"],
        &["replay", "--headless", "--events", "events", "p.py"],
        &["run", "--headless", "--record", "a.loop", "--events", "events", "missing.py"],
        &["run", "--headless", "--record", "a.loop", "--events", "p.py", "p.py"],
        &["run", "--headless", "--record", "a.loop", "--stdin", "missing", "p.py"],
        &["repl", "--record", "a.loop", "-c", "step", "missing.py"],
        &["export", "p.py", "--to", "jsonl", "-o", "events"],
        &[
            "attach",
            "--headless",
            "--record",
            "a.loop",
            "--capture",
            "missing",
            "--events",
            "events",
        ],
        &["attach", "--headless", "--record", "a.loop", "--tcp", "localhost:1"],
    ] {
        let ended = workspace.run(words).end();
        assert_ne!(ended.code(), 0, "{ended}");
        is_a_sentence(&ended);
        assert!((workspace.bytes("a.loop"), workspace.bytes("events")) == keep, "{ended}");
    }
}

#[test]
fn two_outputs_into_one_file_are_refused() {
    let workspace = Workspace::new();
    symlink("new", workspace.path("other name")).expect("links can be made");
    for (record, events) in [("new", "new"), ("new", "other name"), ("./new", "other name")] {
        let words =
            ["run", "--headless", "--force", "--record", record, "--events", events, "p.py"];
        let ended = workspace.run(&words).end().code_is(2);
        is_a_sentence(&ended);
        assert!(!workspace.path("new").exists(), "{ended}");
    }
    // What standard output goes to is one of them.
    let to_itself = Run::new("sh")
        .within(workspace.0.folder())
        .args(["-c", "\"$0\" run --headless --events out p.py > out"]);
    let ended = to_itself.arg(loopscope_tests::run::binary()).end();
    assert_eq!(ended.code(), 2, "{ended}");
}

#[test]
fn only_what_looks_like_ours_is_written_over_and_that_is_said() {
    let workspace = Workspace::new();
    let recording = workspace.bytes("a.loop");
    let run = |words: &[&str], out: &str| {
        let words = words.iter().map(|word| if *word == "OUT" { out } else { word });
        loopscope(words).within(workspace.0.folder()).end()
    };
    let lines: [(&[&str], &str); 7] = [
        (&["run", "--headless", "--record", "OUT", "p.py"], "recording"),
        (&["repl", "--record", "OUT", "-c", "goto end", "p.py"], "recording"),
        (&["run", "--headless", "--events", "OUT", "p.py"], "records"),
        (&["replay", "--headless", "--events", "OUT", "a.loop"], "records"),
        (&["export", "a.loop", "--to", "jsonl", "-o", "OUT"], "records"),
        (&["export", "a.loop", "--to", "csv", "-o", "OUT"], "table"),
        (&["export", "a.loop", "--to", "perfetto", "-o", "OUT"], "trace"),
    ];
    for (words, kind) in lines {
        let _ = fs::remove_file(workspace.path("out"));
        // A new file, and a file of ours: the second is written over, and that is said.
        let first = run(words, "out").code_is(0);
        assert!(!first.err().contains("written over"), "{first}");
        let whole = workspace.bytes("out");
        let second = run(words, "out").code_is(0).complains("written over");
        assert!(second.err().contains("out") && second.err().contains(kind), "{second}");
        // How often a recording is flushed is a question of time, and shows in its size a little.
        assert!(workspace.bytes("out").len().abs_diff(whole.len()) < whole.len() / 2, "{second}");
        // A file of somebody else's, and one of ours of another kind.
        let other = if kind == "recording" { b"seq,t\n".to_vec() } else { recording.clone() };
        for text in [b"precious\n".to_vec(), other] {
            fs::write(workspace.path("mine"), &text).expect("the folder can be written");
            let ended = run(words, "mine").code_is(2).complains("--force");
            assert!(workspace.bytes("mine") == text, "{ended}");
            let forced: Vec<&str> =
                [words[0], "--force"].into_iter().chain(words[1..].iter().copied()).collect();
            let ended = run(&forced, "mine").code_is(0).complains("written over");
            assert!(workspace.bytes("mine") != text, "{ended}");
        }
        // An empty file holds nothing that could be lost.
        fs::write(workspace.path("empty"), "").expect("the folder can be written");
        let ended = run(words, "empty").code_is(0);
        assert!(!ended.err().contains("written over"), "{ended}");
    }
}

#[test]
fn commands_that_write_keep_to_the_same_rules() {
    let workspace = Workspace::new();
    let _ = workspace.0.file("mine", "precious\n");
    for command in ["record mine", "export mine csv", "export mine jsonl", "export mine perfetto"] {
        let ended =
            workspace.run(&["repl", "-c", "goto end", "-c", command, "p.py"]).end().code_is(1);
        assert_eq!(workspace.0.read("mine"), "precious\n", "{ended}");
        let _ = ended.complains("--force");
    }
    let again = ["export x csv", "export x csv", "record y", "record z", "record y"];
    let ended = workspace.run(&["repl"]).commands(&again).arg("p.py").end().code_is(0);
    assert_eq!(ended.err().matches("written over").count(), 2, "{ended}");
    // It is being written.
    for command in ["record y", "export y jsonl", "export e jsonl", "export e csv"] {
        let run =
            workspace.run(&["repl", "--events", "e", "-c", "record y", "-c", command, "p.py"]);
        let _ = run.end().code_is(1).complains("itself");
    }
}

#[test]
fn a_live_recording_lies_under_its_name_even_if_we_are_killed() {
    let workspace = Workspace::new();
    let _ = workspace.0.file(
        "endless.py",
        "import asyncio\n\nasync def main():\n    print('begun', flush=True)\n    while True:\n        \
         await asyncio.sleep(0.001)\n\nasyncio.run(main())\n",
    );
    for name in ["new.loop", "a.loop"] {
        let words = ["run", "--headless", "--clock", "real", "--record", name, "endless.py"];
        let mut live = Live::start(workspace.run(&words));
        live.wait_until("a recording that grows", || workspace.bytes(name).len() > 20_000);
        live.signal(Signal::SIGKILL);
        let _ = live.end();
        let ended =
            workspace.run(&["replay", "--headless", "--events", "-", name]).end().code_is(0);
        assert!(ended.lines().len() > 100, "{ended}");
    }
    let left: Vec<_> = workspace.names().into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_full_disk_is_no_success_for_any_command() {
    if !Path::new("/dev/full").exists() {
        return loopscope_tests::left_out::mention("there is no /dev/full here");
    }
    let workspace = Workspace::new();
    for words in [
        &["run", "--headless", "--record", "/dev/full", "p.py"][..],
        &["run", "--headless", "--events", "/dev/full", "p.py"],
        &["replay", "--headless", "--events", "/dev/full", "a.loop"],
        &["export", "a.loop", "--to", "csv", "-o", "/dev/full"],
        &["export", "a.loop", "--to", "jsonl", "-o", "/dev/full"],
        &["export", "a.loop", "--to", "perfetto", "-o", "/dev/full"],
        &["repl", "--record", "/dev/full", "-c", "goto end", "p.py"],
        &["repl", "--events", "/dev/full", "-c", "goto end", "p.py"],
        &["repl", "--events", "/dev/full", "-c", "goto end", "a.loop"],
        &["repl", "-c", "record /dev/full", "-c", "goto end", "p.py"],
        &["repl", "-c", "goto end", "-c", "export /dev/full csv", "p.py"],
    ] {
        let _ = workspace.run(words).end().code_is(1).complains("space");
    }
    // The same where it is standard output that is full.
    for words in [
        "replay --headless a.loop",
        "replay --headless --events - a.loop",
        "export a.loop --to csv",
        "export a.loop --to jsonl",
        "run --headless --events - p.py",
        "run --headless p.py",
        "repl -c help a.loop",
        "repl --json -c help a.loop",
        "repl -c 'goto end' a.loop",
        "completions bash",
        "completions zsh",
        "man",
        "doctor",
        "help",
        "--help",
        "--version",
        "run --help",
        "help repl",
        "lesson list",
        "lesson run 1",
        "lesson new my_lesson",
        "diff a.loop a.loop",
        "attach --list",
    ] {
        let full = Run::new("sh").within(workspace.0.folder());
        let full = full.args(["-c", &format!("exec \"$0\" {words} > /dev/full")]);
        let ended = full.arg(loopscope_tests::run::binary()).end();
        assert_ne!(ended.code(), 0, "{words}: {ended}");
        is_a_sentence(&ended);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let workspace = Workspace::new();
    for words in [
        "replay --headless --events - a.loop",
        "export a.loop --to jsonl",
        "repl -c help -c 'goto end' a.loop",
        "completions bash",
        "man",
        "--help",
        "lesson list",
        "diff a.loop a.loop",
    ] {
        let line = format!("{{ \"$0\" {words}; echo \"code $?\" >&2; }} | true");
        let ended = Run::new("sh").within(workspace.0.folder()).args(["-c", &line]);
        let ended = ended.arg(loopscope_tests::run::binary()).end();
        assert!(ended.err().ends_with("code 0\n"), "{words}: {ended}");
        assert!(!ended.err().contains("loopscope:"), "{words}: {ended}");
    }
}

#[test]
fn a_recording_is_read_from_a_pipe_as_from_a_file() {
    let workspace = Workspace::new();
    let through = |words: &str| {
        let line = format!("cat a.loop | \"$0\" {words}");
        let run = Run::new("sh").within(workspace.0.folder()).args(["-c", &line]);
        run.arg(loopscope_tests::run::binary()).end()
    };
    let events = workspace.run(&["replay", "--headless", "--events", "-", "a.loop"]).end().out();
    assert_eq!(through("replay --headless --events - /dev/stdin").code_is(0).out(), events);
    let _ =
        through("repl -c 'goto end' -c 'assert event == \"program-exit\"' /dev/stdin").code_is(0);
    let _ = through("diff a.loop /dev/stdin").code_is(0);
    let _ = through("diff /dev/stdin a.loop").code_is(0);
    let _ = through("export --to csv /dev/stdin").code_is(0).says("program-exit");
    // A program that comes so is told about, not run without its beginning.
    let ended = Run::new("sh").within(workspace.0.folder());
    let ended = ended.args(["-c", "cat p.py | \"$0\" repl -c step /dev/stdin"]);
    let ended = ended.arg(loopscope_tests::run::binary()).end().code_is(2);
    let _ = ended.complains("pipe");
}

#[test]
fn what_is_no_recording_is_wrong_usage_everywhere() {
    let workspace = Workspace::new();
    fs::create_dir(workspace.path("folder")).expect("a folder can be made");
    for name in ["folder", "missing", "p.py", "/dev/null", "a.loop/x"] {
        for words in [&["replay", "--headless", name][..], &["export", name, "--to", "csv"]] {
            let ended = workspace.run(words).end().code_is(2);
            assert!(ended.out().is_empty(), "{ended}");
            is_a_sentence(&ended);
        }
    }
}
