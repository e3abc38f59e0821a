//! What a program costs grows with what it has, and not with the square of it: many tasks on one
//! future, many cancelled timers, many watched descriptors.
//!
//! Each pattern runs with N of something and with 4 N, in one process that measures its own
//! processor time. Four times as much costs up to seven times the time where memory is far away;
//! a search of a list per thing costs sixteen times.

use std::collections::BTreeMap;

use loopscope_tests::outside::{has_python, python};
use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, loopscope};

use crate::program;

/// How much more 4 N of something may cost than N.
const MOST: f64 = 10.0;

/// Below this many seconds a time says nothing.
const NOTHING: f64 = 0.05;

/// How often CPython's time a pattern may take. Most take less than three times it.
const SLOWER: f64 = 30.0;

/// How often a pattern is measured that took too long: the machine may be busy with something else.
const TRIES: usize = 3;

/// The seconds of a pattern for N and for 4 N.
type Times = BTreeMap<String, (f64, f64)>;

fn times(ended: &Ended) -> Times {
    let line = |line: &String| {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, _, few, many] = words[..] else {
            panic!("not a measurement: {line:?}\n{ended}")
        };
        let seconds = |word: &str| word.parse().expect("seconds are a number");
        (name.to_owned(), (seconds(few), seconds(many)))
    };
    ended.lines().iter().map(line).collect()
}

fn too_much((few, many): (f64, f64)) -> bool {
    many > NOTHING && many > MOST * few.max(NOTHING / MOST)
}

/// The patterns in which records are most of the work.
const RECORDED: [&str; 10] = [
    "gather_of_many",
    "tasks_on_one_future",
    "gathers_of_one_future",
    "done_callbacks",
    "timers_cancelled",
    "handles_cancelled",
    "sleepers_cancelled",
    "queue_of_many_getters",
    "task_group_of_many",
    "watched_pipes",
];

/// Measures the patterns of `file` that are named (none: all of them), those that took too long again; gives what was measured.
fn measure(file: &str, options: &[&str], named: &[&str]) -> Times {
    let scratch = Scratch::new();
    let run = |names: &[String]| {
        let run = loopscope(["run", "--headless"]).args(options).arg(program(file)).args(names);
        times(&run.within(scratch.folder()).limit(100).end().code_is(0))
    };
    let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
    let mut measured = run(&named);
    for _ in 1..TRIES {
        let again: Vec<String> = measured
            .iter()
            .filter(|(_, times)| too_much(**times))
            .map(|(name, _)| name.clone())
            .collect();
        if again.is_empty() {
            break;
        }
        measured.extend(run(&again));
    }
    let bad: Vec<String> = measured
        .iter()
        .filter(|(_, times)| too_much(**times))
        .map(|(name, (few, many))| {
            format!("{name}: {few:.3} s, and {many:.3} s for four times as many")
        })
        .collect();
    assert!(bad.is_empty(), "these grow faster than what they do:\n{}", bad.join("\n"));
    measured
}

#[test]
fn what_an_asyncio_program_costs_grows_with_what_it_has() {
    let ours = measure("growth/cpython.py", &[], &[]);
    assert!(ours.len() >= 25, "{} patterns", ours.len());
    if !has_python() {
        return;
    }
    let theirs = times(&python().arg(program("growth/cpython.py")).limit(100).end().code_is(0));
    let mut ratios: Vec<(f64, &String)> = ours
        .iter()
        .filter_map(|(name, (_, ours))| Some((ours / theirs.get(name)?.1.max(0.01), name)))
        .collect();
    ratios.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (ratio, name) in ratios.iter().take(5) {
        println!("{name}: {ratio:.1} times CPython's time");
    }
    let worst: Vec<_> = ratios.iter().filter(|(ratio, _)| *ratio > SLOWER).collect();
    assert!(worst.is_empty(), "much slower than CPython: {worst:?}");
}

#[test]
fn so_does_what_it_costs_with_a_recording() {
    let measured = measure("growth/cpython.py", &["--record", "growth.loop"], &RECORDED);
    assert_eq!(measured.len(), RECORDED.len());
}

#[test]
fn what_a_micropython_program_costs_grows_with_what_it_has() {
    for dialect in ["micropython", "micropython-firmware"] {
        let measured = measure("growth/micropython.py", &["--dialect", dialect], &[]);
        assert!(measured.len() >= 10, "{} patterns", measured.len());
    }
}
