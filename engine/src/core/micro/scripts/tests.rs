//! MicroPython's turn, asserted as text: what the loop does, record by record, without Python.

use std::sync::Mutex;

use loopscope_protocol::Kind;
use loopscope_protocol::text::{Line, Lookup};
use loopscope_protocol::wire::{Decoder, Item, ItemFrame, Step};

use super::*;

struct Names(Vec<String>);

impl Lookup for Names {
    fn name(&self, id: NameId, out: &mut dyn std::fmt::Write) -> std::fmt::Result {
        out.write_str(&self.0[id.0 as usize - 1])
    }
}

/// Runs `program` on a loop that records, and gives its records as lines.
fn lines(program: impl FnOnce(&Program)) -> Vec<String> {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let copy = Arc::clone(&bytes);
    let sink = Box::new(move |new: &[u8]| copy.lock().unwrap().extend_from_slice(new));
    let clock = Arc::new(Clock::new(ClockMode::Virtual));
    let trace = Trace::to(Arc::clone(&clock), sink, None);
    program(&Program::with(&Arc::new(Ids::default()), &clock, &trace));
    trace.flush();
    let bytes = bytes.lock().unwrap();
    let (mut left, mut names, mut lines) = (&bytes[..], Names(Vec::new()), Vec::new());
    let mut decoder = Decoder::new();
    while let Step::Frame { item, used, .. } = decoder.next(left, true) {
        match item {
            ItemFrame::Item(Item::Name { name, .. }) => {
                names.0.push(String::from_utf8(name.to_vec()).unwrap());
            }
            ItemFrame::Event(frame) => {
                lines.push(Line { event: &frame.event, names: &names }.to_string());
            }
            ItemFrame::Item(_) => {}
        }
        left = &left[used..];
    }
    assert!(left.is_empty());
    lines
}

/// The lines from the first that starts with `from` up to the last that starts with `to`.
fn part<'a>(lines: &'a [String], from: &str, to: &str) -> Vec<&'a str> {
    let start = lines.iter().position(|line| line.starts_with(from)).expect(from);
    let end = lines.iter().rposition(|line| line.starts_with(to)).expect(to);
    lines[start..=end].iter().map(String::as_str).collect()
}

fn only(lines: &[String], kind: Kind) -> Vec<&str> {
    lines.iter().filter(|line| line.starts_with(kind.word())).map(String::as_str).collect()
}

fn said(words: &[(&str, &str)]) -> Vec<String> {
    let program = Program::new();
    let tasks: Vec<_> = words.iter().map(|(name, words)| program.task(name, words)).collect();
    program.run(tasks.last().unwrap()).unwrap();
    program.said()
}

#[test]
fn one_run_from_its_first_record_to_its_last() {
    let lines = lines(|program| {
        let main = program.task("main", "sleep 0");
        program.run(&main).unwrap();
    });
    assert_eq!(
        lines,
        [
            "loop-new",
            "task-new task 1 main",
            "handle-new h1 step main task 1",
            "loop-run until-complete task 1",
            // It is due, so nothing is polled.
            "turn-begin turn=1 ready=1 timers=0",
            "handle-run h1 task 1",
            "task-step task 1",
            "handle-new h2 step main by=h1 task 1", // it queues itself again, inside its step
            "task-suspend task 1",
            "handle-done h1 task 1",
            "turn-end ready=1 timers=0",
            "turn-begin turn=2 ready=1 timers=0",
            "handle-run h2 task 1",
            "task-step task 1",
            "task-done task 1 result",
            "handle-done h2 task 1",
            "turn-end ready=0 timers=0",
            "loop-stopped until-complete",
        ]
    );
}

#[test]
fn a_sleep_is_an_entry_with_a_later_key() {
    let lines = lines(|program| {
        let main = program.task("main", "sleep 7");
        program.run(&main).unwrap();
    });
    assert_eq!(
        part(&lines, "timer-new", "handle-run h2"),
        [
            "timer-new h2 when=0.007000 main by=h1 task 1",
            "task-suspend task 1 waits for h2",
            "handle-done h1 task 1",
            "turn-end ready=0 timers=1",
            "poll-begin timeout=0.007000",
            "poll-end ready=0",
            "timer-due h2 when=0.007000",
            "turn-begin turn=2 ready=1 timers=0",
            "handle-run h2 task 1",
        ]
    );
}

#[test]
fn each_turn_runs_one_task() {
    let lines = lines(|program| {
        program.task("a", "");
        program.task("b", "");
        let main = program.task("main", "");
        program.run(&main).unwrap();
    });
    assert_eq!(
        only(&lines, Kind::TurnBegin),
        [
            "turn-begin turn=1 ready=1 timers=0",
            "turn-begin turn=2 ready=1 timers=0",
            "turn-begin turn=3 ready=1 timers=0"
        ]
    );
}

#[test]
fn ties_are_first_in_first_out_and_an_earlier_key_goes_first() {
    let sleepers: Vec<(String, String)> =
        (0..10).map(|n| (format!("s{n}"), format!("sleep 5; say {n}"))).collect();
    let mut words: Vec<(&str, &str)> =
        sleepers.iter().map(|(name, words)| (name.as_str(), words.as_str())).collect();
    words.push(("main", "sleep 4; say early; sleep 6; say late"));
    assert_eq!(said(&words), ["early", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "late"]);
}

