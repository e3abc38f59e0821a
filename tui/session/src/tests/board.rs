//! A board that is only watched: the view stops, the board does not.

use loopscope_model::link::LinkState;

use super::*;

/// Three times: the loop sleeps, wakes and runs a task. There are no turns.
fn board() -> Session {
    let mut story = Story::new();
    // 1 to 4.
    story.start().task(1, "blink", 1).push(Event::LoopNew {});
    for n in 0..3u32 {
        // 6 to 11, 12 to 17, 18 to 23: begin, end, run, step, suspend, done.
        story.poll(Some(1.0), f64::from(n + 1)).step(n + 1, 1);
        story.suspend(n + 1, 1, loopscope_protocol::On::Nothing, 3);
    }
    Session::new(Script::watched(&story))
}

/// Takes in all that the board sends.
fn let_it_run(session: &mut Session) {
    for _ in 0..20 {
        let _ = session.tick(Duration::ZERO);
    }
}

#[test]
fn a_turn_of_a_board_begins_where_its_loop_wakes() {
    let mut session = board();
    assert!(session.is_board());
    ok(&mut session, "turn");
    assert_eq!(session.record().map(|record| record.kind()), Some(Kind::PollEnd));
    let first = session.position();
    ok(&mut session, "turn");
    assert_eq!(session.position(), first + 6);
    assert_eq!(at(&mut session, "rturn"), first);
    assert_eq!(at(&mut session, "next"), first + 1);
}

#[test]
fn a_stop_says_that_the_board_runs_on_and_how_far() {
    let mut session = board();
    ok(&mut session, "step 2");
    let_it_run(&mut session);
    assert!(session.run_state().runs() && session.live_edge() > 20);
    let behind = session.live_edge() - 3;
    let answer = run(&mut session, "step").unwrap();
    assert_eq!((&answer.data["runs_on"], &answer.data["behind"]), (&true.into(), &behind.into()));
    let said = format!("The board runs on: {behind} records came since, and `goto end`");
    assert!(answer.text.contains(&said), "{}", answer.text);
}

#[test]
fn resume_lets_a_board_run_on_wherever_the_view_stands() {
    let mut session = board();
    ok(&mut session, "step 2");
    let_it_run(&mut session);
    let before = session.position();
    assert!(matches!(session.execute_line("resume"), Outcome::Started));
    let_it_run(&mut session);
    assert!(session.position() > before);
}

#[test]
fn a_breakpoint_stops_the_view_and_the_end_follows_again() {
    let mut session = board();
    ok(&mut session, "break task-suspend");
    let text = ok(&mut session, "continue");
    assert!(text.starts_with("Breakpoint 1: task-suspend"), "{text}");
    let hit = session.position();
    let_it_run(&mut session);
    assert!(session.run_state().runs() && session.position() == hit, "only the view has stopped");
    assert!(matches!(session.execute_line("goto end"), Outcome::Started));
    let_it_run(&mut session);
    assert!(session.is_live() && session.is_running(), "it follows, past all breakpoints");
    session.pause();
    let text = wait(&mut session).unwrap().text;
    assert!(text.starts_with("Only the view is paused"), "{text}");
}

#[test]
fn a_script_does_not_follow_a_board_for_ever_and_says_so() {
    let mut session = board();
    session.settings_mut().follows_boards = false;
    let_it_run(&mut session);
    for command in ["goto end", "resume", "continue"] {
        let answer = match session.execute_line(command) {
            Outcome::Done(answer) => answer,
            other => panic!("{command}: {other:?}"),
        };
        assert!(answer.text.contains("A board has no end"), "{command}: {}", answer.text);
        assert!(session.is_live(), "{command} goes to what came last");
    }
    // With a breakpoint there is something to wait for.
    ok(&mut session, "break task-suspend");
    ok(&mut session, "goto start");
    assert!(ok(&mut session, "continue").starts_with("Breakpoint 1"));
}

#[test]
fn a_board_that_will_not_be_interrupted_is_followed_all_the_same() {
    let mut session = board();
    assert_eq!(session.run_state(), &RunState::Following);
    let _ = session.execute_line("continue");
    let _ = session.tick(Duration::ZERO);
    assert!(session.interrupt().is_err());
    assert_eq!(session.run_state(), &RunState::Following);
    let before = session.live_edge();
    let tick = session.tick(Duration::ZERO);
    assert!(
        tick.over.is_none() && session.live_edge() > before,
        "it runs, and so does the command"
    );
}

#[test]
fn a_board_that_was_let_go_has_ended_and_keeps_its_history() {
    let mut session = board();
    let_it_run(&mut session);
    assert!(ok(&mut session, "detach").contains("runs on without us"));
    assert_eq!(session.run_state(), &RunState::Ended);
    assert_eq!(session.link().map(|link| link.state), Some(LinkState::Released));
    assert_eq!(at(&mut session, "goto 2"), 2);
    assert!(ok(&mut session, "pause").contains("Nothing runs"));
}
