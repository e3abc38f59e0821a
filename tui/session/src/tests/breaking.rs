//! Breakpoints, watches and their commands, on a made-up history.

use super::*;

#[test]
fn breakpoints_stop_in_history_and_live() {
    let (mut session, seen) = session();
    assert_eq!(
        ok(&mut session, "break handle-run if name == \"second\""),
        "Breakpoint 1: handle-run if name == \"second\""
    );
    ok(&mut session, "tbreak timer-due");
    let text = ok(&mut session, "continue");
    assert!(text.starts_with("Breakpoint 1: handle-run"), "{text}");
    assert_eq!((session.position(), seen.lock().unwrap().sent), (13, 13));
    assert_eq!(at(&mut session, "c"), 25);
    assert_eq!(session.breaks().iter().len(), 1, "the temporary one is gone");
    assert_eq!(at(&mut session, "c"), LAST);
    assert_eq!(at(&mut session, "rcontinue"), 13);
    assert_eq!(at(&mut session, "rcontinue"), 0);
    assert_eq!(at(&mut session, "c"), 13);
    ok(&mut session, "disable 1");
    assert_eq!(at(&mut session, "c"), LAST);
    assert!(refused(&mut session, "delete 7").contains("no breakpoint 7"));
    ok(&mut session, "delete");
    assert!(session.breaks().is_empty());
}

#[test]
fn looking_back_for_a_breakpoint_can_be_ended() {
    let (mut session, _) = session();
    ok(&mut session, "break handle-run if name == \"nobody\"");
    assert_eq!(at(&mut session, "goto end"), LAST);
    assert!(matches!(session.execute_line("rcontinue"), Outcome::Started));
    assert!(session.is_walking());
    session.pause();
    let text = wait(&mut session).unwrap().text;
    assert!(text.starts_with("No breakpoint was found so far"), "{text}");
    assert_eq!(session.position(), LAST);
    assert_eq!(at(&mut session, "rcontinue"), 0);
}

#[test]
fn a_huge_count_backwards_stops_at_the_start_at_once() {
    let (mut session, _) = session();
    for unit in ["rstep", "rnext", "rturn"] {
        ok(&mut session, "goto end");
        let since = Instant::now();
        assert_eq!(at(&mut session, &format!("{unit} {}", u32::MAX)), 0, "{unit}");
        assert!(since.elapsed() < Duration::from_secs(1), "{unit} took {:?}", since.elapsed());
    }
}

#[test]
fn a_step_stops_at_a_breakpoint_on_its_way() {
    let (mut session, _) = session();
    ok(&mut session, "b output");
    assert_eq!(at(&mut session, "turn 2"), 10);
    assert_eq!(at(&mut session, "until task-done"), 37);
}

#[test]
fn a_watch_sees_every_change() {
    let (mut session, seen) = session();
    ok(&mut session, "watch timers");
    let text = ok(&mut session, "c");
    assert!(text.starts_with("Watch 1: timers was 0, is 1"), "{text}");
    assert_eq!((session.position(), seen.lock().unwrap().sent), (14, 14));
    assert_eq!(at(&mut session, "c"), 25);
    assert_eq!(at(&mut session, "c"), LAST);
    assert_eq!(at(&mut session, "rc"), 25);
    assert_eq!(at(&mut session, "rc"), 14);
}

#[test]
fn the_commands_of_a_breakpoint_run_when_it_is_hit() {
    let (mut session, _) = session();
    ok(&mut session, "break handle-run");
    ok(&mut session, "commands");
    assert!(session.is_collecting());
    ok(&mut session, "print handle.name");
    ok(&mut session, "continue");
    ok(&mut session, "end");
    assert!(!session.is_collecting());
    let text = ok(&mut session, "continue");
    for name in ["\"first\"", "\"second\"", "\"third\"", "\"later\"", "\"main\""] {
        assert!(text.contains(name), "{text}");
    }
    assert_eq!(session.position(), LAST);
    ok(&mut session, "commands 1");
    ok(&mut session, "frobnicate");
    assert!(refused(&mut session, "end").contains("frobnicate"));
    assert!(refused(&mut session, "commands 9").contains("no breakpoint 9"));
}
