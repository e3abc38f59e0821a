//! `cargo xtask bench python`: what it costs a real CPython that somebody has come to it, and what it
//! costs that somebody may.
//!
//! The programs of `tests/bench/live` print the processor time that they took, without their start.
//! Each runs as it is, with our module while nobody has attached, and attached: all that happens is
//! told then, or handles only, and read by our binary. Each of those runs stands between two as it is,
//! and is compared with them: a machine is faster in one minute than in the next.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::{Outcome, cargo};

/// The programs, by what they do.
const PROGRAMS: [(&str, &str); 3] = [
    ("soon", "chained `call_soon`"),
    ("sleep_zero", "`sleep(0)` among 1,000 tasks"),
    ("http", "JSON over HTTP"),
];

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// How a program is run.
#[derive(Clone, Copy)]
enum Way {
    Plain,
    Listening,
    Attached,
    HandlesOnly,
}

/// Those that are compared with a plain run.
const WAYS: [Way; 3] = [Way::Listening, Way::Attached, Way::HandlesOnly];

pub(super) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let (rounds, python) = super::parse(arguments)?;
    if !cargo::build_binary(root).status()?.success() {
        return Err("the binary does not build; see above".into());
    }
    let version = Command::new(&python).args(["-c", "import sys; print(sys.version)"]).output()?;
    println!("CPython {}", String::from_utf8_lossy(&version.stdout).trim());
    println!("\n| | plain | listening | attached | handles only |\n|---|---|---|---|---|");
    for (program, title) in PROGRAMS {
        let file = root.join("tests/bench/live").join(program).with_extension("py");
        let mut ratios = [const { Vec::new() }; WAYS.len()];
        let mut plain = vec![time(root, &python, &file, Way::Plain)?];
        for _ in 0..rounds {
            for (way, ratios) in WAYS.into_iter().zip(&mut ratios) {
                let before = plain[plain.len() - 1];
                let taken = time(root, &python, &file, way)?;
                let after = time(root, &python, &file, Way::Plain)?;
                plain.push(after);
                ratios.push(2.0 * taken.as_secs_f64() / (before + after).as_secs_f64());
            }
        }
        let [listening, attached, handles] = ratios.map(median_of);
        let plain = super::median(&mut plain).as_secs_f64();
        println!("| {title} | {plain:.2} s | {listening:.2} | {attached:.2} | {handles:.2} |");
    }
    Ok(())
}

fn median_of(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// The processor time of one run.
fn time(root: &Path, python: &str, file: &Path, way: Way) -> Outcome<Duration> {
    let socket = std::env::temp_dir().join(format!("loopscope-bench-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&socket);
    let mut command = Command::new(python);
    command.env("PYTHONPATH", root.join("engine/recorder")).env("PYTHONDONTWRITEBYTECODE", "1");
    match way {
        Way::Plain => {}
        Way::Listening => drop(command.args(["-m", "loopscope", "--socket"]).arg(&socket)),
        Way::Attached | Way::HandlesOnly => {
            command.args(["-m", "loopscope", "--wait", "--socket"]).arg(&socket);
        }
    }
    command.arg(file).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn()?;
    let reader = match way {
        Way::Plain | Way::Listening => None,
        Way::Attached => Some(attach(root, &socket, "full")?),
        Way::HandlesOnly => Some(attach(root, &socket, "handles")?),
    };
    let output = child.wait_with_output()?;
    if let Some(mut reader) = reader {
        reader.wait()?;
    }
    let _ = std::fs::remove_file(&socket);
    let said = String::from_utf8_lossy(&output.stdout);
    let seconds = said.lines().find_map(|line| line.strip_prefix("cpu ")?.parse::<f64>().ok());
    let seconds = seconds.ok_or_else(|| format!("{} printed no time: {said}", file.display()))?;
    Ok(Duration::from_secs_f64(seconds))
}

fn attach(root: &Path, socket: &PathBuf, level: &str) -> Outcome<Child> {
    let until = Instant::now() + PATIENCE;
    while !socket.exists() {
        if Instant::now() > until {
            return Err("the program does not listen".into());
        }
        sleep(Duration::from_millis(5));
    }
    let mut command = Command::new(cargo::binary(root));
    command.args(["attach", "--headless", "--level", level, "--socket"]).arg(socket);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.spawn()?)
}
