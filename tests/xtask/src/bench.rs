//! `cargo xtask bench`: our loop against CPython's asyncio, uvloop and MicroPython's asyncio, by the
//! same programs in the same run.
//!
//! What is compared is CPU time of whole processes, the median of interleaved rounds: the machine's
//! mood then hits all of them alike. The programs are in `tests/bench`; they assert that they run on
//! the loop, tasks and futures that their column names.

mod contenders;
mod core;
mod history;
mod lines;
mod live;
mod questions;
mod table;

use std::path::Path;
use std::time::Duration;

use crate::{Outcome, cargo};
use contenders::Contender;
use table::Table;

/// The programs, by what they do most.
const PROGRAMS: [(&str, &str); 5] = [
    ("soon", "chained call_soon"),
    ("sleep_zero", "sleep(0) resumes"),
    ("timers", "timers"),
    ("spawn", "task spawn and join"),
    ("echo", "TCP echo over protocols"),
];

/// The program that runs under MicroPython's rules too.
const ROUND_ROBIN: &str = "round_robin";

/// The programs of `tests/programs/scale`, with how many of it.
const SCALE: [(&str, &str, &str); 2] = [
    ("processes", "500", "500 child processes"),
    ("connections", "4000", "4,000 connections at once"),
];

/// How many rounds without an argument.
const ROUNDS: usize = 5;

pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    if let [word, more @ ..] = arguments
        && word == "history"
    {
        return history::run(root, more);
    }
    if let [word, more @ ..] = arguments
        && word == "questions"
    {
        return questions::run(root, more);
    }
    if let [word, more @ ..] = arguments
        && word == "python"
    {
        return live::run(root, more);
    }
    if let [word, more @ ..] = arguments
        && word == "core"
    {
        return core::run(root, more);
    }
    let (rounds, python) = parse(arguments)?;
    if !cargo::build_binary(root).status()?.success() {
        return Err("the binary does not build; see above".into());
    }
    let contenders = contenders::all(root, &python);
    let mut table = Table::new(contenders.iter().map(|c| c.name));
    for (program, title) in PROGRAMS {
        let file = root.join("tests/bench").join(program).with_extension("py");
        let times = measure(&contenders, &file, None, rounds)?;
        println!("{title}: done");
        table.row(title, &times);
    }
    let empty = root.join("tests/bench/nothing.py");
    table.row("start and end", &measure(&contenders, &empty, None, rounds.max(5))?);
    print!(
        "\nCPU seconds, median of {rounds}; in brackets how many times ours\n\n{}\n{}",
        table.text(),
        table.ratios(&["asyncio", "uvloop"])
    );
    scale(root, contenders, rounds)?;
    micropython(root, rounds)
}

/// Much of something that the system does, with CPython's own loop.
fn scale(root: &Path, mut contenders: Vec<Contender>, rounds: usize) -> Outcome {
    contenders.retain(|contender| ["ours", "asyncio"].contains(&contender.name));
    let mut table = Table::new(contenders.iter().map(|c| c.name));
    for (program, count, title) in SCALE {
        let file = root.join("tests/programs/scale").join(program).with_extension("py");
        table.row(title, &measure(&contenders, &file, Some(count), rounds)?);
    }
    print!("\n{}\n{}", table.text(), table.ratios(&["asyncio"]));
    Ok(())
}

/// How many rounds, and which Python.
fn parse(arguments: &[String]) -> Outcome<(usize, String)> {
    let (mut rounds, mut python) = (ROUNDS, "python3".to_owned());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--python" {
            python.clone_from(arguments.next().ok_or("--python wants a path")?);
        } else {
            let wrong = |_| format!("`{argument}` is no number of rounds");
            rounds = argument.parse().map_err(wrong)?;
        }
    }
    Ok((rounds, python))
}

/// Our dialect of MicroPython against our dialect of CPython and against real MicroPython.
fn micropython(root: &Path, rounds: usize) -> Outcome {
    let contenders = contenders::micropython(root);
    let mut table = Table::new(contenders.iter().map(|c| c.name));
    for (program, title) in
        [(ROUND_ROBIN, "round robin of 1,000"), ("nothing_to_do", "start and end")]
    {
        let file = root.join("tests/bench").join(program).with_extension("py");
        table.row(title, &measure(&contenders, &file, None, rounds)?);
    }
    print!("\n{}", table.text());
    Ok(())
}

/// The median time of each contender, run in turns. Without an argument of its own the program is
/// told what it runs on.
fn measure(
    contenders: &[Contender],
    file: &Path,
    argument: Option<&str>,
    rounds: usize,
) -> Outcome<Vec<Duration>> {
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (contender, times) in contenders.iter().zip(&mut times) {
            times.push(contender.time(file, argument)?);
        }
    }
    Ok(times.iter_mut().map(|times| median(times)).collect())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_and_python_come_in_any_order() {
        let parsed =
            |words: &[&str]| parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(parsed(&[]).unwrap(), (ROUNDS, "python3".to_owned()));
        assert_eq!(parsed(&["--python", "p", "7"]).unwrap(), (7, "p".to_owned()));
        assert!(parsed(&["--python"]).is_err() && parsed(&["seven"]).is_err());
    }

    #[test]
    fn the_median_is_the_middle_one() {
        let mut times = [9, 1, 5].map(Duration::from_secs);
        assert_eq!(median(&mut times), Duration::from_secs(5));
    }
}
