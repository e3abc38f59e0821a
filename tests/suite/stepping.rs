//! Stepping steps the program: at a pause no later side effect has happened.

use std::fs;
use std::path::Path;
use std::time::Duration;

use loopscope_tests::events::{Record, events};
use loopscope_tests::{Live, Scratch, Screen, loopscope};
use nix::sys::signal::Signal;

use crate::headless_with;

/// Each callback adds its letter to a file, at once.
const MARKS: &str = "\
import asyncio, os
fd = os.open('marks', os.O_CREAT | os.O_APPEND | os.O_WRONLY)
def mark(letter):
    os.write(fd, letter.encode())
def a(): mark('a')
def b():
    loop.call_soon(d)
    mark('b')
def c(): mark('c')
def d(): mark('d')
loop = asyncio.new_event_loop()
loop.call_soon(a)
loop.call_soon(b)
loop.call_later(2, c)
loop.call_later(1, int)
loop.run_until_complete(asyncio.sleep(3))
loop.close()
mark('z')
";

/// A program without an end.
const ENDLESS: &str = "import asyncio\nloop = asyncio.new_event_loop()\ndef again(): \
                       loop.call_soon(again)\nagain()\nloop.run_forever()\n";

struct Marked {
    scratch: Scratch,
}

impl Marked {
    fn new() -> Self {
        let scratch = Scratch::new();
        let _ = scratch.file("program.py", MARKS);
        Self { scratch }
    }

    /// Does commands in line mode, which must go well, and gives back the marks then.
    fn after(&self, commands: &[&str]) -> String {
        let _ = fs::remove_file(self.scratch.path("marks"));
        let run = loopscope(["repl"]).commands(commands).arg("program.py");
        let _ = run.within(self.folder()).end().code_is(0);
        self.scratch.read("marks")
    }

    fn folder(&self) -> &Path {
        self.scratch.folder()
    }

    fn records(&self) -> Vec<Record> {
        let to = self.scratch.path("events");
        let run = headless_with(&["--events", &to.to_string_lossy()], Path::new("program.py"));
        let _ = run.within(self.folder()).end().code_is(0);
        events(&to)
    }
}

/// The letter that a record's handle marks.
fn letter(record: &Record) -> Option<char> {
    let name = record.text("name");
    (name.len() == 1).then(|| name.chars().next()).flatten()
}

#[test]
fn at_each_record_nothing_later_has_happened() {
    let marked = Marked::new();
    let records = marked.records();
    let named = |handle: i64| {
        let made =
            |r: &&Record| (r.is("handle-new") || r.is("timer-new")) && r.number("handle") == handle;
        records.iter().find(made).and_then(letter)
    };
    let mut expected = String::new();
    for record in &records {
        if record.is("handle-done") {
            expected.extend(named(record.number("handle")));
        }
        // After its end only the file is told of what came last.
        if record.is("program-exit") {
            break;
        }
        let now = marked.after(&[&format!("step {}", record.number("seq"))]);
        // What stands between two records may have happened only once the second one is there, so
        // at a pause the marks are those of the handles that are done - or, when the main program
        // marks, of the line that follows the loop's last record.
        assert_eq!(now.replace('z', ""), expected, "at {record}");
    }
    assert_eq!(expected, "abdc");
}

#[test]
fn a_step_holds_at_the_record_the_handle_the_turn_or_the_event() {
    let marked = Marked::new();
    let _ = marked.after(&["step 5", "assert seq == 5"]);
    let _ = marked.after(&["next", "assert event == 'handle-run'", "assert name == 'a'"]);
    let _ = marked.after(&["turn", "assert event == 'turn-begin'", "assert turn == 1"]);
    let _ = marked.after(&["turn 2", "assert turn == 2", "assert event == 'turn-begin'"]);
    let _ = marked.after(&["until timer-due", "assert event == 'timer-due'", "assert t >= 1"]);
    assert_eq!(marked.after(&["next 2"]), "a");
}

#[test]
fn conditions_over_state_hold_the_program_there() {
    let marked = Marked::new();
    let commands =
        ["until handle-run if name == 'd'", "assert event == 'handle-run'", "assert name == 'd'"];
    assert_eq!(marked.after(&commands), "ab");
    assert_eq!(marked.after(&["until handle-run if timers == 1"]), "abd");
}

