//! What the screen and the answers tell without being asked: diagnoses, what is late, many tasks.

use loopscope_model::lint;
use loopscope_protocol::{LintRule, Word};
use loopscope_tests::run::loopscope;
use loopscope_tests::{Scratch, Screen};

use crate::batch;

const BLOCK: &str = "\
import asyncio, time
async def ticker():
    for _ in range(10): await asyncio.sleep(0.1)
async def rude():
    await asyncio.sleep(0.25)
    time.sleep(0.5)
async def main():
    await asyncio.gather(ticker(), rude())
asyncio.run(main())
";

#[test]
fn each_diagnosis_has_a_lesson_that_is_on_the_shelf() {
    let shelf = loopscope(["lesson", "list"]).end().code_is(0).out();
    for rule in LintRule::ALL {
        let lesson = lint::lesson(*rule);
        assert!(shelf.contains(lesson), "{} leads to {lesson}:\n{shelf}", rule.word());
    }
}

#[test]
fn a_blocked_loop_is_told_in_the_header_and_its_timer_is_late() {
    let scratch = Scratch::new();
    let file = scratch.file("block.py", BLOCK);
    let Some(screen) = Screen::sized(80, 24, &["run", &file.to_string_lossy()]) else { return };
    screen.wait_for("ready");
    screen.line(":until lint");
    let text = screen.wait_for("! 1 warning");
    assert!(text.lines().next().is_some_and(|line| line.contains("! 1 warning")), "{text}");
    // The timer that it has delayed is still in the heap.
    screen.wait_for("0.450 s late");
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn answers_name_the_lesson_and_how_late_a_timer_is() {
    let scratch = Scratch::new();
    let file = scratch.file("block.py", BLOCK);
    let commands = ["until lint", "info lints", "info timers", "until timer-due"];
    let said = batch(&file, &commands).end().code_is(0).out();
    assert!(said.contains("slow-callback: ") && said.contains("(lesson tasks-02)"), "{said}");
    // How late it was by the clock of the run, before and after it was taken.
    assert!(said.contains("s late\n") && said.contains("is 0.450 s late: it is "), "{said}");
}

#[test]
fn three_hundred_tasks_are_a_few_rows() {
    let text = "\
import asyncio
async def worker(n): await asyncio.sleep(1 + n % 7)
async def main():
    await asyncio.gather(*[worker(n) for n in range(300)])
asyncio.run(main())
";
    let scratch = Scratch::new();
    let file = scratch.file("many.py", text);
    let Some(screen) = Screen::sized(120, 40, &["run", &file.to_string_lossy()]) else { return };
    screen.wait_for("ready");
    screen.line(":goto t=2.5");
    // Each of them is in one of two groups, and what has ended does not hide them. On the way there
    // is a group as well, of those that were made up to then and have not run.
    let is_told = |text: &str| text.contains("worker x2") && text.contains("wait at line 2");
    let told = screen.wait_until("a group that waits", is_told);
    assert!(!told.contains("done:"), "a jump marks nothing:\n{told}");
    screen.keys(&["q", "y"]);
}
