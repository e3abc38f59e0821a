//! A stranger's bytes never steer the terminal: whatever is in a program's names and texts, a
//! recording, a lesson, a file's name or an argument, nothing that we print gives orders to it.

use std::path::{Path, PathBuf};

use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, loopscope};
use serde_json::Value;

use crate::headless_with;

mod boards;

pub(crate) use boards::stream;

/// Titles, the clipboard, links, a device's control string, C1 controls, a reset, a question, the
/// cursor, the direction of writing, what cannot be seen, and a line of its own. As Python writes it.
const ORDERS: &str = r"\x1b]52;c;RVZJTA==\x07\x1b]0;EVIL\x07\x1b[2J\x1b[HEVIL\x1b[?1049l\x9b31mEVIL\x9d0;EVIL\x9c\x1b]8;;http://evil\x1b\\\x1bP+q544e\x1b\\\u202eEVIL\u2066\u200f\u061c\u2028\ufeff\x08\r\x0b\x7f\x1b[6n\x1bcEVIL\n#99  forged";

/// The same as it is, for names of files and arguments.
const RAW: &str = "\x1b]0;EVIL\x07\u{9b}2J\u{202e}EVIL\n#99  forged";

/// A program that puts them wherever a record has a name or a text.
const PROGRAM: &str = r#"
import asyncio, sys
E = "@ORDERS@"
def named(f, name):
    f.__name__ = f.__qualname__ = name + E
    return f
class Evil(Exception):
    pass
Evil.__name__ = Evil.__qualname__ = "Evil" + E
code = compile("async def nasty():\n    import asyncio\n    await asyncio.sleep(0.1)\n    raise ValueError('x')\n", "file" + E + ".py", "exec")
names = {}
exec(code, names)
async def main():
    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(names["nasty"](), name="task" + E) for _ in range(2)]
    loop.call_soon(named(lambda: None, "soon"))
    loop.call_later(0.2, named(lambda: None, "later"))
    loop.set_exception_handler(named(lambda loop, context: None, "handler"))
    loop.call_exception_handler({"message": "message" + E, "exception": Evil("said" + E)})
    print("out" + E[:E.index("\n#")])
    print("err" + E[:E.index("\n#")], file=sys.stderr)
    await loop.run_in_executor(None, named(lambda: None, "job"))
    for task in tasks:
        try:
            await task
        except ValueError:
            pass
    raise Evil("last" + E)
asyncio.run(main())
"#;

fn code() -> String {
    PROGRAM.replace("@ORDERS@", ORDERS)
}

/// Whether a terminal might obey a character, or not show it: a list of the test's own.
fn steers(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}')
}

/// Insists that a run has shown what it was given, and as text.
fn shown_as_text(ended: &Ended) {
    steers_nothing(ended);
    let both = ended.out() + &ended.err();
    assert!(both.contains("EVIL"), "nothing of it is shown: {ended}");
}

/// Insists that a run has shown only text.
fn steers_nothing(ended: &Ended) {
    for text in [ended.out(), ended.err()] {
        if let Some(at) = text.find(steers) {
            let from = text[..at].char_indices().rev().nth(40).map_or(0, |(at, _)| at);
            panic!("{:?} in {ended}", &text[from..text.len().min(at + 8)]);
        }
    }
}

/// The same, and that no name began a line of its own.
fn shown_in_its_line(ended: &Ended) {
    shown_as_text(ended);
    // A traceback has the lines that the program gave it.
    let err = if ended.err().contains("Traceback") { String::new() } else { ended.err() };
    let ours = ended.out() + &err;
    let forged = ours.lines().find(|line| line.starts_with("#99  forged"));
    assert!(forged.is_none(), "a name broke its line: {ended}");
}

fn recording(scratch: &Scratch) -> PathBuf {
    let file = scratch.file("program.py", &code());
    let to = scratch.path("strange.loop");
    let ended = headless_with(&["--record", &to.to_string_lossy()], &file).end().code_is(1);
    assert!(
        ended.bytes().contains(&0x1b),
        "a program without a screen writes what it likes: {ended}"
    );
    to
}

fn line_mode(file: &Path, commands: &[&str]) -> Ended {
    loopscope(["repl"]).commands(commands).arg(file).end()
}

#[test]
fn line_mode_shows_names_and_texts_in_their_lines() {
    let scratch = Scratch::new();
    let recording = recording(&scratch);
    for topic in ["tasks", "handlers", "exceptions", "lints", "records", "watchers", "timers"] {
        let info = format!("info {topic}");
        let ended = line_mode(&recording, &["until executor-submit", &info, "step", &info]);
        shown_in_its_line(&ended.code_is(0));
    }
    let stops = ["task-new", "handler-set", "handler-call", "executor-submit", "task-step"];
    for stop in stops {
        let until = format!("until {stop}");
        let ended = line_mode(&recording, &[&until, &until, "print name", "print task.label"]);
        shown_in_its_line(&ended);
    }
    for command in ["where 2", "why 2", "goto end", "info exceptions", "display task.label"] {
        let ended = line_mode(&recording, &["until executor-submit", "step 8", command]);
        shown_in_its_line(&ended);
    }
}

#[test]
fn what_a_program_writes_in_line_mode_is_shown_as_text() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", &code());
    for commands in [&["continue"][..], &["py E", "py print(E)", "py raise Evil(E)"]] {
        let commands = [&["until handle-run", "until handler-set", "until handle-run"], commands];
        shown_as_text(&line_mode(&file, &commands.concat()));
    }
    let info = line_mode(&file, &["goto end", "info output"]).code_is(0);
    shown_as_text(&info);
}

