//! What takes long says how far it is and is left by a key: on the screen, and by Ctrl-C in line mode
//! and on the command line.

use std::path::PathBuf;

use loopscope_tests::{Scratch, Screen, loopscope};

/// Enough callbacks that what walks over all of their records can be caught in the act.
const PROGRAM: &str = "\
import asyncio
loop = asyncio.new_event_loop()
left = 400_000
def tick():
    global left
    left -= 1
    loop.call_soon(tick if left else loop.stop)
loop.call_soon(tick)
loop.run_forever()
print('the end')
loop.close()
";

/// Looked at with each record, and never another one: so a walk takes seconds.
const SLOW: &str = "watch timers";

/// A recording of it.
fn recorded(scratch: &Scratch) -> PathBuf {
    let program = scratch.file("program.py", PROGRAM);
    let file = scratch.path("long.loop");
    let run = loopscope(["run", "--headless", "--record"]).arg(&file).arg(&program).end();
    let _ = run.code_is(0);
    file
}

/// What is asked, what it says meanwhile, and what it says when it is left.
fn walks(scratch: &Scratch, file: &std::path::Path) -> [(String, &'static str, &'static str); 2] {
    let to = scratch.path("out.csv");
    [
        (format!("export {}", to.display()), "exporting, ", "nothing is written"),
        (format!("diff {}", file.display()), "comparing, ", "The comparison was left"),
    ]
}

#[test]
fn on_the_screen_a_key_ends_them() {
    let scratch = Scratch::new();
    let file = recorded(&scratch);
    let Some(screen) = Screen::sized(100, 30, &["replay", &file.to_string_lossy()]) else { return };
    screen.wait_for("records");
    for (line, meanwhile, left) in walks(&scratch, &file) {
        screen.line(&format!(":{line}"));
        screen.wait_for(meanwhile);
        screen.keys(&["Space"]);
        screen.wait_for(left);
        screen.keys(&["Escape"]);
        // A key that comes at once would make one of the two.
        let _ = screen.wait_until("no box", |text| !text.contains(left));
    }
    for _ in 0..4 {
        screen.line(&format!(":{SLOW}"));
    }
    screen.line(":until output");
    screen.wait_for("running, ");
    screen.keys(&["Space"]);
    screen.wait_for("Paused; `resume` goes on.");
    screen.line(":goto end");
    screen.wait_for("program-exit");
    screen.line(":break handle-run if seq < 20");
    screen.line(":rcontinue");
    screen.wait_for("looking back, ");
    screen.keys(&["C-c"]);
    screen.wait_for("No breakpoint was found so far");
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
    assert!(!scratch.path("out.csv").exists());
}

#[test]
fn in_line_mode_an_interrupt_ends_them() {
    let scratch = Scratch::new();
    let file = recorded(&scratch);
    let Some(screen) = Screen::sized(100, 30, &["repl", &file.to_string_lossy()]) else { return };
    screen.wait_for("a recording with");
    for (line, meanwhile, left) in walks(&scratch, &file) {
        screen.line(&line);
        screen.wait_for(meanwhile);
        screen.keys(&["C-c"]);
        let text = screen.wait_for(left);
        assert!(!text.contains(meanwhile), "the line is not taken back:\n{text}");
    }
    screen.line("goto end");
    screen.wait_for("program-exit");
    for _ in 0..4 {
        screen.line(SLOW);
    }
    screen.line("rcontinue");
    screen.wait_for("looking back, ");
    screen.keys(&["C-c"]);
    screen.wait_for("No breakpoint was found so far");
    screen.line("quit");
    assert_eq!(screen.left(), 0);
    assert!(!scratch.path("out.csv").exists());
}

/// As a person sees it, and the exit code that the shell tells.
#[test]
fn on_the_command_line_an_interrupt_ends_them_and_leaves_no_file() {
    let scratch = Scratch::new();
    let file = recorded(&scratch);
    let (file, to) = (file.display().to_string(), scratch.path("out.csv").display().to_string());
    let commands: [(&[&str], &str); 2] = [
        (&["export", &file, "--to", "csv", "--output", &to], "exporting, "),
        (&["diff", &file, &file], "comparing, "),
    ];
    for (command, meanwhile) in commands {
        let Some(screen) = Screen::sized(100, 30, command) else { return };
        screen.wait_for(meanwhile);
        screen.keys(&["C-c"]);
        assert_eq!(screen.left(), 130, "{command:?}");
    }
    let left = std::fs::read_dir(scratch.path(".")).expect("the folder is there");
    let left: Vec<_> = left.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "the program and its recording alone: {left:?}");
}

/// What nobody watches says nothing of how far it is, and its file is whole.
#[test]
fn without_a_terminal_nothing_is_said_of_how_far_it_is() {
    let scratch = Scratch::new();
    let (file, to) = (recorded(&scratch), scratch.path("out.jsonl"));
    let run = loopscope(["export", "--to", "jsonl"]).arg(&file).arg("--output").arg(&to).end();
    let run = run.code_is(0);
    assert!(!run.err().contains("exporting") && !run.err().contains('%'), "{}", run.err());
    let written = std::fs::read_to_string(&to).expect("it is written");
    assert!(written.lines().count() > 2_000_000, "{}", written.lines().count());
    assert!(written.lines().next_back().is_some_and(|line| line.contains("program-exit")));
}
