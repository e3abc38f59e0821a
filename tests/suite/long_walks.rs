//! What takes long says how far it is and is left by a key: on the screen, and by Ctrl-C in line mode.

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
