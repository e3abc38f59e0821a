//! `cargo xtask pictures`: the pictures of the README, and every lesson as a page with a picture of the
//! screen at each step, all drawn by the binary from runs made for it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, cargo};

/// Where the README's pictures are.
const FOLDER: &str = "tui/screen/pictures";

/// A picture: its name, the program, and the options that say what is to be seen.
const PICTURES: [(&str, &str, &[&str]); 2] = [
    ("late.svg", "tests/scripts/programs/late.py", &["--at", "46", "--size", "100x30"]),
    ("queue.svg", "tests/scripts/programs/pair.py", &["--at", "t=1.5", "--size", "120x40"]),
];

pub(crate) fn run(root: &Path) -> Outcome {
    let binary = cargo::binary(root);
    let work = cargo::target(root).join("pictures");
    fs::create_dir_all(&work)?;
    fs::create_dir_all(root.join(FOLDER))?;
    for (name, program, options) in PICTURES {
        let file = Path::new(program).file_name().ok_or("a program is a file")?;
        fs::copy(root.join(program), work.join(file))?;
        let record = ["run", "--headless", "--force", "--record", "run.loop"];
        checked(Command::new(&binary).args(record).arg(file).current_dir(&work))?;
        let picture = root.join(FOLDER).join(name);
        let export = ["export", "run.loop", "--to", "svg", "--force", "-o"];
        let mut export_it = Command::new(&binary);
        checked(export_it.args(export).arg(&picture).args(options).current_dir(&work))?;
        println!("{}", picture.display());
    }
    let lessons = work.join("lessons");
    fs::create_dir_all(&lessons)?;
    let list = Command::new(&binary).args(["lesson", "list"]).output()?;
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let is_code = |word: &&str| {
        word.rsplit_once('-').is_some_and(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()))
    };
    for code in list.lines().filter_map(|line| line.split_whitespace().next()).filter(is_code) {
        let page =
            Command::new(&binary).args(["lesson", "export", code, "--to", "html"]).output()?;
        if !page.status.success() {
            let said = String::from_utf8_lossy(&page.stderr).into_owned();
            return Err(format!("{code}: {said}").into());
        }
        fs::write(lessons.join(format!("{code}.html")), page.stdout)?;
    }
    println!("{}", lessons.display());
    Ok(())
}

fn checked(command: &mut Command) -> Outcome {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}