#[test]
fn going_back_moves_only_the_view() {
    let marked = Marked::new();
    let there = "until handle-run if name == 'd'";
    assert_eq!(marked.after(&[there, "rstep 5", "rnext", "rcontinue", "goto start"]), "ab");
    let commands = [there, "rnext 2", "assert name == 'b'", "rnext", "assert name == 'a'"];
    assert_eq!(marked.after(&commands), "ab");
    assert_eq!(
        marked.after(&[there, "rturn", "assert event == 'turn-begin'", "assert turn == 2"]),
        "ab"
    );
    assert_eq!(
        marked.after(&["step 10", "rstep 4", "assert seq == 6", "goto 2", "assert seq == 2"]),
        ""
    );
}

#[test]
fn going_on_replays_history_and_then_resumes_the_program() {
    let marked = Marked::new();
    let there = "until handle-run if name == 'd'";
    assert_eq!(marked.after(&[there, "rstep 3", "step 3", "assert name == 'd'"]), "ab");
    assert_eq!(marked.after(&[there, "rstep 3", "step 4"]), "abd");
    assert_eq!(marked.after(&[there, "goto start", "continue"]), "abdcz");
}

#[test]
fn breakpoints_stop_in_history_and_at_the_live_edge() {
    let marked = Marked::new();
    let commands = [
        "until handle-run if name == 'd'",
        "goto start",
        "break handle-run if name == 'b'",
        "break handle-run if name == 'c'",
        "continue",
        "assert name == 'b'",
        "continue",
        "assert name == 'c'",
    ];
    assert_eq!(marked.after(&commands), "abd");
}

#[test]
fn goto_end_ignores_breakpoints() {
    let marked = Marked::new();
    let commands = ["break handle-run", "goto end", "assert event == 'program-exit'"];
    assert_eq!(marked.after(&commands), "abdcz");
}

#[test]
fn the_timeout_bounds_goto_end() {
    let scratch = Scratch::new();
    let file = scratch.file("endless.py", ENDLESS);
    // Without its own limit, `goto end` would pause a fast machine after some millions of records.
    let commands = ["repl", "--timeout", "1", "-c", "set limit 1000000000", "-c", "goto end"];
    let run = loopscope(commands).arg(file);
    let ended = run.limit(30).end().code_is(124);
    assert!(ended.took >= Duration::from_secs(1), "{ended}");
}

#[test]
fn an_interrupt_bounds_a_run_in_line_mode_and_the_program_stays() {
    let scratch = Scratch::new();
    let file = scratch.file("endless.py", ENDLESS);
    let Some(screen) = Screen::open(&["repl", &file.to_string_lossy()]) else { return };
    screen.wait_for("#0>");
    screen.line("step 3");
    screen.wait_for("#3>");
    screen.line("goto end");
    std::thread::sleep(Duration::from_millis(500));
    screen.keys(&["C-c"]);
    std::thread::sleep(Duration::from_millis(500));
    screen.line("info loop");
    screen.wait_until("the loop's state", |text| text.lines().any(|line| line.trim() == "running"));
    screen.line("quit");
    assert_eq!(screen.left(), 0);
}

#[test]
fn an_interrupt_ends_a_batch_with_130() {
    let scratch = Scratch::new();
    let file = scratch.file("endless.py", ENDLESS);
    let mut live = Live::start(loopscope(["repl"]).arg(file));
    live.say("step 3");
    live.say("print seq");
    live.wait_for("3\n");
    // Otherwise it would be paused after a while, which is a failure of the batch.
    live.say("set limit 0");
    live.say("goto end");
    std::thread::sleep(Duration::from_millis(500));
    live.signal_group(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
}

#[test]
fn places_in_history_are_named_by_number_percent_and_time() {
    let marked = Marked::new();
    let commands = [
        "goto end",
        "goto start",
        "goto 7",
        "assert seq == 7",
        "goto t=1.5",
        "assert t <= 1.5",
        "step",
        "assert t > 1.5",
        "goto 100%",
        "assert event == 'program-exit'",
        "goto 50%",
        "assert seq > 7",
    ];
    let _ = marked.after(&commands);
}
