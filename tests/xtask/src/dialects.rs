//! `cargo xtask dialects`: what CPython's versions do differently in asyncio, one program a difference,
//! on the real interpreters that are here.
//!
//! The programs lie in [`PROGRAMS`] with what each version prints; the rows of [`FILE`] say where our
//! dialects are not as it. That our binary prints what stands there is a test of the suite. Here it is
//! compared with the interpreters themselves, none of which anybody has to have.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use toml::{Table, Value};

use crate::Outcome;
use crate::interpreters::{Interpreter, of_series};
use crate::report::Report;
use crate::versions;

/// The rows.
pub(crate) const FILE: &str = "tests/conformance/dialects.toml";

/// The programs and what they print.
pub(crate) const PROGRAMS: &str = "tests/programs/dialects";

/// The versions that there are dialects of.
const SERIES: [&str; 3] = ["3.6", "3.13", "3.14"];

/// The table of the versions whose output is committed.
const OF: &str = "versions";

const USAGE: &str = "usage: cargo xtask dialects [--bless] [--python PATH]...";

/// One difference.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its program's name.
    pub(crate) name: String,
    /// Where a dialect of ours is not as its version: in which, and why.
    pub(crate) differs: Vec<(String, String)>,
}

/// The rows of the file's text, and the exact versions whose output is committed.
pub(crate) fn rows(text: &str) -> Outcome<(Vec<Row>, Vec<String>)> {
    let file: Table = text.parse().map_err(|error| format!("{FILE}: {error}"))?;
    let mut rows = Vec::new();
    let mut versions = Vec::new();
    for (name, row) in &file {
        let row = row.as_table().ok_or_else(|| format!("{FILE}: `{name}` is no table"))?;
        if name == OF {
            versions = SERIES
                .iter()
                .filter_map(|series| Some(row.get(*series)?.as_str()?.to_owned()))
                .collect();
            continue;
        }
        let differs = row.get("differs").and_then(Value::as_table);
        let differs = differs.into_iter().flatten().map(|(series, why)| {
            let why = why.as_str().filter(|_| SERIES.contains(&series.as_str()));
            let why = why.ok_or_else(|| format!("{FILE}: `{name}` differs in no version"))?;
            Ok((series.clone(), why.to_owned()))
        });
        rows.push(Row { name: name.clone(), differs: differs.collect::<Outcome<_>>()? });
    }
    if versions.len() != SERIES.len() {
        return Err(format!("{FILE}: `{OF}` does not name one of each of {SERIES:?}").into());
    }
    Ok((rows, versions))
}

/// A part of the page for users: a table of the rows.
pub(crate) fn page(root: &Path) -> Outcome<String> {
    let (rows, _) = rows(&std::fs::read_to_string(root.join(FILE))?)?;
    let mut page = "\n## Versions\n\nWhat a program can tell of CPython's versions, and whether \
                    the dialect of each does the same.\nEach row is a program of \
                    `tests/programs/dialects` with what the three print.\n\n\
                    | difference | `cpython-3.6` | `cpython` (3.13) | `cpython-3.14` | shown by |\n\
                    |---|---|---|---|---|\n"
        .to_owned();
    for Row { name, differs } in rows {
        let text = std::fs::read_to_string(root.join(PROGRAMS).join(&name).with_extension("py"))
            .map_err(|error| format!("{FILE}: `{name}` has no program: {error}"))?;
        let says = text.lines().next().unwrap_or_default().trim_matches('"').trim();
        write!(page, "| {} ", says.replace('|', "\\|"))?;
        for series in SERIES {
            let why = differs.iter().find(|(in_which, _)| in_which == series);
            let here = why.map_or("as there", |(_, why)| why.as_str());
            write!(page, "| {here} ")?;
        }
        writeln!(page, "| `{name}` |")?;
    }
    Ok(page)
}

