//! The recording of a board that is held: by a session that dies, then by one that lets go. A virtual
//! probe serves both, one after the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use super::BOARD;
use crate::{Outcome, cargo};

const CHIP: &str = "LM3S6965";

/// What the first session says before it dies, and for how long it holds the board, and its end after
/// that.
const FIRST: [(&str, u64); 2] = [("until task-step", 1000), ("info source", 1500)];

/// What the second session says, and how long it waits after each.
const SECOND: [(&str, u64); 4] =
    [("resume", 1500), ("pause", 2500), ("resume", 1500), ("pause", 300)];

/// Records it.
pub(super) fn record(root: &Path, elf: &Path, to: &Path) -> Outcome {
    let _ = fs::remove_file(to);
    let mut probe = Command::new(cargo::target(root).join("release/loopscope-virtual-probe"));
    probe.args(["--machine", BOARD, "--run", "--port", "0", "--elf"]).arg(elf);
    let mut probe = probe.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let recorded = sessions(root, elf, to, &mut probe);
    // It ends with its standard input.
    drop(probe.stdin.take());
    probe.wait()?;
    recorded
}

fn sessions(root: &Path, elf: &Path, to: &Path, probe: &mut Child) -> Outcome {
    let mut selector = String::new();
    if let Some(out) = &mut probe.stdout {
        BufReader::new(out).read_line(&mut selector)?;
    }
    let session = || {
        let mut command = Command::new(cargo::binary(root));
        command.args(["repl", "--control", "--chip", CHIP, "--probe", selector.trim(), "--elf"]);
        command.arg(elf).stdin(Stdio::piped()).stdout(Stdio::null());
        command
    };
    let mut first = session().spawn()?;
    say(first.stdin.as_mut(), &FIRST)?;
    first.kill()?;
    first.wait()?;
    thread::sleep(Duration::from_millis(500));

    let mut second = session().arg("--record").arg(to).spawn()?;
    say(second.stdin.as_mut(), &SECOND)?;
    drop(second.stdin.take());
    let status = second.wait()?;
    if !to.exists() {
        return Err(format!("no session of a board that is held was recorded: {status}").into());
    }
    Ok(())
}

fn say(to: Option<&mut ChildStdin>, lines: &[(&str, u64)]) -> Outcome {
    let to = to.ok_or("its standard input is gone")?;
    for (line, wait) in lines {
        writeln!(to, "{line}")?;
        to.flush()?;
        thread::sleep(Duration::from_millis(*wait));
    }
    Ok(())
}
