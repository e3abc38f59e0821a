//! `cargo xtask bench python`: what it costs a real CPython that somebody has come to it, and what it
//! costs that somebody may.
//!
//! The programs of `tests/bench/live` print the processor time that they took, without their start.
//! Each runs as it is, with our module while nobody has attached, and attached: all that happens is
//! told then, or handles only, and read by our binary. The rounds are interleaved, so the machine's mood
//! hits all alike.

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

const WAYS: [Way; 4] = [Way::Plain, Way::Listening, Way::Attached, Way::HandlesOnly];

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
        let mut times = [const { Vec::new() }; WAYS.len()];
        for _ in 0..rounds {
            for (way, times) in WAYS.into_iter().zip(&mut times) {
                times.push(time(root, &python, &file, way)?);
            }
        }
        let [plain, listening, attached, handles] =
            times.map(|mut times| super::median(&mut times));
        let ratio = |time: Duration| time.as_secs_f64() / plain.as_secs_f64();
        println!(
            "| {title} | {:.2} s | {:.2} | {:.2} | {:.2} |",
            plain.as_secs_f64(),
            ratio(listening),
            ratio(attached),
            ratio(handles)
        );
    }
    Ok(())
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
