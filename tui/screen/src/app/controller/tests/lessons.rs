//! A lesson taken on the whole screen.

use super::*;

#[test]
fn a_lesson_is_read_asked_and_graded() {
    let mut user = User::in_lesson();
    user.sees("A list, and a rule").sees("space next step");
    assert_picture!("lesson_start", user.screen());
    user.press("<enter>").sees("Asking is not running");
    assert_eq!(user.position(), 3);
    user.press("<enter><enter>").sees("One at a time");
    user.press("<enter>").sees("Who runs next?");
    assert_eq!(user.position(), 13);
    user.sees_not("then feed runs").sees("Your guess first");
    assert_picture!("lesson_question", user.screen());
    user.press(".").sees("First your guess");
    assert_eq!(user.position(), 13, "the question stands in the way");
    user.press("7").sees("The choices are 1 to 3");
    user.press("2").sees("✗ Not refill.").sees("That would be right for a stack");
    assert_eq!(user.position(), 15, "the run has told");
    assert_picture!("lesson_graded", user.screen());
    user.press(",").sees("Who runs next?");
    user.press("<enter>").sees("A batch is over");
    assert_eq!(user.position(), 21);
}

#[test]
fn arrows_clicks_and_escape_answer_too() {
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter>");
    user.press("<down><up><enter>").sees("Right!");
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter>");
    let screen = user.screen();
    let row = screen.lines().position(|line| line.contains("(3)")).expect("the third choice");
    let row = u16::try_from(row).unwrap();
    user.mouse(MouseKind::Press(MouseButton::Left), 60, row).sees("✗ Not sweep.");
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter><esc><enter>").sees("A batch is over");
}

#[test]
fn steps_in_a_lesson_stop_at_its_places() {
    let mut user = User::in_lesson();
    user.press("t").sees("Asking is not running");
    assert_eq!(user.position(), 3, "the turn is further, but this is to be read");
    user.press("t").sees("The loop takes over");
    user.press("    ").sees("Who runs next?");
}

#[test]
fn a_lesson_comes_to_its_end() {
    let mut user = User::in_lesson();
    for _ in 0..40 {
        user.press("<esc><enter>");
        if user.controller.lesson_is_over() {
            break;
        }
    }
    assert!(user.controller.lesson_is_over());
    user.sees("That was the lesson");
    assert_eq!(user.position(), LAST);
}

#[test]
fn the_answer_may_be_typed() {
    let mut user = User::in_lesson();
    user.press(":predict 1<enter>").sees("No question is open here");
    user.press(":lesson<enter>").sees("Asking is not running");
    user.press("<enter><enter><enter>").sees("Who runs next?");
    user.press(":predict 7<enter>").sees("The choices are 1 to 3");
    user.press(":predict 2<enter>").sees("✗ Not refill.");
    let mut user = User::in_lesson();
    user.press("<enter><enter><enter><enter>:predict feed<enter>").sees("Right!");
}
