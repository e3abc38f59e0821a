//! `cargo xtask demo`: builds the firmware that `loopscope attach --demo` bundles, and records
//! sessions of it and of other programs for lessons; with `--check` it only says whether a build gives
//! the bytes that are committed.
//!
//! What the compiler writes depends on where the sources lie, so they are copied to a folder of one
//! name everywhere, and built there.

mod held;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use crate::{Outcome, cargo};

/// Where the sources are built. Its name goes into the names of symbols.
const FOLDER: &str = "/tmp/loopscope-demo-firmware";

/// What is copied, below the project's folder.
const SOURCES: [&str; 4] = ["Cargo.toml", "Cargo.lock", "engine/protocol", "target-agent"];

/// Folders that are no sources.
const LEFT_OUT: [&str; 2] = ["target", "virtual-probe"];

pub(crate) const BOARD: &str = "lm3s6965evb";
pub(crate) const TARGET: &str = "thumbv7m-none-eabi";

/// What is committed.
const FIRMWARE: &str = "tui/board/src/demo/firmware.elf";
const SESSION: &str = "tui/board/src/demo/session.loop";
const GAP: &str = "tui/board/src/demo/gap.loop";
const HELD: &str = "tui/board/src/demo/held.loop";

/// The sessions of other programs that lessons are about: the program, what it is built with besides
/// the board, and how long it is recorded, in seconds.
const OTHERS: [(&str, &str, &str); 2] = [("doorbell", "", "4"), ("priorities", ",embassy", "3")];

/// When the reader of the second session stands still, and for how long.
const BEFORE_GAP: Duration = Duration::from_secs(2);
const STANDSTILL: Duration = Duration::from_millis(2500);

/// How long the recorded session is, in seconds: a report of each kind is in it.
const LENGTH: &str = "12";

pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    match arguments {
        [] => renew(root),
        [word] if word == "--check" => match check(root)? {
            Same::Yes => {
                println!("The demo's firmware is the one that a build gives.");
                Ok(())
            }
            Same::No => Err(format!(
                "a build gives another firmware than {FIRMWARE}; `cargo xtask demo` renews it"
            )
            .into()),
            Same::OtherCompiler(ours) => Err(format!(
                "{FIRMWARE} was built by another compiler than {ours}, so there is nothing to compare"
            )
            .into()),
        },
        _ => Err("the only argument is --check".into()),
    }
}

/// What came of comparing.
pub(crate) enum Same {
    Yes,
    No,
    /// It was built by another compiler than this one, whose bytes may be others.
    OtherCompiler(String),
}

/// Whether a build gives the bytes that are committed.
pub(crate) fn check(root: &Path) -> Outcome<Same> {
    let committed = fs::read(root.join(FIRMWARE))?;
    let compiler = compiler()?;
    // The compiler notes its version in what it builds.
    if !committed.windows(compiler.len()).any(|bytes| bytes == compiler.as_bytes()) {
        return Ok(Same::OtherCompiler(compiler));
    }
    let same = fs::read(build(root, "demo", "")?)? == committed;
    Ok(if same { Same::Yes } else { Same::No })
}

fn renew(root: &Path) -> Outcome {
    fs::copy(build(root, "demo", "")?, root.join(FIRMWARE))?;
    for mut build in [cargo::build_binary(root), cargo::build_probe(root)] {
        if !build.status()?.success() {
            return Err("the binary or the virtual probe does not build; see above".into());
        }
    }
    record(root, SESSION, false)?;
    record(root, GAP, true)?;
    held::record(root, &root.join(FIRMWARE), &root.join(HELD))?;
    for (program, features, seconds) in OTHERS {
        let elf = build(root, program, features)?;
        record_other(root, &elf, &format!("tui/board/src/demo/{program}.loop"), seconds)?;
    }
    println!(
        "{FIRMWARE} and the recordings beside it are new; build once more to have them in the binary."
    );
    println!("Lessons name places in them: `loopscope lesson check` says which are gone.");
    Ok(())
}

/// Records a session. `with_gap`: its reader stands still for longer than the board's buffer lasts.
fn record(root: &Path, session: &str, with_gap: bool) -> Outcome {
    let session = root.join(session);
    let _ = fs::remove_file(&session);
    let mut reader = Command::new(cargo::binary(root))
        .args(["attach", "--demo", "--headless", "--timeout", LENGTH, "--record"])
        .arg(&session)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if with_gap {
        for (signal, after) in [("-STOP", BEFORE_GAP), ("-CONT", STANDSTILL)] {
            thread::sleep(after);
            Command::new("kill").arg(signal).arg(reader.id().to_string()).status()?;
        }
    }
    let status = reader.wait()?;
    // It is ended by its time.
    if status.code() != Some(124) || !session.exists() {
        return Err(format!("no session was recorded: {status}; is QEMU there?").into());
    }
    Ok(())
}

/// Records a program in QEMU for some seconds.
fn record_other(root: &Path, elf: &Path, session: &str, seconds: &str) -> Outcome {
    let session = root.join(session);
    let _ = fs::remove_file(&session);
    let status = Command::new(cargo::binary(root))
        .args(["attach", "--qemu", BOARD, "--headless", "--timeout", seconds, "--record"])
        .arg(&session)
        .arg("--elf")
        .arg(elf)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    // It is ended by its time.
    if status.code() != Some(124) || !session.exists() {
        return Err(format!("no session of {} was recorded: {status}", elf.display()).into());
    }
    Ok(())
}

/// `rustc version 1.95.0 (…)`, as it stands in a program.
fn compiler() -> Outcome<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output()?;
    let version = String::from_utf8(output.stdout)?;
    Ok(version.trim().replacen("rustc ", "rustc version ", 1))
}

/// Builds one of the demo programs for [`BOARD`], with further features.
fn build(root: &Path, program: &str, features: &str) -> Outcome<PathBuf> {
    let folder = Path::new(FOLDER);
    for source in SOURCES {
        // What was built of other people's sources before stays: it takes most of the time.
        let to = folder.join(source);
        let _ = fs::remove_dir_all(&to);
        copy(&root.join(source), &to)?;
    }
    let firmware = folder.join("target-agent/firmware");
    let mut command = cargo::plain(&firmware);
    command.args(["build", "--quiet", "--release", "--locked", "--bin", program]);
    command.args(["--target", TARGET, "--features", &format!("{BOARD}{features}")]);
    command.env("CARGO_TARGET_DIR", folder.join("target")).env("RUSTFLAGS", flags()?);
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_BUILD_RUSTFLAGS");
    // Otherwise the bytes would depend on it.
    command.env("CARGO_INCREMENTAL", "0");
    if !command.stdin(Stdio::null()).status()?.success() {
        return Err(
            format!("the firmware `{program}` does not build for {TARGET}; see above").into()
        );
    }
    Ok(folder.join("target").join(TARGET).join("release").join(program))
}

/// The compiler's flags: without debug information, and without the folders of this machine.
fn flags() -> Outcome<String> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => PathBuf::from(env::var_os("HOME").ok_or("HOME is not set")?).join(".cargo"),
    };
    let mut flags = format!("-Cstrip=debuginfo --remap-path-prefix={FOLDER}=.");
    // Each registry has a folder of its own for sources.
    for registry in fs::read_dir(home.join("registry/src"))? {
        let path = registry?.path();
        flags.push_str(&format!(" --remap-path-prefix={}=registry", path.display()));
    }
    Ok(flags)
}

fn copy(from: &Path, to: &Path) -> Outcome {
    if from.is_file() {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(from, to)?;
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            copy(&entry.path(), &to.join(name))?;
        }
    }
    Ok(())
}