/// The command.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let mut bless = false;
    let mut named = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bless" => bless = true,
            "--python" => {
                named.push(Interpreter::at(Path::new(arguments.next().ok_or(USAGE)?))?);
            }
            _ => return Err(USAGE.into()),
        }
    }
    let Checked { complaints, notes, compared } = check(root, &named, bless)?;
    for note in notes {
        println!("{note}");
    }
    println!("{compared} outputs {}.", if bless { "written" } else { "compared" });
    if complaints.is_empty() {
        return Ok(());
    }
    Err(format!("{} complaints:\n{}", complaints.len(), complaints.join("\n")).into())
}

/// The step of `cargo xtask test`.
pub(crate) fn step(root: &Path, report: &mut Report) {
    match check(root, &[], false) {
        Ok(Checked { complaints, notes, .. }) => {
            for note in notes {
                report.mention(note);
            }
            match complaints.as_slice() {
                [] => report.pass(),
                some => {
                    for text in some {
                        report.fail(format!("dialects: {text}"));
                    }
                }
            }
        }
        Err(error) => report.fail(format!("dialects: {error}")),
    }
}

/// What came of it.
#[derive(Default)]
struct Checked {
    complaints: Vec<String>,
    /// What could not be compared, and what was compared with another release than the committed one.
    notes: Vec<String>,
    compared: usize,
}

fn check(root: &Path, named: &[Interpreter], bless: bool) -> Outcome<Checked> {
    let (rows, versions) = rows(&std::fs::read_to_string(root.join(FILE))?)?;
    let mut checked = Checked::default();
    for (series, version) in SERIES.into_iter().zip(versions) {
        let found = named.iter().find(|python| python.is_of(series)).cloned();
        let Some(python) = found.or_else(|| of_series(series).next()) else {
            let note = format!("no CPython {series} was found: its column was not checked live");
            checked.notes.push(note);
            continue;
        };
        let mut complaints = Vec::new();
        for Row { name, .. } in &rows {
            let file = root.join(PROGRAMS).join(name).with_extension("py");
            let printed = printed(&python, &file)?;
            let beside = output(root, name, series);
            checked.compared += 1;
            if bless {
                std::fs::write(&beside, printed)?;
            } else if std::fs::read_to_string(&beside).unwrap_or_default() != printed {
                complaints.push(format!("{name}: CPython {} prints\n{printed}", python.version));
            }
        }
        // Another release may have changed what it says.
        if python.version == version {
            checked.complaints.append(&mut complaints);
        } else {
            let (other, count) = (&python.version, complaints.len());
            checked.notes.push(format!("CPython {other} differs from {version} in {count} rows"));
        }
    }
    let (complaints, missing) = versions::check(root, PROGRAMS)?;
    checked.complaints.extend(complaints);
    if !missing.is_empty() {
        let missing = missing.join(", ");
        checked
            .notes
            .push(format!("no CPython {missing}: when something changed is known less well"));
    }
    Ok(checked)
}

/// Where it stands what a version prints.
fn output(root: &Path, name: &str, series: &str) -> PathBuf {
    root.join(PROGRAMS).join(format!("{name}.{series}.out"))
}

fn printed(python: &Interpreter, file: &Path) -> Outcome<String> {
    let output = Command::new(&python.path).arg(file).stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSIONS: &str = "[versions]\n'3.6' = '3.6.15'\n'3.13' = '3.13.0'\n'3.14' = '3.14.2'\n";

    #[test]
    fn a_row_says_where_a_dialect_is_not_as_its_version() {
        let text = format!("{VERSIONS}[one]\n[two]\ndiffers = {{ '3.6' = 'because' }}\n");
        let (rows, versions) = rows(&text).unwrap();
        assert_eq!(versions, ["3.6.15", "3.13.0", "3.14.2"]);
        assert_eq!(rows[0], Row { name: "one".to_owned(), differs: Vec::new() });
        assert_eq!(rows[1].differs, [("3.6".to_owned(), "because".to_owned())]);
        assert!(super::rows(&format!("{VERSIONS}[one]\ndiffers = {{ '3.7' = '' }}")).is_err());
        assert!(super::rows("[one]\n").is_err());
    }
}
