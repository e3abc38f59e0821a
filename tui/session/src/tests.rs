//! Sessions on a program that is known beforehand: where each command stops, what the program has
//! done by then, and what is said about it.

mod board;
mod breaking;
mod files;
mod long_walks;
mod looking;
mod odd;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loopscope_model::control::OwnedRequest;
use loopscope_model::story::Story;
use loopscope_protocol::{Event, ExitHow, Kind, LoopId, RunHow, TaskHow, Text};
use proptest::prelude::*;

use super::*;
use crate::source::script::{Script, Seen};

/// 30 records or so: two callbacks in a turn, a timer in the next, a task, and the end.
fn story() -> Story {
    let mut story = Story::new();
    // 1..=3, then 4 and 5.
    story.start().soon(1, "first").soon(2, "second");
    // 6 poll-begin, 7 poll-end, 8 turn-begin.
    story.turn(&[1, 2]);
    // 9 run, 10 output, 11 soon, 12 done.
    story.run(1).print("one\n").soon(3, "third").done(1);
    // 13 run, 14 timer, 15 done, 16 turn-end.
    story.run(2).timer(4, 2.5, "later", 0).done(2).end_turn();
    // 17..=19, 20 run, 21 done, 22 end.
    story.at(0.5).turn(&[3]).run(3).done(3).end_turn();
    // 23 poll-begin, 24 poll-end, 25 due, 26 turn-begin.
    story.poll(Some(2.0), 2.5).due(4, 2.5).begin_turn(1);
    // 27 run, 28 task-new, 29 handle-new, 30 done, 31 end.
    story.run(4).task(1, "main", 5).done(4).end_turn();
    // 32..=34, 35 run, 36 step, 37 task-done, 38 done, 39 end.
    story.turn(&[5]).step(5, 1).finish(5, 1, TaskHow::Result).end_turn();
    // 40, 41.
    story.push(Event::LoopStopped { how: RunHow::Forever });
    let text = story.text(Text::FIRST, "The program has ended.");
    story.on(0).push(Event::ProgramExit { code: 0, how: ExitHow::End, text });
    story
}

const LAST: usize = 41;

fn session() -> (Session, Arc<Mutex<Seen>>) {
    let story = story();
    assert_eq!(story.records().len(), LAST);
    let (script, seen) = Script::new(&story);
    (Session::new(script), seen)
}

/// Ticks until the command is over.
fn wait(session: &mut Session) -> Result<Answer, Trouble> {
    let mut text = String::new();
    for _ in 0..10_000 {
        let tick = session.tick(Duration::from_millis(1));
        for (_, answer) in tick.answers {
            text.push_str(&answer.text);
            text.push('\n');
        }
        if let Some(over) = tick.over {
            return over.map(|answer| Answer { text: text + &answer.text, ..answer });
        }
    }
    panic!("`{}` does not come to an end", session.line());
}

fn run(session: &mut Session, line: &str) -> Result<Answer, Trouble> {
    match session.execute_line(line) {
        Outcome::Done(answer) => Ok(answer),
        Outcome::Started => wait(session),
        Outcome::Failed(trouble) => Err(trouble),
        Outcome::Quit => Ok(Answer::new("quit")),
    }
}

#[track_caller]
fn ok(session: &mut Session, line: &str) -> String {
    run(session, line).unwrap_or_else(|trouble| panic!("`{line}`: {trouble}")).text
}

#[track_caller]
fn refused(session: &mut Session, line: &str) -> String {
    run(session, line).expect_err(line).text
}

/// Where a line leads to.
#[track_caller]
fn at(session: &mut Session, line: &str) -> usize {
    ok(session, line);
    session.position()
}

#[test]
fn forward_steps_run_the_program_that_far_and_no_further() {
    let (mut session, seen) = session();
    for (line, position) in
        [("step", 1), ("", 2), ("step 3", 5), ("next", 9), ("turn", 19), ("turn 2", 34), ("", LAST)]
    {
        assert_eq!(at(&mut session, line), position, "{line}");
        assert_eq!(
            seen.lock().unwrap().sent,
            position,
            "nothing later has happened after `{line}`"
        );
    }
    assert!(session.program_ended());
    // At the end there is nothing left to do, which is no failure.
    assert!(ok(&mut session, "step").contains("The program has ended."));
}

