//! Boards that are held: by a session that dies, and by one that stays.

use std::time::{Duration, Instant};

use loopscope_tests::events::{only, parse};
use loopscope_tests::{Live, Scratch};
use nix::sys::signal::Signal;

use super::{M3, Running, beside_others, one_at_a_time};

/// How many sessions die; more by hand.
fn rounds() -> u32 {
    std::env::var("LOOPSCOPE_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3)
}

/// A session that holds the board.
fn holder(board: &Running) -> Live {
    let mut holder = Live::start(board.command("repl").arg("--control"));
    holder.say("until task-step");
    holder.wait_for("task-step");
    holder
}

#[test]
fn a_session_that_is_killed_while_it_holds_leaves_a_board_that_the_next_one_sees_run() {
    let _one = one_at_a_time();
    let Some(board) = M3.run("own_scheduler") else { return };
    let (mut slowest, mut said) = (Duration::ZERO, 0);
    for round in 0..rounds() {
        let mut holder = holder(&board);
        holder.signal(Signal::SIGKILL);
        let _ = holder.end();
        let scratch = Scratch::new();
        let to = scratch.path("events.jsonl");
        let since = Instant::now();
        let run = board.command("attach").args(["--headless", "--timeout", "30", "--events"]);
        let mut next = Live::start(run.arg(&to));
        let runs = || {
            let text = scratch.read("events.jsonl");
            let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
            only(&parse(whole), "handle-run").len() > 2
        };
        next.wait_until("records", runs);
        slowest = slowest.max(since.elapsed());
        next.signal(Signal::SIGINT);
        let _ = next.end();
        said +=
            usize::from(next.err().contains("An earlier session ended while it held the board"));
        assert!(slowest < Duration::from_secs(5), "round {round}: {slowest:?}: {next}");
    }
    // One that was killed before its board had said that it holds had nothing to let go.
    assert!(said > 0, "who held it is said");
    println!("{} rounds, the slowest took {slowest:?}", rounds());
}

#[test]
fn a_board_stays_held_for_a_session_that_says_nothing_for_long() {
    let _one = beside_others();
    let Some(board) = M3.run("own_scheduler") else { return };
    let mut holder = holder(&board);
    // Longer than a board waits for a word of its host.
    std::thread::sleep(Duration::from_secs(12));
    holder.say("info source");
    holder.wait_for("It may be paused and stepped");
    holder.say("step");
    holder.say("print seq");
    holder.hush();
    assert!(holder.end().success(), "{holder}");
    assert!(!holder.out().contains("runs on"), "{holder}");
}
