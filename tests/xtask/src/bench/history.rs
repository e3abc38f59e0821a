//! `cargo xtask bench history`: a long recording of a real run, and how fast one moves in it.
//!
//! The moves are those of line mode, with the time from the line to its answer.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

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

/// Line mode with its answers as JSON.
struct Lines {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Lines {
    fn open(root: &Path, file: &Path) -> Outcome<Self> {
        let mut command = Command::new(cargo::binary(root));
        command.args(["repl", "--json"]).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let to = child.stdin.take().ok_or("it has no standard input")?;
        let from = child.stdout.take().ok_or("it has no standard output")?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    fn ask(&mut self, command: &str) -> Outcome<Value> {
        writeln!(self.to, "{command}")?;
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    fn timed(&mut self, command: &str) -> Outcome<Duration> {
        let began = Instant::now();
        let _ = self.ask(command)?;
        Ok(began.elapsed())
    }

    /// The most memory that it has used.
    fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.unwrap_or("not known here").trim().to_owned()
    }

    fn close(mut self) -> Outcome {
        drop(self.to);
        let _ = self.child.wait()?;
        Ok(())
    }
}