#[test]
fn a_run_asks_only_for_what_it_wants() {
    let (mut session, seen) = session();
    ok(&mut session, "step 5");
    ok(&mut session, "until timer-due");
    let kinds: Vec<_> = seen
        .lock()
        .unwrap()
        .requests
        .iter()
        .map(|request| match request {
            OwnedRequest::Run { until } => (until.records, until.kinds.has(Kind::TimerDue)),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, [(5, false), (3_000_000, true)]);
}

#[test]
fn going_back_moves_only_the_view() {
    let (mut session, seen) = session();
    ok(&mut session, "step 20");
    assert_eq!(at(&mut session, "rstep"), 19);
    assert_eq!(at(&mut session, "rstep 4"), 15);
    assert_eq!(at(&mut session, "rnext"), 13);
    assert_eq!(at(&mut session, "rturn"), 8);
    assert_eq!(at(&mut session, "goto start"), 0);
    assert_eq!(at(&mut session, "rstep"), 0);
    assert!(session.record().is_none());
    // Forward again through the history, and on with the program from its live edge.
    assert_eq!(at(&mut session, "next"), 9);
    assert_eq!(seen.lock().unwrap().sent, 20);
    assert_eq!(at(&mut session, "step 12"), 21);
    assert_eq!(seen.lock().unwrap().sent, 21);
    assert_eq!(
        seen.lock().unwrap().requests.len(),
        2,
        "the history was replayed without the program"
    );
}

#[test]
fn goto_goes_anywhere() {
    let (mut session, seen) = session();
    assert_eq!(at(&mut session, "goto 12"), 12);
    assert_eq!(seen.lock().unwrap().sent, 12);
    assert_eq!(at(&mut session, "goto 3"), 3);
    assert_eq!(at(&mut session, "goto 50%"), 6);
    ok(&mut session, "bookmark here");
    // Live: the last record up to that time. The program may be held a little later.
    assert_eq!(at(&mut session, "goto t=0.7"), 23);
    assert_eq!(seen.lock().unwrap().sent, 24);
    assert_eq!(at(&mut session, "goto t=0"), 16);
    assert_eq!(at(&mut session, "goto here"), 6);
    ok(&mut session, "b handle-run");
    assert_eq!(at(&mut session, "goto end"), LAST, "breakpoints do not hold it up");
    assert_eq!(at(&mut session, "goto t=100"), LAST);
    assert_eq!(at(&mut session, "goto 100%"), LAST);
    assert!(refused(&mut session, "goto 99").contains("the last one is 41"));
    assert!(refused(&mut session, "goto nowhere").contains("no bookmark"));
    assert_eq!(session.position(), LAST);
}

#[test]
fn goto_beyond_the_end_of_a_live_program_says_so() {
    let (mut session, _) = session();
    assert!(refused(&mut session, "goto 99").contains("no record 99, only 41"));
}

#[test]
fn expect_fails_where_the_event_does_not_come() {
    let (mut session, _) = session();
    assert_eq!(at(&mut session, "expect handle-run"), 9);
    assert_eq!(at(&mut session, "expect timer-due within 2.5s"), 25);
    assert_eq!(at(&mut session, "expect handle-run if name == \"main\""), 35);
    let text = refused(&mut session, "expect handler-call");
    assert!(text.contains("Expected handler-call") && text.contains("has ended"), "{text}");
    assert_eq!(session.position(), LAST);
}

#[test]
fn expect_within_counts_loop_time() {
    let (mut session, _) = session();
    let text = refused(&mut session, "expect timer-due within 1s");
    assert!(text.contains("up to t 1.000000"), "{text}");
    assert_eq!(session.position(), 24, "at the first record after it");
}

#[test]
fn expect_does_not_wait_for_ever_for_a_loop_that_sleeps() {
    let mut story = Story::new();
    story.start().push(Event::PollBegin { timeout: None });
    let (script, _) = Script::sleeping(&story);
    let mut session = Session::new(script);
    let since = Instant::now();
    assert!(refused(&mut session, "expect handle-run within 50ms").contains("did not come"));
    assert!(since.elapsed() < Duration::from_secs(5));
}

#[test]
fn finish_waits_for_one_task() {
    let (mut session, _) = session();
    assert!(refused(&mut session, "finish").contains("No task runs here"));
    assert!(refused(&mut session, "finish 1").contains("no task 1 here"));
    ok(&mut session, "goto 29");
    assert_eq!(at(&mut session, "finish main"), 37);
    assert!(refused(&mut session, "finish Task-1").contains("done already"));
    ok(&mut session, "goto 36");
    assert_eq!(at(&mut session, "finish"), 37);
}

#[test]
fn python_runs_only_where_the_program_is() {
    let (mut session, seen) = session();
    ok(&mut session, "goto 10");
    assert_eq!(ok(&mut session, "py x"), "x!");
    assert_eq!((session.position(), seen.lock().unwrap().sent), (11, 11), "what it caused is seen");
    assert!(refused(&mut session, "py 1/0").starts_with("Traceback"));
    assert_eq!(refused(&mut session, "py refuse"), "Python cannot run here.");
    ok(&mut session, "rstep 5");
    let text = refused(&mut session, "py x");
    assert!(text.contains("at #11") && text.contains("`goto 11`"), "{text}");
}

#[test]
fn assertions() {
    let (mut session, _) = session();
    ok(&mut session, "goto 8");
    assert_eq!(ok(&mut session, "assert ready == 2 and loop == \"running\""), "");
    let text = refused(&mut session, "assert ready == 1");
    assert!(text.contains("`ready == 1` does not hold at #8"), "{text}");
    assert_eq!(ok(&mut session, "print ready"), "2");
    ok(&mut session, "display ready + 1");
    assert!(ok(&mut session, "next").ends_with("1: ready + 1 = 2"));
    ok(&mut session, "undisplay 1");
    assert!(refused(&mut session, "undisplay 1").contains("no display 1"));
}

#[test]
fn an_endless_program_is_paused_at_the_limit() {
    let mut story = Story::new();
    story.start().soon(1, "again");
    for _ in 0..50 {
        story.turn(&[1]).run(1).soon(1, "again").done(1).end_turn();
    }
    let (script, seen) = Script::new(&story);
    let mut session = Session::new(script);
    ok(&mut session, "set limit 20");
    assert!(refused(&mut session, "continue").contains("Paused after 20 records"));
    assert_eq!((session.position(), seen.lock().unwrap().sent), (20, 20));
    assert!(refused(&mut session, "resume").contains("Paused after 20 records"));
    assert_eq!(session.position(), 40);
    ok(&mut session, "set limit 0");
    assert_eq!(at(&mut session, "resume"), story.records().len());
}

#[test]
fn a_program_that_writes_much_is_paused_by_what_it_writes() {
    let mut story = Story::new();
    story.start();
    for _ in 0..400 {
        story.print(&"x".repeat(1000));
    }
    let (script, seen) = Script::new(&story);
    let mut session = Session::new(script);
    assert_eq!(ok(&mut session, "set text 100K"), "text is now 100K");
    let told = refused(&mut session, "continue");
    assert!(told.contains("Paused after 100K of text in one go"), "{told}");
    let first = seen.lock().unwrap().sent;
    assert!((100..300).contains(&first), "{first} records");
    assert_eq!(session.position(), first);
    // Each command may have as much.
    assert!(refused(&mut session, "resume").contains("`set text N`"));
    assert!(seen.lock().unwrap().sent > first + 100);
    ok(&mut session, "set text 0");
    assert_eq!(at(&mut session, "resume"), story.records().len());
    assert!(refused(&mut session, "set text many").contains("a size, as 64M"));
}

#[test]
fn a_run_can_be_paused_and_resumed() {
    let (mut session, _) = session();
    assert!(matches!(session.execute_line("until task-done"), Outcome::Started));
    let _ = session.tick(Duration::ZERO);
    assert!(matches!(session.execute_line("step"), Outcome::Failed(_)), "one run at a time");
    session.pause();
    assert!(wait(&mut session).unwrap().text.starts_with("Paused"));
    assert!(session.position() < 37 && !session.is_running());
    assert_eq!(at(&mut session, "resume"), 37);
    assert!(refused(&mut session, "resume").contains("Nothing was paused"));
}

#[test]
fn a_program_that_comes_to_no_record_can_be_left_alone() {
    let mut story = Story::new();
    story.start().push(Event::PollBegin { timeout: None });
    let (script, _) = Script::sleeping(&story);
    let mut session = Session::new(script);
    assert!(matches!(session.execute_line("continue"), Outcome::Started));
    for _ in 0..10 {
        let _ = session.tick(Duration::ZERO);
    }
    session.pause();
    assert!(wait(&mut session).unwrap().text.contains("The loop sleeps."));
    assert!(!session.is_running() && session.run_state().runs());
    assert_eq!(session.position(), 4);
}

#[test]
fn changes_are_those_since_the_last_stop() {
    let (mut session, _) = session();
    ok(&mut session, "goto 8");
    ok(&mut session, "step 4");
    let marks: Vec<_> = session.changes().ready.iter().map(|(id, mark)| (id.0, *mark)).collect();
    assert_eq!(marks, [(1, Mark::Gone), (3, Mark::New)]);
    assert_eq!(session.changes().outputs, 1);
    session.seek(8);
    assert_eq!(session.changes().outputs, -1);
    assert_eq!(session.changes().loops.get(&LoopId(1)), None);
}

#[test]
fn stops_carry_data_for_programs() {
    let (mut session, _) = session();
    let answer = run(&mut session, "goto 10").unwrap();
    assert_eq!(answer.data["position"], 10);
    assert_eq!(answer.data["record"]["event"], "output");
    assert_eq!(answer.data["output"][0]["text"], "one\n");
    let answer = run(&mut session, "goto end").unwrap();
    assert_eq!(answer.data["stop"], "end");
    assert_eq!(answer.data["exit_code"], 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However one gets to a place, the state there is that of the history, and the program has
    /// never got further than some command asked for.
    #[test]
    fn any_walk_ends_in_a_true_state(lines in proptest::collection::vec(
        prop_oneof![
            Just("step".to_owned()), Just("next".to_owned()), Just("turn".to_owned()),
            Just("rstep".to_owned()), Just("rnext".to_owned()), Just("rturn".to_owned()),
            Just("continue".to_owned()), Just("rcontinue".to_owned()),
            Just("break handle-run if ready == 0".to_owned()), Just("delete".to_owned()),
            (0..LAST).prop_map(|n| format!("goto {n}")), (1..9u32).prop_map(|n| format!("step {n}")),
        ], 1..12,
    )) {
        let (mut session, seen) = session();
        for line in lines {
            ok(&mut session, &line);
            prop_assert_eq!(session.state(), &session.history().at(session.position()));
            prop_assert!(seen.lock().unwrap().sent == session.live_edge());
        }
    }
}

#[test]
fn without_a_program_only_help_makes_sense() {
    let mut session = Session::new(crate::source::none::Nothing::default());
    assert!(refused(&mut session, "step").contains("`loopscope repl FILE`"));
    assert!(ok(&mut session, "help step").contains("Goes on by one record"));
    assert!(ok(&mut session, "info loop").starts_with("stopped"));
}

#[test]
fn an_interrupt_goes_on_to_what_comes_of_it() {
    let (mut session, seen) = session();
    ok(&mut session, "goto 9");
    ok(&mut session, "rstep 4");
    assert_eq!(at(&mut session, "interrupt"), 10);
    assert!(seen.lock().unwrap().requests.contains(&OwnedRequest::Interrupt));
    ok(&mut session, "goto end");
    assert!(refused(&mut session, "interrupt").contains("no program to interrupt"));
}

#[test]
fn a_session_may_be_moved_to_another_thread() {
    fn moved<T: Send + 'static>(_: T) {}
    moved(session().0);
}
