//! The screen in a real terminal.

use std::time::{Duration, Instant};

use loopscope_tests::outside::{is_alive, wait_for_end_of};
use loopscope_tests::{Scratch, Screen};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program;

const PROGRAM: &str = "\
import asyncio
def hello():
    print('hello from the loop')
loop = asyncio.new_event_loop()
loop.call_soon(hello)
loop.call_later(2, loop.stop)
loop.run_forever()
loop.close()
";

fn open(code: &str, size: (u16, u16)) -> Option<(Screen, Scratch)> {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", code);
    let screen = Screen::sized(size.0, size.1, &["run", &file.to_string_lossy()])?;
    Some((screen, scratch))
}

/// The processes that a process has started.
fn children(pid: u32) -> Vec<u32> {
    let file = format!("/proc/{pid}/task/{pid}/children");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

#[test]
fn run_opens_paused_without_a_tour_and_with_its_panels() {
    let Some((screen, _scratch)) = open(PROGRAM, (80, 24)) else { return };
    let text =
        screen.wait_until("ready and timers", |t| t.contains("ready") && t.contains("timers"));
    assert!(text.contains("def hello"), "no source:\n{text}");
    assert!(!text.contains("\nhello from the loop"), "it is not paused:\n{text}");
    assert!(text.lines().count() <= 24, "{text}");
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
    assert!(screen.leftovers().is_empty(), "{:?}", screen.leftovers());
}

#[test]
fn q_and_a_y_after_it_end_an_unfinished_program_with_0() {
    let Some((screen, _scratch)) = open(PROGRAM, (80, 24)) else { return };
    screen.wait_for("ready");
    screen.keys(&[".", ".", "."]);
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn the_first_frame_is_there_in_less_than_a_third_of_a_second() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", PROGRAM);
    let mut times = Vec::new();
    for _ in 0..10 {
        let began = Instant::now();
        let Some(screen) = Screen::open(&["run", &file.to_string_lossy()]) else { return };
        screen.wait_for("timers");
        times.push(began.elapsed());
        // The terminal itself counts too, so this is more than our own part.
        if times.last() < Some(&Duration::from_millis(300)) {
            return;
        }
    }
    panic!("{times:?}");
}

#[test]
fn keys_step_forward_and_back() {
    let Some((screen, _scratch)) = open(PROGRAM, (100, 30)) else { return };
    screen.wait_for("ready");
    screen.keys(&["."]);
    screen.wait_for("run-start");
    screen.keys(&["."]);
    screen.wait_for("loop-new");
    screen.line(":until handle-run");
    screen.wait_for("handle-run");
    screen.line(":print event");
    screen.wait_for("handle-run");
    screen.keys(&[","]);
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn space_plays_to_the_end_and_shows_the_output() {
    let Some((screen, _scratch)) = open(PROGRAM, (80, 24)) else { return };
    screen.wait_for("ready");
    screen.keys(&["Space"]);
    screen.wait_for("hello from the loop");
    screen.wait_for("program-exit");
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn the_output_goes_only_into_the_panel() {
    let Some((screen, _scratch)) = open(PROGRAM, (80, 24)) else { return };
    screen.wait_for("ready");
    screen.line(":goto end");
    screen.wait_for("program-exit");
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
    assert!(!screen.history().contains("hello from the loop"), "{}", screen.history());
}

#[test]
fn control_codes_of_the_program_are_shown_and_not_obeyed() {
    let file = program("hostile/control_codes.py");
    let Some(screen) = Screen::open(&["run", &file.to_string_lossy()]) else { return };
    screen.wait_for("ready");
    screen.line(":goto end");
    let text = screen.wait_for("not my title");
    assert!(text.contains("ready") && text.contains("timers"), "the screen was cleared:\n{text}");
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn help_opens_and_closes() {
    let Some((screen, _scratch)) = open(PROGRAM, (80, 24)) else { return };
    let before = screen.wait_for("ready");
    screen.keys(&["?"]);
    screen.wait_until("another picture", |text| {
        text != before && text.to_lowercase().contains("step")
    });
    screen.keys(&["Escape"]);
    screen.wait_until("the panels again", |text| text.contains("def hello"));
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn any_size_is_survived() {
    let Some((screen, _scratch)) = open(PROGRAM, (80, 24)) else { return };
    screen.wait_for("ready");
    for (columns, lines) in [(120, 40), (40, 12), (20, 5), (5, 2), (200, 60), (80, 24)] {
        screen.resize(columns, lines);
        screen.keys(&["."]);
        std::thread::sleep(Duration::from_millis(150));
    }
    screen.wait_until("its panels", |t| t.contains("ready") && t.contains("timers"));
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
    assert!(screen.leftovers().is_empty(), "{:?}", screen.leftovers());
}

#[test]
fn a_termination_restores_the_terminal_and_ends_the_program() {
    let Some((screen, _scratch)) = open(PROGRAM, (80, 24)) else { return };
    screen.wait_for("ready");
    screen.keys(&["."]);
    screen.wait_for("run-start");
    let ours = children(screen.shell());
    if ours.is_empty() {
        // Only Linux tells a process's children in a file.
        return;
    }
    let theirs: Vec<_> = ours.iter().flat_map(|pid| children(*pid)).collect();
    let pid = |pid: u32| Pid::from_raw(i32::try_from(pid).expect("a process number"));
    kill(pid(ours[0]), Signal::SIGTERM).expect("it is there");
    assert_ne!(screen.left(), 0);
    assert!(screen.leftovers().is_empty(), "{:?}", screen.leftovers());
    assert!(!theirs.is_empty(), "the program has no process of its own");
    for child in theirs {
        wait_for_end_of(pid(child));
    }
}

#[test]
fn a_killed_child_is_told_and_the_screen_stays() {
    let Some((screen, _scratch)) = open("while True:\n    pass\n", (80, 24)) else { return };
    screen.wait_for("ready");
    screen.line(":continue");
    std::thread::sleep(Duration::from_millis(500));
    let theirs: Vec<_> = children(screen.shell()).iter().flat_map(|pid| children(*pid)).collect();
    let Some(child) = theirs.first() else { return };
    let child = Pid::from_raw(i32::try_from(*child).expect("a process number"));
    kill(child, Signal::SIGKILL).expect("it is there");
    let text = screen.wait_for("program-exit");
    assert!(text.to_lowercase().contains("kill"), "{text}");
    assert!(!is_alive(child));
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn ctrl_c_does_not_end_the_screen_while_a_program_runs() {
    let Some((screen, _scratch)) = open("while True:\n    pass\n", (80, 24)) else { return };
    screen.wait_for("ready");
    screen.line(":continue");
    std::thread::sleep(Duration::from_millis(500));
    screen.keys(&["C-c"]);
    std::thread::sleep(Duration::from_millis(500));
    assert!(screen.text().contains("ready"), "{}", screen.text());
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn the_lesson_menu_opens_without_a_command() {
    let Some(screen) = Screen::open(&[]) else { return };
    screen.wait_until("the first lesson", |text| text.to_lowercase().contains("lesson"));
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn letters_alone_are_enough_where_there_are_no_line_drawings() {
    let file = program("classic/hello.py");
    let Some(screen) = Screen::open(&["run", "--ascii", &file.to_string_lossy()]) else { return };
    let text = screen.wait_until("ready", |text| text.contains("ready"));
    assert!(text.is_ascii(), "{text}");
    screen.keys(&["q", "y"]);
    assert_eq!(screen.left(), 0);
}