#[test]
fn an_expired_sleep_goes_before_what_became_ready_later() {
    // `busy` passes no time, but the sleeper's key is older than that of the woken one.
    let order = said(&[
        ("waiter", "wait q; say woken"),
        ("sleeper", "sleep 5; say slept"),
        ("main", "sleep 6; wake q; sleep 1; say end"),
    ]);
    assert_eq!(order, ["slept", "woken", "end"]);
}

#[test]
fn waking_keeps_the_order_of_waiting() {
    let order = said(&[
        ("a", "wait q; say a"),
        ("b", "wait q; say b"),
        ("c", "say c; sleep 0; say c2"),
        ("main", "wake q; say main; sleep 1"),
    ]);
    assert_eq!(order, ["c", "main", "c2", "a", "b"]);
}

#[test]
fn cancel_brings_a_sleep_forward() {
    let lines = lines(|program| {
        program.task("sleeper", "sleep 1000; say never");
        let main = program.task("main", "cancel sleeper; sleep 0; say end");
        program.run(&main).unwrap();
        assert_eq!(program.said(), ["end"]);
    });
    assert_eq!(
        part(&lines, "task-cancel", "task-done task 1"),
        [
            "task-cancel task 1 by=h2",
            "timer-cancel h3 when=1.000000 by=h2",
            "timer-drop h3 when=1.000000",
            "handle-new h4 step sleeper by=h2 task 1",
            "handle-new h5 step main by=h2 task 2",
            "task-suspend task 2",
            "handle-done h2 task 2",
            "turn-end ready=2 timers=0",
            "turn-begin turn=3 ready=1 timers=0",
            "handle-run h4 task 1",
            "task-step task 1",
            "task-done task 1 cancelled",
        ]
    );
}

#[test]
fn cancel_before_the_first_step_moves_nothing() {
    let lines = lines(|program| {
        let first = program.task("first", "say never");
        program.cancel(&first);
        let main = program.task("main", "say main");
        program.run(&main).unwrap();
        assert_eq!(program.said(), ["main"]);
    });
    assert_eq!(only(&lines, Kind::TimerCancel), [""; 0]);
    assert_eq!(only(&lines, Kind::HandleNew).len(), 2);
}

#[test]
fn stop_queues_a_sentinel_and_what_is_due_before_it_still_runs() {
    let lines = lines(|program| {
        program.task("a", "say a; stop; stop; sleep 0; say a2");
        program.task("b", "say b; sleep 0; say b2");
        program.run_forever().unwrap();
        assert_eq!(program.said(), ["a", "b"]);
        program.task("c", "stop");
        program.run_forever().unwrap();
        assert_eq!(program.said(), ["a", "b", "a2", "b2"]);
    });
    assert_eq!(
        part(&lines, "loop-run forever task 3", "turn-begin turn=2"),
        [
            "loop-run forever task 3",
            "turn-begin turn=1 ready=1 timers=0",
            "handle-run h1 task 1",
            "task-step task 1",
            "loop-stop-request by=h1",
            "handle-new h3 step _stopper by=h1 task 3",
            "handle-new h4 step a by=h1 task 1",
            "task-suspend task 1",
            "handle-done h1 task 1",
            "turn-end ready=3 timers=0",
            "turn-begin turn=2 ready=1 timers=0",
        ]
    );
    assert_eq!(only(&lines, Kind::LoopStopRequest).len(), 2);
}

#[test]
fn a_deadlock_hangs_in_slices_and_says_so_once() {
    let lines = lines(|program| {
        let main = program.task("main", "wait q");
        assert_eq!(program.run(&main), Err(Hang));
    });
    assert_eq!(only(&lines, Kind::Lint).len(), 1);
    assert_eq!(only(&lines, Kind::PollBegin), ["poll-begin timeout=0.003000"; 4]);
    assert_eq!(lines.last().unwrap(), "loop-stopped until-complete");
}

#[test]
fn a_reset_drops_entries_one_by_one_and_the_loop_stays() {
    let lines = lines(|program| {
        program.task("sleeper", "sleep 9");
        let main = program.task("main", "reset");
        program.task("ready", "say never");
        program.run(&main).unwrap();
    });
    assert_eq!(
        part(&lines, "handle-cancel", "timer-drop"),
        [
            "handle-cancel h3 by=h2",
            "handle-skip h3",
            "timer-cancel h4 when=0.009000 by=h2",
            "timer-drop h4 when=0.009000",
        ]
    );
}

#[test]
fn the_order_holds_across_the_end_of_the_tick_period() {
    let program = Program::new();
    let period = u64::from(crate::core::millis::PERIOD);
    program.core.clock().advance(std::time::Duration::from_millis(period - 3));
    program.task("before", "sleep 1; say before");
    program.task("after", "sleep 5; say after");
    let main = program.task("main", "sleep 4; say at; sleep 4");
    program.run(&main).unwrap();
    assert_eq!(program.said(), ["before", "at", "after"]);
}
