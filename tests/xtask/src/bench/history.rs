//! `cargo xtask bench history`: a long recording of a real run, and how fast one moves in it.
//!
//! The moves are those of line mode, with the time from the line to its answer.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::lines::Lines;
use crate::{Outcome, cargo};

/// How many records one callback of the program sends.
const EACH: u64 = 7;

/// How many records without an argument.
const RECORDS: u64 = 10_000_000;

/// How many places are gone to, and how many steps are made each way.
const PLACES: u64 = 500;
const STEPS: usize = 2000;

pub(super) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let records = match arguments {
        [] => RECORDS,
        [records] => records.parse().map_err(|_| format!("`{records}` is no number of records"))?,
        _ => return Err("at most one argument: how many records".into()),
    };
    if !cargo::build_binary(root).status()?.success() {
        return Err("the binary does not build; see above".into());
    }
    let file = cargo::target(root).join("bench-history.loop");
    let began = Instant::now();
    let recorded = Command::new(cargo::binary(root))
        .args(["run", "--headless", "--record"])
        .arg(&file)
        .arg(root.join("tests/bench/soon.py"))
        .args(["ours", &(records / EACH).to_string()])
        .stdout(Stdio::null())
        .status()?;
    if !recorded.success() {
        return Err("the program was not recorded; see above".into());
    }
    println!("recorded in {:.1} s", began.elapsed().as_secs_f64());

    let began = Instant::now();
    let mut lines = Lines::open(root, &file)?;
    let _ = lines.ask("print seq")?;
    println!("first answer after {:.2} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let end = lines.ask("goto end")?;
    let count = end["position"].as_u64().filter(|count| *count > 0);
    let count = count.ok_or("the recording is empty")?;
    println!("goto end, the first time, {:.2} s", began.elapsed().as_secs_f64());
    let size = std::fs::metadata(&file)?.len();
    #[allow(clippy::cast_precision_loss, reason = "shown with two digits")]
    let each = size as f64 / count as f64;
    println!("{count} records in {size} bytes: {each:.2} bytes a record");

    let mut place = 1;
    let mut times = Vec::new();
    for _ in 0..PLACES {
        place = (place * 6_364_136_223 + 1_442_695_041) % count;
        times.push(lines.timed(&format!("goto {}", place + 1))?);
    }
    tell("goto anywhere", &mut times);
    let _ = lines.ask(&format!("goto {}", count / 2))?;
    for (name, command) in [("step forward", "step"), ("step back", "rstep")] {
        let times: Outcome<Vec<_>> = (0..STEPS).map(|_| lines.timed(command)).collect();
        tell(name, &mut times?);
    }
    println!("memory: {}", lines.memory());
    lines.close()
}

/// Prints how long something took.
fn tell(name: &str, times: &mut [Duration]) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!("{name}: {:.2} ms in the middle, {:.2} ms at the 99th percentile", at(50), at(99));
}
