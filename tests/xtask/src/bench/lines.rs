//! Line mode on a recording, asked line by line, with the time from the line to its answer.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Outcome, cargo};

/// Line mode with its answers as JSON.
pub(super) struct Lines {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Lines {
    pub(super) fn open(root: &Path, file: &Path) -> Outcome<Self> {
        let mut command = Command::new(cargo::binary(root));
        command.args(["repl", "--json"]).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let to = child.stdin.take().ok_or("it has no standard input")?;
        let from = child.stdout.take().ok_or("it has no standard output")?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    pub(super) fn ask(&mut self, command: &str) -> Outcome<Value> {
        writeln!(self.to, "{command}")?;
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    pub(super) fn timed(&mut self, command: &str) -> Outcome<Duration> {
        let began = Instant::now();
        let _ = self.ask(command)?;
        Ok(began.elapsed())
    }

    /// How much processor time all its threads have had, where the system tells that to the
    /// nanosecond.
    pub(super) fn processor(&self) -> Option<Duration> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        let of_thread = |path: std::path::PathBuf| {
            let told = std::fs::read_to_string(path.join("schedstat")).ok()?;
            told.split_whitespace().next()?.parse::<u64>().ok()
        };
        let all = threads.map(|thread| of_thread(thread.ok()?.path()));
        all.sum::<Option<u64>>().map(Duration::from_nanos)
    }

    /// The most memory that it has used.
    pub(super) fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.unwrap_or("not known here").trim().to_owned()
    }

    pub(super) fn close(mut self) -> Outcome {
        drop(self.to);
        let _ = self.child.wait()?;
        Ok(())
    }
}
