//! What changed in asyncio from one version of CPython to the next: the ledger that `diff --python` explains
//! by, computed with the real interpreters that are here.
//!
//! A line of the ledger names a program and the versions from which on it prints something else. Whether
//! that is so is looked at with every two versions next to each other that are here.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::interpreters::{Interpreter, of_series};
use crate::{Outcome, cargo};

/// The ledger.
const FILE: &str = "engine/model/src/diff/versions.txt";

/// Minor versions of 3.
const MINORS: std::ops::RangeInclusive<u32> = 8..=15;

/// A line of the ledger.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    program: String,
    since: Vec<u32>,
    says: String,
}

fn lines(text: &str) -> Outcome<Vec<Line>> {
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [program, since, _, says] = line.split(" | ").collect::<Vec<_>>()[..] else {
            return Err(format!("{FILE}: this line has not four fields: {line}").into());
        };
        let minor = |version: &str| version.strip_prefix("3.").and_then(|text| text.parse().ok());
        let since: Option<Vec<u32>> = since.split(' ').map(minor).collect();
        let since = since.ok_or_else(|| format!("{FILE}: these are no versions: {line}"))?;
        lines.push(Line { program: program.to_owned(), since, says: says.to_owned() });
    }
    Ok(lines)
}

/// What is wrong with the ledger, whose programs lie in `programs`, and the versions that are not here to look at it with.
pub(crate) fn check(root: &Path, programs: &str) -> Outcome<(Vec<String>, Vec<String>)> {
    let found: Vec<(u32, PathBuf)> =
        MINORS.filter_map(|minor| Some((minor, interpreter(root, minor)?))).collect();
    let mut complaints = Vec::new();
    for line in lines(&std::fs::read_to_string(root.join(FILE))?)? {
        let file = root.join(programs).join(&line.program).with_extension("py");
        if !file.is_file() {
            complaints.push(format!("{FILE}: `{}` has no program", line.program));
            continue;
        }
        let outputs: Vec<(u32, String)> = found
            .iter()
            .map(|(minor, python)| Ok((*minor, printed(python, &file)?)))
            .collect::<Outcome<_>>()?;
        for two in outputs.windows(2) {
            let [(older, before), (newer, after)] = two else { continue };
            let said = line.since.iter().any(|since| older < since && since <= newer);
            if said != (before != after) {
                let what = if said { "is the same" } else { "has changed" };
                complaints.push(format!(
                    "{FILE}: what `{}` prints {what} between 3.{older} and 3.{newer}",
                    line.program
                ));
            }
        }
    }
    let is_missing = |minor: &u32| found.iter().all(|(here, _)| here != minor);
    let missing = MINORS.filter(is_missing).map(|minor| format!("3.{minor}")).collect();
    Ok((complaints, missing))
}

/// One of a version: what the step `set-up` has unpacked, and what people have.
fn interpreter(root: &Path, minor: u32) -> Option<PathBuf> {
    let series = format!("3.{minor}");
    let unpacked =
        cargo::target(root).join("tools/pythons/usr/bin").join(format!("python{series}"));
    let is_one = Interpreter::at(&unpacked).is_ok_and(|found| found.is_of(&series));
    if is_one { Some(unpacked) } else { of_series(&series).next().map(|found| found.path) }
}

fn printed(python: &Path, file: &Path) -> Outcome<String> {
    let output = Command::new(python).arg(file).stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A part of the page for users: a table of what changed, a column for each version.
pub(crate) fn page(root: &Path) -> Outcome<String> {
    let mut page = "\n## What changed from version to version\n\nWhat CPython's versions from 3.8 to 3.15 \
                    print otherwise than the one before, computed by `cargo xtask dialects` with the \
                    interpreters that are there.\n`loopscope diff --python` explains a difference by \
                    these lines.\n\n| changed in | what | shown by |\n|---|---|---|\n"
        .to_owned();
    let mut all = lines(&std::fs::read_to_string(root.join(FILE))?)?;
    all.sort_by(|one, two| one.since.cmp(&two.since));
    for Line { program, since, says } in all {
        let since: Vec<String> = since.iter().map(|minor| format!("3.{minor}")).collect();
        writeln!(page, "| {} | {} | `{program}` |", since.join(", "), says.replace('|', "\\|"))?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_a_program_and_versions() {
        let text = "# what\n\nrun_takes | 3.9 3.14 | a; b | It takes more.\n";
        let (program, says) = ("run_takes".to_owned(), "It takes more.".to_owned());
        assert_eq!(lines(text).unwrap(), [Line { program, since: vec![9, 14], says }]);
        assert!(lines("run_takes | 2.7 | a | b\n").is_err());
        assert!(lines("run_takes | 3.9\n").is_err());
    }
}