#[test]
fn a_program_without_a_screen_alone_writes_to_the_terminal_as_it_likes_and_the_help_says_so() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print('\\x1b]0;EVIL\\x07')\n");
    let (to, file_name) = (scratch.path("run.loop"), file.to_string_lossy().into_owned());
    let recording = to.to_string_lossy().into_owned();
    for options in [&[][..], &["--record", &recording]] {
        let ended = headless_with(options, &file).end().code_is(0);
        assert_eq!(ended.out(), "\u{1b}]0;EVIL\u{7}\n");
    }
    shown_as_text(&loopscope(["replay", "--headless"]).arg(&to).end().code_is(0));
    shown_as_text(&loopscope(["repl", "-c", "goto end", &file_name]).end().code_is(0));
    let help = loopscope(["run", "--help"]).end().code_is(0).out();
    let words: Vec<_> = help.split_whitespace().collect();
    let said = "the program's own output as it is, whatever it does to a terminal";
    assert!(words.join(" ").contains(said), "{help}");
}

#[test]
fn what_a_recording_and_a_comparison_say_is_shown_as_text() {
    let scratch = Scratch::new();
    let recording = recording(&scratch);
    let other = scratch.file("other.py", "import asyncio\nasyncio.run(asyncio.sleep(1))\n");
    shown_as_text(&loopscope(["replay", "--headless"]).arg(&recording).end());
    let quiet = code().replace("loop.set_exception_handler", "loop.set_debug(False) #");
    let quiet = scratch.file("quiet.py", &quiet);
    shown_in_its_line(&loopscope(["diff"]).arg(&recording).arg(&quiet).end());
    steers_nothing(&loopscope(["diff"]).arg(&recording).arg(&other).end());
    let both = ["diff", "--dialect", "cpython", "--dialect", "micropython"];
    steers_nothing(&loopscope(both).arg(scratch.path("program.py")).end());
    for format in ["jsonl", "csv", "svg"] {
        let ended = loopscope(["export", "--to", format]).arg(&recording).end().code_is(0);
        shown_as_text(&ended);
    }
}

#[test]
fn json_has_escapes_for_what_steers_and_means_the_same() {
    let scratch = Scratch::new();
    let recording = recording(&scratch);
    let events = ["replay", "--headless", "--events", "-"];
    let ended = loopscope(events).arg(&recording).end().code_is(0);
    shown_as_text(&ended);
    let names: Vec<Value> = ended.lines().iter().map(|line| line.parse().expect("JSON")).collect();
    let label = names.iter().find_map(|record| record["label"].as_str().filter(|l| l.len() > 9));
    let label = label.expect("a task has a name of its own");
    assert!(label.contains("\x1b]0;EVIL\x07") && label.contains("\u{9b}31m"), "{label:?}");
    assert!(label.contains('\u{202e}') && label.ends_with("\n#99  forged"), "{label:?}");
    let answers = loopscope(["repl", "--json"]).commands(&["goto end", "info tasks"]);
    shown_as_text(&answers.arg(&recording).end().code_is(0));
}

#[test]
fn errors_show_arguments_and_names_of_files_in_their_line() {
    let (file, word) = (format!("no{RAW}.py"), format!("--no{RAW}"));
    let runs: [&[&str]; 14] = [
        &["run", "--headless", &file],
        &["replay", "--headless", &file],
        &["export", &file, "--to", "csv", "-o", &file],
        &["repl", "-c", "step", &file],
        &["diff", &file, &file],
        &["export", &file, "--to", "csv"],
        &["run", &word, "x"],
        &["run", "--color", RAW, "x"],
        &["attach", "--chip", RAW, "--elf", &file, "--headless"],
        &["attach", "--tcp", RAW, "--headless"],
        &["attach", "--capture", &file, "--headless"],
        &["attach", "--tcp", "localhost:1", "--elf", &file, "--headless"],
        &["lesson", "run", &file],
        &["lesson", "check", &file],
    ];
    for arguments in runs {
        shown_in_its_line(&loopscope(arguments).end());
    }
    for command in ["nonsense", "goto ", "set ", "help ", "source ", "print '", "bookmark "] {
        let command = format!("{command}\x1b]0;EVIL\x07\u{9b}2J\u{202e}");
        steers_nothing(&loopscope(["repl", "-c", &command]).end());
    }
}

#[test]
fn a_file_with_orders_in_its_name_runs_and_is_shown_as_text() {
    let scratch = Scratch::new();
    let name = "p\x1b]0;EVIL\x07\u{9b}2J\n#99  forged.py";
    let file = scratch.file(name, "import asyncio\nasyncio.run(asyncio.sleep(1))\n");
    let ended = line_mode(&file, &["step", "info source", "goto end", "list 1", "where"]);
    shown_in_its_line(&ended);
    assert!(ended.out().contains("import asyncio"), "`list` finds the file: {ended}");
}

#[test]
fn a_strangers_lesson_is_checked_as_text() {
    let scratch = Scratch::new();
    let evil = "\x1b]0;EVIL\x07\u{9b}2J\u{202e}";
    let text = format!(
        "---\nformat_version: 1\ntitle: T{evil}\nshows: S{evil}\nminutes: {evil}\nodd{evil}: 1\n---\n\
         ## step: {evil}\n{evil}\n"
    );
    let _ = scratch.file("01_evil/lesson.md", &text);
    let _ = scratch.file("01_evil/program.py", &format!("print('{evil}')\n"));
    let _ = scratch.file("01_evil/program.out", "");
    let _ = scratch.file(&format!("01_evil/x{evil}\n#99  forged"), "");
    let ended = loopscope(["lesson", "check"]).arg(scratch.path("01_evil")).end().code_is(3);
    shown_in_its_line(&ended);
}
