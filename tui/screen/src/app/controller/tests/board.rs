//! A board on the screen that is only watched.

use super::*;

fn watching() -> User {
    let mut story = Story::new();
    story.start().task(1, "blink", 1).push(Record::LoopNew {});
    for n in 0..5u32 {
        story.poll(Some(1.0), f64::from(n + 1)).step(n + 1, 1);
        story.suspend(n + 1, 1, loopscope_protocol::On::Nothing, 3);
    }
    User::of(Session::new(Script::watched(&story)), None)
}

fn wait(user: &mut User) {
    for _ in 0..30 {
        user.controller.tick(Duration::ZERO);
    }
}

#[test]
fn a_view_that_stands_says_how_far_the_board_is_ahead() {
    let mut user = watching();
    user.press(".").sees("view paused").sees("board: runs on");
    wait(&mut user);
    let behind = user.controller.session_view.session.live_edge() - 1;
    assert!(behind > 20, "the board runs on");
    user.sees(&format!("(view paused, {behind} behind)"));
    user.sees(&format!("It runs on, {behind} ahead of the view."));
    user.sees("G follow the board");
}

#[test]
fn that_only_the_view_is_paused_fits_a_line() {
    let mut user = watching();
    user.press(".");
    user.controller.perform(crate::keys::Action::End);
    wait(&mut user);
    user.controller.perform(crate::keys::Action::Play);
    wait(&mut user);
    user.sees("Only the view is paused: `resume` goes on, `goto end` follows the board again.");
}

#[test]
fn the_end_follows_the_board_and_ctrl_c_leaves_it() {
    let mut user = watching();
    user.press(".");
    user.controller.perform(crate::keys::Action::End);
    wait(&mut user);
    user.sees("(running)")
        .sees("board: connected")
        .sees("space pause  q quit")
        .sees_not("interrupt");
    user.controller.perform(crate::keys::Action::Interrupt);
    assert_eq!(user.controller.requests.leave, Some(130), "there is nothing to interrupt");
}
