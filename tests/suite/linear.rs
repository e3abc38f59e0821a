//! `--linear`: printed lines only, on each command that has a screen; digits choose.

use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, Screen, loopscope};

const PROGRAM: &str = "\
import asyncio
async def child():
    await asyncio.sleep(1)
async def main():
    task = asyncio.create_task(child(), name='kid')
    print('made')
    await task
asyncio.run(main())
";

fn plain(ended: Ended) -> Ended {
    let drawn = |c: &char| *c == '\x1b' || *c == '\r' || ('\u{2500}'..='\u{28ff}').contains(c);
    let found: Vec<char> = ended.out().chars().filter(drawn).collect();
    assert!(found.is_empty(), "{found:?} is drawn, not written: {ended}");
    ended
}

fn told(arguments: &[&str], lines: &str) -> Ended {
    let scratch = Scratch::new();
    let _ = scratch.file("program.py", PROGRAM);
    let run = loopscope(arguments).arg("program.py").within(scratch.folder()).input(lines);
    plain(run.end())
}

#[test]
fn digits_step_and_every_record_on_the_way_is_a_line() {
    for arguments in [&["run", "--linear"][..], &["--linear"], &["repl", "--linear"]] {
        let ended = told(arguments, "1\n2\nwhy\n8\n0\nquit\n").code_is(0);
        let out = ended.out();
        for said in [
            "program.py: paused before its first record.",
            "1: one record on (step)",
            "Just now: program.py starts",
            "#3  ",
            "handle-run h1",
            "Next: ",
            "main (task 1)  queued as h1",
        ] {
            assert!(out.contains(said), "{arguments:?}: {said:?} is not in {ended}");
        }
    }
}

#[test]
fn of_a_long_way_the_changes_are_told() {
    let ended = told(&["run", "--linear"], "until task-done if name == 'child'\nquit\n").code_is(0);
    let out = ended.out();
    assert!(out.contains(" records passed.\n") && out.contains("Task kid (task 2): "), "{ended}");
    assert!(out.contains("made\n"), "what the program writes is there, too: {ended}");
}

#[test]
fn a_failed_line_of_a_script_is_exit_code_1() {
    let _ = told(&["run", "--linear"], "assert seq == 99\nstep\n").code_is(1);
    let ended = loopscope(["run", "--linear", "--headless", "program.py"]).end();
    let _ = ended.code_is(2).complains("--headless");
}

#[test]
fn a_recording_and_a_board_are_told_in_lines() {
    let scratch = Scratch::new();
    let _ = scratch.file("program.py", PROGRAM);
    let record = ["run", "--headless", "--record", "run.loop", "program.py"];
    let _ = loopscope(record).within(scratch.folder()).end().code_is(0);
    let replay = loopscope(["replay", "--linear", "run.loop"]).within(scratch.folder());
    let ended = plain(replay.input("goto end\n5\n?\n").end()).code_is(0);
    assert!(ended.out().contains("run.loop: a recording with "), "{ended}");
    let ended = plain(loopscope(["attach", "--linear", "--demo"]).input("1\nquit\n").end());
    assert!(ended.code_is(0).out().contains("Just now: "));
}

#[test]
fn a_lesson_is_chosen_by_its_number_and_taken_in_lines() {
    let lines = format!("99\n1\n{}quit\n", "\n".repeat(60));
    let ended = plain(loopscope(["--linear"]).input(&lines).end()).code_is(0);
    let out = ended.out();
    assert!(out.starts_with("The lessons. Type the number of one;"), "{ended}");
    let list = out.matches("\n1: ").count();
    assert!(out.contains("\nLesson loop-01: ") && list >= 1, "{ended}");
    let _ = ended.complains("there is no lesson `99`; type a number from 1 to ");
    let ended = plain(loopscope(["learn", "--linear", "loop-01"]).input("\n\n").end()).code_is(0);
    assert!(ended.out().starts_with("Lesson loop-01: "), "{ended}");
}

#[test]
fn ctrl_c_holds_the_program_and_the_listener_stays() {
    let scratch = Scratch::new();
    let code = "import asyncio, time\nasync def main():\n    while True:\n        await asyncio.sleep(0)\nasyncio.run(main())\n";
    let file = scratch.file("long.py", code);
    let arguments = ["run", "--linear", &file.to_string_lossy()];
    let Some(screen) = Screen::open(&arguments) else { return };
    screen.wait_until("the choices", |text| text.contains("quit: leaves."));
    screen.keys(&["C-c"]);
    screen.wait_until("a word about it", |text| text.contains("`quit` leaves"));
    screen.line("set limit 0");
    screen.line("4");
    std::thread::sleep(std::time::Duration::from_millis(300));
    screen.keys(&["C-c"]);
    screen.wait_until("a stop", |text| text.contains("Next: "));
    screen.line("quit");
    assert_eq!(screen.left(), 0);
}
