//! `cargo xtask bless`: writes the golden files again. What changed is for a person to read.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Outcome, cargo, machine, micropython};

/// Folders of programs whose standard output under CPython is kept beside them.
const PROGRAMS: [&str; 3] =
    ["tests/programs/cpython", "tests/programs/classic", "tests/programs/hostile"];

pub(crate) fn run(root: &Path) -> Outcome {
    outputs(root)?;
    micropython_outputs(root)?;
    snapshots(root)?;
    println!("The golden files are written. Read what changed: git diff --stat");
    Ok(())
}

/// The programs' outputs, from the `python3` of this machine.
fn outputs(root: &Path) -> Outcome {
    if !machine::has_python() {
        println!("There is no python3 of 3.11 or later: the programs' outputs stay as they are.");
        return Ok(());
    }
    for folder in PROGRAMS {
        let folder = root.join(folder);
        for entry in fs::read_dir(&folder)? {
            let program = entry?.path();
            let output = program.with_extension("out");
            let is_program = program.extension().is_some_and(|end| end == "py");
            // A program without an output beside it does not end, or prints what differs.
            if is_program
                && (output.exists() || folder.ends_with("cpython"))
                && is_for_this_python(&program)?
            {
                fs::write(&output, printed(&folder, &program)?)?;
            }
        }
    }
    Ok(())
}

/// Whether `python3` is as new as a program's line `# since: 3.12` asks for.
fn is_for_this_python(program: &Path) -> Outcome<bool> {
    let text = fs::read_to_string(program)?;
    let Some(minor) = text.lines().find_map(|line| line.strip_prefix("# since: 3.")) else {
        return Ok(true);
    };
    let asks = format!("import sys; sys.exit(sys.version_info < (3, {minor}))");
    Ok(Command::new("python3").args(["-c", &asks]).status()?.success())
}

/// The programs' outputs from real MicroPython, but for those that were reasoned by hand.
fn micropython_outputs(root: &Path) -> Outcome {
    let Some(executable) = micropython::executable() else {
        let name = micropython::EXECUTABLE;
        println!("{name} is not set: the outputs of MicroPython stay as they are.");
        return Ok(());
    };
    let folder = root.join("tests/programs/micropython");
    for entry in fs::read_dir(&folder)? {
        let program = entry?.path();
        if program.extension().is_none_or(|end| end != "py") {
            continue;
        }
        let by_hand = |line: &str| line == "# dialect: micropython";
        if !fs::read_to_string(&program)?.lines().any(by_hand) {
            let output = printed_by(executable.as_os_str(), &folder, &program)?;
            fs::write(program.with_extension("out"), output)?;
        }
    }
    Ok(())
}

fn printed(folder: &Path, program: &Path) -> Outcome<Vec<u8>> {
    printed_by(OsStr::new("python3"), folder, program)
}

fn printed_by(python: &OsStr, folder: &Path, program: &Path) -> Outcome<Vec<u8>> {
    let output = Command::new("timeout")
        .arg("60")
        .arg(python)
        .arg(program)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()?;
    match output.status.code() {
        Some(124) => Err(format!("{} does not end", program.display()).into()),
        _ => Ok(output.stdout),
    }
}

/// Everything that the tests compare with a file of their own: frames, traces, records.
fn snapshots(root: &Path) -> Outcome {
    for mut command in [
        cargo::build_binary(root),
        cargo::compiling(
            root,
            &["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"],
        ),
    ] {
        command.env("INSTA_UPDATE", "always").env("INSTA_FORCE_PASS", "1");
        command.env("LOOPSCOPE_BLESS", "1").env("LOOPSCOPE_BIN", cargo::binary(root));
        if !command.stdin(Stdio::null()).status()?.success() {
            return Err("some tests fail even so; mend them first".into());
        }
    }
    Ok(())
}
