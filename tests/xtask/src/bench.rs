//! `cargo xtask bench`: our loop against CPython's asyncio, uvloop and MicroPython's asyncio, by the
//! same programs in the same run.
//!
//! What is compared is CPU time of whole processes, the median of interleaved rounds: the machine's
//! mood then hits all of them alike. The programs are in `tests/bench`; they assert that they run on
//! the loop, tasks and futures that their column names.

mod contenders;
mod history;
mod table;

use std::path::Path;
use std::time::Duration;

use crate::{Outcome, cargo};
use contenders::Contender;
use table::Table;

/// The programs, by what they do most.
const PROGRAMS: [(&str, &str); 4] = [
    ("soon", "chained call_soon"),
    ("sleep_zero", "sleep(0) resumes"),
    ("timers", "timers"),
    ("spawn", "task spawn and join"),
];

/// The program that runs under MicroPython's rules too.
const ROUND_ROBIN: &str = "round_robin";

/// How many rounds without an argument.
const ROUNDS: usize = 3;

pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    if let [word, more @ ..] = arguments
        && word == "history"
    {
        return history::run(root, more);
    }
    let rounds = match arguments {
        [] => ROUNDS,
        [rounds] => rounds.parse().map_err(|_| format!("`{rounds}` is no number of rounds"))?,
        _ => return Err("at most one argument: how many rounds".into()),
    };
    if !cargo::build_binary(root).status()?.success() {
        return Err("the binary does not build; see above".into());
    }
    let contenders = contenders::all(root);
    let mut table = Table::new(contenders.iter().map(|c| c.name));
    for (program, title) in PROGRAMS {
        let file = root.join("tests/bench").join(program).with_extension("py");
        let times = measure(&contenders, &file, rounds)?;
        println!("{title}: done");
        table.row(title, &times);
    }
    let empty = root.join("tests/bench/nothing.py");
    table.row("start and end", &measure(&contenders, &empty, rounds.max(5))?);
    print!(
        "\nCPU seconds, median of {rounds}; in brackets how many times ours\n\n{}",
        table.text()
    );
    micropython(root, rounds)
}

/// Our dialect of MicroPython against our dialect of CPython and against real MicroPython.
fn micropython(root: &Path, rounds: usize) -> Outcome {
    let contenders = contenders::micropython(root);
    let mut table = Table::new(contenders.iter().map(|c| c.name));
    for (program, title) in
        [(ROUND_ROBIN, "round robin of 1,000"), ("nothing_to_do", "start and end")]
    {
        let file = root.join("tests/bench").join(program).with_extension("py");
        table.row(title, &measure(&contenders, &file, rounds)?);
    }
    print!("\n{}", table.text());
    Ok(())
}

/// The median time of each contender, run in turns.
fn measure(contenders: &[Contender], file: &Path, rounds: usize) -> Outcome<Vec<Duration>> {
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (contender, times) in contenders.iter().zip(&mut times) {
            times.push(contender.time(file)?);
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
    fn the_median_is_the_middle_one() {
        let mut times = [9, 1, 5].map(Duration::from_secs);
        assert_eq!(median(&mut times), Duration::from_secs(5));
    }
}
